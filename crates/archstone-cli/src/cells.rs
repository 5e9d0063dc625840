//! Cells that several commands share: the library's data as values.

use std::time::Duration;

use archstone::Access;

use crate::output::{Name, Value};

/// The time as `openstack` writes it: `2026-11-24T00:18:55+0000`.
pub(crate) fn expiry(access: &Access) -> Value {
    access.expires_at().strftime("%Y-%m-%dT%H:%M:%S%z").to_string().into()
}

/// A field, unless its value is unknown.
pub(crate) fn field(name: impl Into<Name>, value: Option<impl Into<Value>>) -> Option<(Name, Value)> {
    value.map(|value| (name.into(), value.into()))
}

/// The scope of a token in a word or two: the name of its project, or another scope.
pub(crate) fn scope_of(access: &Access) -> String {
    if let Some(project) = access.project_name().or(access.project_id()) {
        return project.to_owned();
    }
    match access.domain_name().or(access.domain_id()) {
        Some(domain) => format!("domain {domain}"),
        None if access.is_system_scoped() => "system".into(),
        None => "unscoped".into(),
    }
}

/// `59 min 7 s`.
pub(crate) fn in_words(seconds: u64) -> String {
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let known = parts.iter().skip_while(|(amount, unit)| *amount == 0 && *unit != "s");
    known.map(|(amount, unit)| format!("{amount} {unit}")).collect::<Vec<_>>().join(" ")
}

/// A duration: words for people, seconds for programs.
pub(crate) fn time(time: Option<Duration>) -> Value {
    let Some(time) = time else { return Value::None };
    let seconds = time.as_secs();
    Value::Shown(in_words(seconds), Box::new(number(seconds)))
}

pub(crate) fn number(number: u64) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}
