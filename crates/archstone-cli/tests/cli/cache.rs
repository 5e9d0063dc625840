//! `archstone cache …`: cached tokens, their users, and the logins they saved.

use std::fs;

use crate::program::Program;

/// Another user with tokens in the same folder.
fn bob_beside(alice: &Program) -> Program {
    Program::of("bob").with("XDG_CACHE_HOME", &alice.home.join(".cache").display().to_string())
}

#[test]
fn what_is_kept_is_listed_with_the_logins_that_it_saved() {
    let alice = Program::of("alice");
    let token = alice.token();
    alice.run("token issue").result();
    // Another user's, in the same folder.
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
    // None of these commands has logged in.
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
fn all_tokens_can_be_cleared_without_any_login_also_those_of_earlier_versions() {
    let alice = Program::of("alice");
    alice.token();
    let folder = alice.home.join(".cache/archstone");
    // A file of version 0.1.
    let old = folder.join(format!("{}.token", "0".repeat(32)));
    fs::write(&old, "ARCHST").expect("a file");
    let nobody = Program::new().with("XDG_CACHE_HOME", &alice.home.join(".cache").display().to_string());

    let listed = nobody.run("cache list -f value -c Sealed");
    assert_eq!(listed.stdout, "True\n", "{}", listed.stderr);
    assert!(
        listed.stderr.contains("1 more tokens") && listed.stderr.contains("from Archstone 0.1"),
        "{}",
        listed.stderr
    );
    assert_eq!(nobody.run("cache clear --all").result(), "");

    let left: Vec<_> = fs::read_dir(&folder).expect("the folder").map(|it| it.expect("a file").file_name()).collect();
    let kept = |name: &std::ffi::OsString| name == "salt" || name.to_string_lossy().starts_with("lock-");
    assert!(left.iter().all(kept), "{left:?}");
    assert!(nobody.run("cache clear").failure().contains("no cloud"));
}

#[test]
fn a_list_runs_no_password_command_unless_it_is_to_open_all() {
    let program = Program::new();
    let (auth_url, marker) = (program.auth_url(), program.home.join("ran"));
    let command = format!("[sh, -c, 'touch {}; echo alice-secret']", marker.display());
    let clouds = format!(
        "clouds:\n  alice:\n    password_command: {command}\n    auth: {{auth_url: '{auth_url}', username: alice}}\n  \
         keys:\n    token_cache: keyring\n    auth: {{auth_url: '{auth_url}', username: bob, password: bob-secret}}\n"
    );
    let folder = program.home.join(".config/openstack");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("clouds.yaml"), clouds).expect("a file");
    program.run("token issue --os-cloud alice").result();
    fs::remove_file(&marker).expect("it ran");
    let columns = "-f value -c Cloud -c User -c Sealed";

    assert_eq!(program.run(&format!("cache list {columns}")).result(), "None None True\n");
    assert!(program.run("cache stats -f value -c Tokens").result() == "1\n" && !marker.exists());

    let opened = program.run(&format!("cache list --open {columns}"));
    assert!(opened.stdout.contains("alice alice False\n") && marker.exists(), "{opened:?}");
}

#[test]
fn no_advice_on_a_folder_breaks_the_machine() {
    let alice = Program::of("alice");
    for folder in ["/tmp", "/proc", "/dev/shm"] {
        let run = alice.run(&format!("token issue -f value -c project_id --token-cache {folder}"));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(!run.stderr.contains("chmod"), "{}", run.stderr);
    }
    let run = alice.run("token issue --token-cache /tmp");
    assert!(run.stderr.contains("name a folder"), "{}", run.stderr);
}

#[test]
fn a_store_that_cannot_be_used_is_named_without_its_password() {
    let alice = Program::of("alice");
    let table = [
        ("redis://u:hidden@127.0.0.1:9", "the token store `redis://127.0.0.1:9/0` does not answer"),
        ("etcd://u:hidden@host", "`--token-cache` begins with `etcd://`, which is not a store"),
    ];
    for (place, said) in table {
        let run = alice.run(&format!("cache show --token-cache {place}"));
        assert!(run.stderr.contains(said) && !run.stderr.contains("hidden"), "{}", run.stderr);
    }
    let run = alice.run("token issue --token-cache redis://u:hidden@127.0.0.1:9");
    assert!(
        run.code == Some(0) && run.stderr.contains("the token store is unavailable") && !run.stderr.contains("hidden"),
        "{}",
        run.stderr
    );
    // A password on the command line is visible to everyone, which causes one warning; in a variable it is not.
    assert_eq!(run.stderr.matches("process list").count(), 1, "{}", run.stderr);
    let alice = alice.with("ARCHSTONE_TOKEN_CACHE", "redis://u:hidden@host");
    let shown = alice.run("config show").result().to_owned();
    assert!(shown.contains("redis://u:***@host") && !shown.contains("hidden"), "{shown}");
}
