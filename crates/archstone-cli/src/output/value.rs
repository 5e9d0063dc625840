//! The value of a cell.

use std::cmp::Ordering;

use super::{Name, python::repr};

/// The value of a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Value {
    /// No value. People see `None`, as in `openstack`.
    #[default]
    None,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Value>),
    Object(Vec<(Name, Value)>),
    /// Tables show the text, and programs get the value.
    Shown(String, Box<Value>),
}

impl Value {
    pub(crate) fn object<N: Into<Name>>(members: impl IntoIterator<Item = (N, Self)>) -> Self {
        Self::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// The value for programs.
    pub(crate) fn machine(&self) -> &Self {
        match self {
            Self::Shown(_, value) => value.machine(),
            value => value,
        }
    }

    /// For tables.
    pub(crate) fn for_people(&self) -> String {
        match self {
            Self::Shown(text, _) => text.clone(),
            value => value.plain(),
        }
    }

    /// For formats without types: the result of Python's `str`, which scripts expect.
    pub(crate) fn plain(&self) -> String {
        match self.machine() {
            Self::Text(text) => text.clone(),
            value => repr(value),
        }
    }

    /// Whether tables align it to the right, and CSV does not quote it. A value with a different display text is text.
    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Integer(_) | Self::Float(_))
    }

    /// Python's order, in which values of different types cannot be compared.
    pub(crate) fn compare(&self, other: &Self) -> Option<Ordering> {
        #[expect(clippy::cast_precision_loss, reason = "beyond 2^53, numbers are only compared with integers")]
        let number = |value: &Self| match value {
            Self::Bool(value) => Some(f64::from(u8::from(*value))),
            Self::Integer(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            _ => None,
        };
        match (self.machine(), other.machine()) {
            (Self::Text(one), Self::Text(other)) => Some(one.cmp(other)),
            (Self::Integer(one), Self::Integer(other)) => Some(one.cmp(other)),
            (Self::List(one), Self::List(other)) => {
                let differing = one.iter().zip(other).find(|(one, other)| one != other);
                differing.map_or(Some(one.len().cmp(&other.len())), |(one, other)| one.compare(other))
            }
            (one, other) if one == other => Some(Ordering::Equal),
            (one, other) => number(one)?.partial_cmp(&number(other)?),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Into::into)
    }
}

impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::None,
            serde_json::Value::Bool(value) => Self::Bool(value),
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(number) => Self::Integer(number),
                None => number.as_f64().map_or_else(|| Self::Text(number.to_string()), Self::Float),
            },
            serde_json::Value::String(text) => Self::Text(text),
            serde_json::Value::Array(items) => Self::List(items.into_iter().map(Into::into).collect()),
            serde_json::Value::Object(members) => {
                Self::object(members.into_iter().map(|(name, value)| (name, value.into())))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_what_python_would_print() {
        let endpoint = Value::object([("id", "e1".into()), ("region", Value::None), ("on", true.into())]);
        let list = Value::List(vec![
            endpoint,
            "it's".into(),
            "say \"it's\"\n".into(),
            "\u{1b}\u{202e}\u{e0041}".into(),
            Value::Float(1.0),
        ]);

        assert_eq!(
            list.plain(),
            r#"[{'id': 'e1', 'region': None, 'on': True}, "it's", 'say "it\'s"\n', '\x1b\u202e\U000e0041', 1.0]"#
        );
        assert_eq!(Value::from("plain 'text'").plain(), "plain 'text'");
    }

    #[test]
    fn tables_and_programs_may_see_different_things() {
        let roles =
            Value::Shown("member, reader".into(), Box::new(Value::List(vec!["member".into(), "reader".into()])));

        assert_eq!(roles.for_people(), "member, reader");
        assert_eq!(roles.plain(), "['member', 'reader']");
    }
}
