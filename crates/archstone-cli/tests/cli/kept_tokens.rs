//! Tokens between runs: cached, renewed, revoked; and the number of requests.

use std::path::Path;

use crate::program::Program;

#[test]
fn a_warm_command_makes_no_request() {
    let alice = Program::of("alice");
    let token = alice.token();
    let after_login = alice.requests();

    for arguments in ["token issue", "url identity", "whoami", "catalog list --cached", "catalog show compute --cached"]
    {
        alice.run(arguments).result();
    }

    assert_eq!(alice.token(), token);
    assert_eq!((alice.logins(), alice.requests()), (1, after_login));
}

#[test]
fn renew_logs_in_and_replaces_the_token() {
    let alice = Program::of("alice");
    let first = alice.token();

    let second = alice.run("token issue --renew -f value -c id").result().trim().to_owned();

    assert_ne!(second, first);
    assert_eq!(alice.token(), second);
    assert_eq!(alice.logins(), 2);
}

#[test]
fn without_the_cache_each_run_logs_in() {
    let alice = Program::of("alice");

    alice.run("token issue --no-cache").result();
    alice.run("token issue --token-cache none").result();

    assert_eq!(alice.logins(), 2);
    assert!(!alice.home.join(".cache").exists());
}

#[test]
fn tokens_can_be_kept_in_another_folder() {
    let alice = Program::of("alice");
    let folder = alice.home.join("elsewhere");
    let arguments = format!("token issue --token-cache {}", folder.display());

    let first = alice.run(&arguments).result().to_owned();
    let second = alice.run(&arguments).result().to_owned();

    assert_eq!(first, second);
    assert!(folder.join("salt").exists());
    assert!(!alice.home.join(".cache").exists());
}

#[test]
fn kept_tokens_show_nothing_and_open_for_nobody_else() {
    let alice = Program::of("alice");
    let (kept, copy) = (alice.home.join("kept"), alice.home.join("copy"));
    let token = |folder: &Path, more: &str| {
        alice.run(&format!("token issue -f value -c id {more} --token-cache {}", folder.display()))
    };
    let first = token(&kept, "").result().trim().to_owned();
    std::fs::create_dir(&copy).expect("a folder");
    let mut bytes = 0;
    for file in std::fs::read_dir(&kept).expect("the folder").flatten() {
        let content = std::fs::read(file.path()).expect("a file");
        bytes += content.len();
        // Printable strings in the file, and any part of a secret or private value.
        let strings = content.split(|byte| !matches!(byte, b' '..=b'~'));
        assert!(strings.filter(|it| it.len() >= 8).all(|it| !contains(first.as_bytes(), it)), "{:?}", file.path());
        for private in first.as_bytes().windows(8).chain([&b"alice"[..], b"127.0.0.1", b"compute", b"expires"]) {
            assert!(!contains(&content, private), "{:?}", file.path());
        }
        std::fs::copy(file.path(), copy.join(file.file_name())).expect("a copy");
    }

    assert!(bytes > first.len(), "the token is there");
    assert_ne!(token(&copy, "").result().trim(), first);
    std::fs::write(alice.home.join("password"), "another").expect("a file");
    let password = format!("--password-file {}", alice.home.join("password").display());
    assert_eq!(token(&kept, &password).code, Some(4));
    assert_eq!(token(&kept, "").result().trim(), first);
    assert_eq!(alice.logins(), 3);
}

#[test]
fn a_full_disk_costs_the_keeping_and_nothing_else() {
    let alice = Program::of("alice");
    let first = alice.token();
    // Every write to a file fails, as on a full disk.
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" token issue --renew -f value -c id";
    let program = alice.command(&[]);
    let mut shell = std::process::Command::new("/bin/sh");
    shell.args(["-c", script]).arg(program.get_program()).env_clear();
    shell.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));

    let run = alice.read(&shell.output().expect("a shell runs"));

    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.starts_with("gAAAA") && run.stdout.trim() != first, "{run:?}");
    assert!(run.stderr.starts_with("warning: the token is not kept on disk"), "{run:?}");
    assert_eq!(alice.token(), first, "what was kept is whole");
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn revoke_ends_the_kept_token_and_forgets_it() {
    let alice = Program::of("alice");
    let token = alice.token();

    let revoked = alice.run("token revoke");
    let again = alice.run("token revoke");

    assert_eq!(revoked.result(), "");
    let nothing = "exit 0\nwarning: no token is cached for this login: there is nothing to revoke\n";
    assert_eq!(again.failure(), nothing);
    assert!(is_refused(&alice, &token));
    assert_ne!(alice.token(), token);
}

#[test]
fn revoke_ends_a_token_from_standard_input() {
    let alice = Program::of("alice");
    let other = alice.run("token issue --no-cache -f value -c id").result().to_owned();
    let kept = alice.token();

    let revoked = alice.run_with_input("token revoke -", &other);
    let empty = alice.run_with_input("token revoke -", "\n");

    assert_eq!(revoked.result(), "");
    assert!(is_refused(&alice, other.trim()));
    assert_eq!(alice.token(), kept);
    assert!(!is_refused(&alice, &kept));
    assert_eq!(
        empty.failure(),
        "exit 3\nerror: standard input should hold the token in its first line, and that is empty\n"
    );
}

#[test]
fn revoke_of_the_kept_token_by_its_text_forgets_it_too() {
    let alice = Program::of("alice");
    let token = alice.token();

    let revoked = alice.run(&format!("token revoke {token}"));

    assert_eq!((revoked.code, revoked.stdout.as_str()), (Some(0), ""));
    assert!(revoked.stderr.starts_with("warning: everyone on this machine can see the token"), "{}", revoked.stderr);
    assert_ne!(alice.token(), token);
}

#[test]
fn a_kept_token_that_was_revoked_elsewhere_is_replaced_when_it_is_refused() {
    let alice = Program::of("alice");
    let token = alice.token();
    let elsewhere = Program::of("alice");
    elsewhere.run_with_input("token revoke -", &token).result();

    let projects = alice.run("project list -f value -c Name");

    assert_eq!(projects.result(), "db\nweb\n");
    assert_ne!(alice.token(), token);
    assert_eq!(alice.logins(), 2);
}

#[test]
fn timing_lists_each_request() {
    let alice = Program::of("alice");

    let cold = alice.run("url compute --timing").steady_result();
    let warm = alice.run("token issue -f value -c user_id --timing").steady_result();
    let failed = alice.run("url nonsense --timing");

    let seconds = |line: &str| line.split('|').nth(2).and_then(|cell| cell.trim().parse::<f64>().ok());
    let lines: Vec<_> = cold.lines().collect();
    assert_eq!(lines[..2], ["http://compute.public.region-one.example:8774/v2.1", ""]);
    assert_eq!(lines[3].split_whitespace().collect::<Vec<_>>(), ["|", "URL", "|", "Seconds", "|"]);
    assert!(lines[5].starts_with("| POST <keystone>/v3/auth/tokens"), "{cold}");
    assert!(lines[6].starts_with("| Total "), "{cold}");
    assert!(seconds(lines[5]).is_some_and(|it| it > 0.0) && seconds(lines[5]) == seconds(lines[6]), "{cold}");
    assert_eq!(warm, "<id>\n\n\"URL\",\"Seconds\"\n\"Total\",0.0\n");
    assert_eq!(failed.code, Some(6));
    assert!(failed.stdout.contains("| Total |     0.0 |"), "{}", failed.stdout);
}

/// Whether Keystone rejects a token.
fn is_refused(program: &Program, token: &str) -> bool {
    let run = Program::new()
        .with("ARCHSTONE_TOKEN_ID", token)
        .with("OS_AUTH_URL", &program.auth_url())
        .run("token issue -f value -c id");
    match run.code {
        Some(0) => false,
        Some(4) => true,
        _ => panic!("{run:?}"),
    }
}
