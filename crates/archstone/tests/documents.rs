//! The documentation covers every kind of error, option and dependency.

use std::{fs, path::Path};

use archstone::{
    ErrorKind,
    config::{OPTIONS, SERVICE_OPTIONS},
};

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    fs::read_to_string(path).expect("a document of this repository")
}

#[test]
fn every_kind_of_error_is_documented_with_its_exit_code() {
    let text = document("docs/errors.md");
    let sections: Vec<&str> = text.split("\n### ").collect();

    let missing: Vec<_> = ErrorKind::ALL
        .iter()
        .filter(|kind| {
            let (row, code) = (format!("| `{}`", kind.name()), kind.exit_code());
            !sections.iter().any(|section| {
                let whole = section.lines().next().is_some_and(|title| title.contains(&format!("exit code {code}")));
                section.lines().any(|line| line.starts_with(&row) && (whole || line.contains(&format!("` | {code} |"))))
            })
        })
        .collect();

    assert!(missing.is_empty(), "not in docs/errors.md with the right exit code: {missing:?}");
}

#[test]
fn transient_errors_are_marked() {
    let text = document("docs/errors.md");

    for kind in ErrorKind::ALL {
        let marked = text.contains(&format!("| `{}` ↻ |", kind.name()));
        assert_eq!(marked, kind.is_transient(), "{kind:?}");
    }
}

#[test]
fn every_option_is_documented() {
    let text = document("docs/configuration.md");
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
    let specs = OPTIONS.iter().flat_map(|group| group.iter());
    let options = specs.flat_map(|spec| std::iter::once(&spec.name).chain(spec.aliases));
    let services = SERVICE_OPTIONS.iter().flat_map(|option| std::iter::once(&option.name).chain(option.aliases));
    let names = options.chain(services);

    let missing: Vec<_> = names.filter(|name| !rows.iter().any(|row| row.contains(&format!("`{name}`")))).collect();

    assert!(missing.is_empty(), "not in docs/configuration.md: {missing:?}");
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = document("Cargo.toml");
    let text = document("ARCHITECTURE.md");
    let section = manifest.split("[workspace.dependencies]\n").nth(1).expect("the dependencies");
    let lines = section.lines().take_while(|line| !line.starts_with('[')).filter(|line| !line.starts_with('#'));
    let declared = lines.filter_map(|line| line.split_once(" = "));
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();

    let missing: Vec<_> = declared
        .map(|(name, _)| name)
        .filter(|name| *name != "archstone" && !rows.iter().any(|row| row.contains(&format!("`{name}`"))))
        .collect();

    assert!(missing.is_empty(), "not in the table of ARCHITECTURE.md: {missing:?}");
}

#[test]
fn the_schema_for_editors_is_fresh() {
    let fresh = format!("{:#}\n", archstone::config::schema());

    assert!(
        document("docs/clouds-schema.json") == fresh,
        "run `cargo run -p archstone-cli -- config schema > docs/clouds-schema.json`"
    );
}
