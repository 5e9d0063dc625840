//! The password prompt on a real terminal.

use std::process::{Command, Stdio};

use archstone::host::Host;
use archstone_testing::{FakeKeystone, FakeUser};

use crate::program::Program;

/// The content of a terminal, whether it echoes afterwards, and the exit status as a shell reports it.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) status: i64,
    pub(crate) shown: String,
    pub(crate) echoes: bool,
}

/// Runs the program on a new terminal. Each step has a text to wait for, and the input that is typed when echo is off,
/// or immediately if it begins with `=`; input that begins with `!` is a signal to send.
pub(crate) fn at_a_terminal(program: &Program, arguments: &[&str], steps: &[(&str, &str)]) -> Session {
    command_at_a_terminal(program.command(arguments).current_dir(&program.home), steps)
}

/// The same with any command that has its own environment and folder.
pub(crate) fn command_at_a_terminal(inner: &Command, steps: &[(&str, &str)]) -> Session {
    // The session leader is like a shell: it outlives the program, and checks the terminal then.
    let script = r#"
import json, os, pty, signal, sys, termios
steps = json.loads(sys.argv[1])
terminal, other = pty.openpty()
heard, said = os.pipe()
def echoes():
    return bool(termios.tcgetattr(other)[3] & termios.ECHO)
leader = os.fork()
if leader == 0:
    slave = os.dup(other)
    os.login_tty(slave)
    for name in ("SIGINT", "SIGQUIT", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    child = os.fork()
    if child == 0:
        for name in ("SIGINT", "SIGQUIT", "SIGHUP"):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        os.execv(sys.argv[2], sys.argv[2:])
    os.write(said, b"%d\n" % child)
    while True:
        status = os.waitpid(child, os.WUNTRACED)[1]
        if not os.WIFSTOPPED(status):
            break
        os.write(said, b"stopped %d\n" % echoes())
    code = os.waitstatus_to_exitcode(status)
    os.write(said, b"ended %d %d\n" % (echoes(), code if code >= 0 else 128 - code))
    os.read(0, 1)
    os._exit(0)
reports = os.fdopen(heard)
child = int(reports.readline())
# What never comes fails the test.
signal.alarm(300)
shown, seen = b"", 0
for expected, act in steps:
    while expected.encode() not in shown[seen:]:
        shown += os.read(terminal, 1000)
    seen = shown.index(expected.encode(), seen) + len(expected)
    if act.startswith("="):
        os.write(terminal, act[1:].encode())
        continue
    while echoes():
        os.sched_yield()
    if not act.startswith("!"):
        os.write(terminal, act.encode())
        continue
    os.kill(child, getattr(signal, act[1:]))
    if act == "!SIGTSTP":
        assert reports.readline() == "stopped 1\n"
        os.kill(child, signal.SIGCONT)
ended, echo, status = reports.readline().split()
os.set_blocking(terminal, False)
try:
    while more := os.read(terminal, 1000):
        shown += more
except OSError:
    pass
os.kill(leader, signal.SIGKILL)
print(json.dumps([int(status), shown.decode(), echo == "1"]))
"#;
    let output = Command::new("python3")
        .args(["-c", script, &serde_json::to_string(steps).expect("JSON")])
        .arg(inner.get_program())
        .args(inner.get_args())
        .env_clear()
        .env("PATH", Host::default().variable("PATH").expect("a path to python3"))
        .envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .current_dir(inner.get_current_dir().expect("a folder"))
        .stdin(Stdio::null())
        .output()
        .expect("python3 runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (status, shown, echoes) = serde_json::from_slice(&output.stdout).expect("JSON");
    Session { status, shown, echoes }
}

const WHO: [&str; 5] = ["whoami", "-f", "value", "-c", "user_name"];

#[test]
fn a_missing_password_is_asked_for_and_an_empty_one_again() {
    let alice = Program::of("alice").with("OS_PASSWORD", "");

    let typed = at_a_terminal(&alice, &WHO, &[("Password: ", "\r"), ("Password: ", "wrong\x15alice-secret\r")]);

    assert_eq!((typed.status, typed.echoes), (0, true), "{typed:?}");
    assert_eq!(typed.shown, "Password: \r\nPassword: \r\nalice\r\n");
    assert_eq!(alice.logins(), 1);
}

#[test]
fn nothing_but_a_password_ends_the_question() {
    let alice = Program::of("alice").with("OS_PASSWORD", "");

    let empty = at_a_terminal(&alice, &WHO, &[("Password: ", "\r"), ("Password: ", "\r"), ("Password: ", "\r")]);
    let ended = at_a_terminal(&alice, &WHO, &[("Password: ", "\x04")]);

    for session in [empty, ended] {
        assert_eq!((session.status, session.echoes), (3, true), "{session:?}");
        assert!(session.shown.contains("error: no password was entered\r\n"), "{session:?}");
    }
    assert_eq!(alice.requests(), 0);
}

#[test]
fn the_echo_is_restored_on_every_way_out() {
    let alice = Program::of("alice").with("OS_PASSWORD", "");
    let table = [
        ("\x03", 130),
        ("\x1c", 131),
        ("half\x03", 130),
        ("!SIGINT", 130),
        ("!SIGTERM", 143),
        ("!SIGHUP", 129),
        ("!SIGQUIT", 131),
    ];
    for (act, status) in table {
        let session = at_a_terminal(&alice, &WHO, &[("Password: ", act)]);
        assert_eq!((session.status, session.echoes), (status, true), "{act:?}: {session:?}");
        assert!(!session.shown.contains("half"), "{session:?}");
    }
    assert_eq!(alice.requests(), 0);
}

#[test]
fn a_stopped_question_is_asked_again() {
    let alice = Program::of("alice").with("OS_PASSWORD", "");

    let session = at_a_terminal(&alice, &WHO, &[("Password: ", "!SIGTSTP"), ("Password: ", "alice-secret\r")]);

    assert_eq!((session.status, session.echoes), (0, true), "{session:?}");
    assert!(session.shown.ends_with("Password: \r\nalice\r\n") && !session.shown.contains("secret"), "{session:?}");
}

#[test]
fn a_new_password_is_typed_twice_until_both_are_the_same() {
    let alice = Program::of("alice");
    let (new, again) = ("New Password: ", "Repeat New Password: ");

    let steps = [(new, "one\r"), (again, "other\r"), (new, "third\r"), (again, "third\r")];
    let session = at_a_terminal(&alice, &["user", "password", "set", "--dry-run"], &steps);

    assert_eq!((session.status, session.echoes), (0, true), "{session:?}");
    let begin =
        format!("{new}\r\n{again}\r\nThe passwords entered were not the same\r\n{new}\r\n{again}\r\nPOST users/");
    assert!(session.shown.starts_with(&begin) && !session.shown.contains("third"), "{session:?}");
}

#[test]
fn a_terminal_gets_nothing_raw() {
    let nobody = Program::new();
    let clouds = r#"{"clouds": {"w\u001b]0;owned\u0007\u202e": {"region_name": "r"}}}"#;
    std::fs::write(nobody.home.join("clouds.yaml"), clouds).expect("clouds.yaml");

    for format in ["table", "value", "csv", "json", "yaml"] {
        let session = at_a_terminal(&nobody, &["config", "list", "-f", format], &[]);
        let is_raw = |c: char| c.is_control() && !matches!(c, '\r' | '\n') || c == '\u{202e}';
        assert!(session.status == 0 && !session.shown.contains(is_raw), "{format}: {session:?}");
        assert!(session.shown.contains("owned"), "{format}: {session:?}");
    }
    // Output that is not to a terminal is unchanged.
    assert_eq!(nobody.run("config list -f value -c cloud").result(), "w\u{1b}]0;owned\u{7}\u{202e}\n");
}

/// A user who also needs a passcode.
fn with_totp() -> (FakeKeystone, Program) {
    let keystone = FakeKeystone::start();
    let user = FakeUser::new("grace", "grace-secret").with_role("member", "demo").with_default_project("demo");
    keystone.change(|cloud| cloud.user(user.with_totp("471100")));
    let program = Program::new()
        .with("OS_AUTH_URL", &keystone.auth_url())
        .with("OS_USERNAME", "grace")
        .with("OS_PASSWORD", "grace-secret");
    (keystone, program)
}

#[test]
fn a_passcode_is_asked_for_at_a_login_and_not_while_a_token_is_kept() {
    let (keystone, grace) = with_totp();
    let grace = grace.with("OS_AUTH_TYPE", "v3multifactor").with("OS_AUTH_METHODS", "v3password,v3totp");

    let first = at_a_terminal(&grace, &WHO, &[("Passcode: ", "471100\r")]);
    let second = at_a_terminal(&grace, &WHO, &[]);

    assert_eq!((first.status, first.shown.as_str(), first.echoes), (0, "Passcode: \r\ngrace\r\n", true));
    assert_eq!((second.status, second.shown.as_str()), (0, "grace\r\n"));
    assert_eq!(keystone.logins(), 1);
}

#[test]
fn a_factor_that_turns_out_to_be_missing_is_asked_for() {
    let (keystone, grace) = with_totp();

    let run = at_a_terminal(&grace, &WHO, &[("Passcode: ", "471100\r")]);

    assert_eq!((run.status, run.shown.as_str()), (0, "Passcode: \r\ngrace\r\n"));
    assert_eq!(keystone.requests().iter().filter(|it| it.header("openstack-auth-receipt").is_some()).count(), 1);
    let (_keystone, nobody) = with_totp();
    let failure = nobody.run("whoami").failure();
    assert!(failure.contains("exit 4") && failure.contains("still missing is `totp`"), "{failure}");
    assert!(failure.contains("--os-auth-methods") && failure.contains("OS_PASSCODE"), "{failure}");
    let given = "whoami -f value -c user_name --os-auth-methods v3password,v3totp";
    assert_eq!(nobody.with("OS_PASSCODE", "471100").run(given).result(), "grace\n");
}

#[test]
fn a_stored_receipt_is_continued_without_the_password() {
    let (keystone, _) = with_totp();
    let client = archstone::Client::builder().auth_url(keystone.auth_url()).username("grace").password("grace-secret");
    let refused = client.build_blocking().expect("a client").access().expect_err("a factor is missing");
    let stored = refused.receipt().expect("a receipt").to_reference();
    let grace = Program::new()
        .with("OS_AUTH_URL", &keystone.auth_url())
        .with("OS_USERNAME", "grace")
        .with("OS_RECEIPT", stored.expose());

    let run = at_a_terminal(&grace, &WHO, &[("Passcode: ", "471100\r")]);

    assert_eq!((run.status, run.shown.as_str()), (0, "Passcode: \r\ngrace\r\n"));
    let last = keystone.requests().into_iter().rfind(|it| it.path() == "/v3/auth/tokens" && it.method() == "POST");
    assert_eq!(last.expect("a login").json()["auth"]["identity"]["methods"], serde_json::json!(["totp"]));
    keystone.set_clock_ahead(std::time::Duration::from_secs(301));
    let failure = grace.with("OS_PASSCODE", "471100").run("whoami").failure();
    assert!(failure.contains("is not accepted, since it expired at"), "{failure}");
    assert!(failure.contains("log in again, without") && failure.contains("OS_RECEIPT"), "{failure}");
}
