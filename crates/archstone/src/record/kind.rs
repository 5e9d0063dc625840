//! The types of fields, between JSON and Rust.

use serde_json::{Map, Value};

use super::ValueKind;
use crate::secret::Secret;

/// A type that a field can have.
pub trait Kind: Sized {
    /// The type's name in descriptions.
    const KIND: ValueKind;

    /// Whether a resource may lack it.
    const IS_OPTIONAL: bool = false;

    /// Converts from JSON.
    ///
    /// # Errors
    ///
    /// The value itself, if it is of another type.
    fn decode(value: Value) -> Result<Self, Value>;

    /// Converts to JSON; `None` if there is nothing to write.
    fn encode(&self) -> Option<Value>;

    /// The value for a field that is missing, or of another type.
    #[must_use]
    fn blank() -> Self;
}

macro_rules! kinds {
    ($( $type:ty, $kind:ident, $blank:expr, $pattern:pat => $value:expr, |$it:ident| $encoded:expr; )+) => {
        $( impl Kind for $type {
            const KIND: ValueKind = ValueKind::$kind;

            fn decode(value: Value) -> Result<Self, Value> {
                match value { $pattern => Ok($value), other => Err(other) }
            }

            fn encode(&self) -> Option<Value> {
                let $it = self;
                Some($encoded)
            }

            fn blank() -> Self {
                $blank
            }
        } )+
    };
}

kinds! {
    String, Text, String::new(), Value::String(text) => text, |it| it.clone().into();
    bool, Boolean, false, Value::Bool(flag) => flag, |it| (*it).into();
    Secret, Secret, "".into(), Value::String(text) => text.into(), |it| it.expose().into();
    Map<String, Value>, Object, Map::new(), Value::Object(map) => map, |it| it.clone().into();
    Vec<Value>, List, Vec::new(), Value::Array(items) => items, |it| it.clone().into();
}

impl Kind for i64 {
    const KIND: ValueKind = ValueKind::Integer;

    fn decode(value: Value) -> Result<Self, Value> {
        value.as_i64().ok_or(value)
    }

    fn encode(&self) -> Option<Value> {
        Some((*self).into())
    }

    fn blank() -> Self {
        0
    }
}

impl Kind for Vec<String> {
    const KIND: ValueKind = ValueKind::Texts;
    const IS_OPTIONAL: bool = true;

    fn decode(value: Value) -> Result<Self, Value> {
        match value {
            Value::Array(items) if items.iter().all(Value::is_string) => Ok(items
                .into_iter()
                .filter_map(|item| if let Value::String(text) = item { Some(text) } else { None })
                .collect()),
            other => Err(other),
        }
    }

    fn encode(&self) -> Option<Value> {
        Some(self.clone().into())
    }

    fn blank() -> Self {
        Vec::new()
    }
}

impl Kind for Value {
    const KIND: ValueKind = ValueKind::Any;

    fn decode(value: Value) -> Result<Self, Value> {
        Ok(value)
    }

    fn encode(&self) -> Option<Value> {
        Some(self.clone())
    }

    fn blank() -> Self {
        Self::Null
    }
}

impl<T: Kind> Kind for Option<T> {
    const KIND: ValueKind = T::KIND;
    const IS_OPTIONAL: bool = true;

    fn decode(value: Value) -> Result<Self, Value> {
        if value.is_null() { Err(value) } else { T::decode(value).map(Some) }
    }

    fn encode(&self) -> Option<Value> {
        self.as_ref().and_then(Kind::encode)
    }

    fn blank() -> Self {
        None
    }
}
