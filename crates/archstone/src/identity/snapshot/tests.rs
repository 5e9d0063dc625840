use serde_json::{Value, json};

use super::{Aspect, Differs, Fields, Snapshot};

fn fields(of: &Value) -> Fields {
    of.as_object().unwrap().clone().into_iter().collect()
}

#[test]
fn only_what_differs_is_told() {
    let (mut here, mut there) = (Snapshot::default(), Snapshot::default());
    for (snapshot, email) in [(&mut here, "a@here"), (&mut there, "a@there")] {
        snapshot.add(Aspect::Users, "alice", fields(&json!({"email": email, "enabled": true})));
        snapshot.add(Aspect::Users, "bob", fields(&json!({"enabled": true})));
    }
    here.add(Aspect::Users, "carol", Fields::new());
    there.add(Aspect::Roles, "admin", Fields::new());
    here.items.entry(Aspect::Roles).or_default();
    there.add(Aspect::Users, "bob", fields(&json!({"enabled": false, "description": "another bob"})));
    // Only in this snapshot.
    here.add(Aspect::Regions, "one", Fields::new());

    let told: Vec<_> = here.differences(&there).into_iter().map(|it| (it.aspect, it.name, it.kind)).collect();

    let email = Differs::Field { field: "email".into(), here: Some("a@here".into()), there: Some("a@there".into()) };
    let expected = [
        (Aspect::Users, "alice".to_owned(), email),
        (Aspect::Users, "bob (2)".to_owned(), Differs::OnlyThere),
        (Aspect::Users, "carol".to_owned(), Differs::OnlyHere),
        (Aspect::Roles, "admin".to_owned(), Differs::OnlyThere),
    ];
    assert_eq!(told, expected);
    assert_eq!(here.differences(&here), []);
}

#[test]
fn a_field_without_a_value_differs_from_one_with() {
    let (mut here, mut there) = (Snapshot::default(), Snapshot::default());
    here.add(Aspect::Regions, "one", fields(&json!({"description": "x"})));
    there.add(Aspect::Regions, "one", Fields::new());

    let kind = Differs::Field { field: "description".into(), here: Some("x".into()), there: None };
    assert_eq!(here.differences(&there).into_iter().map(|it| it.kind).collect::<Vec<_>>(), [kind]);
}

#[test]
fn every_aspect_has_a_name_of_its_own() {
    let names: std::collections::BTreeSet<_> = Aspect::ALL.iter().map(|it| it.name()).collect();
    assert_eq!(names.len(), Aspect::ALL.len());
}
