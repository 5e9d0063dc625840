//! A failed lookup says what exists instead.

use std::collections::BTreeSet;

use super::{Catalog, EndpointFilter, filter::same_family};
use crate::{
    error::{Error, ErrorKind},
    spelling::distance,
};

pub(super) fn explain(catalog: &Catalog, filter: &EndpointFilter<'_>) -> Error {
    let error = Error::new(ErrorKind::EndpointNotFound, format!("no endpoint for {filter}"));
    if catalog.is_malformed {
        return error.with_hint("the catalog that came with the token is malformed: tell the operator");
    }
    if catalog.is_empty() {
        return error.with_hint("the catalog of this token is empty: ask for another project, or tell the operator");
    }
    let Some(requested) = filter.wanted_type() else {
        return error.with_hint(format!("the catalog has {}", list(types(catalog))));
    };
    let serving = catalog.groups(filter);
    if serving.is_empty() {
        let near = nearest(requested, types(catalog));
        return error.with_hint(if near.is_empty() {
            format!("the catalog has {}", list(types(catalog)))
        } else {
            format!("did you mean {}? the catalog has {}", list(near), list(types(catalog)))
        });
    }
    let endpoints = || serving.iter().flatten().flat_map(|position| catalog.services()[*position].endpoints());
    let interfaces: BTreeSet<_> = endpoints().map(|it| it.interface().as_str()).collect();
    let regions: BTreeSet<_> = endpoints().filter_map(super::Endpoint::region).collect();
    let names: BTreeSet<_> =
        serving.iter().flatten().filter_map(|position| catalog.services()[*position].name()).collect();
    let mut hint = format!(
        "service type `{requested}` has the interfaces {} in the regions {}, under the names {}",
        list(interfaces),
        list(regions.iter().copied()),
        list(names),
    );
    let differs = |region: &str| !regions.contains(region) && regions.iter().any(|it| it.eq_ignore_ascii_case(region));
    if filter.wanted_region().is_some_and(differs) {
        hint.push_str(" (upper and lower case differ)");
    }
    error.with_hint(hint)
}

fn types(catalog: &Catalog) -> BTreeSet<&str> {
    catalog.services().iter().map(super::Service::service_type).collect()
}

fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "none".into() } else { names.join(", ") }
}

/// The types that are a slip of the keyboard away, share a beginning, or are of the same family.
fn nearest<'a>(requested: &str, types: BTreeSet<&'a str>) -> Vec<&'a str> {
    let near = |found: &str| {
        let slips = requested.len().max(found.len()) / 3;
        distance(requested, found) <= slips.clamp(1, 3)
            || same_family(requested, found)
            || (requested.len() >= 3 && (found.starts_with(requested) || found.contains(requested)))
    };
    types.into_iter().filter(|found| near(found)).collect()
}
