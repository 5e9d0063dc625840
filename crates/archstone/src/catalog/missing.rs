//! Errors for failed lookups, which list what exists instead.

use std::collections::BTreeSet;

use super::{Catalog, EndpointFilter, Service, filter::same_family, service_type};
use crate::{
    error::{Error, ErrorKind, printable},
    spelling::distance,
};

pub(super) fn explain(catalog: &Catalog, filter: &EndpointFilter<'_>) -> Error {
    let error = |why: &str| Error::new(ErrorKind::EndpointNotFound, format!("no endpoint for {filter}{why}"));
    if catalog.is_malformed {
        return error("").with_hint("the catalog that came with the token is malformed: tell the operator");
    }
    if catalog.is_empty() {
        return error("")
            .with_hint("the catalog of this token is empty: ask for another project, or tell the operator");
    }
    let serving: Vec<_> = catalog.groups(filter).into_iter().flatten().map(|it| &catalog.services()[it]).collect();
    if let Some(why) = unusable(&serving, filter) {
        return error(&why)
            .with_hint("the URL of an endpoint begins with `http://` or `https://`: tell the operator of the cloud");
    }
    let Some(requested) = filter.wanted_type() else {
        return error("").with_hint(format!("the catalog has {}", list(types(catalog))));
    };
    if serving.is_empty() {
        return error("").with_hint(format!(
            "{}the catalog has {}",
            meant(catalog, requested).unwrap_or_default(),
            list(types(catalog))
        ));
    }
    let endpoints = || serving.iter().flat_map(|service| service.endpoints());
    let interfaces: BTreeSet<_> = endpoints().map(|it| it.interface().as_str()).collect();
    let regions: BTreeSet<_> = endpoints().filter_map(super::Endpoint::region).collect();
    let names: BTreeSet<_> = serving.iter().filter_map(|service| service.name()).collect();
    let near = |what: &str, wanted: Option<&str>, found: &BTreeSet<&str>| {
        let near = wanted.filter(|it| !found.contains(it)).map(|wanted| nearest(wanted, found.iter().copied()));
        near.filter(|near| !near.is_empty()).map(|near| format!("; did you mean the {what} {}?", list(near)))
    };
    error("").with_hint(format!(
        "service type `{requested}` has the interfaces {} in the regions {}, under the names {}{}{}",
        list(interfaces),
        list(regions.iter().copied()),
        list(names.iter().copied()),
        near("region", filter.wanted_region(), &regions).unwrap_or_default(),
        near("name", filter.wanted_name(), &names).unwrap_or_default(),
    ))
}

/// The endpoint that would match if its URL were usable.
fn unusable(serving: &[&Service], filter: &EndpointFilter<'_>) -> Option<String> {
    let mut candidates = serving.iter().flat_map(|service| service.unusable.iter().map(move |it| (service, it)));
    let (service, endpoint) = candidates.find(|(service, endpoint)| {
        let wanted = filter.wanted_interfaces().any(|interface| interface == endpoint.interface);
        wanted && filter.fits_service(service)
    })?;
    Some(format!(
        ": the URL of the {} endpoint of service `{}` (type `{}`) is `{}`",
        printable(endpoint.interface.as_str()),
        printable(service.name().unwrap_or("without a name")),
        printable(service.service_type()),
        printable(&endpoint.url),
    ))
}

/// What an unknown type may refer to, as the beginning of a hint.
fn meant(catalog: &Catalog, requested: &str) -> Option<String> {
    let called = |service: &&Service| service.name().is_some_and(|name| name.eq_ignore_ascii_case(requested));
    let by_name: BTreeSet<_> = catalog.services().iter().filter(called).map(Service::service_type).collect();
    let by_project = || {
        let official = service_type::of_project(requested)?;
        let types: BTreeSet<_> =
            types(catalog).into_iter().filter(|it| service_type::official(it) == official).collect();
        Some(types).filter(|types| !types.is_empty())
    };
    if let Some(types) = Some(by_name).filter(|types| !types.is_empty()).or_else(by_project) {
        return Some(format!("did you mean {}, the type of `{}`? ", list(types), printable(requested)));
    }
    let near = nearest(requested, types(catalog));
    (!near.is_empty()).then(|| format!("did you mean {}? ", list(near)))
}

fn types(catalog: &Catalog) -> BTreeSet<&str> {
    catalog.services().iter().map(super::Service::service_type).collect()
}

fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "none".into() } else { names.join(", ") }
}

/// Names with a typo, with a common beginning, or of the same family.
fn nearest<'a>(requested: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = requested.to_lowercase();
    let near = |found: &str| {
        let lower = found.to_lowercase();
        let typos = wanted.len().max(lower.len()) / 3;
        distance(&wanted, &lower) <= typos.clamp(1, 3)
            || same_family(requested, found)
            || (wanted.len() >= 3 && lower.contains(&wanted))
    };
    let names: Vec<_> = names.into_iter().collect();
    // A difference only in case is the best match.
    let same: Vec<_> = names.iter().filter(|found| found.to_lowercase() == wanted).copied().collect();
    if same.is_empty() { names.into_iter().filter(|found| near(found)).collect() } else { same }
}
