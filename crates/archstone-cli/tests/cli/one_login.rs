//! Simultaneous runs that need the same token cause one login, counted at the server.

use std::{
    io::Write,
    process::{Child, Stdio},
};

use crate::program::{Program, Run};

/// Runs of `token issue` that start together: all wait for their password, and then all get it.
fn at_once(alice: &Program, password: &str) -> Vec<Run> {
    let arguments = ["token", "issue", "-f", "value", "-c", "id", "--password-file", "-"];
    let mut all: Vec<Child> =
        (0..20).map(|_| alice.command(&arguments).stdin(Stdio::piped()).spawn().expect("the program runs")).collect();
    for child in &mut all {
        child.stdin.take().expect("its input").write_all(password.as_bytes()).expect("the password is read");
    }
    all.into_iter().map(|child| alice.read(&child.wait_with_output().expect("the program ends"))).collect()
}

#[test]
fn twenty_runs_at_once_cause_one_login_and_share_its_token() {
    let alice = Program::of("alice").behind("delay=1500");

    let runs = at_once(&alice, "alice-secret");

    let token = runs[0].result();
    assert!(token.starts_with("gAAAA"), "{token}");
    assert!(runs.iter().all(|run| run.result() == token), "{runs:?}");
    assert_eq!(alice.logins(), 1);
}

#[test]
fn twenty_runs_at_once_cause_one_login_and_share_its_failure() {
    // Long enough for the last run to start before the response, even on a busy machine.
    let alice = Program::of("alice").behind("delay=4000");

    let runs = at_once(&alice, "wrong");

    let (code, said) = (runs[0].code, &runs[0].stderr);
    assert!(code == Some(4) && said.contains("request id: req-"), "{said}");
    assert!(runs.iter().all(|run| (run.code, &run.stderr) == (code, said)), "{runs:?}");
    assert_eq!(alice.logins(), 1);
}
