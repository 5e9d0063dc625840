//! Secrets in the system keyring. Run by `dev/keyring`, in a session that has one.

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

/// A cloud whose identity service is not contacted.
const CLOUD: &str = "clouds:\n  demo:\n    auth:\n      auth_url: http://127.0.0.1:9/v3\n      username: alice # me\n      password_command: [pass, show, old]\n";

fn archstone(home: &Path, arguments: &str, input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_archstone"));
    command.args(arguments.split_whitespace()).env("HOME", home).env_remove("XDG_CONFIG_HOME").current_dir(home);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program runs");
    std::io::Write::write_all(&mut child.stdin.take().expect("its input"), input.as_bytes()).expect("it is read");
    child.wait_with_output().expect("the program ends")
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_secret_moves_to_the_keyring_and_is_found_there() {
    let home = std::env::temp_dir().join(format!("archstone-keyring-{}", std::process::id()));
    let folder = home.join(".config/openstack");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("clouds.yaml"), CLOUD).expect("clouds.yaml");

    let kept = archstone(&home, "config set demo auth.password - --keyring", "of the keyring\n");
    let exported = archstone(&home, "env --os-cloud demo", "");
    let elsewhere = archstone(&home, "config set demo password_keyring archstone/nobody", "");
    let missing = archstone(&home, "env --os-cloud demo", "");
    let not_there = archstone(&home, "config set demo username alice --keyring", "");

    assert!(kept.status.success() && elsewhere.status.success(), "{kept:?} {elsewhere:?}");
    let file = fs::read_to_string(folder.join("clouds.yaml")).expect("clouds.yaml");
    assert!(file.contains("username: alice # me") && !file.contains("password_command"), "{file}");
    assert!(said(&exported).0.contains("export OS_PASSWORD='of the keyring'"), "{exported:?}");
    assert!(said(&missing).1.contains("has no secret at `archstone/nobody`"), "{missing:?}");
    assert!(said(&not_there).1.contains("`username` cannot be stored in the keyring"), "{not_there:?}");
    let place: archstone::config::KeyringPlace = "demo".parse().expect("a place");
    assert_eq!(place.read().expect("a secret").expose(), "of the keyring");
    assert!(place.delete().expect("a keyring") && !place.delete().expect("a keyring"));
    let _ = fs::remove_dir_all(home);
}

#[test]
fn without_a_keyring_the_error_says_what_works_everywhere() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_archstone"));
    command.args(["env", "--os-auth-url", "http://127.0.0.1:9/v3", "--os-username", "alice"]);
    command.args(["--password-keyring", "archstone/demo"]);
    let output = command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere").output().expect("the program runs");
    let (_, stderr) = said(&output);
    assert!(stderr.contains("the system keyring cannot be used"), "{stderr}");
    let others = "`--password-file` (ARCHSTONE_PASSWORD_FILE) and `--password-command` (ARCHSTONE_PASSWORD_COMMAND)";
    assert!(stderr.contains(&format!("{others} work everywhere")), "{stderr}");
}

/// The cache can only be decrypted with the keyring: not on another machine, and not with another keyring.
#[test]
fn tokens_on_disk_are_sealed_with_a_key_of_the_keyring() {
    let home = std::env::temp_dir().join(format!("archstone-keyring-tokens-{}", std::process::id()));
    fs::create_dir_all(&home).expect("a folder");
    let keystone = archstone_testing::FakeCloud::new()
        .project(archstone_testing::FakeProject::new("web"))
        .user(archstone_testing::FakeUser::new("alice", "secret").member_of("web"))
        .start();
    let run = |token_cache: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_archstone"));
        command.args(["token", "issue", "-f", "value", "-c", "id"]).env("HOME", &home).env_remove("XDG_CACHE_HOME");
        command.env("OS_AUTH_URL", keystone.auth_url()).env("OS_USERNAME", "alice").env("OS_PASSWORD", "secret");
        said(&command.env("ARCHSTONE_TOKEN_CACHE", token_cache).output().expect("the program runs"))
    };
    let logins = || keystone.requests().iter().filter(|it| it.method() == "POST").count();
    let place: archstone::config::KeyringPlace = "token-cache".parse().expect("a place");

    let first = run("keyring");
    let after_one = logins();
    let second = run("keyring");
    let after_two = logins();
    place.delete().expect("a keyring");
    let with_another_key = run("keyring");

    assert!(!first.0.is_empty() && first == second, "{first:?} {second:?}");
    assert_eq!(after_two, after_one);
    assert!(!with_another_key.0.is_empty() && with_another_key.1.is_empty(), "{with_another_key:?}");
    assert_eq!(logins(), 2 * after_one);
    let _ = fs::remove_dir_all(home);
}
