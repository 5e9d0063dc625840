//! Tests that edits leave everything else unchanged.

use super::document::{Document, Value};

fn document(text: &str) -> Document {
    Document::parse(text.to_owned(), text.starts_with('{')).expect("a document")
}

const FILE: &str = "\
# My clouds.
clouds:
  demo:   # the first
    auth:
      # who
      username:   'alice'  # a person
      password: |
        two
        lines
      project_name: web

    region_name: north
    regions:
      - north
      - south
    verify:
  other: {auth: {username: bob}, verify: no}
  empty:
  nothing: ~  # to come

cache:
  auth: true
";

#[test]
fn a_value_is_set_where_it_belongs() {
    let table: &[(&[&str], Value<'_>, &str, &str)] = &[
        (&["demo", "auth", "username"], Value::Text("carol"), "'alice'", "carol"),
        (&["demo", "auth", "project_name"], Value::Text("no"), "project_name: web", "project_name: 'no'"),
        (
            &["demo", "auth", "password"],
            Value::Text("s3#"),
            "password: |\n        two\n        lines",
            "password: 's3#'",
        ),
        (&["demo", "verify"], Value::Bare("false"), "    verify:\n", "    verify: false\n"),
        (&["demo", "regions"], Value::Text("x"), "regions:\n      - north\n      - south", "regions: x"),
        (
            &["demo", "auth", "user_id"],
            Value::Text("u1"),
            "      project_name: web\n",
            "      project_name: web\n      user_id: u1\n",
        ),
        (&["demo", "cacert"], Value::Text("/ca"), "    verify:\n", "    verify:\n    cacert: /ca\n"),
        (&["other", "auth", "password"], Value::Text("a b"), "username: bob", "username: bob, password: 'a b'"),
        (&["other", "interface"], Value::Words(vec!["a", "b"]), "verify: no}", "verify: no, interface: [a, b]}"),
        (&["empty", "auth", "username"], Value::Text("d"), "  empty:\n", "  empty:\n    auth:\n      username: d\n"),
        (&["nothing", "profile"], Value::Text("v"), "nothing: ~  # to come\n", "nothing:  # to come\n    profile: v\n"),
        (&["new", "verify"], Value::Bare("true"), "  # to come\n", "  # to come\n  new:\n    verify: true\n"),
    ];
    for (path, value, from, to) in table {
        for break_ in ["\n", "\r\n"] {
            let mut document = document(&FILE.replace('\n', break_));
            let keys: Vec<&str> = std::iter::once(&"clouds").chain(*path).copied().collect();
            document.set(&keys, value).unwrap_or_else(|error| panic!("{path:?}: {error:?}"));
            let expected =
                FILE.replace('\n', break_).replacen(&from.replace('\n', break_), &to.replace('\n', break_), 1);
            assert_eq!(document.text(), expected, "{path:?}");
        }
    }
}

#[test]
fn a_key_is_taken_away_with_all_that_it_holds() {
    let table: &[(&[&str], &str, &str)] = &[
        (&["demo", "auth", "username"], "      username:   'alice'  # a person\n", ""),
        (&["demo", "auth", "password"], "      password: |\n        two\n        lines\n", ""),
        (&["demo", "regions"], "    regions:\n      - north\n      - south\n", ""),
        (&["demo", "verify"], "    verify:\n", ""),
        (&["other", "verify"], ", verify: no", ""),
        (&["other", "auth"], "auth: {username: bob}, ", ""),
        (&["other", "auth", "username"], "username: bob", ""),
        (&["other"], "  other: {auth: {username: bob}, verify: no}\n", ""),
        (&["nothing"], "  nothing: ~  # to come\n", ""),
    ];
    for (path, from, to) in table {
        let mut document = document(FILE);
        let keys: Vec<&str> = std::iter::once(&"clouds").chain(*path).copied().collect();
        assert_eq!(document.unset(&keys), Ok(true), "{path:?}");
        assert_eq!(document.text(), FILE.replacen(from, to, 1), "{path:?}");
        assert_eq!(document.unset(&keys), Ok(false), "{path:?}");
    }
}

#[test]
fn a_cloud_gets_another_name() {
    let mut document = document(FILE);
    assert_eq!(document.rename(&["clouds", "demo"], "new: one"), Ok(true));
    assert_eq!(document.text(), FILE.replacen("demo:", "'new: one':", 1));
    assert!(document.rename(&["clouds", "other"], "empty").is_err());
    assert_eq!(document.rename(&["clouds", "absent"], "x"), Ok(false));
}

#[test]
fn what_an_alias_shares_is_left_alone_and_what_it_brings_can_be_overridden() {
    let text = "base: &base\n  username: a\n  verify: no\nclouds:\n  one:\n    auth: *base\n  two:\n    auth:\n      <<: *base\n";
    let mut one = document(text);
    assert!(one.set(&["clouds", "one", "auth", "username"], &Value::Text("x")).is_err());
    let mut two = document(text);
    two.set(&["clouds", "two", "auth", "username"], &Value::Text("x")).expect("a change");
    assert_eq!(two.text(), text.replace("      <<", "      username: x\n      <<"));
    assert!(two.unset(&["clouds", "two", "auth", "verify"]).is_err());
    two.set(&["clouds", "three", "verify"], &Value::Bare("yes")).expect("a change");
    assert!(two.text().ends_with("      <<: *base\n  three:\n    verify: yes\n"), "{}", two.text());
}

#[test]
fn json_stays_json() {
    let mut document = document("{\n\t\"clouds\": {\"a\": {\"verify\": true}}\n}\n");
    document.set(&["clouds", "a", "auth", "password"], &Value::Text("0\"1")).expect("a change");
    document.set(&["clouds", "b", "region_name"], &Value::Text("no")).expect("a change");
    assert_eq!(
        document.text(),
        "{\n\t\"clouds\": {\"a\": {\"verify\": true, \"auth\": {\"password\": \"0\\\"1\"}}, \"b\": {\"region_name\": \"no\"}}\n}\n"
    );
}

#[test]
fn a_file_without_clouds_gets_some() {
    for (text, expected) in [
        ("", "clouds:\n  a:\n    verify: no\n"),
        ("# mine", "# mine\nclouds:\n  a:\n    verify: no\n"),
        ("cache: {}\n", "cache: {}\nclouds:\n  a:\n    verify: no\n"),
        ("clouds: {}\n", "clouds: {a: {verify: no}}\n"),
        ("clouds:\n", "clouds:\n  a:\n    verify: no\n"),
    ] {
        let mut document = Document::parse(text.to_owned(), false).expect("a document");
        document.set(&["clouds", "a", "verify"], &Value::Bare("no")).expect("a change");
        assert_eq!(document.text(), expected);
    }
}

/// Measured in processor time, which other running programs do not affect.
#[cfg(target_os = "linux")]
#[test]
fn a_file_with_many_keys_takes_time_in_proportion() {
    use crate::config::{Family, files::File};
    use rustix::time::{ClockId, clock_gettime};

    let seconds = |work: &dyn Fn()| {
        let now = || {
            let time = clock_gettime(ClockId::ThreadCPUTime);
            std::time::Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
        };
        let before = now();
        work();
        now().saturating_sub(before).as_secs_f64()
    };
    let text = |count: usize| {
        // Multi-byte characters, and keys merged in by `<<`.
        let many = |indent: &str| (0..count / 2).map(|at| format!("{indent}kéy-{at}: v\n")).collect::<String>();
        format!("clouds:\n{}  base: &base\n{}  demo:\n    <<: *base\n    verify: true\n", many("  "), many("    "))
    };
    let work = |text: &str| {
        let file = File::parse(Family::Clouds, "clouds.yaml".into(), text).expect("a file");
        let names = file.names().filter(|name| file.entry(name).is_ok_and(|entry| entry.is_some()));
        assert_eq!(names.count(), 2);
        let mut document = document(text);
        document.set(&["clouds", "demo", "region_name"], &Value::Text("north")).expect("a change");
        assert!(document.unset(&["clouds", "demo", "verify"]).expect("a change"));
    };
    let least = |count: usize| {
        let text = text(count);
        (0..3).map(|_| seconds(&|| work(&text))).fold(f64::INFINITY, f64::min)
    };
    let (few, many) = (least(1_000), least(8_000));
    assert!(many < few * 24.0, "8 times as many keys take {} times as long", many / few);
}
