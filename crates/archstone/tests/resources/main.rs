//! Any resource is unchanged by deserializing and serializing it.

mod every;

use archstone::identity::{FieldSpec, RESOURCES, ValueKind};
use every::{EVERY, Rewrite};
use proptest::{collection, option, prelude::*, sample};
use serde_json::{Map, Number, Value, json};

/// Any JSON, including keys that are names of fields.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|it| Number::from_f64(it).map_or(Value::Null, Value::Number)),
        any::<String>().prop_map(Value::from),
        Just(json!("gAAAAAB")),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            collection::btree_map(key(), inner, 0..5).prop_map(|it| Value::Object(it.into_iter().collect())),
        ]
    })
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        sample::select(vec!["id", "name", "links", "extra", "options"]).prop_map(str::to_owned),
        any::<String>()
    ]
}

/// A value of the type that a field should have.
fn fitting(kind: ValueKind) -> BoxedStrategy<Value> {
    match kind {
        ValueKind::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        ValueKind::Integer => any::<i64>().prop_map(Value::from).boxed(),
        ValueKind::Texts => collection::vec(any::<String>(), 0..4).prop_map(Value::from).boxed(),
        ValueKind::List => collection::vec(anything(), 0..4).prop_map(Value::from).boxed(),
        ValueKind::Object => collection::btree_map(key(), anything(), 0..4)
            .prop_map(|it| Value::Object(it.into_iter().collect()))
            .boxed(),
        ValueKind::Any => anything().boxed(),
        _ => any::<String>().prop_map(Value::from).boxed(),
    }
}

/// A field, present or not, and with a valid value or not.
fn field(spec: &'static FieldSpec) -> BoxedStrategy<Option<(String, Value)>> {
    let name = spec.name.to_owned();
    let value = if spec.is_required {
        fitting(spec.kind).prop_map(Some).boxed()
    } else {
        option::of(prop_oneof![3 => fitting(spec.kind), 1 => Just(Value::Null), 1 => anything()]).boxed()
    };
    value.prop_map(move |value| Some((name.clone(), value?))).boxed()
}

fn resource() -> impl Strategy<Value = (&'static str, Rewrite, Map<String, Value>)> {
    sample::select(EVERY).prop_flat_map(|(spec, rewrite)| {
        let described: Vec<_> = spec.fields.iter().map(field).collect();
        let own = collection::btree_map(key(), anything(), 0..4);
        (described, own).prop_map(move |(described, own)| {
            let mut map: Map<String, Value> =
                own.into_iter().filter(|(name, _)| spec.fields.iter().all(|it| it.name != name)).collect();
            map.extend(described.into_iter().flatten());
            (spec.names.class, rewrite, map)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_resource_holds_survives_being_read_and_written((class, rewrite, map) in resource()) {
        let written = rewrite(map.clone());
        prop_assert!(written.is_some(), "{} with all that each has", class);
        let mut written = written.unwrap_or_default();
        for (name, value) in &map {
            let kept = written.remove(name);
            prop_assert_eq!(kept.as_ref(), Some(value), "{} of {}", name, class);
        }
        // An absent field has its default value.
        for (name, value) in written {
            prop_assert!(value.is_boolean() || value == json!([]) || value.is_null(), "{}: {}", name, value);
        }
    }

    #[test]
    fn whatever_comes_in_the_place_of_a_resource_is_read_or_refused(
        rewrite in sample::select(EVERY).prop_map(|(_, rewrite)| rewrite),
        map in collection::btree_map(key(), anything(), 0..8),
    ) {
        rewrite(map.into_iter().collect());
    }
}

#[test]
fn every_kind_of_resource_is_among_them() {
    let all: Vec<_> = RESOURCES.iter().filter(|it| !it.fields.is_empty()).map(|it| it.names.class).collect();

    assert_eq!(EVERY.iter().map(|(spec, _)| spec.names.class).collect::<Vec<_>>(), all);
}
