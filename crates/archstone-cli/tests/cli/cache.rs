//! `archstone cache …`: what is kept, for whom, and what it saved.

use std::fs;

use crate::program::Program;

/// Another user who keeps tokens in the same folder.
fn bob_beside(alice: &Program) -> Program {
    Program::of("bob").with("XDG_CACHE_HOME", &alice.home.join(".cache").display().to_string())
}

#[test]
fn what_is_kept_is_listed_with_the_logins_that_it_saved() {
    let alice = Program::of("alice");
    let token = alice.token();
    alice.run("token issue").result();
    // Somebody else's, in the same folder.
    bob_beside(&alice).run("token issue --unscoped").result();

    let listed = alice.run("cache list -f json").json();

    let rows = listed.as_array().expect("rows");
    assert_eq!(rows.len(), 2);
    let by_sealed = |sealed: bool| rows.iter().find(|row| row["Sealed"] == sealed).expect("a row");
    let (own, other) = (by_sealed(false), by_sealed(true));
    assert_eq!(
        (&own["User"], &own["Scope"], &own["Hits"], &own["Logins"]),
        (&"alice".into(), &"web".into(), &1.into(), &1.into())
    );
    assert!((3500..=3600).contains(&own["Remaining"].as_u64().expect("seconds")));
    assert!(other["User"].is_null() && other["Size"].as_u64() > Some(100) && other["Age"].is_u64());
    let shown = alice.run("cache show -f json").json();
    assert_eq!((&shown["user_name"], &shown["hits"], &shown["logins"]), (&"alice".into(), &1.into(), &1.into()));
    let stats = alice.run("cache stats -f json").json();
    assert_eq!((&stats[0]["Tokens"], &stats[0]["Sealed"], &stats[0]["Logins"]), (&2.into(), &1.into(), &2.into()));
    for said in [listed, shown, stats] {
        assert!(!said.to_string().contains(&token[..24]));
    }
    // None of it has logged in.
    assert_eq!(alice.logins(), 1);
}

#[test]
fn clouds_of_clouds_yaml_are_listed_by_name() {
    let program = Program::new();
    let entry = |name: &str| {
        let auth_url = program.auth_url();
        format!("  {name}: {{auth: {{auth_url: '{auth_url}', username: {name}, password: {name}-secret}}}}\n")
    };
    let clouds = format!("clouds:\n{}{}", entry("alice"), entry("bob"));
    let folder = program.home.join(".config/openstack");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("clouds.yaml"), clouds).expect("a file");
    assert_eq!(program.run("token issue --os-cloud bob").code, Some(0));

    let listed = program.run("cache list -f value -c Cloud -c User -c Logins").result().to_owned();

    assert_eq!(listed, "bob bob 1\n");
    assert_eq!(program.run("cache show --os-cloud bob -f value -c cloud").result(), "bob\n");
}

#[test]
fn clearing_forgets_the_own_token_or_all_of_them() {
    let alice = Program::of("alice");
    alice.token();
    bob_beside(&alice).run("token issue --unscoped").result();

    alice.run("cache clear").result();
    assert_eq!(alice.run("cache stats -f value -c Tokens").result(), "1\n");
    assert!(alice.run("cache show").failure().contains("no token is cached for this login"));
    assert!(alice.run("cache clear").stderr.contains("there is nothing to clear"));
    alice.run("cache clear --all").result();
    assert_eq!(alice.run("cache stats -f value -c Tokens").result(), "0\n");
    assert!(alice.run("cache show --no-cache").failure().contains("tokens are not cached between runs"));
}

#[test]
fn a_store_that_cannot_be_used_is_named_without_its_password() {
    let alice = Program::of("alice");
    let table = [
        ("redis://u:hidden@127.0.0.1:9", "the token store `redis://127.0.0.1:9/0` does not answer"),
        ("etcd://u:hidden@host", "`--token-cache` begins with `etcd://`, which is no store"),
    ];
    for (place, said) in table {
        let run = alice.run(&format!("cache show --token-cache {place}"));
        assert!(run.stderr.contains(said) && !run.stderr.contains("hidden"), "{}", run.stderr);
    }
    let run = alice.run("token issue --token-cache redis://u:hidden@127.0.0.1:9");
    assert!(
        run.code == Some(0) && run.stderr.contains("left alone") && !run.stderr.contains("hidden"),
        "{}",
        run.stderr
    );
    // On the command line everyone sees it, and is told so, once; in a variable nobody does.
    assert_eq!(run.stderr.matches("process list").count(), 1, "{}", run.stderr);
    let alice = alice.with("ARCHSTONE_TOKEN_CACHE", "redis://u:hidden@host");
    let shown = alice.run("config show").result().to_owned();
    assert!(shown.contains("redis://u:***@host") && !shown.contains("hidden"), "{shown}");
}
