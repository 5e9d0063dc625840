//! A resource's fields, taken out of its JSON one by one. What is not known, or is not what it should be, stays: a name that
//! is null costs the name and not the resource.

use serde_json::{Map, Value};

use super::Kind;

/// The fields of a resource that are still to be taken.
#[derive(Debug)]
pub(crate) struct Fields {
    rest: Map<String, Value>,
    /// Of another type than the field's: nulls, mostly.
    unfit: Map<String, Value>,
}

impl Fields {
    pub(crate) fn new(map: Map<String, Value>) -> Self {
        Self { rest: map, unfit: Map::new() }
    }

    /// Takes a field; what is missing or does not fit is `default`, or what the type has for that.
    pub(crate) fn take<T: Kind>(&mut self, name: &'static str, default: Option<T>) -> T {
        match self.rest.remove(name).map(T::decode) {
            Some(Ok(value)) => return value,
            Some(Err(unfit)) => {
                self.unfit.insert(name.to_owned(), unfit);
            }
            None => {}
        }
        default.unwrap_or_else(T::blank)
    }

    /// Whether the key is there, without which there is no resource.
    pub(crate) fn has(&self, key: &'static str) -> Result<(), Missing> {
        if self.rest.get(key).is_some_and(Value::is_string) { Ok(()) } else { Err(Missing(key)) }
    }

    /// What nobody has taken.
    pub(crate) fn rest(mut self) -> Map<String, Value> {
        self.rest.append(&mut self.unfit);
        self.rest
    }
}

/// The key of a resource, which this one lacks.
#[derive(Debug)]
pub struct Missing(pub(crate) &'static str);

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // As serde says it: the words are looked for.
        write!(f, "missing field `{}`", self.0)
    }
}

impl std::error::Error for Missing {}

/// Writes a field, unless there is nothing to write. What did not fit stays, as long as nobody has set the field since.
pub(crate) fn put<T: Kind>(map: &mut Map<String, Value>, name: &str, value: &T, default: Option<T>) {
    let Some(value) = value.encode() else { return };
    let is_absent = default.unwrap_or_else(T::blank).encode().as_ref() == Some(&value);
    if !(is_absent && map.contains_key(name)) {
        map.insert(name.to_owned(), value);
    }
}
