//! The values of fields and parameters, between JSON and Rust.

use serde_json::{Map, Value};

use super::Resource;
use crate::{
    record::{Identified, Kind, ValueKind},
    secret::Secret,
    token::Token,
};

/// A filter for text. Plain text matches exactly.
///
/// ```no_run
/// # async fn run(client: archstone::Client) -> archstone::Result<()> {
/// use archstone::identity::Match;
///
/// let mut users = client.identity().users().list().name(Match::starts_with("svc-").ignoring_case());
/// while let Some(user) = users.next().await? {
///     println!("{}", user.name);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    how: &'static str,
    ignores_case: bool,
    text: String,
}

impl Match {
    /// Matches exactly this text.
    pub fn exactly(text: impl Into<String>) -> Self {
        Self { how: "", ignores_case: false, text: text.into() }
    }

    /// Matches text that contains this.
    pub fn contains(text: impl Into<String>) -> Self {
        Self { how: "contains", ..Self::exactly(text) }
    }

    /// Matches text that starts with this.
    pub fn starts_with(text: impl Into<String>) -> Self {
        Self { how: "startswith", ..Self::exactly(text) }
    }

    /// Matches text that ends with this.
    pub fn ends_with(text: impl Into<String>) -> Self {
        Self { how: "endswith", ..Self::exactly(text) }
    }

    /// Makes the filter case-insensitive. Exact matches are unaffected, since the server does not support that.
    #[must_use]
    pub fn ignoring_case(mut self) -> Self {
        self.ignores_case = true;
        self
    }
}

/// The suffixes of a filter's key that make it inexact.
pub(super) const SUFFIXES: [&str; 6] = ["contains", "startswith", "endswith", "icontains", "istartswith", "iendswith"];

/// Marks a flag parameter: only `true` is sent.
#[derive(Debug)]
pub enum Flag {}

/// Marks a parameter that is the token which the request is about.
#[derive(Debug)]
pub enum Subject {}

/// Marks a parameter that is sent in its own header.
#[derive(Debug)]
pub enum Header {}

/// The kind of a parameter's type.
pub trait ParameterKind {
    /// Its name in descriptions.
    const KIND: ValueKind;
}

impl<T: Kind> ParameterKind for T {
    const KIND: ValueKind = T::KIND;
}

macro_rules! parameter_kinds {
    ($( $type:ty, $kind:ident; )+) => {
        $( impl ParameterKind for $type { const KIND: ValueKind = ValueKind::$kind; } )+
    };
}

parameter_kinds! {
    Match, Match;
    Flag, Flag;
    Subject, Subject;
    Header, Header;
}

/// A value for a field or a parameter of a type: text for text, and for the id of a resource also the resource itself.
pub trait Input<T> {
    /// The value as JSON.
    fn into_json(self) -> Value;
}

macro_rules! inputs {
    ($( $from:ty => $( $to:ty ),+; |$it:ident| $json:expr; )+) => {
        $( inputs! { @ $from => $($to),+; |$it| $json } )+
    };
    (@ $from:ty => $( $to:ty ),+; |$it:ident| $json:expr) => {
        $( impl Input<$to> for $from { fn into_json(self) -> Value { let $it = self; $json } } )+
    };
}

inputs! {
    &str => String, Option<String>, Match, Subject, Header, Secret, Option<Secret>; |it| it.into();
    &String => String, Option<String>, Match, Subject, Header, Secret, Option<Secret>; |it| it.as_str().into();
    String => String, Option<String>, Match, Subject, Header, Secret, Option<Secret>; |it| it.into();
    Option<&str> => Option<String>; |it| it.into();
    Option<String> => Option<String>; |it| it.into();
    Secret => Secret, Option<Secret>, Subject; |it| it.expose().into();
    &Secret => Secret, Option<Secret>, Subject; |it| it.expose().into();
    &Token => Secret, Subject; |it| it.expose().into();
    bool => bool, Option<bool>, Flag; |it| it.into();
    Option<bool> => Option<bool>; |it| it.into();
    i64 => i64, Option<i64>; |it| it.into();
    Option<i64> => Option<i64>; |it| it.into();
    Map<String, Value> => Map<String, Value>, Option<Map<String, Value>>; |it| it.into();
    Value => Value, Option<Value>, Map<String, Value>, Option<Map<String, Value>>, Vec<Value>, Option<Vec<Value>>; |it| it;
    Vec<Value> => Vec<Value>, Option<Vec<Value>>; |it| it.into();
    &[&str] => Vec<String>, Option<Vec<String>>; |it| it.into();
    Vec<String> => Vec<String>, Option<Vec<String>>; |it| it.into();
    &[String] => Vec<String>, Option<Vec<String>>; |it| it.into();
    Match => Match; |it| match (it.how, it.ignores_case) {
        ("", _) => it.text.into(),
        (how, false) => serde_json::json!({ how: it.text }),
        (how, true) => serde_json::json!({ format!("i{how}"): it.text }),
    };
}

impl<const N: usize> Input<Vec<String>> for [&str; N] {
    fn into_json(self) -> Value {
        self.as_slice().into()
    }
}

impl<const N: usize> Input<Option<Vec<String>>> for [&str; N] {
    fn into_json(self) -> Value {
        self.as_slice().into()
    }
}

impl<R: Resource + Identified> Input<String> for &R {
    fn into_json(self) -> Value {
        self.key().into()
    }
}

impl<R: Resource + Identified> Input<Option<String>> for &R {
    fn into_json(self) -> Value {
        self.key().into()
    }
}

/// Resources by their ids, in the form that Keystone requires for roles.
impl<R: Resource + Identified> Input<Vec<Value>> for &[R] {
    fn into_json(self) -> Value {
        self.iter().map(|it| serde_json::json!({ "id": it.key() })).collect()
    }
}

impl<R: Resource + Identified> Input<Option<Vec<Value>>> for &[R] {
    fn into_json(self) -> Value {
        self.iter().map(|it| serde_json::json!({ "id": it.key() })).collect()
    }
}
