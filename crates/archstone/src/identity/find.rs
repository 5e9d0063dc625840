//! Finds one resource by its id or its name.

use serde_json::Value;

use super::{
    Domain, Resource, ValueKind,
    call::perform,
    list::Items,
    prepare::{Arguments, check},
    spec::{OperationSpec, ResourceSpec},
};
use crate::{
    client::Client,
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    spelling::distance,
};

/// The maximum number of resources in a message.
const MOST_NAMED: usize = 10;
/// The maximum number of names that are searched for a similar one.
const MOST_NEAR: usize = 500;

pub(super) async fn find(
    client: &Client,
    resource: &'static ResourceSpec,
    list: &'static OperationSpec,
    filters: Arguments,
    wanted: &str,
) -> Result<Value> {
    check("find", list, &filters)?;
    let search = Search { client, resource, list, filters, wanted };
    // Text that looks like an id usually is one; otherwise the name is tried first. The other follows in either case.
    if search.looks_like_id() {
        match search.by_id().await? {
            Some(found) => Ok(found),
            None => match search.by_name().await? {
                Some(found) => Ok(found),
                None => Err(search.not_found(search.misnamed_domain().await)),
            },
        }
    } else {
        if let Some(found) = search.by_name().await? {
            return Ok(found);
        }
        match search.by_id().await? {
            Some(found) => Ok(found),
            None => Err(search.not_found(match search.misnamed_domain().await {
                Some(mistake) => Some(mistake),
                None => search.near().await,
            })),
        }
    }
}

struct Search<'a> {
    client: &'a Client,
    resource: &'static ResourceSpec,
    list: &'static OperationSpec,
    filters: Arguments,
    wanted: &'a str,
}

impl Search<'_> {
    fn looks_like_id(&self) -> bool {
        let is_hex = self.wanted.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        is_hex && matches!(self.wanted.len(), 32 | 36 | 64)
    }

    async fn by_id(&self) -> Result<Option<Value>> {
        let Some(get) = self.resource.operation("get") else { return Ok(None) };
        let Some(itself) = get.itself() else { return Ok(None) };
        let mut arguments = self.filters.clone();
        arguments.retain(|name, _| get.is_in_path(name));
        arguments.insert(itself.to_owned(), self.wanted.into());
        match perform(self.client.clone(), get, arguments).await {
            Ok(found) => Ok(Some(found).filter(|found| self.fits(found))),
            // A name that is not valid in a path is not an id.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidRequest) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether a resource that was found by its id matches the filters.
    fn fits(&self, found: &Value) -> bool {
        self.filters.iter().all(|(name, value)| {
            let key = self.list.parameter(name).map_or(name.as_str(), |it| it.wire);
            found.get(key).is_none_or(|own| own == value || !value.is_string() && !value.is_boolean())
        })
    }

    async fn by_name(&self) -> Result<Option<Value>> {
        if self.wanted.is_empty() || self.list.parameter("name").is_none() {
            return Ok(None);
        }
        let mut arguments = self.filters.clone();
        arguments.insert("name".to_owned(), self.wanted.into());
        let mut items = Items::new(self.client, self.list, arguments);
        let mut found = Vec::new();
        while let Some(item) = items.next().await? {
            found.extend(serde_json::from_slice::<Value>(&item).ok());
        }
        if found.len() > 1 {
            return Err(self.ambiguous(&found));
        }
        Ok(found.pop())
    }

    fn ambiguous(&self, found: &[Value]) -> Error {
        let named = found.iter().take(MOST_NAMED).map(|it| {
            let id = it[self.resource.key].as_str().unwrap_or_default();
            match it["domain_id"].as_str() {
                Some(domain) => format!("id `{}` in domain `{}`", printable(id), printable(domain)),
                None => format!("id `{}`", printable(id)),
            }
        });
        let named = named.collect::<Vec<_>>().join(", ");
        let more = if found.len() > MOST_NAMED { ", and more" } else { "" };
        let message =
            format!("{} {} are called `{}`: {named}{more}", found.len(), self.words(), printable(self.wanted));
        let domain = ["domain", "domain_id"].into_iter().find(|name| self.list.parameter(name).is_some());
        let hint = match domain {
            Some(domain) => "name it by its id, or give its domain with " + Hint::option(domain),
            None => "name it by its id".into(),
        };
        Error::new(ErrorKind::Ambiguous, message).with_hint(hint)
    }

    /// What to do about a domain that is given by its name: the filter requires its id, and any other text matches
    /// nothing.
    async fn misnamed_domain(&self) -> Option<String> {
        let (_, given) = self.filters.iter().find(|(name, _)| {
            let wire = self.list.parameter(name).map_or(name.as_str(), |it| it.wire);
            wire == "domain_id"
        })?;
        let (given, domains) = (given.as_str()?, Domain::SPEC);
        let (get, list) = (domains.operation("get")?, domains.operation("list")?);
        let one = |name: &str| Arguments::from_iter([(name.to_owned(), given.into())]);
        // A failure must not replace the original error: without permission to see domains, any text gets the same
        // response.
        if perform(self.client.clone(), get, one(get.itself()?)).await.is_ok() {
            return None;
        }
        let shown = printable(given);
        let found = Items::new(self.client, list, one("name")).next().await;
        let id = match &found {
            Ok(Some(found)) => serde_json::from_slice::<Value>(found).ok(),
            _ => None,
        };
        Some(match id.as_ref().and_then(|domain| domain[domains.key].as_str()) {
            Some(id) => format!("`{shown}` is a domain's name: give its id, `{}`", printable(id)),
            None => format!("check the domain: no domain that you may see has the id `{shown}`"),
        })
    }

    fn not_found(&self, near: Option<String>) -> Error {
        let message = format!(
            "no {} has the name or id `{}`",
            self.resource.names.member.replace('_', " "),
            printable(self.wanted)
        );
        let error = Error::new(ErrorKind::NotFound, message);
        match near {
            Some(near) => error.with_hint(near),
            None => error,
        }
    }

    /// Similar names with a typo, among those with the same beginning.
    async fn near(&self) -> Option<String> {
        let name = self.list.parameter("name").filter(|it| it.kind == ValueKind::Match)?;
        let beginning: String = self.wanted.chars().take(2).collect();
        let mut arguments = self.filters.clone();
        arguments.insert(name.name.to_owned(), serde_json::json!({ "istartswith": beginning }));
        let mut items = Items::new(self.client, self.list, arguments);
        let mut near = std::collections::BTreeSet::new();
        for _ in 0..MOST_NEAR {
            // A failure must not replace the original error.
            let Ok(Some(item)) = items.next().await else { break };
            let item: Value = serde_json::from_slice(&item).ok()?;
            let name = item["name"].as_str()?;
            let slips = distance(&self.wanted.to_lowercase(), &name.to_lowercase());
            if slips <= ((self.wanted.chars().count() + 1) / 3).clamp(1, 3) {
                near.insert(format!("`{}`", printable(name)));
            }
        }
        let near: Vec<_> = near.into_iter().take(3).collect();
        (!near.is_empty()).then(|| format!("did you mean {}?", near.join(", ")))
    }

    fn words(&self) -> String {
        self.resource.names.members.replace('_', " ")
    }
}
