//! Every resource that can be created, according to the table `round_trips.json`: created with all its fields, read
//! back equal, found by every filter, changed field by field, and deleted. The Python tests use the same table.
//!
//! A row contains the fields for creating a resource (`create`), and the new value of each field (`update`; `becomes`,
//! if Keystone changes it). It may also have:
//!
//! - `in`: what the resource is in; `user` and `finder`: who creates it and who may list it, if not `admin`.
//! - `along`: fields that an update must repeat.
//! - `told_once`, `never_told`: fields that Keystone returns only on creation, or never.
//! - `found_by`, `not_found_by`: filters. Each of `found_by` with a different value must not find it.
//!
//! `{user}` in a value is the object of this name created by `before`, `{.name}` a field of the resource itself, and
//! `{unique}` a name that nothing else has.

#[path = "../../resources/every.rs"]
mod every;

use std::collections::{BTreeMap, BTreeSet};

use archstone::{
    ErrorKind,
    identity::{Identity, OperationSpec, RESOURCES, ResourceSpec, Use},
};
use serde_json::{Map, Value, json};

use super::{admin, unique};
use crate::keystone::Path;

type Fields = Map<String, Value>;

fn table() -> Value {
    serde_json::from_str(include_str!("round_trips.json")).unwrap()
}

fn rows(table: &Value, part: &str) -> Vec<Value> {
    table[part].as_array().unwrap().clone()
}

fn words(row: &Value, key: &str) -> Vec<String> {
    row[key].as_array().into_iter().flatten().map(|it| it.as_str().unwrap().to_owned()).collect()
}

fn spec(row: &Value) -> &'static ResourceSpec {
    RESOURCES.iter().find(|it| row["resource"] == it.manager).unwrap_or_else(|| panic!("no such resource: {row}"))
}

/// The placeholders in the table, by name.
#[derive(Clone, Default)]
struct Known(BTreeMap<String, Value>);

impl Known {
    /// A value of the table with its placeholders replaced; unknown ones are left unchanged.
    fn fill(&self, value: &Value) -> Value {
        match value {
            Value::String(text) if text == "{unique}" => unique("trip").into(),
            Value::String(text) => {
                let name = text.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
                name.and_then(|it| self.0.get(it)).unwrap_or(value).clone()
            }
            Value::Array(items) => items.iter().map(|it| self.fill(it)).collect(),
            Value::Object(_) => self.fields(value).into(),
            other => other.clone(),
        }
    }

    fn fields(&self, row: &Value) -> Fields {
        row.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), self.fill(value))).collect()
    }

    /// With the fields of the created object, prefixed with a dot.
    fn with(&self, made: &Fields) -> Self {
        let fields = made.iter().map(|(name, value)| (format!(".{name}"), value.clone()));
        Self(self.0.clone().into_iter().chain(fields).collect())
    }
}

/// Whether it is as expected; objects may have more members, since Keystone completes references.
fn holds(actual: &Value, expected: &Value) -> bool {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => {
            expected.iter().all(|(name, value)| actual.get(name).is_some_and(|it| holds(it, value)))
        }
        (Value::Array(actual), Value::Array(expected)) => {
            actual.len() == expected.len() && actual.iter().zip(expected).all(|(one, other)| holds(one, other))
        }
        _ => actual == expected,
    }
}

/// The same filters, each time with a different value for one of them.
fn otherwise(filters: &Fields) -> Vec<Fields> {
    let exact = filters.iter().filter(|(name, _)| !name.starts_with("not_"));
    let others = exact.map(|(name, value)| {
        let other = match value {
            Value::Bool(it) => (!it).into(),
            Value::Array(_) => json!([unique("other")]),
            _ => unique("other").into(),
        };
        let mut filters = filters.clone();
        filters.insert(name.clone(), other);
        filters
    });
    others.collect()
}

struct Trip {
    row: Value,
    spec: &'static ResourceSpec,
    identity: Identity,
    /// The user who may list it.
    finder: Identity,
    known: Known,
    /// The other parameters of its path.
    within: Fields,
}

impl Trip {
    fn new(row: Value, known: &Known, users: &BTreeMap<&str, Identity>) -> Self {
        let user = row["user"].as_str().unwrap_or("admin");
        let finder = row["finder"].as_str().unwrap_or(user);
        let (identity, finder) = (users[user].clone(), users[finder].clone());
        Self { spec: spec(&row), within: known.fields(&row["in"]), row, identity, finder, known: known.clone() }
    }

    fn operation(&self, name: &str) -> &'static OperationSpec {
        self.spec.operation(name).unwrap_or_else(|| panic!("{} has no {name}", self.spec.manager))
    }

    async fn perform(&self, name: &str, arguments: Fields) -> archstone::Result<Value> {
        let operation = self.operation(name);
        let given = self.within.clone().into_iter().chain(arguments);
        let (mut given, custom): (Fields, Fields) = given.partition(|(name, _)| operation.takes(name));
        if !custom.is_empty() {
            given.insert("extra".to_owned(), custom.into());
        }
        self.identity.perform(operation, given).await
    }

    /// The parameters for the path of the resource with this key.
    fn named(&self, key: &Value) -> Fields {
        let itself = self.operation("get").itself().unwrap();
        Fields::from_iter([(itself.to_owned(), key.clone())])
    }

    /// Reads a resource as its type.
    async fn get(&self, key: &Value) -> Fields {
        self.typed(&self.perform("get", self.named(key)).await.unwrap())
    }

    /// The typed form of an answer, which must not contain undescribed fields.
    fn typed(&self, answer: &Value) -> Fields {
        let (_, rewrite) = every::EVERY.iter().find(|(it, _)| it.manager == self.spec.manager).unwrap();
        let own = &self.row["create"];
        for name in answer.as_object().unwrap().keys() {
            let is_known =
                self.spec.fields.iter().any(|it| it.name == name) || name.ends_with("links") || own.get(name).is_some();
            assert!(is_known, "{} has no field `{name}`, which Keystone answers: {answer}", self.spec.manager);
        }
        rewrite(answer.as_object().unwrap().clone()).unwrap()
    }

    async fn make(&self) -> Fields {
        let create = self.known.fields(&self.row["create"]);
        let made = self.typed(&self.perform("create", create.clone()).await.unwrap());
        let never_told = words(&self.row, "never_told");
        for (name, value) in &create {
            let is_field = !self.operation("create").is_in_path(name) && !never_told.contains(name);
            let told = made.get(name).unwrap_or(&Value::Null);
            assert!(!is_field || holds(told, value), "{name} of {} is {told}, not {value}", self.spec.manager);
        }
        made
    }

    async fn is_among(&self, filters: &Fields, key: &Value) -> bool {
        let mut items =
            self.finder.items(self.operation("list"), self.within.clone().into_iter().chain(filters.clone()).collect());
        loop {
            match items.next().await {
                Ok(Some(item)) => {
                    if serde_json::from_slice::<Fields>(&item).unwrap()[self.spec.key] == *key {
                        return true;
                    }
                }
                Ok(None) => return false,
                // Some filters accept only valid values, or existing ones.
                Err(error) => {
                    let is_refused = matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidRequest);
                    assert!(is_refused, "{}, {filters:?}: {error}", self.spec.manager);
                    return false;
                }
            }
        }
    }

    async fn is_found(&self, made: &Fields) {
        let (known, key, what) = (self.known.with(made), &made[self.spec.key], self.spec.manager);
        let found_by = self.row["found_by"].as_array().cloned().unwrap_or_else(|| vec![json!({})]);
        for filters in found_by.iter().map(|it| known.fields(it)) {
            assert!(self.is_among(&filters, key).await, "{what} is not found by {filters:?}");
            for other in otherwise(&filters) {
                assert!(!self.is_among(&other, key).await, "{what} is found by {other:?}");
            }
        }
        for filters in self.row["not_found_by"].as_array().into_iter().flatten().map(|it| known.fields(it)) {
            assert!(!self.is_among(&filters, key).await, "{what} is found by {filters:?}");
        }
    }

    /// Changes one field after the other, and checks that no other has changed.
    async fn change(&self, key: &Value) {
        let (never_told, what) = (words(&self.row, "never_told"), self.spec.manager);
        let mut before = self.get(key).await;
        for (name, value) in self.known.fields(&self.row["update"]) {
            let mut change = self.named(key);
            change.insert(name.clone(), value.clone());
            for name in words(&self.row, "along") {
                change.entry(name.clone()).or_insert_with(|| before[&name].clone());
            }
            self.perform("update", change).await.unwrap_or_else(|it| panic!("{name} of {what}: {it}"));
            let mut after = self.get(key).await;

            let told = after.get(&name).unwrap_or(&Value::Null);
            let becomes = self.row["becomes"].get(&name).unwrap_or(&value);
            let expected = if never_told.contains(&name) { &Value::Null } else { becomes };
            assert_eq!(told, expected, "{name} of {what}");
            // Everything else is unchanged; an endpoint has two fields for its region.
            before.insert(name.clone(), told.clone());
            if matches!(name.as_str(), "region" | "region_id") && before.contains_key("region") {
                before.extend(["region", "region_id"].map(|it| (it.to_owned(), value.clone())));
            }
            after.entry(name).or_insert(Value::Null);
            for hidden in &never_told {
                before.remove(hidden);
                after.remove(hidden);
            }
            assert_eq!(after, before, "{what}");
        }
    }

    async fn delete(&self, key: &Value) {
        if self.spec.manager == "domains" || self.row["create"]["is_domain"] == true {
            let disabled = Fields::from_iter([("enabled".to_owned(), false.into())]);
            self.perform("update", self.named(key).into_iter().chain(disabled).collect()).await.unwrap();
        }
        self.perform("delete", self.named(key)).await.unwrap();
    }

    async fn there_and_back(&self) {
        let made = self.make().await;
        let key = &made[self.spec.key];
        let told_once = words(&self.row, "told_once");
        let lasting: Fields = made.clone().into_iter().filter(|(name, _)| !told_once.contains(name)).collect();
        assert_eq!(self.get(key).await, self.typed(&lasting.clone().into()));
        assert!(told_once.iter().all(|name| made[name].is_string()), "{made:?}");
        self.is_found(&made).await;
        let arguments: Fields = self.within.clone();
        let found = self.identity.find(self.spec, arguments, key.as_str().unwrap()).await;
        assert_eq!(found.map(|it| it[self.spec.key].clone()).as_ref().ok(), Some(key), "{}", self.spec.manager);
        if self.row.get("update").is_some() {
            self.change(key).await;
        }
        self.delete(key).await;
        let gone = self.perform("get", self.named(key)).await;
        assert_eq!(gone.map_err(|it| it.kind()), Err(ErrorKind::NotFound), "{}", self.spec.manager);
    }
}

#[tokio::test]
async fn every_resource_is_made_read_found_changed_field_by_field_and_deleted() {
    let table = table();
    let bob = Path::new("").user("bob").project_name("lab").build().unwrap();
    let access = bob.access().await.unwrap();
    let mut known = Known(BTreeMap::from([
        ("bob".to_owned(), access.user_id().into()),
        ("lab".to_owned(), access.project_id().into()),
    ]));
    let users = BTreeMap::from([("admin", admin()), ("bob", bob.identity())]);
    let mut before = Vec::new();
    for row in rows(&table, "before") {
        let trip = Trip::new(row, &known, &users);
        let made = trip.perform("create", known.fields(&trip.row["create"])).await.unwrap();
        let key = made[trip.spec.key].clone();
        known.0.insert(trip.row["as"].as_str().unwrap().to_owned(), key.clone());
        before.push((trip, key));
    }

    // One at a time: other tests measure the response times of the same Keystone.
    let mut failed = Vec::new();
    for row in rows(&table, "trips") {
        let trip = Trip::new(row, &known, &users);
        let what = trip.spec.manager;
        failed.extend(tokio::spawn(async move { trip.there_and_back().await }).await.err().map(|_| what));
    }
    assert_eq!(failed, Vec::<&str>::new(), "see above what is wrong with these");

    for (trip, key) in before.into_iter().rev() {
        trip.delete(&key).await;
    }
}

/// The names in a part of some rows.
fn named(rows: &[&Value], part: &str) -> BTreeSet<String> {
    let objects = rows.iter().flat_map(|row| row[part].as_array().cloned().unwrap_or_else(|| vec![row[part].clone()]));
    objects.filter_map(|it| it.as_object().cloned()).flatten().map(|(name, _)| name).collect()
}

/// A new field or filter must be added to the table.
#[test]
fn every_field_and_every_filter_is_in_the_table() {
    let trips = rows(&table(), "trips");
    let mut missing = Vec::new();
    for resource in RESOURCES.iter().filter(|it| it.operation("create").is_some_and(|it| it.sets().is_some())) {
        let own: Vec<_> = trips.iter().filter(|it| it["resource"] == resource.manager).collect();
        for (when, part) in [(Use::Create, "create"), (Use::Update, "update")] {
            let fields = resource.fields.iter().filter(|it| it.uses.contains(&when)).map(|it| it.name);
            let there = named(&own, part);
            missing.extend(fields.filter(|it| !there.contains(*it)).map(|it| (resource.manager, part, it)));
        }
        let list = resource.operation("list").unwrap();
        let there: BTreeSet<_> = named(&own, "found_by").into_iter().chain(named(&own, "not_found_by")).collect();
        let filters = list.parameters.iter().filter(|it| !list.is_in_path(it.name) && !it.name.starts_with("sort_"));
        let filters = filters.filter(|it| !there.contains(it.name) && !there.contains(it.wire));
        missing.extend(filters.map(|it| (resource.manager, "found_by", it.name)));
    }
    assert_eq!(missing, []);
}
