//! The commands in `dev`.

use std::{path::PathBuf, process::Command};

/// Runs a command, and returns its output.
pub(crate) fn dev(command: &str, arguments: &[&str]) -> String {
    let program = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../dev").join(command);
    let output = Command::new(program).args(arguments).output().expect("the command runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "dev/{command} {arguments:?} failed: {said}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
