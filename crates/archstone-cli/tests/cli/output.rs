//! Output: write errors are reported, a terminal gets no control characters, and YAML round-trips.

use std::{
    os::unix::fs::PermissionsExt,
    process::{Command, Stdio},
};

use crate::program::Program;

/// Runs the program through `sh`, which sets up its streams: `"$@"` is the program with its arguments.
fn by_shell(program: &Program, script: &str, arguments: &str) -> std::process::Output {
    let words: Vec<_> = arguments.split_whitespace().collect();
    let inner = program.command(&words);
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", script, "sh"]).arg(inner.get_program()).args(inner.get_args()).env_clear();
    shell.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?)))).current_dir(&program.home);
    shell.output().expect("a shell runs")
}

#[test]
fn a_lost_result_is_an_error() {
    let alice = Program::of("alice");
    alice.token();
    for (arguments, is_lost) in [
        ("token issue", true),
        ("token issue -f value -c id", true),
        ("url identity", true),
        ("whoami -f json", true),
        ("config path", true),
        ("env", true),
        ("completion bash", true),
        ("--help", true),
        ("token issue -h", true),
        ("help token", true),
        ("--version", true),
        ("cache clear --timing", true),
        // This command prints nothing.
        ("cache clear", false),
    ] {
        for (script, cause) in
            [(r#"exec "$@" >&-"#, "standard output is closed"), (r#"exec "$@" >/dev/full"#, "No space left on device")]
        {
            let run = alice.read(&by_shell(&alice, script, arguments));
            if is_lost {
                let said = format!("error: cannot write the result\n  caused by: {cause}");
                assert!(run.code == Some(1) && run.stderr.contains(&said), "{arguments}: {run:?}");
            } else {
                assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{arguments}: {run:?}");
            }
        }
        // Output to the null device is discarded on purpose, which is not an error.
        for script in [r#"exec "$@" >/dev/null"#, r#"exec "$@" 1<>/dev/null"#] {
            assert_eq!(by_shell(&alice, script, arguments).status.code(), Some(0), "{arguments}");
        }
    }
}

#[test]
fn without_a_standard_error_results_and_statuses_stay() {
    let alice = Program::of("alice");
    let token = alice.token();
    for script in [r#"exec "$@" 2>&-"#, r#"exec "$@" 2>/dev/full"#] {
        let warned = by_shell(&alice, script, "whoami -f value -c user_name --os-password alice-secret");
        let failed = by_shell(&alice, script, "url nonsense");
        let usage = by_shell(&alice, script, "nonsense");

        assert_eq!((warned.status.code(), warned.stdout.as_slice()), (Some(0), &b"alice\n"[..]), "{warned:?}");
        assert_eq!((failed.status.code(), usage.status.code()), (Some(6), Some(2)));
    }
    // No message was written to a file that reused the closed descriptor.
    assert_eq!(alice.token(), token);
    assert_eq!(alice.logins(), 1);
}

#[test]
fn a_closed_standard_input_is_an_empty_one() {
    let alice = Program::of("alice");

    let revoked = alice.read(&by_shell(&alice, r#"exec "$@" <&-"#, "token revoke -"));

    assert!(revoked.failure().starts_with("exit 3\nerror: standard input should hold the token"), "{revoked:?}");
}

/// Names that YAML reads as something else unless they are quoted, and many combinations of such parts.
fn awkward_names() -> Vec<String> {
    let mut names: Vec<String> = [
        "1.0E+3",
        "2001-12-14  21:59:43",
        "1e5",
        "0o17",
        "0x1F",
        "1_000",
        "12:30:45",
        "+.inf",
        ".NaN",
        "~",
        "Null",
        "y",
        "N",
        "on",
        "=",
        "<<",
        "- x",
        "? x",
        ": x",
        "a: b",
        "a #b",
        "#",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`a",
        "'a'",
        "\"a\"",
        "---",
        "...",
        "[",
        "{",
        ",",
        "a:",
        " a",
        "a ",
        "a\nb",
        "a\tb",
        "\r",
        "\u{85}",
        "\u{2028}",
        "\u{feff}a",
        "\u{1f600}",
        "é",
        "\u{7f}",
        "\u{1b}[2J",
        "2026-11-24",
        "2026-11-24T00:18:55Z",
        "-",
        "?",
        ":",
        ".",
        "0",
        "007",
        "1.",
        ".5",
        "1e",
        "0e1f",
        "12e03",
        "+1",
        "-0b1",
        "190:20:30.15",
        "2001-1-1 1:01:01 +1",
        "true",
        "Off",
    ]
    .map(ToOwned::to_owned)
    .to_vec();
    // A fixed seed, so that failures can be reproduced.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).expect("a small number")
    };
    let alphabet: Vec<char> =
        "0011223456789..__::--++eExXoObabfTtZz ~#'\"\\,[]{}&*!|>%@`=<yYnN\n\té\u{85}\u{1b}".chars().collect();
    names.extend((0..3000).map(|_| (0..=next(10)).map(|_| alphabet[next(alphabet.len())]).collect::<String>()));
    names.sort_unstable();
    names.dedup();
    // PyYAML merges another mapping for this key, even in quotes.
    names.retain(|name| name != "<<");
    names
}

#[test]
fn yaml_is_read_back_as_the_same_text() {
    let program = Program::new();
    let names = awkward_names();
    // JSON is a subset of YAML, and the names are strings there.
    let clouds: serde_json::Map<_, _> =
        names.iter().map(|name| (name.clone(), serde_json::json!({"region_name": "r"}))).collect();
    let file = serde_json::json!({ "clouds": clouds }).to_string();
    let escaped = |c: char| match u32::from(c) {
        0..0x7f => c.to_string(),
        code @ 0..=0xffff => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    };
    let file: String = file.chars().map(escaped).collect();
    std::fs::write(program.home.join("clouds.yaml"), file).expect("clouds.yaml");
    let yaml = program.home.join("list.yaml");
    std::fs::write(&yaml, program.run("config list -f yaml -c cloud").result()).expect("a file");
    // PyYAML (1.1), and the patterns of the core schema of YAML 1.2, in which everything that matches none is text.
    let script = r#"
import json, re, sys, yaml
class Core(yaml.SafeLoader): pass
Core.yaml_implicit_resolvers = {}
for tag, pattern in [
    ("null", r"null|Null|NULL|~|"),
    ("bool", r"true|True|TRUE|false|False|FALSE"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN"),
]:
    Core.add_implicit_resolver("tag:yaml.org,2002:" + tag, re.compile(f"^(?:{pattern})$"), None)
text = open(sys.argv[1]).read()
for loader in (yaml.SafeLoader, Core):
    rows = yaml.load(text, loader)
    print(json.dumps([row["Cloud"] if isinstance(row["Cloud"], str) else [repr(row["Cloud"])] for row in rows]))
"#;
    let python = concat!(env!("CARGO_MANIFEST_DIR"), "/../../dev/.state/venv/bin/python");
    // Ensures that the server runs.
    program.auth_url();
    let output = Command::new(python).args(["-c", script]).arg(&yaml).stdin(Stdio::null()).output().expect("python");

    let text = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read: Vec<Vec<serde_json::Value>> = text.lines().map(|it| serde_json::from_str(it).expect("JSON")).collect();
    assert_eq!(read.len(), 2);
    for mut list in read {
        list.sort_unstable_by_key(|it| it.as_str().map(ToOwned::to_owned));
        let wrong: Vec<_> = list.iter().zip(&names).filter(|(read, name)| read.as_str() != Some(name)).collect();
        assert!(wrong.is_empty() && list.len() == names.len(), "{wrong:?}");
    }
}

#[test]
fn a_log_file_has_what_is_logged_and_no_secret() {
    let alice = Program::of("alice").with("OS_PROJECT_NAME", "web");
    let file = alice.home.join("log");
    let log = || std::fs::read_to_string(&file).expect("the log");

    alice.run("--log-file log whoami").result();
    assert_eq!(log(), "", "there is nothing to warn of");
    alice.run("whoami --log-file log -v --no-cache");
    let lines = log();
    let first = lines.lines().next().expect("a line");
    let (time, rest) = first.split_at(24);
    let is_time = time
        .bytes()
        .zip(b"2026-11-29 01:10:35.120 ")
        .all(|(it, shape)| if shape.is_ascii_digit() { it.is_ascii_digit() } else { it == *shape });
    let (process, rest) = rest.split_once(' ').expect("more");
    assert!(is_time && process.parse::<u32>().is_ok(), "{first}");
    assert_eq!(rest, "INFO archstone [ alice web] START whoami");
    // The file contains everything on stderr; it is appended to, and contains no secret.
    let run = alice.run("token issue --debug --no-cache --log-file log -f value -c id");
    for line in run.stderr.lines().filter_map(|line| line.strip_prefix("debug: ")) {
        assert!(log().contains(line), "{line}");
    }
    assert!(log().starts_with(&lines) && log().contains(" DEBUG archstone.request [ alice web] "), "{}", log());
    assert!(!log().contains("alice-secret") && !log().contains(run.stdout.trim()), "{}", log());
    // An error that ends the command.
    let failed = alice.run("user show nobody-at-all --log-file log");
    assert_ne!(failed.code, Some(0));
    let last = log().lines().next_back().expect("a line").to_owned();
    assert!(last.contains(" ERROR archstone [ alice web] ") && last.contains("identity:list_users"), "{last}");
    assert_eq!(std::fs::metadata(&file).expect("the log").permissions().mode() & 0o777, 0o600);
    let refused = alice.run("whoami --log-file no/such/folder/log").failure();
    assert!(
        refused.starts_with("exit 2\nerror: `--log-file` names `no/such/folder/log`, which cannot be written"),
        "{refused}"
    );
}
