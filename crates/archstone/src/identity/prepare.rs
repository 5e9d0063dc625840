//! From an operation and what was given for it to a request, with all checks that need no server.

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
    /// Below the Identity API, or below the service's root.
    pub(super) segments: Vec<String>,
    pub(super) is_below_root: bool,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Option<Content>,
    /// The token that the request is about.
    pub(super) subject: Option<String>,
    pub(super) headers: Vec<(&'static str, String)>,
    /// What no error may repeat.
    pub(super) secrets: Vec<Secret>,
}

#[derive(Clone)]
pub(super) enum Content {
    Json(Value),
    Form(String),
}

impl std::fmt::Debug for Content {
    /// It may hold secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Content(***)")
    }
}

/// What was given for an operation, by name. Nothing is told from `None` here: null is a value.
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
    Ok(prepared)
}

/// What was given for fields and parameters that are secret.
fn secrets(operation: &OperationSpec, arguments: &Arguments) -> Vec<Secret> {
    let is_secret = |name: &str| {
        let of_field = operation.fields.iter().find(|it| it.name == name || it.setter == name).map(|it| it.kind);
        let kind = operation.parameter(name).map(|it| it.kind).or(of_field);
        matches!(kind, Some(ValueKind::Secret | ValueKind::Subject))
    };
    let texts = arguments.iter().filter(|(name, _)| is_secret(name)).filter_map(|(_, value)| value.as_str());
    texts.map(Secret::from).collect()
}

/// Keystone's own largest page, unless it is configured otherwise; it takes what is more for that.
const LARGEST_PAGE: &str = "1000";

/// Asks for pages where there are any: without a `limit`, Keystone ends the list after its largest page, and does not
/// say so. Elsewhere a `limit` does harm: the link to the next page leads back to the first.
fn turn_pages(query: &mut Vec<(String, String)>, is_paged: bool) {
    if !is_paged {
        query.retain(|(name, _)| name != "limit");
    } else if !query.iter().any(|(name, _)| name == "limit") {
        query.push(("limit".to_owned(), LARGEST_PAGE.to_owned()));
    }
}

/// Whether all that must be given is given, and nothing contradicts itself. What is done has a name of its own where
/// it is made of another operation.
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

/// A flag that is off, and nothing, are as if they had not been given.
fn is_said(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}

/// The names of the path's parameters that were given.
fn given_for_path<'a>(operation: &OperationSpec, arguments: &'a Arguments) -> Vec<&'a str> {
    let said = arguments.iter().filter(|(name, value)| operation.is_in_path(name) && is_said(value));
    said.map(|(name, _)| name.as_str()).collect()
}

fn leads(route: &Route, given: &[&str]) -> bool {
    route.names().count() == given.len() && route.names().all(|name| given.contains(&name))
}

/// Whether the user is all that is missing: then it is the token's own.
pub(super) fn lacks_user(operation: &OperationSpec, arguments: &Arguments) -> bool {
    let mut given = given_for_path(operation, arguments);
    if given.contains(&"user") || operation.routes.iter().any(|route| leads(route, &given)) {
        return false;
    }
    given.push("user");
    operation.routes.iter().any(|route| leads(route, &given))
}

/// The one way for just what was given.
fn route<'o>(operation: &'o OperationSpec, arguments: &Arguments) -> Result<&'o Route> {
    let given = given_for_path(operation, arguments);
    operation.routes.iter().find(|route| leads(route, &given)).ok_or_else(|| {
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

/// An id or a name that can stand in a path.
fn id(name: &str, value: &Value) -> Result<String> {
    let text = value.as_str().ok_or_else(|| invalid(format!("`{name}` is not text")))?;
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

/// Adds a parameter to the query.
fn ask(query: &mut Vec<(String, String)>, operation: &OperationSpec, name: &str, value: &Value) -> Result<()> {
    if !operation.takes(name) {
        return Err(operation.refusal(name));
    }
    let parameter = operation.parameter(name);
    let key = parameter.map_or_else(|| inexact(operation, name), |it| it.wire.to_owned());
    match (parameter.map(|it| it.kind), value) {
        (Some(ValueKind::Flag), Value::Bool(true)) => {
            // Some say how they are on.
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

/// The key of an inexact filter: that of its parameter, and how it is compared.
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

/// The key of a custom attribute: what is described has a name of its own.
fn custom<'a>(operation: &OperationSpec, name: &'a str) -> Result<&'a str> {
    if operation.takes(name) {
        return Err(invalid(format!("`{name}` is no custom attribute")).with_hint("give it by its own name"));
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
