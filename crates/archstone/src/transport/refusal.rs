//! Turns a response of 400 and above into an error: the status determines its kind, and the body its message.
//!
//! Services, and the proxies in front of them, write their errors in many forms. All of them are parsed here, for the
//! identity service and for every other.

use std::time::Duration;

use http::header::HeaderMap;
use serde_json::{Map, Value};
use url::Url;

use super::retry_after;
use crate::{
    error::{Error, ErrorKind, public_url},
    redaction::SentSecrets,
    text::printable,
};

/// The kind of error for a status.
pub(crate) fn kind_of(status: u16) -> ErrorKind {
    match status {
        401 => ErrorKind::TokenRejected,
        403 => ErrorKind::Forbidden,
        404 | 410 => ErrorKind::NotFound,
        409 => ErrorKind::Conflict,
        429 => ErrorKind::RateLimited,
        400..500 => ErrorKind::InvalidRequest,
        500.. => ErrorKind::ServerError,
        _ => ErrorKind::InvalidResponse,
    }
}

/// The error for a response, with the service's message.
pub(crate) fn refusal(status: u16, headers: &HeaderMap, body: &[u8], url: &Url, sent: &SentSecrets) -> Error {
    let shown = public_url(url);
    let message = match said(body, sent) {
        Some(said) => format!("{said} (HTTP {status} from `{shown}`)"),
        None => format!("HTTP {status} from `{shown}`"),
    };
    about(kind_of(status), message, status, headers, url)
}

/// An error about a response, with its common details, and what they suggest to do.
pub(crate) fn about(kind: ErrorKind, message: impl Into<String>, status: u16, headers: &HeaderMap, url: &Url) -> Error {
    let (request_id, wait) = (request_id(headers).map(printable), retry_after(headers));
    let hint = when_to_repeat(kind, wait, request_id.is_some());
    let error =
        Error::new(kind, message).with_status(status).with_url(url).with_request_id(request_id).with_retry_after(wait);
    hint.into_iter().fold(error, Error::with_hint)
}

/// What to do about a service that is currently unavailable.
fn when_to_repeat(kind: ErrorKind, wait: Option<Duration>, has_request_id: bool) -> Option<String> {
    let operator = if has_request_id { "; tell the operator the request id" } else { "" };
    let wait = wait.map(|it| it.as_secs() + u64::from(it.subsec_nanos() > 0));
    match (kind, wait) {
        (ErrorKind::RateLimited, Some(wait)) => Some(format!("send less often, and try again in {wait} s")),
        (ErrorKind::RateLimited, None) => Some("send less often, and try again later".into()),
        (ErrorKind::ServerError, Some(wait)) => Some(format!("try again in {wait} s{operator}")),
        (ErrorKind::ServerError, None) => Some(format!("try again later{operator}")),
        _ => None,
    }
}

/// The service's request id, from any of its usual headers.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    ["x-openstack-request-id", "x-compute-request-id"].into_iter().find_map(|name| headers.get(name)?.to_str().ok())
}

/// A service's message without the request's secrets, safe to show.
pub(crate) fn said(body: &[u8], sent: &SentSecrets) -> Option<String> {
    let words = words(body)?;
    let words = sent.redacted(&words).unwrap_or_else(|| WITHHELD.into());
    Some(printable(&words)).filter(|it| !it.is_empty())
}

/// A service's unredacted message, which may repeat a secret: for parsing, never to be shown.
///
/// `{"error": {"message": …}}` is Keystone's and Glance's, `{"badRequest": {"message": …}}` Nova's,
/// `{"NeutronError": {"message": …}}` Neutron's, `{"errors": [{"title": …, "detail": …}]}` Placement's and the
/// API guideline's, `{"error_message": "…"}` Ironic's (the text may itself be JSON), `{"faultstring": …}` Octavia's,
/// `{"title": …, "description": …}` Barbican's, `{"error_msg": …, "error_code": …}` of clouds with a gateway,
/// `{"error": "…", "error_description": "…"}` OAuth's, HTML of WSGI servers and proxies, plain text Swift's.
pub(crate) fn words(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    match serde_json::from_str::<Value>(text) {
        Ok(document @ Value::Object(_)) => words_of(&document, DEEPEST),
        Ok(document) => words_of(&document, DEEPEST).or_else(|| plain(text)),
        Err(_) if text.starts_with('<') => words_of_markup(text),
        Err(_) => plain(text),
    }
}

/// Replaces a message with a secret that cannot be masked.
const WITHHELD: &str = "the service's message is withheld, since it repeats a secret that was sent";

/// The maximum depth of a message in any service's error.
const DEEPEST: u8 = 5;
/// Members that contain only the message.
const MESSAGES: [&str; 7] =
    ["message", "faultstring", "error_msg", "error_message", "error_description", "Message", "msg"];
/// Members that contain the message if there is no other.
const DETAILS: [&str; 3] = ["detail", "description", "explanation"];

fn plain(text: &str) -> Option<String> {
    text.lines().next().map(str::to_owned)
}

fn words_of(value: &Value, depth: u8) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    match value {
        Value::String(text) if text.trim_start().starts_with('{') => {
            let inner = serde_json::from_str(text).ok().and_then(|inner| words_of(&inner, depth));
            inner.or_else(|| Some(text.clone()))
        }
        Value::String(text) => Some(text.clone()).filter(|it| !it.trim().is_empty()),
        Value::Array(items) => items.iter().find_map(|item| words_of(item, depth)),
        Value::Object(members) => words_of_members(members, depth),
        _ => None,
    }
}

fn words_of_members(members: &Map<String, Value>, depth: u8) -> Option<String> {
    let words = |name: &&str| members.get(*name).and_then(|value| words_of(value, depth));
    let title = members.get("title").and_then(Value::as_str).filter(|it| !it.is_empty());
    let nested =
        || members.values().filter(|it| it.is_object() || it.is_array()).find_map(|value| words_of(value, depth));
    if let Some(message) = MESSAGES.iter().find_map(words) {
        return Some(message);
    }
    // A nested error says more than the text around it, except when that consists of a title and a detail.
    let detail = if title.is_some() { DETAILS[..2].iter().find_map(words) } else { None };
    if let Some(detail) = detail.or_else(nested).or_else(|| DETAILS.iter().find_map(words)) {
        return Some(match title {
            Some(title) if !detail.starts_with(title) => format!("{title}: {detail}"),
            _ => detail,
        });
    }
    let only = || members.values().next().filter(|_| members.len() == 1).and_then(Value::as_str);
    title.or_else(|| members.get("error")?.as_str()).or_else(only).map(str::to_owned)
}

/// The title of an HTML page, and the text below its heading if the page is short; the message of an error in XML.
fn words_of_markup(text: &str) -> Option<String> {
    /// Longer pages are meant for people with a browser.
    const SHORT: usize = 2048;
    let heading = element(text, "h1").map(|it| plain_text(it.0));
    let title = element(text, "title").or_else(|| element(text, "message")).map(|it| plain_text(it.0));
    let title = title.filter(|it| !it.is_empty()).or_else(|| heading.filter(|it| !it.is_empty()))?;
    let is_short = text.len() <= SHORT && !text.contains("<script");
    let below = element(text, "h1").filter(|_| is_short).map(|(_, after)| plain_text(after)).unwrap_or_default();
    Some(if below.is_empty() { title } else { format!("{title}: {below}") })
}

/// The content of the first element with this name, and the rest after it.
fn element<'a>(text: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    // Changing the case of ASCII letters keeps all positions.
    let lower = text.to_ascii_lowercase();
    let opening = lower
        .match_indices(&format!("<{name}"))
        .find(|(at, tag)| lower[at + tag.len()..].starts_with(['>', ' ']))
        .map(|(at, _)| at)?;
    let start = opening + lower[opening..].find('>')? + 1;
    let end = start + lower[start..].find(&format!("</{name}"))?;
    let after = end + lower[end..].find('>')? + 1;
    Some((&text[start..end], &text[after..]))
}

/// Markup without its tags, on one line.
fn plain_text(markup: &str) -> String {
    let mut text = String::with_capacity(markup.len());
    let mut pieces = markup.split('<');
    text.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        text.push(' ');
        text.push_str(piece.split_once('>').map_or("", |(_, content)| content));
    }
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    let text = entities.iter().fold(text, |text, (entity, character)| text.replace(entity, character));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_is_understood() {
        let glance = "<html>\n <head>\n  <title>403 Forbidden</title>\n </head>\n <body>\n  <h1>403 Forbidden</h1>\n  \
                      You are not allowed &quot;here&quot;.<br /><br />\n\n\n </body>\n</html>";
        let deep = "[".repeat(100_000);
        let table = [
            (r#"{"error": {"code": 404, "message": "no such user", "title": "Not Found"}}"#, Some("no such user")),
            (r#"{"error": {"code": 401, "message": null, "title": "Unauthorized"}}"#, Some("Unauthorized")),
            (r#"{"unauthorized": {"code": 401, "message": "bad key"}}"#, Some("bad key")),
            (
                r#"{"error_msg": "Incorrect IAM authentication", "error_code": "APIGW.0301"}"#,
                Some("Incorrect IAM authentication"),
            ),
            (r#"{"badRequest": {"code": 400, "message": "bad flavor"}}"#, Some("bad flavor")),
            (r#"{"NeutronError": {"type": "X", "message": "no ports left", "detail": ""}}"#, Some("no ports left")),
            (r#"{"NeutronError": "no ports left"}"#, Some("no ports left")),
            (r#"{"errors": [{"status": 409, "title": "Conflict", "detail": "in use"}]}"#, Some("Conflict: in use")),
            (r#"{"errors": [{"message": "too many"}, {"message": "other"}]}"#, Some("too many")),
            (r#"{"errors": ["too many"]}"#, Some("too many")),
            (r#"{"error_message": "{\"faultstring\": \"node is locked\"}"}"#, Some("node is locked")),
            (r#"{"error_message": {"faultstring": "node is locked"}}"#, Some("node is locked")),
            (r#"{"error_message": "node is locked"}"#, Some("node is locked")),
            (r#"{"faultcode": "Client", "faultstring": "no listener", "debuginfo": null}"#, Some("no listener")),
            (r#"{"code": 404, "title": "Not Found", "description": "Not Found. Sorry."}"#, Some("Not Found. Sorry.")),
            (
                r#"{"explanation": "it failed", "code": 404, "error": {"message": "no stack", "traceback": null}, "title": "Not Found"}"#,
                Some("Not Found: no stack"),
            ),
            (r#"{"error": "invalid_client", "error_description": "who are you"}"#, Some("who are you")),
            (r#"{"error": "invalid_client"}"#, Some("invalid_client")),
            (r#"{"status": 401, "error": "Unauthorized", "path": "/v3"}"#, Some("Unauthorized")),
            (r#"{"message": "plain", "code": 1}"#, Some("plain")),
            (r#"{"detail": "plain"}"#, Some("plain")),
            (r#""plain""#, Some("plain")),
            ("Account exceeds quota\nmore", Some("Account exceeds quota")),
            (glance, Some("403 Forbidden: You are not allowed \"here\".")),
            ("<html><h1>Not Found</h1><p>It is not there.</p></html>", Some("Not Found: It is not there.")),
            ("<HTML><HEAD><TITLE>Log in</TITLE></HEAD><script>x()</script><h1>Hi</h1>x</HTML>", Some("Log in")),
            ("<html><header>x</header>502</html>", None),
            ("<Error><Code>Denied</Code><Message>Access denied</Message></Error>", Some("Access denied")),
            ("", None),
            ("[1, 2]", Some("[1, 2]")),
            ("{}", None),
            ("<", None),
            ("<title>é", None),
            (&deep, Some(&deep[..300])),
        ];
        for (body, words) in table {
            let said = said(body.as_bytes(), &SentSecrets::default());
            assert_eq!(said.as_deref().map(|it| it.trim_end_matches('…')), words, "{}", printable(body));
        }
        assert_eq!(said(b"caf\xe9", &SentSecrets::default()).as_deref(), Some("caf\u{fffd}"));
    }

    #[test]
    fn advice_is_about_what_is_there() {
        let url = Url::parse("http://compute.example/servers").expect("a URL");
        let hint = |status, headers: &[(&'static str, &'static str)]| {
            let headers = headers.iter().map(|(name, value)| {
                (http::header::HeaderName::from_static(name), http::header::HeaderValue::from_static(value))
            });
            refusal(status, &headers.collect(), b"", &url, &SentSecrets::default()).hint().map(str::to_owned)
        };
        let (wait, id) = (("retry-after", "7"), ("x-openstack-request-id", "req-1"));

        assert_eq!(hint(429, &[wait]).as_deref(), Some("send less often, and try again in 7 s"));
        assert_eq!(hint(429, &[]).as_deref(), Some("send less often, and try again later"));
        assert_eq!(hint(503, &[]).as_deref(), Some("try again later"));
        assert_eq!(hint(503, &[wait, id]).as_deref(), Some("try again in 7 s; tell the operator the request id"));
        assert_eq!(hint(404, &[id]), None);
    }
}
