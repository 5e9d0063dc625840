//! A resource's fields, taken out of its JSON one by one. What is not known, or is not what it should be, stays.

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
    pub(crate) fn take<T: Kind>(&mut self, name: &'static str, default: Option<T>) -> Result<T, Missing> {
        let value = self.rest.remove(name).map(T::decode);
        if let Some(Ok(value)) = value {
            return Ok(value);
        }
        let absent = default.or_else(T::missing).ok_or(Missing(name))?;
        if let Some(Err(unfit)) = value {
            self.unfit.insert(name.to_owned(), unfit);
        }
        Ok(absent)
    }

    /// What nobody has taken.
    pub(crate) fn rest(mut self) -> Map<String, Value> {
        self.rest.append(&mut self.unfit);
        self.rest
    }
}

/// A field that each resource has, and this one not.
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
    let is_absent = default.or_else(T::missing).and_then(|it| it.encode()).as_ref() == Some(&value);
    if !(is_absent && map.contains_key(name)) {
        map.insert(name.to_owned(), value);
    }
}
