//! A process of the fleet, as seen by the test.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::Sender,
};

use serde_json::Value;

/// Set for processes that a test starts from its own executable.
pub(crate) const IS_WORKER: &str = "ARCHSTONE_TEST_IS_WORKER";
/// The test that they run, which does their work if that is set.
const WORKER: &str = "a_fleet_logs_in_once_in_each_lifetime_whatever_the_store";

/// One of the processes; it is killed when dropped.
pub(crate) struct Process {
    child: Child,
    input: Option<ChildStdin>,
}

/// A line of a process, or `None` when it has ended.
pub(crate) type Said = (usize, Option<Value>);

impl Process {
    /// Starts the test's executable again, with nothing but these variables in its environment. Its output is sent to
    /// the channel together with its number.
    pub(crate) fn start(number: usize, home: &Path, variables: &BTreeMap<String, String>, said: Sender<Said>) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", WORKER, "--nocapture"]).env_clear().envs(variables);
        command.env("HOME", home).env("XDG_CACHE_HOME", home.join(".cache")).env(IS_WORKER, "yes").current_dir(home);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take(), child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // Other lines come from the test harness.
                if let Ok(value @ Value::Object(_)) = serde_json::from_str(&line) {
                    let _ = said.send((number, Some(value)));
                }
            }
            let _ = said.send((number, None));
        });
        Self { child, input }
    }

    /// Makes it report what has happened since the last time.
    pub(crate) fn ask(&mut self) {
        writeln!(self.input.as_mut().unwrap(), "what happened").unwrap();
    }

    /// Kills it, whatever it is doing.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
