//! Takes the fields of a resource out of its JSON one by one. Unknown or invalid fields stay: a name that is null costs
//! the name and not the resource.

use serde_json::{Map, Value};

use super::Kind;

/// The remaining fields of a resource.
#[derive(Debug)]
pub(crate) struct Fields {
    rest: Map<String, Value>,
    /// Fields with an unexpected type: mostly nulls.
    unfit: Map<String, Value>,
}

impl Fields {
    pub(crate) fn new(map: Map<String, Value>) -> Self {
        Self { rest: map, unfit: Map::new() }
    }

    /// Takes a field; if it is missing or invalid, returns `default`, or the type's own default.
    pub(crate) fn take<T: Kind>(&mut self, name: &'static str, default: Option<T>) -> T {
        // The remaining fields keep their order.
        match self.rest.shift_remove(name).map(T::decode) {
            Some(Ok(value)) => return value,
            Some(Err(unfit)) => {
                self.unfit.insert(name.to_owned(), unfit);
            }
            None => {}
        }
        default.unwrap_or_else(T::blank)
    }

    /// Checks that the key is present, without which there is no resource.
    pub(crate) fn has(&self, key: &'static str) -> Result<(), Missing> {
        if self.rest.get(key).is_some_and(Value::is_string) { Ok(()) } else { Err(Missing(key)) }
    }

    /// The fields that were not taken.
    pub(crate) fn rest(mut self) -> Map<String, Value> {
        self.rest.append(&mut self.unfit);
        self.rest
    }
}

/// The key of a resource, which is missing.
#[derive(Debug)]
pub struct Missing(pub(crate) &'static str);

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // serde's message, which callers search for.
        write!(f, "missing field `{}`", self.0)
    }
}

impl std::error::Error for Missing {}

/// Writes a field, unless it is empty. An invalid original value is kept as long as the field has not been set.
pub(crate) fn put<T: Kind>(map: &mut Map<String, Value>, name: &str, value: &T, default: Option<T>) {
    let Some(value) = value.encode() else { return };
    let is_absent = default.unwrap_or_else(T::blank).encode().as_ref() == Some(&value);
    if !(is_absent && map.contains_key(name)) {
        map.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_nobody_takes_stays_in_its_order() {
        let Value::Object(map) = json!({"z": 1, "name": "n", "b": 2, "email": null, "a": 3}) else {
            panic!("an object")
        };
        let mut fields = Fields::new(map);

        assert_eq!(fields.take("name", None::<String>), "n");
        assert_eq!(fields.take("email", None::<String>), "");

        assert_eq!(fields.rest().keys().collect::<Vec<_>>(), ["z", "b", "a", "email"]);
    }
}
