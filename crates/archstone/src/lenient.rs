//! Lenient deserialization of server responses: a value that is null, missing or of another type is dropped, and the
//! rest is kept.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use serde_json::Value;

/// For `deserialize_with`, together with `default`: a value of any type. One that does not match becomes the default.
pub(crate) fn part<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(from: D) -> Result<T, D::Error> {
    Ok(T::deserialize(Value::deserialize(from)?).unwrap_or_default())
}

/// For `deserialize_with`, together with `default`: a list, without the items that do not match.
pub(crate) fn parts<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Vec<T>, D::Error> {
    let items = match Value::deserialize(from)? {
        Value::Array(items) => items,
        _ => Vec::new(),
    };
    Ok(items.into_iter().filter_map(|item| T::deserialize(item).ok()).collect())
}

/// For `deserialize_with`, together with `default`: a list of objects, without the items of other types. It is
/// deserialized directly, so that a long list needs no copy; the objects' own fields have to be lenient.
pub(crate) fn objects<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    from.deserialize_any(List(PhantomData))
}

/// For `deserialize_with`, together with `default`: optional text. An empty text becomes `None`.
pub(crate) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    from.deserialize_any(Text)
}

/// A visitor's result for values of other types.
macro_rules! anything_else_is {
    ($nothing:expr; $( $visit:ident($kind:ty) ),* $(,)?) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("any value")
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($nothing)
        }

        $( fn $visit<E>(self, _: $kind) -> Result<Self::Value, E> {
            Ok($nothing)
        } )*
    };
}

struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = Option<String>;

    anything_else_is! { None; visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64) }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()).filter(|it| !it.is_empty()))
    }

    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(Some(text).filter(|it| !it.is_empty()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        IgnoredAny::deserialize(SeqAccessDeserializer::new(items)).map(|_| None)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        IgnoredAny::deserialize(MapAccessDeserializer::new(map)).map(|_| None)
    }
}

struct List<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    anything_else_is! { Vec::new(); visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str) }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Object(item)) = items.next_element()? {
            list.extend(item);
        }
        Ok(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        IgnoredAny::deserialize(MapAccessDeserializer::new(map)).map(|_| Vec::new())
    }
}

/// An item of a list; `None` if it is not an object.
pub(crate) struct Object<T>(pub(crate) Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Item<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Item<T> {
            type Value = Option<T>;

            anything_else_is! { None; visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str) }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
                IgnoredAny::deserialize(SeqAccessDeserializer::new(items)).map(|_| None)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Some)
            }
        }

        from.deserialize_any(Item(PhantomData)).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Thing {
        #[serde(deserialize_with = "text")]
        name: Option<String>,
        #[serde(deserialize_with = "part")]
        count: u8,
        #[serde(deserialize_with = "parts")]
        words: Vec<String>,
        #[serde(deserialize_with = "objects")]
        things: Vec<Thing>,
    }

    #[test]
    fn what_does_not_fit_costs_only_itself() {
        for odd in ["null", "true", "-1", "7000", "1.5", "\"\"", "[]", "[null, [1], 2, \"x\"]", "{}", "{\"name\": 1}"] {
            let document = format!(
                r#"{{"name": {odd}, "count": {odd}, "words": ["one", {odd}, "two"], "things": [{odd}, {{"name": "inner"}}]}}"#
            );
            let thing: Thing = serde_json::from_str(&document).expect("a thing");
            assert_eq!((thing.name, thing.count), (None, 0), "{odd}");
            assert!(thing.words.iter().filter(|word| !word.is_empty()).eq(["one", "two"]), "{odd}");
            assert_eq!(thing.things.last().and_then(|it| it.name.as_deref()), Some("inner"), "{odd}");

            let lists = format!(r#"{{"name": "x", "words": {odd}, "things": {odd}, "other": {odd}}}"#);
            let thing: Thing = serde_json::from_str(&lists).expect("a thing");
            assert_eq!(thing.name.as_deref(), Some("x"), "{odd}");
        }
        assert_eq!(serde_json::from_str::<Thing>("{}").expect("a thing"), Thing::default());
    }
}
