//! Features beyond `openstack` for people at a terminal, and for programs that read errors.

use crate::{program::Program, prompt::at_a_terminal};

const BOLD: &str = "\u{1b}[1m";
const RED: &str = "\u{1b}[1;31merror:\u{1b}[0m";

/// A program with a cloud in a file, but no user.
fn with_a_cloud() -> Program {
    let program = Program::new();
    std::fs::write(program.home.join("clouds.yaml"), r#"{"clouds": {"demo": {"region_name": "r"}}}"#)
        .expect("clouds.yaml");
    program
}

/// Runs the program under another name.
fn run_as(program: &Program, name: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let link = program.home.join(name);
    if !link.exists() {
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_archstone"), &link).expect("a link");
    }
    let inner = program.command(arguments);
    let mut command = std::process::Command::new(link);
    command.args(arguments).env_clear().current_dir(&program.home);
    let run = command
        .envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .output()
        .expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    (run.status.code(), text(&run.stdout), text(&run.stderr))
}

#[test]
fn colours_are_for_terminals_that_show_them() {
    for (variables, options, is_coloured) in [
        (&[("TERM", "xterm")][..], &[][..], true),
        (&[], &[], false),
        (&[("TERM", "dumb")], &[], false),
        (&[("TERM", "dumb")], &["--color=always"], true),
        (&[("TERM", "xterm"), ("NO_COLOR", "1")], &[], false),
        (&[("TERM", "xterm")], &["--color", "never"], false),
    ] {
        let program = variables.iter().fold(with_a_cloud(), |program, (name, value)| program.with(name, value));
        for (arguments, mark, status) in [
            (&["config", "list"][..], format!("| {BOLD}Cloud{}", "\u{1b}[0m"), 0),
            (&["config", "list", "-c", "nothing"], RED.to_owned(), 2),
            (&["config", "lst"], RED.replace("[1;31m", "[1m\u{1b}[31m"), 2),
        ] {
            let session = at_a_terminal(&program, &[arguments, options].concat(), &[]);
            assert_eq!(session.status, status, "{session:?}");
            assert_eq!(session.shown.contains(&mark), is_coloured, "{variables:?} {options:?}: {session:?}");
            assert_eq!(session.shown.contains('\u{1b}'), is_coloured, "{variables:?} {options:?}: {session:?}");
        }
    }
    let program = with_a_cloud().with("TERM", "xterm");
    assert!(!program.run("config list").result().contains('\u{1b}'));
    assert!(program.run("config list --color always").result().contains(BOLD));
    assert!(!program.run("config list -f json --color always").result().contains('\u{1b}'));
    let forced = with_a_cloud().with("FORCE_COLOR", "1");
    assert!(forced.run("config list").result().contains(BOLD));
    assert!(forced.run("config list -c nothing").stderr.contains(RED));
    // `openstack` uses no color.
    let (_, shown, _) = run_as(&forced, "openstack", &["configuration", "show"]);
    assert!(shown.contains("demo") && !shown.contains('\u{1b}'), "{shown}");
}

#[test]
fn a_pager_is_for_those_who_ask_at_a_terminal() {
    let list = ["config", "list", "-f", "value", "-c", "cloud"];
    for (variables, options, shown) in [
        (&[][..], &[][..], "demo\r\n"),
        (&[("PAGER", "sed s/^/page:/")], &[], "demo\r\n"),
        (&[("PAGER", "sed s/^/page:/")], &["--pager"], "page:demo\r\n"),
        (&[("PAGER", "false"), ("ARCHSTONE_PAGER", "sed 's/^/own page:/'")], &[], "own page:demo\r\n"),
        // A pager that reads nothing is not an error.
        (&[("PAGER", "true")], &["--pager"], ""),
    ] {
        let program = variables.iter().fold(with_a_cloud(), |program, (name, value)| program.with(name, value));
        let program = program.with("PATH", "/usr/bin:/bin");
        let session = at_a_terminal(&program, &[&list, options].concat(), &[]);
        assert_eq!((session.status, session.shown.as_str()), (0, shown), "{variables:?} {options:?}");
        assert_eq!(program.run(&[&list, options].concat().join(" ")).result(), "demo\n");
    }
    let program = with_a_cloud().with("ARCHSTONE_PAGER", "no-such-pager");
    let session = at_a_terminal(&program, &list, &[]);
    assert!(session.status == 0 && session.shown.ends_with("demo\r\n"), "{session:?}");
}

#[test]
fn errors_are_json_where_that_is_asked_for() {
    let program = with_a_cloud();
    let variable = with_a_cloud().with("ARCHSTONE_ERROR_FORMAT", "json");
    for (arguments, code, kind, message, hint) in [
        ("config list -c nothing", 2, "invalid_request", "there is no column `nothing`", "the columns are `Cloud`"),
        ("token issue --os-cloud nope", 3, "not_configured", "there is no cloud `nope`", "demo"),
        ("config lst", 2, "usage", "unrecognized subcommand 'lst'", "list"),
        ("config list --sort-columns x", 2, "usage", "unexpected argument '--sort-columns' found", "--sort-column"),
        ("config list -f shell", 2, "usage", "invalid value 'shell' for '--format <FORMAT>'", "possible values"),
        ("config list -c", 2, "usage", "a value is required for '--column <COLUMN>'", ""),
    ] {
        for run in [program.run(&format!("{arguments} --error-format json")), variable.run(arguments)] {
            let error: serde_json::Value = serde_json::from_str(&run.stderr).expect(&run.stderr);
            assert_eq!((run.code, run.stdout.as_str(), run.stderr.lines().count()), (Some(code), "", 1), "{run:?}");
            assert_eq!((&error["kind"], &error["exit_code"]), (&kind.into(), &code.into()), "{run:?}");
            assert!(error["message"].as_str().is_some_and(|it| it.contains(message)), "{run:?}");
            assert!(error["hint"].as_str().unwrap_or_default().contains(hint), "{run:?}");
            assert!(error["status"].is_null() && error["url"].is_null() && error["request_id"].is_null(), "{run:?}");
        }
    }
    let missing = variable.run("config").stderr;
    assert!(missing.contains("\"message\":\"a command or an argument is missing\""), "{missing}");
    assert!(program.run("config lst").stderr.starts_with("error: "));
    assert!(variable.run("config lst --error-format text").stderr.starts_with("error: "));
    // `openstack` writes text, and has one exit status for all errors except usage errors.
    let (code, _, said) = run_as(&variable, "openstack", &["configuration", "show", "-c", "nothing"]);
    assert!(code == Some(1) && said.contains("No recognized column names in ['nothing']."), "{said}");
    assert!(!said.starts_with('{'), "{said}");
    let (code, _, said) = run_as(&variable, "openstack", &["token", "issue", "--os-cloud", "nope"]);
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(run_as(&variable, "openstack", &["configuration", "lst"]).0, Some(2));
}

#[test]
fn an_error_of_the_server_is_json_with_all_that_it_said() {
    let run = Program::of("alice").with("OS_PASSWORD", "wrong").run("token issue --error-format json");

    let error: serde_json::Value = serde_json::from_str(&run.stderr).expect(&run.stderr);
    assert_eq!((run.code, run.stdout.as_str()), (Some(4), ""));
    assert_eq!((&error["kind"], &error["status"]), (&"unauthenticated".into(), &401.into()), "{error}");
    assert!(error["request_id"].as_str().is_some_and(|it| it.starts_with("req-")), "{error}");
    assert!(error["url"].as_str().is_some_and(|it| it.ends_with("/v3/auth/tokens")), "{error}");
    assert!(error["message"].is_string() && error["hint"].is_string(), "{error}");
}

#[test]
fn people_choose_fields_and_filter_them() {
    let alice = Program::of("alice");
    for (arguments, written) in [
        ("project list --json name --jq [.[].name]|sort[]", "db\nweb\n"),
        ("project list -f ndjson --json Name --sort-column name", "{\"Name\":\"db\"}\n{\"Name\":\"web\"}\n"),
        ("whoami --noindent --json user_name,system", "{\"user_name\": \"alice\"}\n"),
        ("whoami --jq .user_name", "alice\n"),
        ("project list -o wide -f value -c enabled", "True\nTrue\n"),
    ] {
        let run = alice.run(arguments);
        if arguments.contains("system") {
            assert!(run.failure().contains("there is no column `system`"), "{run:?}");
        } else {
            assert_eq!(run.result(), written, "{arguments}");
        }
    }
}
