//! Tests that every API and document covers all methods.

use std::{collections::HashSet, fs, path::Path};

use super::*;
use crate::{
    config::OPTIONS as ALL,
    host::Host,
    settings::{Origin, Settings},
};

#[test]
fn every_method_is_described_once_and_its_options_are_options_everywhere() {
    let specs: Vec<_> = ALL.iter().flat_map(|group| group.iter()).collect();
    let mut names = HashSet::new();
    for spec in &specs {
        for name in std::iter::once(&spec.name).chain(spec.aliases) {
            assert!(names.insert(*name), "`{name}` is declared twice");
        }
    }
    let mut auth_types = HashSet::new();
    for method in METHODS {
        for auth_type in method.auth_types {
            assert!(auth_types.insert(*auth_type), "`{auth_type}` means two methods");
        }
        for option in method.options.iter().map(|it| &it.name).chain(method.needs.iter().copied().flatten()) {
            assert!(names.contains(option), "`{option}` of `{}` is no option", method.name);
        }
        assert!(HELP.contains(method.auth_types[0]), "{HELP}");
    }
    // Python's arguments are made from the methods' own options and the shared ones.
    let shared: HashSet<_> =
        METHODS.iter().flat_map(|it| it.shared).flat_map(|group| group.iter()).map(|it| it.name).collect();
    for option in SHARED.iter().copied().flatten().filter(|it| !password::USER.iter().any(|user| user.name == it.name))
    {
        assert!(shared.contains(option.name), "no method has `{}`", option.name);
    }
}

#[test]
fn each_name_of_a_method_and_each_of_its_options_choose_it() {
    for method in METHODS {
        for auth_type in method.auth_types {
            let mut settings = Settings::default();
            settings.set("auth_type", *auth_type, Origin::Argument("auth_type".into())).expect("an option");
            assert_eq!(chosen(&settings).expect("a method").name, method.name);
        }
        for option in method.options {
            let mut settings = Settings::default();
            settings.set(option.name, "1", Origin::Argument(option.name.into())).expect("an option");
            assert_eq!(chosen(&settings).expect("a method").name, method.name, "{}", option.name);
        }
    }
}

fn table() -> String {
    let code = |names: &[&str], between: &str| {
        let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        names.join(between)
    };
    let rows = METHODS.iter().map(|method| {
        let needs: Vec<_> = method.needs.iter().map(|names| code(names, " or ")).collect();
        let options: Vec<_> = method.options.iter().map(|option| option.name).collect();
        let scope = method.scopeless.map(|why| format!("; no scope: {why}")).unwrap_or_default();
        let auth_types = code(method.auth_types, ", ");
        format!("| {auth_types} | {}{scope} | {} | {} |\n", method.help, needs.join(", "), code(&options, ", "))
    });
    let head = "\n| `auth_type` | | needs | options of its own |\n|---|---|---|---|\n";
    std::iter::once(head.to_owned()).chain(rows).chain(["\n".to_owned()]).collect()
}

/// Generates the table of methods in the reference: with `ARCHSTONE_WRITE=1`, it is written.
#[test]
fn the_reference_has_the_table_of_the_methods() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let text = fs::read_to_string(&page).expect("the reference");
    let (before, rest) = text.split_once("<!-- methods -->\n").expect("the table begins");
    let (written, after) = rest.split_once("<!-- end of methods -->").expect("the table ends");
    let fresh = table();
    if Host::default().variable("ARCHSTONE_WRITE").is_some() {
        let page_text = format!("{before}<!-- methods -->\n{fresh}<!-- end of methods -->{after}");
        fs::write(&page, page_text).expect("the reference is written");
    } else {
        assert_eq!(written, fresh, "run `ARCHSTONE_WRITE=1 cargo test -p archstone --lib reference_has_the_table`");
    }
}
