//! The supported shells: bash, dash, zsh and fish.

use std::{
    ffi::OsString,
    path::PathBuf,
    process::{Command, Stdio},
};

/// A shell that reads no user configuration and has a clean environment. `dev/shells` finds it, or unpacks Debian's.
pub(crate) fn shell(name: &str) -> Command {
    let program = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../dev/shells");
    let found = Command::new(program).arg(name).stderr(Stdio::piped()).output().expect("dev/shells runs");
    assert!(found.status.success(), "dev/shells {name}: {}", String::from_utf8_lossy(&found.stderr));
    let text = String::from_utf8(found.stdout).expect("text");
    let mut lines = text.lines();
    let mut command = Command::new(lines.next().expect("a path"));
    command
        .env_clear()
        .env("LC_ALL", "C.UTF-8")
        // The folder of zsh's user configuration; an unpacked zsh has the files it needs there.
        .env("ZDOTDIR", "/nonexistent")
        .envs(lines.filter_map(|line| line.split_once('=')).map(|(name, value)| (name, OsString::from(value))));
    let options: &[&str] = match name {
        "bash" => &["--norc", "--noprofile"],
        "zsh" => &["-d"],
        "fish" => &["--no-config"],
        _ => &[],
    };
    command.args(options);
    command
}
