//! Turns an operation and its arguments into a request, with all checks that need no server.

use serde_json::{Map, Value};
use url::form_urlencoded;

use super::{
    Use, ValueKind,
    spec::{Body, EXTRA, OperationSpec, Parameter, Route, placeholder},
};
use crate::{
    error::{Error, ErrorKind, Result, printable},
    secret::Secret,
};

/// A request that is ready to be sent.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    pub(super) method: &'static str,
    /// The path segments below the Identity API, or below the service's root.
    pub(super) segments: Vec<String>,
    pub(super) is_below_root: bool,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Option<Content>,
    /// The token that the request is about.
    pub(super) subject: Option<String>,
    pub(super) headers: Vec<(&'static str, String)>,
    /// Filters that are applied here, since the server's filter is less strict.
    pub(super) sieves: Vec<Sieve>,
    /// Secrets that no error may repeat.
    pub(super) secrets: Vec<Secret>,
}

#[derive(Clone)]
pub(super) enum Content {
    Json(Value),
    Form(String),
}

impl std::fmt::Debug for Content {
    /// It may contain secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Content(***)")
    }
}

/// The arguments of an operation, by name. A null is a value here, and not a missing argument.
pub(super) type Arguments = Map<String, Value>;

pub(super) fn prepare(operation: &OperationSpec, arguments: &Arguments) -> Result<Prepared> {
    check(operation.name, operation, arguments)?;
    let route = route(operation, arguments)?;
    let path = route.path.strip_prefix('/');
    let mut prepared = Prepared {
        method: operation.method,
        segments: segments(path.unwrap_or(route.path), arguments)?,
        is_below_root: path.is_some(),
        query: Vec::new(),
        body: None,
        subject: None,
        headers: Vec::new(),
        sieves: Vec::new(),
        secrets: secrets(operation, arguments),
    };
    let mut body = Map::new();
    for (name, value) in arguments.iter().filter(|(name, _)| !operation.is_in_path(name)) {
        let parameter = operation.parameter(name);
        if name == EXTRA && operation.takes_extra() {
            let Value::Object(extra) = value else { return Err(invalid("`extra` is not an object")) };
            for (name, value) in extra {
                if operation.sets().is_some() {
                    body.insert(custom(operation, name)?.to_owned(), value.clone());
                } else {
                    add(&mut prepared.query, name.clone(), value);
                }
            }
        } else if let Some(Parameter { kind: ValueKind::Subject, .. }) = parameter {
            prepared.subject = value.as_str().map(str::to_owned);
        } else if let Some(Parameter { kind: ValueKind::Header, wire, .. }) = parameter {
            prepared.headers.extend(value.as_str().map(|text| (*wire, text.to_owned())));
        } else if operation.body == Body::None || (operation.sets().is_none() && operation.method == "GET") {
            ask(&mut prepared.query, operation, name, value)?;
        } else {
            body.insert(key(operation, name)?.to_owned(), value.clone());
        }
    }
    prepared.body = content(operation, body)?;
    let is_paged = operation.is_paged && operation.routes.first().is_some_and(|first| std::ptr::eq(first, route));
    turn_pages(&mut prepared.query, is_paged);
    if is_paged {
        prepared.sieves = prepared.query.iter_mut().filter_map(|(name, text)| Sieve::in_place_of(name, text)).collect();
    }
    Ok(prepared)
}

/// A case-sensitive filter for a part of a text.
///
/// Keystone applies such filters to each page that its database has returned, and includes no link to the next page if
/// nothing of a page is left: the list would end there. So Keystone gets a case-insensitive filter, which the database
/// itself applies, and the rest is done here.
#[derive(Clone, Debug)]
pub(super) struct Sieve {
    field: String,
    text: String,
    fits: fn(&str, &str) -> bool,
}

impl Sieve {
    /// Replaces a filter; its parameter becomes the case-insensitive one.
    fn in_place_of(parameter: &mut String, text: &str) -> Option<Self> {
        let (field, how) = parameter.split_once("__")?;
        let fits: fn(&str, &str) -> bool = match how {
            "contains" => |value, text| value.contains(text),
            "startswith" => |value, text| value.starts_with(text),
            "endswith" => |value, text| value.ends_with(text),
            _ => return None,
        };
        let (field, how) = (field.to_owned(), how.to_owned());
        *parameter = format!("{field}__i{how}");
        Some(Self { field, text: text.to_owned(), fits })
    }

    /// Whether an item of the list matches. An unreadable item does: the next reader reports why it is invalid.
    pub(super) fn lets_through(&self, item: &[u8]) -> bool {
        let item: Value = serde_json::from_slice(item).unwrap_or_default();
        item[&self.field].as_str().is_none_or(|value| (self.fits)(value, &self.text))
    }
}

/// The values of secret fields and parameters.
fn secrets(operation: &OperationSpec, arguments: &Arguments) -> Vec<Secret> {
    let is_secret = |name: &str| {
        let of_field = operation.fields.iter().find(|it| it.name == name || it.setter == name).map(|it| it.kind);
        let kind = operation.parameter(name).map(|it| it.kind).or(of_field);
        matches!(kind, Some(ValueKind::Secret | ValueKind::Subject))
    };
    let texts = arguments.iter().filter(|(name, _)| is_secret(name)).filter_map(|(_, value)| value.as_str());
    texts.map(Secret::from).collect()
}

/// Keystone's default maximum page size; it reduces larger values to its maximum.
const LARGEST_PAGE: &str = "1000";

/// Requests pages if the list is paginated: without a `limit`, Keystone silently ends the list after its maximum page
/// size. For other lists a `limit` does harm: the link to the next page leads back to the first.
fn turn_pages(query: &mut Vec<(String, String)>, is_paged: bool) {
    if !is_paged {
        query.retain(|(name, _)| name != "limit");
    } else if !query.iter().any(|(name, _)| name == "limit") {
        query.push(("limit".to_owned(), LARGEST_PAGE.to_owned()));
    }
}

/// Checks that all required arguments are given, and that none contradict each other. `what` is the name of the action,
/// which may be built on another operation.
pub(super) fn check(what: &str, operation: &OperationSpec, arguments: &Arguments) -> Result<()> {
    let is_given = |name: &&&str| arguments.get(**name).is_some_and(is_said);
    for parameter in operation.parameters.iter().filter(|it| it.is_required) {
        if !arguments.contains_key(parameter.name) && !arguments.contains_key(parameter.wire) {
            return Err(invalid(format!("`{what}` needs `{}`", parameter.name)));
        }
    }
    for names in operation.exclusive {
        let given: Vec<_> = names.iter().filter(is_given).map(|name| format!("`{name}`")).collect();
        if given.len() > 1 {
            let message = format!("{} contradict each other", given.join(" and "));
            return Err(invalid(message).with_hint("give one of them"));
        }
    }
    Ok(())
}

/// A flag that is off, and null, count as not given.
fn is_said(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}

/// The names of the path parameters that were given.
fn given_for_path<'a>(operation: &OperationSpec, arguments: &'a Arguments) -> Vec<&'a str> {
    let said = arguments.iter().filter(|(name, value)| operation.is_in_path(name) && is_said(value));
    said.map(|(name, _)| name.as_str()).collect()
}

fn leads(route: &Route, given: &[&str]) -> bool {
    route.names().count() == given.len() && route.names().all(|name| given.contains(&name))
}

/// Whether only the user is missing: then it is the token's own.
pub(super) fn lacks_user(operation: &OperationSpec, arguments: &Arguments) -> bool {
    let mut given = given_for_path(operation, arguments);
    if given.contains(&"user") || operation.routes.iter().any(|route| leads(route, &given)) {
        return false;
    }
    given.push("user");
    operation.routes.iter().any(|route| leads(route, &given))
}

/// The route that matches the given parameters.
fn route<'o>(operation: &'o OperationSpec, arguments: &Arguments) -> Result<&'o Route> {
    let mut given = given_for_path(operation, arguments);
    operation.routes.iter().find(|route| leads(route, &given)).ok_or_else(|| {
        given.sort_unstable();
        let list = |names: Vec<&str>| names.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
        let ways = operation.routes.iter().map(|route| list(route.names().collect()));
        let ways = ways.map(|way| if way.is_empty() { "none".to_owned() } else { way });
        let given = if given.is_empty() { "nothing".to_owned() } else { list(given) };
        invalid(format!("`{}` cannot be done with {given}", operation.name))
            .with_hint(format!("give {}", ways.collect::<Vec<_>>().join("; or ")))
    })
}

fn segments(path: &'static str, arguments: &Arguments) -> Result<Vec<String>> {
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    segments
        .map(|segment| match placeholder(segment) {
            None => Ok(segment.to_owned()),
            Some(name) => id(name, &arguments[name]),
        })
        .collect()
}

/// An id or a name that is valid in a path.
fn id(name: &str, value: &Value) -> Result<String> {
    let text = value.as_str().ok_or_else(|| invalid(format!("`{name}` is not a string")))?;
    let problem = match text {
        "" => "is empty",
        "." | ".." => "is no id",
        text if text.contains('/') => "has a slash",
        text if text.chars().any(char::is_control) => "has control characters",
        _ => return Ok(text.to_owned()),
    };
    Err(invalid(format!("`{name}` {problem}: `{}`", printable(text)))
        .with_hint("an id is one word; `find` takes names"))
}

/// Adds a query parameter.
fn ask(query: &mut Vec<(String, String)>, operation: &OperationSpec, name: &str, value: &Value) -> Result<()> {
    if !operation.takes(name) {
        return Err(operation.refusal(name));
    }
    let parameter = operation.parameter(name);
    let key = parameter.map_or_else(|| inexact(operation, name), |it| it.wire.to_owned());
    match (parameter.map(|it| it.kind), value) {
        (Some(ValueKind::Flag), Value::Bool(true)) => {
            // Some flags have a value other than `true`.
            let (key, text) = key.split_once('=').unwrap_or((&key, "true"));
            query.push((key.to_owned(), text.to_owned()));
        }
        (Some(ValueKind::Flag), Value::Bool(false)) => {}
        (Some(ValueKind::Match), Value::Object(how)) => {
            if let Some((how, text)) = how.iter().next() {
                query.push((format!("{key}__{how}"), text.as_str().unwrap_or_default().to_owned()));
            }
        }
        _ => add(query, key, value),
    }
    Ok(())
}

/// The query key of an inexact filter: its parameter, and the comparison.
fn inexact(operation: &OperationSpec, name: &str) -> String {
    let Some((of, how)) = name.rsplit_once("__") else { return name.to_owned() };
    format!("{}__{how}", operation.parameter(of).map_or(of, |it| it.wire))
}

fn add(query: &mut Vec<(String, String)>, key: String, value: &Value) {
    let text = match value {
        Value::Null => return,
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items = items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned));
            items.collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    };
    query.push((key, text));
}

/// The key in a body.
fn key<'a>(operation: &OperationSpec, name: &'a str) -> Result<&'a str> {
    if let Some(parameter) = operation.parameter(name) {
        return Ok(parameter.wire);
    }
    let field = operation.settable().find(|it| it.name == name || it.setter == name);
    field.map(|it| it.name).ok_or_else(|| operation.refusal(name))
}

/// The key of a custom attribute: described fields have their own names.
fn custom<'a>(operation: &OperationSpec, name: &'a str) -> Result<&'a str> {
    if operation.takes(name) {
        return Err(invalid(format!("`{name}` is not a custom attribute")).with_hint("give it by its own name"));
    }
    if operation.fields.iter().any(|it| it.name == name || it.setter == name) {
        return Err(operation.refusal(name));
    }
    Ok(name)
}

fn content(operation: &OperationSpec, body: Map<String, Value>) -> Result<Option<Content>> {
    let below = |key: &str, value: Value| Value::Object(Map::from_iter([(key.to_owned(), value)]));
    let json = match operation.body {
        Body::None => return Ok(None),
        Body::Fields(Use::Update, _) if body.is_empty() => {
            return Err(invalid("there is nothing to change").with_hint("set at least one field"));
        }
        Body::Fields(_, member) | Body::Wrapped(member) => below(member, body.into()),
        Body::Element(members) => below(members, Value::Array(vec![body.into()])),
        Body::Bare => body.into(),
        Body::Document(member) => below(member, body.into_iter().next().map(|(_, value)| value).unwrap_or_default()),
        Body::Form(grant_type) => {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.append_pair("grant_type", grant_type);
            for (name, value) in &body {
                form.append_pair(name, value.as_str().unwrap_or_default());
            }
            return Ok(Some(Content::Form(form.finish())));
        }
    };
    Ok(Some(Content::Json(json)))
}

pub(super) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidRequest, message)
}
