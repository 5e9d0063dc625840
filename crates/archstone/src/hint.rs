//! Hints at what to do next, which refer to options independent of an interface's spelling.

use std::{fmt, ops::Add};

use serde_json::{Value, json};

use crate::text;

/// A hint: text, and the options that it refers to.
///
/// An option is written differently in a program, a script and a shell, so a hint refers to it by its name in
/// `clouds.yaml`, and the code that shows the hint spells it: see [`Error::hint_with`](crate::Error::hint_with).
/// `Display` uses Rust's spelling.
///
/// ```
/// use archstone::Hint;
///
/// let hint = "give " + Hint::option("username") + " or " + Hint::option("user_id");
/// assert_eq!(hint.to_string(), "give `.username(…)` or `.user_id(…)`");
/// assert_eq!(hint.worded(|option| format!("`{option}=`")), "give `username=` or `user_id=`");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Hint {
    parts: Vec<Part>,
    /// The whole text in Rust's spelling.
    text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Part {
    Text(String),
    Option(String),
}

impl Hint {
    /// A hint that is only the name of an option, to be combined with text by `+`.
    #[must_use]
    pub fn option(name: &str) -> Self {
        Self::of([Part::Option(name.to_owned())])
    }

    /// A list of options in a sentence: `a`, `b` or `c`.
    #[must_use]
    pub fn options<'a>(names: impl IntoIterator<Item = &'a str>, last: &str) -> Self {
        let names: Vec<_> = names.into_iter().collect();
        names.iter().enumerate().fold(Self::default(), |hint, (position, name)| {
            let separator = match position {
                0 => String::new(),
                position if position + 1 == names.len() => format!(" {last} "),
                _ => ", ".to_owned(),
            };
            hint + separator + Self::option(name)
        })
    }

    /// The hint with options spelled by `option`.
    #[must_use]
    pub fn worded(&self, option: impl Fn(&str) -> String) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Option(name) => option(name),
            })
            .collect()
    }

    /// The hint in Rust's spelling.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    fn of(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut hint = Self::default();
        for part in parts {
            match &part {
                Part::Text(text) => hint.text.push_str(text),
                Part::Option(name) => hint.text.push_str(&in_rust(name)),
            }
            match (hint.parts.last_mut(), part) {
                (Some(Part::Text(before)), Part::Text(text)) => before.push_str(&text),
                (_, part) => hint.parts.push(part),
            }
        }
        hint
    }

    /// The form that is stored for other processes.
    pub(crate) fn to_record(&self) -> Value {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => json!(text),
            Part::Option(name) => json!({ "option": name }),
        });
        Value::Array(parts.collect())
    }

    /// Reads a stored hint; earlier versions stored plain text.
    pub(crate) fn from_record(record: &Value) -> Option<Self> {
        let part = |value: &Value| match value {
            Value::String(text) => Some(Part::Text(text::message(text.clone()))),
            value => Some(Part::Option(text::message(value.get("option")?.as_str()?.to_owned()))),
        };
        match record {
            Value::Array(parts) => Some(Self::of(parts.iter().map(part).collect::<Option<Vec<_>>>()?)),
            value => Some(Self::of([part(value)?])),
        }
    }
}

/// The Rust spelling of an option.
fn in_rust(option: &str) -> String {
    match option {
        // In lists of resources, `domain`.
        "cloud" | "domain" => format!("`.{option}(…)`"),
        "unscoped" | "insecure" | "system_scope" | "reload_config" => format!("`.{option}()`"),
        "include_catalog" => "`.without_catalog()`".to_owned(),
        option if METHODS.contains(&option) => format!("`.{option}(…)`"),
        option => format!("`.option(\"{option}\", …)`"),
    }
}

/// The options with their own builder method.
const METHODS: &[&str] = &[
    "auth_url",
    "username",
    "user_id",
    "user_domain_id",
    "user_domain_name",
    "project_name",
    "project_id",
    "tenant_name",
    "tenant_id",
    "project_domain_id",
    "project_domain_name",
    "default_domain_id",
    "default_domain_name",
    "domain_id",
    "domain_name",
    "trust_id",
    "application_credential_id",
    "application_credential_name",
    "application_credential_secret",
    "auth_type",
    "mgmt_url",
    "region_name",
    "no_proxy",
    "user_agent",
    "password",
    "token",
    "token_id",
    "token_ref",
    "receipt",
    "proxy",
    "interface",
    "cacert",
    "timeout",
    "connect_timeout",
    "tls_min_version",
    "insecure_endpoints",
    "unix_socket",
    "original_ip",
];

impl From<String> for Hint {
    /// Text, without [invisible characters](crate::text).
    fn from(text: String) -> Self {
        Self::of([Part::Text(text::message(text))])
    }
}

impl From<&str> for Hint {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl<T: Into<Hint>> Add<T> for Hint {
    type Output = Self;

    fn add(self, more: T) -> Self {
        Self::of(self.parts.into_iter().chain(more.into().parts))
    }
}

impl Add<Hint> for &str {
    type Output = Hint;

    fn add(self, more: Hint) -> Hint {
        Hint::from(self) + more
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::OPTIONS;

    #[test]
    fn a_hint_is_worded_by_who_shows_it_also_after_it_was_kept() {
        let hint = "check " + Hint::option("auth_url") + format!(", or {}", "more ") + Hint::option("token_cache");
        let kept = Hint::from_record(&hint.to_record()).expect("a record of a hint");

        assert_eq!(kept, hint);
        assert_eq!(hint.to_string(), "check `.auth_url(…)`, or more `.option(\"token_cache\", …)`");
        assert_eq!(hint.worded(|option| format!("--{option}")), "check --auth_url, or more --token_cache");
        assert_eq!(Hint::options(["a", "b", "c"], "and").worded(str::to_owned), "a, b and c");
        assert_eq!(Hint::from_record(&json!("plain")), Some("plain".into()));
        assert_eq!(Hint::from_record(&json!([7])), None);
    }

    #[test]
    fn what_a_hint_says_in_rust_compiles() {
        let builder = include_str!("client/builder.rs");
        for spec in OPTIONS.iter().flat_map(|group| group.iter()) {
            let method = builder.contains(&format!("        {}\n", spec.name))
                || builder.contains(&format!("pub fn {}(", spec.name));
            // The builder's `token_cache` sets the in-memory cache of a process, not the option's store.
            let method = method && spec.name != "token_cache";
            assert_eq!(in_rust(spec.name).starts_with(&format!("`.{}(", spec.name)), method, "{}", spec.name);
        }
    }
}
