//! Error messages and exit statuses.

use std::process::Stdio;

use crate::program::{Program, dev};

#[test]
fn nothing_configured_says_what_to_give() {
    let expected = "\
        exit 3\n\
        error: no cloud and no credentials are configured\n\n\
        hint: name a cloud of `clouds.yaml` with `--os-cloud` (OS_CLOUD), or give `--os-auth-url` (OS_AUTH_URL), \
        `--os-username` (OS_USERNAME) or `--os-user-id` (OS_USER_ID), `OS_PASSWORD`\n";

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
fn a_name_cannot_write_on_the_terminal() {
    let run = Program::of("alice").with("OS_PROJECT_NAME", "w\x1b]0;owned\x07\u{202e}").run("--debug token issue");

    assert_eq!(run.code, Some(4), "{}", run.stderr);
    assert!(run.stderr.contains(r"project `w\u{1b}]0;owned\u{7}\u{202e}` in domain id"), "{}", run.stderr);
    assert!(run.stderr.chars().all(|c| c == '\n' || archstone::text::is_visible(c)), "{:?}", run.stderr);
}

#[test]
fn several_projects_are_named_to_choose_from() {
    let bob = Program::of("bob");

    for arguments in ["url compute", "catalog list", "catalog show compute"] {
        let failure = bob.run(arguments).failure();

        assert!(failure.starts_with("exit 6\nerror: "), "{failure}");
        assert!(failure.contains("the token is unscoped and has no catalog"), "{failure}");
        let hint = "hint: choose a project with `--os-project-id` (OS_PROJECT_ID) or `--os-project-name` (OS_PROJECT_NAME): \
             `db` (id `<id>`, domain id `default`), ";
        assert!(failure.contains(hint), "{failure}");
    }
    assert_eq!(bob.run("url compute --os-project-name lab").stderr, "");
}

#[test]
fn an_unscoped_token_that_nobody_asked_for_is_told() {
    let bob = Program::of("bob");

    for arguments in ["token issue", "token issue --renew", "whoami", "exec -- true"] {
        let run = bob.run(arguments);
        assert_eq!(run.code, Some(0), "{run:?}");
        let warning = "warning: the token is unscoped: choose a project with `--os-project-id` (OS_PROJECT_ID) or";
        assert!(run.stderr.starts_with(warning) && run.stderr.contains(": `db` (id `"), "{arguments}: {run:?}");
    }
    for arguments in ["token issue --unscoped", "whoami --os-project-name lab", "token issue -q"] {
        assert_eq!(bob.run(arguments).stderr, "", "{arguments}");
    }
}

#[test]
fn clouds_to_choose_from_are_listed() {
    let nobody = Program::new();
    let write = |clouds: &str| std::fs::write(nobody.home.join("clouds.yaml"), clouds).expect("clouds.yaml");
    let clouds = "clouds: {two: {auth: {auth_url: 'http://127.0.0.1:1'}}, \"o\\x1bne\": {region_name: r}}";
    write(clouds);

    for arguments in ["whoami", "env", "exec -- true"] {
        let failure = nobody.run(arguments).failure();
        let expected = "exit 3\nerror: no cloud and no credentials are configured\n\n\
            hint: choose a cloud with `--os-cloud` (OS_CLOUD): `o\\u{1b}ne`, `two`; or ";
        assert!(failure.starts_with(expected), "{arguments}: {failure}");
    }
    assert!(!nobody.run("whoami --os-cloud two").stderr.contains("choose a cloud"));
    write("clouds: {}");
    assert!(!nobody.run("whoami").stderr.contains("choose a cloud"));
}

#[test]
fn two_scopes_are_named_as_they_were_given() {
    let run = Program::of("alice").with("OS_DOMAIN_NAME", "acme").run("token issue --os-project-name web");
    let both = Program::of("alice").run("token issue --os-project-name web --os-domain-name acme");

    // The command line takes precedence over the choice in the environment.
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        both.failure()
            .starts_with("exit 3\nerror: 2 scopes are requested: by `--os-project-name` and by `--os-domain-name`\n"),
        "{}",
        both.stderr
    );
}

#[test]
fn a_certificate_that_cannot_be_used_says_where_it_is_named() {
    let alice = Program::of("alice").with("OS_AUTH_URL", "https://127.0.0.1:1");
    let write = |name: &str, text: &str| std::fs::write(alice.home.join(name), text).expect("a file");
    write("text", "no certificate\n");
    write("empty", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    std::fs::create_dir(alice.home.join("folder")).expect("a folder");
    let login = "auth: {auth_url: 'https://127.0.0.1:1', username: alice, password: secret}";
    write("clouds.yaml", &format!("clouds:\n  lab:\n    {login}\n    cert: text\n    key: no.key\n"));

    for (options, message) in [
        ("--os-cacert no.pem", "`--os-cacert`: cannot read `no.pem`"),
        ("--os-cacert text", "`--os-cacert`: there is no PEM certificate in `text`"),
        ("--os-cacert empty", "`--os-cacert`: none of the 1 certificates in `empty` is usable"),
        ("--os-cacert folder", "`--os-cacert`: no file in the folder `folder` holds a PEM certificate"),
        ("--os-cert text", "`--os-cert`: there is no PEM certificate in `text`"),
        ("--os-cert empty", "`--os-cert`: there is no private key in `empty`"),
        ("--os-cert empty --os-key no.key", "`--os-key`: cannot read `no.key`"),
        ("--os-cert empty --os-key text", "`--os-key`: there is no private key in `text`"),
        ("--os-cloud lab", "`clouds.lab.cert` in `clouds.yaml` line 4: there is no PEM certificate in `text`"),
    ] {
        let failure = alice.run(&format!("token issue {options}")).failure();
        println!("{options}: {failure}");
        assert!(failure.starts_with(&format!("exit 3\nerror: {message}")), "{options}: {failure}");
    }
    let variable = alice.with("OS_CACERT", "no.pem").run("token issue").failure();
    assert!(
        variable.starts_with("exit 3\nerror: environment variable `OS_CACERT`: cannot read `no.pem`"),
        "{variable}"
    );
}

#[test]
fn where_nobody_listens_the_cause_is_named() {
    let run = Program::of("alice").with("OS_AUTH_URL", "http://127.0.0.1:1/v3").run("token issue");

    let expected = "exit 8\nerror: nothing listens at `127.0.0.1:1`\n  caused by: Connection refused (os error ";
    assert!(run.failure().starts_with(expected), "{}", run.stderr);
}

#[test]
fn each_kind_of_failure_has_its_words_and_its_status() {
    let tls = dev(&["up", "cli-tls", "--tls"]);
    let place = tls.trim_start_matches("https://").trim_end_matches("/v3").to_owned();
    let (untrusted, no_http) =
        (format!("the certificate of `{place}` is not trusted"), format!("`{place}` expects TLS"));
    let alice = || Program::of("alice");
    let user = |name: &str| Program::of(name);
    let at = |url: &str| alice().with("OS_AUTH_URL", url);
    let robot = || {
        let robot = Program::new().with("OS_APPLICATION_CREDENTIAL_SECRET", "marked-secret");
        let auth_url = robot.auth_url();
        robot.with("OS_AUTH_URL", &auth_url)
    };
    let table = [
        (at("http://no-such-host.invalid:5000/v3"), "", 8, "the name `no-such-host.invalid` does not resolve"),
        (at("http://127.0.0.1:1/v3"), "", 8, "nothing listens at `127.0.0.1:1`"),
        (alice().behind("delay=3000"), "--timeout 0.2", 8, "no answer from `<keystone>/delay=3000+"),
        (at(&tls), "", 8, untrusted.as_str()),
        (at(&tls.replace("https:", "http:")), "", 8, &no_http),
        (alice().behind("status=429"), "", 8, "too many logins (HTTP 429)"),
        (alice().behind("status=503"), "", 8, "the identity service failed (HTTP 503)"),
        (alice().behind("html"), "", 9, "`<keystone>/html+"),
        (alice().behind("html+status=404"), "", 9, "`<keystone>/html+"),
        (alice().behind("status=404"), "", 9, "`<keystone>/status=404+"),
        (alice().behind("other"), "", 9, "`<keystone>/other+"),
        (alice().behind("garbage"), "", 9, "the answer to the login has no `X-Subject-Token` header"),
        (alice().behind("notoken"), "", 9, "the answer to the login has no `X-Subject-Token` header"),
        (user("nobody"), "", 4, "login as user `nobody` in domain id `default` was refused"),
        (user("erin"), "", 4, "login as user `erin` in domain id `default` was refused"),
        (user("frank"), "", 4, "login as user `frank` in domain id `default` was refused: The password is expired"),
        (user("grace"), "", 4, "user `grace` in domain id `default` needs more factors: still missing is `totp`"),
        (alice(), "--os-project-name nowhere", 4, "login as user `alice` in domain id `default` for project `nowhere`"),
        (alice(), "--os-project-name retired", 4, "login as user `alice` in domain id `default` for project `retired`"),
        (alice(), "--os-user-domain-name nowhere", 4, "login as user `alice` in domain `nowhere` was refused"),
        (
            alice(),
            "--os-system-scope all",
            4,
            "login as user `alice` in domain id `default` for the system was refused",
        ),
        (robot(), "--os-application-credential-id no-such", 4, "login with application credential id `no-such` was"),
        (robot(), "--os-application-credential-id i --os-project-id p", 3, "an application credential cannot take a"),
        (alice(), "--os-project-id p --os-domain-id d", 3, "2 scopes are requested: by `--os-project-id` and by"),
        (alice(), "--os-cloud nowhere", 3, "there is no cloud `nowhere`"),
    ];
    for (program, arguments, status, words) in table {
        let failure = program.run(&format!("url compute {arguments}")).failure();

        assert!(failure.starts_with(&format!("exit {status}\nerror: {words}")), "{words}: {failure}");
        assert!(failure.contains("\n\nhint: "), "{failure}");
        assert!(!failure.contains("-secret"), "{failure}");
    }
    dev(&["down", "cli-tls", "--delete"]);
}

#[test]
fn a_command_line_without_sense_is_status_2_and_asks_nobody() {
    let alice = Program::of("alice");

    for (arguments, expected) in [
        ("nonsense", "error: unrecognized subcommand 'nonsense'\n"),
        ("token", "Issue or revoke tokens\n"),
        ("token issue --nonsense", "error: unexpected argument '--nonsense' found\n"),
        ("token issue -f csv", "error: invalid value 'csv' for '--format <FORMAT>'\n"),
        (
            "-f csv token issue",
            "error: `token issue` has no format `csv`: it has json, ndjson, table, value, yaml, shell\n",
        ),
        ("catalog list -f shell", "error: invalid value 'shell' for '--format <FORMAT>'\n"),
        ("url compute -f json", "error: `url` prints plain text; `--format` is not supported\n"),
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

    // Closed before anything is written, since the login takes longer.
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
