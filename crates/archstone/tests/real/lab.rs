//! What the tests of all labs need: the addresses of the servers, and the log of logins.

use std::{
    fmt::Write,
    path::PathBuf,
    process::Command,
    sync::{Mutex, OnceLock},
};

use archstone::{
    Client, Error, Token,
    events::{self, Level, Listener},
};
use serde_json::Value;

/// The log of all tests at the most verbose level.
pub(crate) static SAID: Mutex<String> = Mutex::new(String::new());

struct Recorder;

impl Listener for Recorder {
    fn wants(&self, _: Level) -> bool {
        true
    }

    fn tell(&self, level: Level, target: &str, message: &str, fields: &str) {
        writeln!(SAID.lock().unwrap(), "{level} {target}: {message}{fields}").unwrap();
    }
}

/// Records the log of all tests of this process.
pub(crate) fn listen() {
    static LISTENS: OnceLock<bool> = OnceLock::new();
    LISTENS.get_or_init(|| events::listen(Level::TRACE, Recorder));
}

/// The output of `dev/lab` for a running lab.
pub(crate) fn facts(name: &str) -> Value {
    listen();
    let program = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../dev/lab");
    let output = Command::new(program).args([name, "env"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A token's validation by Keystone.
pub(crate) async fn validated(by: &Client, token: &Token) -> Value {
    let request = by.service("identity").get("auth/tokens").header("x-subject-token", token.expose());
    let answer = request.send().await.unwrap();
    serde_json::from_slice::<Value>(&answer.bytes().await.unwrap()).unwrap()["token"].take()
}

pub(crate) fn hint(error: &Error) -> String {
    error.hint().unwrap_or_default().to_string()
}
