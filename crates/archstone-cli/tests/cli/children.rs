//! `archstone exec --refresh` and `--least-privilege`: child processes.

use std::{fs, time::Duration};

use archstone_testing::{FakeCloud, FakeKeystone};

use crate::program::{Program, Run};

/// Runs a script as a child of the program.
fn exec(program: &Program, options: &[&str], script: &str) -> Run {
    let arguments = [&["exec"], options, &["--", "sh", "-c", script]].concat();
    let mut command = program.command(&arguments);
    // `exec` removes variables with its prefixes; `ARCHSTONE` itself has none.
    command.env("ARCHSTONE", env!("CARGO_BIN_EXE_archstone")).env("PATH", path());
    program.read(&command.output().expect("the program runs"))
}

fn path() -> String {
    archstone::host::Host::default().variable("PATH").unwrap_or_default()
}

#[test]
fn a_token_in_a_file_is_for_its_owner_and_goes_with_the_command() {
    let alice = Program::of("alice").with("OS_PROJECT_NAME", "web");
    let script = "stat -c %a \"$ARCHSTONE_TOKEN_ID_FILE\" \"$(dirname \"$ARCHSTONE_TOKEN_ID_FILE\")\"; \
                  test \"$(cat \"$ARCHSTONE_TOKEN_ID_FILE\")\" = \"$OS_TOKEN\" && echo same; \
                  \"$ARCHSTONE\" whoami -f value -c user_name -c project_name; env | grep -c PASSWORD; \
                  echo \"$ARCHSTONE_TOKEN_ID_FILE\" > place; exit 7";

    let run = exec(&alice, &["--refresh"], script);

    assert_eq!((run.code, &*run.stdout, &*run.stderr), (Some(7), "600\n700\nsame\nalice\nweb\n0\n", ""));
    // The child `archstone` has used the token as it is.
    assert_eq!(alice.logins(), 1);
    let place = fs::read_to_string(alice.home.join("place")).expect("a place");
    assert!(!std::path::Path::new(place.trim()).parent().expect("a folder").exists(), "{place}");
}

#[test]
fn a_token_in_a_file_stays_fresh_and_is_read_again() {
    let keystone = FakeKeystone::start();
    keystone.change(|_| FakeCloud::demo().token_lifetime(Duration::from_secs(6)));
    let demo = Program::new().with("OS_AUTH_URL", &keystone.auth_url());
    let demo = demo.with("OS_USERNAME", "demo").with("OS_PASSWORD", "secret");
    let script = "first=$(cat \"$ARCHSTONE_TOKEN_ID_FILE\"); \
                  while test \"$(cat \"$ARCHSTONE_TOKEN_ID_FILE\")\" = \"$first\"; do sleep 0.1; done; \
                  \"$ARCHSTONE\" token issue -f value -c id --no-cache; cat \"$ARCHSTONE_TOKEN_ID_FILE\"";

    let run = exec(&demo, &["--refresh"], script);

    let lines: Vec<_> = run.result().lines().collect();
    assert!(lines.len() == 2 && keystone.logins() >= 2, "{lines:?}");
}

#[test]
fn a_signal_reaches_the_command_and_the_file_is_removed() {
    for (signal, number) in [("TERM", 15), ("INT", 2), ("HUP", 1)] {
        let alice = Program::of("alice");
        let script = format!(
            "echo \"$ARCHSTONE_TOKEN_ID_FILE\" > place; trap 'exit 9' {signal}; kill -{number} $PPID; \
             while :; do sleep 0.1; done"
        );
        let run = exec(&alice, &["--refresh"], &script);
        assert_eq!(run.code, Some(9), "{signal}: {}", run.stderr);
        let place = fs::read_to_string(alice.home.join("place")).expect("a place");
        assert!(!std::path::Path::new(place.trim()).parent().expect("a folder").exists(), "{signal}");
    }
}

const LEAST: [&str; 7] =
    ["--least-privilege", "--role", "member", "--ttl", "10m", "--rule", "compute GET /v2.1/servers/**"];

#[test]
fn a_command_gets_a_credential_of_its_own_for_as_long_as_it_runs() {
    let alice = Program::of("alice").with("OS_PROJECT_NAME", "web");
    // Another process looks at it while the command runs.
    let look = format!(
        "env -i HOME=\"$HOME\" OS_AUTH_URL={} OS_USERNAME=alice OS_PASSWORD=alice-secret OS_PROJECT_NAME=web \
         \"$ARCHSTONE\" application credential show \"$OS_APPLICATION_CREDENTIAL_ID\" -f json > seen",
        alice.auth_url()
    );
    let script = format!(
        "{look}; echo \"$OS_APPLICATION_CREDENTIAL_ID\" > id; env | grep -c -e PASSWORD -e OS_USERNAME -e OS_TOKEN=; exit 5"
    );

    let run = exec(&alice, &LEAST, &script);

    assert_eq!((run.code, &*run.stdout, &*run.stderr), (Some(5), "0\n", ""));
    let seen: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(alice.home.join("seen")).expect("a file")).expect("JSON");
    assert!(seen["Roles"].to_string().contains("\"member\""), "{seen}");
    assert_eq!((&seen["Unrestricted"], &seen["Access Rules"][0]["path"]), (&false.into(), &"/v2.1/servers/**".into()));
    assert!(seen["Expires At"].as_str().is_some_and(|it| it.len() > 18), "{seen}");
    gone(&alice);
}

fn gone(alice: &Program) {
    let id = fs::read_to_string(alice.home.join("id")).expect("an id");
    let failure = alice.run(&format!("application credential show {}", id.trim())).failure();
    assert!(failure.starts_with("exit 6") || failure.contains("no application credential"), "{failure}");
}

#[test]
fn the_credential_is_deleted_however_the_command_ends() {
    for (end, code) in [
        ("kill -15 $PPID; while :; do sleep 0.1; done", 143),
        ("kill -2 $PPID; while :; do sleep 0.1; done", 130),
        ("kill -1 $PPID; while :; do sleep 0.1; done", 129),
        ("kill -9 $$", 137),
    ] {
        let alice = Program::of("alice").with("OS_PROJECT_NAME", "web");
        let run = exec(&alice, &LEAST, &format!("echo \"$OS_APPLICATION_CREDENTIAL_ID\" > id; {end}"));
        assert_eq!((run.code, &*run.stderr), (Some(code), ""), "{end}");
        gone(&alice);
    }
    // Before any request.
    let away = Program::new().with("OS_AUTH_URL", "http://127.0.0.1:9/v3");
    let failure = away.run("exec --least-privilege --rule nonsense -- true").failure();
    assert!(failure.starts_with("exit 2\nerror: invalid value 'nonsense' for '--rule <RULE>': a rule is"), "{failure}");
    let carol = Program::of("carol").with("OS_PROJECT_NAME", "lab");
    let failure = carol.run("exec --least-privilege --role member -- no-such-command").failure();
    assert!(failure.starts_with("exit 127"), "{failure}");
    assert_eq!(carol.run("application credential list -f json").json(), serde_json::json!([]));
}
