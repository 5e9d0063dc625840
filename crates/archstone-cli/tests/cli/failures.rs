//! What is said when it does not work, and the exit status.

use std::process::Stdio;

use crate::program::Program;

#[test]
fn nothing_configured_says_what_to_give() {
    let expected = "\
        exit 3\n\
        error: no cloud and no credentials are configured\n\n\
        hint: name a cloud of `clouds.yaml` with `cloud` (OS_CLOUD), or give `auth_url`, `username` or `user_id`, \
        `password` (as an argument, or in capitals with `OS_` before it)\n";

    assert_eq!(Program::new().run("token issue").failure(), expected);
}

#[test]
fn a_missing_password_is_not_asked_for_without_a_terminal() {
    let run = Program::of("alice").with("OS_PASSWORD", "").run("url compute");

    assert!(run.failure().starts_with("exit 3\nerror: the configuration lacks `password`\n"), "{}", run.stderr);
}

#[test]
fn a_wrong_password_is_an_answer_with_a_request_id() {
    let expected = "\
        exit 4\n\
        error: login as user `alice` in domain id `default` was refused: The request you have made requires \
        authentication.\n  \
        request id: <request>\n\n\
        hint: check the user's name, its domain and the password; the user may also be disabled or locked\n";

    assert_eq!(Program::of("alice").with("OS_PASSWORD", "wrong").run("url compute").failure(), expected);
}

#[test]
fn an_unknown_service_says_which_is_near() {
    let alice = Program::of("alice");

    let url = alice.run("url comptue").failure();
    let show = alice.run("catalog show comptue").failure();

    assert!(url.starts_with("exit 6\nerror: no endpoint for service type `comptue`, interface `public`\n"), "{url}");
    assert!(show.starts_with("exit 6\nerror: no service has the type, name or id `comptue`\n"), "{show}");
    let hint = "\n\nhint: did you mean `compute`? the catalog has `baremetal`, `block-storage`, ";
    assert!(url.contains(hint) && show.contains(hint), "{url}{show}");
}

#[test]
fn several_projects_are_named_to_choose_from() {
    let bob = Program::of("bob");

    for arguments in ["url compute", "catalog list", "catalog show compute"] {
        let failure = bob.run(arguments).failure();

        assert!(failure.starts_with("exit 6\nerror: "), "{failure}");
        assert!(failure.contains("the token has no scope, and so no catalog"), "{failure}");
        let hint =
            "hint: choose a project with `project_id` or `project_name`: `db` (id `<id>`, domain id `default`), ";
        assert!(failure.contains(hint), "{failure}");
    }
    assert_eq!(bob.run("url compute --os-project-name lab").stderr, "");
}

#[test]
fn two_scopes_are_named_as_they_were_given() {
    let run = Program::of("alice").with("OS_DOMAIN_NAME", "acme").run("token issue --os-project-name web");
    let both = Program::of("alice").run("token issue --os-project-name web --os-domain-name acme");

    // The command line hides the choice that the environment makes.
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        both.failure()
            .starts_with("exit 3\nerror: 2 scopes are asked: by `--os-project-name` and by `--os-domain-name`\n"),
        "{}",
        both.stderr
    );
}

#[test]
fn where_nobody_listens_the_cause_is_named() {
    let run = Program::of("alice").with("OS_AUTH_URL", "http://127.0.0.1:1/v3").run("token issue");

    let expected = "exit 8\nerror: nothing listens at `127.0.0.1:1`\n  caused by: Connection refused (os error ";
    assert!(run.failure().starts_with(expected), "{}", run.stderr);
}

#[test]
fn a_command_line_without_sense_is_status_2_and_asks_nobody() {
    let alice = Program::of("alice");

    for (arguments, expected) in [
        ("nonsense", "error: unrecognized subcommand 'nonsense'\n"),
        ("token", "Get a token, or end one\n"),
        ("token issue --nonsense", "error: unexpected argument '--nonsense' found\n"),
        ("token issue -f csv", "error: invalid value 'csv' for '--format <FORMAT>'\n"),
        ("-f csv token issue", "error: `token issue` has no format `csv`: it has json, table, value, yaml, shell\n"),
        ("catalog list -f shell", "error: invalid value 'shell' for '--format <FORMAT>'\n"),
        ("url compute -f json", "error: `url` has one form, and takes no `--format`\n"),
        ("--verify url compute --insecure", "error: `--verify` and `--insecure` contradict each other\n"),
        (
            "url x --os-password x --password-file x",
            "error: `--os-password` and `--password-file` contradict each other\n",
        ),
        ("--no-cache url x --token-cache disk", "error: `--token-cache` and `--no-cache` contradict each other\n"),
        ("url", "error: the following required arguments were not provided:\n"),
    ] {
        let failure = alice.run(arguments).failure();
        assert!(failure.starts_with(&format!("exit 2\n{expected}")), "{arguments}: {failure}");
    }
    assert_eq!(alice.requests(), 0);
}

#[test]
fn a_closed_pipe_is_no_error() {
    let alice = Program::of("alice");
    let mut child = alice.command(&["catalog", "list"]).stdout(Stdio::piped()).spawn().expect("the program runs");

    // Closed before anything is written: the login takes longer.
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");

    let run = alice.read(&output);
    assert_eq!((run.code, run.stderr.as_str()), (Some(141), ""));
}

#[test]
fn a_full_disk_is_an_error() {
    let alice = Program::of("alice");
    let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");

    let output = alice.command(&["url", "compute"]).stdout(full).output().expect("the program runs");

    let failure = alice.read(&output).failure();
    assert!(failure.starts_with("exit 1\nerror: cannot write the result\n  caused by: No space left"), "{failure}");
}
