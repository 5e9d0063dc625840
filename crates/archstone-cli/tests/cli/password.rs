//! `archstone user password set`.

use crate::program::{Program, dev};

#[test]
fn an_expired_password_is_changed_without_a_token() {
    // A separate cloud, since the user is changed.
    dev(&["down", "cli-password", "--delete"]);
    let url = dev(&["up", "cli-password"]);
    let frank = |password: &str| {
        Program::new().with("OS_AUTH_URL", &url).with("OS_USERNAME", "frank").with("OS_PASSWORD", password)
    };

    let expired = frank("frank-secret").run("whoami").failure();
    let wrong = frank("frank-secret").run_with_input("user password set --password - --original-password no", "x\n");
    let changed = frank("frank-secret").run_with_input("user password set --password -", "another secret 1\n");
    let old = frank("frank-secret").run("whoami");
    let new = frank("another secret 1").run("whoami -f value -c user_name --os-project-name web");

    assert!(expired.starts_with("exit 4\n") && expired.contains("The password is expired"), "{expired}");
    assert!(expired.contains("hint: change it with `archstone user password set`, or"), "{expired}");
    assert!(wrong.code != Some(0) && !wrong.stderr.contains("frank-secret"), "{wrong:?}");
    assert_eq!(changed.result(), "");
    assert_eq!((old.code, new.result()), (Some(4), "frank\n"));
    dev(&["down", "cli-password", "--delete"]);
}

#[test]
fn a_changed_password_ends_the_cached_token() {
    dev(&["down", "cli-password-2", "--delete"]);
    let url = dev(&["up", "cli-password-2"]);
    let alice = |password: &str| {
        Program::new().with("OS_AUTH_URL", &url).with("OS_USERNAME", "alice").with("OS_PASSWORD", password)
    };
    let before = alice("alice-secret");
    let token = before.token();

    let given = before.run("user password set --password another-1");
    let listed = before.run("cache stats -f value -c Tokens");

    assert_eq!((given.code, given.stdout.as_str()), (Some(0), ""), "{given:?}");
    assert!(given.stderr.starts_with("warning: `--password` lets everyone on this machine see"), "{given:?}");
    assert_eq!(listed.result(), "0\n");
    assert_ne!(alice("another-1").token(), token);
    dev(&["down", "cli-password-2", "--delete"]);
}

#[test]
fn without_a_password_there_is_nothing_to_change() {
    let nobody = Program::of("alice").with("OS_PASSWORD", "").with("OS_TOKEN", "x").with("OS_AUTH_TYPE", "token");

    let no_password = nobody.with("OS_USERNAME", "").run_with_input("user password set --password -", "new\n");
    let no_new = Program::of("alice").run("user password set");
    let empty = Program::of("alice").run_with_input("user password set --password -", "\n");

    let expected = "exit 2\nerror: the client does not log in with a password, so there is none to change\n";
    assert!(no_password.failure().starts_with(expected), "{no_password:?}");
    let no_terminal = "exit 2\nerror: cannot prompt for the new password: there is no terminal\n\nhint: pass `-`";
    assert!(no_new.failure().starts_with(no_terminal), "{no_new:?}");
    assert!(empty.failure().starts_with("exit 3\nerror: standard input should hold the password"), "{empty:?}");
}
