//! Secrets: how they may be passed, and where they must never appear.

use std::{io::Write, process::Stdio};

use crate::program::{Program, Run};

#[test]
fn debug_shows_requests_and_no_secret() {
    let alice = Program::of("alice");

    let login = alice.run("token issue -f value -c id --debug");
    let token = login.stdout.trim();
    let runs =
        [alice.run("project list -vv"), alice.run("token issue --renew --debug -c expires"), alice.run("url x -vv")];
    let wrong = alice.run("--debug --os-password mellon-47 token issue");
    let revoked = alice.run_with_input("token revoke - --debug", token);

    assert!(token.starts_with("gAAAA"), "{login:?}");
    assert!(login.stderr.starts_with("debug: request method=POST url=http://127.0.0.1:"), "{}", login.stderr);
    assert!(login.stderr.contains("debug: answer status=201 request_id=req-"), "{}", login.stderr);
    assert!(runs[0].stderr.contains("token={SHA256}"), "{}", runs[0].stderr);
    assert_eq!((wrong.code, revoked.code), (Some(4), Some(0)), "{wrong:?} {revoked:?}");
    let all: Vec<&Run> = runs.iter().chain([&wrong, &revoked]).collect();
    for text in all.iter().flat_map(|run| [&run.stdout, &run.stderr]).chain([&login.stderr]) {
        for secret in ["gAAAA", "alice-secret", "mellon-47"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[test]
fn an_empty_secret_is_refused_before_anything_is_sent() {
    let alice = Program::of("alice");
    let value = |option: &str| format!("exit 2\nerror: the value of `{option}` is empty\n");
    for (line, expected) in [
        ("user create zoe --password ", value("--password")),
        ("user set zoe --password ", value("--password")),
        ("user password set --password ", value("--password")),
        ("user password set --password new --original-password ", value("--original-password")),
        ("application credential create ci --secret ", value("--secret")),
        ("credential create alice --type totp ", value("data")),
        ("credential set 1 --user alice --type totp --data ", value("--data")),
        ("request token create --consumer-key k --project web --consumer-secret ", value("--consumer-secret")),
        ("config set mine password ", value("password")),
        ("token revoke ", "exit 2\nerror: the token to revoke is empty\n".into()),
        // An empty value is not the same as none, which would use the configured one.
        ("whoami --os-password ", value("--os-password")),
        ("whoami --os-auth-type token --os-token ", value("--os-token")),
    ] {
        let failure =
            alice.read(&alice.command(&line.split(' ').collect::<Vec<_>>()).output().expect("it runs")).failure();
        let failure = failure.lines().filter(|it| !it.starts_with("warning: ")).collect::<Vec<_>>().join("\n") + "\n";
        assert!(failure.starts_with(&expected), "{line}: {failure}");
    }
    assert_eq!(alice.requests(), 0);
}

#[test]
fn quiet_and_usual_runs_have_nothing_to_tell() {
    let alice = Program::of("alice");

    assert_eq!(alice.run("url compute").stderr, "");
    assert_eq!(alice.run("url compute -q --os-password alice-secret").stderr, "");
}

#[test]
fn a_password_on_the_command_line_works_and_warns() {
    let alice = Program::of("alice").with("OS_PASSWORD", "");

    let run = alice.run("whoami -f value -c user_name --os-password alice-secret");

    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "alice\n"), "{run:?}");
    assert_eq!(
        run.stderr,
        "warning: `--os-password` lets everyone on this machine see the secret in the process list; use \
         `--password-file FILE`, `OS_PASSWORD` or `clouds.yaml`\n"
    );
    assert!(!alice.run("--help").stdout.contains("--os-password "));
}

#[test]
fn a_password_can_come_from_a_file_or_standard_input() {
    let alice = Program::of("alice").with("OS_PASSWORD", "");
    let file = alice.home.join("password");
    std::fs::write(&file, "alice-secret\n").expect("a file");

    let from_file = alice.run(&format!("whoami -f value -c user_name --password-file {}", file.display()));
    let from_input = alice.run_with_input("whoami -f value -c user_name --password-file -", "alice-secret");
    let missing = alice.run("whoami --password-file /no/such/file");

    assert_eq!(from_file.result(), "alice\n");
    assert_eq!(from_input.result(), "alice\n");
    let expected =
        "exit 3\nerror: `--password-file` names `/no/such/file`, which cannot be read: No such file or directory";
    assert!(missing.failure().starts_with(expected), "{}", missing.stderr);
}

#[test]
fn the_list_of_processes_shows_no_secret() {
    let alice = || Program::of("alice").with("OS_PASSWORD", "");
    let in_file = alice();
    let (file, clouds) = (in_file.home.join("password"), Program::new());
    std::fs::write(&file, "marked-47").expect("a file");
    let entry =
        format!("clouds: {{c: {{auth: {{auth_url: '{}', username: u, password: marked-47}}}}}}", clouds.auth_url());
    std::fs::write(clouds.home.join("clouds.yaml"), entry).expect("clouds.yaml");
    let from_file = format!("whoami --password-file {}", file.display());
    let table = [
        (alice().with("OS_PASSWORD", "marked-47"), "whoami"),
        (in_file, from_file.as_str()),
        (clouds, "whoami --os-cloud c"),
        (alice(), "whoami --password-file -"),
    ];
    for (program, arguments) in table {
        let words: Vec<_> = arguments.split(' ').collect();
        let mut child = program.command(&words).stdin(Stdio::piped()).spawn().expect("the program runs");
        child.stdin.take().expect("its input").write_all(b"marked-47").unwrap_or_default();

        let mut seen = false;
        while child.try_wait().expect("the program").is_none() {
            for (id, line) in processes() {
                assert!(!line.contains("marked-47"), "{arguments}: {line}");
                seen |= id == child.id() && line.ends_with(&words.join(" "));
            }
        }

        assert!(seen, "{arguments} was in the list");
        let run = program.read(&child.wait_with_output().expect("the program ends"));
        assert_eq!(run.code, Some(4), "{run:?}");
    }
}

/// Every process of this machine with its command line.
fn processes() -> impl Iterator<Item = (u32, String)> {
    std::fs::read_dir("/proc").expect("Linux has it").flatten().filter_map(|entry| {
        let id = entry.file_name().to_str()?.parse().ok()?;
        let line = std::fs::read(entry.path().join("cmdline")).ok()?;
        Some((id, String::from_utf8_lossy(&line).trim_end_matches('\0').replace('\0', " ")))
    })
}
