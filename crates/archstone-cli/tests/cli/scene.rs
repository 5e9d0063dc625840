//! Commands of an administrator in a separate domain, which is deleted afterwards with everything in it.

use std::process::Command;

use archstone::blocking::Client;

use crate::program::{Program, Run};

pub(crate) struct Scene {
    pub(crate) admin: Program,
    /// The name of the domain: `DOMAIN` in a command line.
    pub(crate) domain: String,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let admin = Program::of("admin").with("OS_PROJECT_NAME", "admin");
        let domain = admin.home.file_name().expect("a home").to_string_lossy().into_owned();
        admin.run(&format!("domain create {domain}"));
        Self { admin, domain }
    }

    /// Runs one command after another. The expected output of each is what it writes, errors first, after `exit` and
    /// the status if it fails.
    #[track_caller]
    pub(crate) fn play(&self, lines: &[(&str, &str)]) {
        self.play_with_input("", lines);
    }

    #[track_caller]
    pub(crate) fn play_with_input(&self, input: &str, lines: &[(&str, &str)]) {
        for (line, expected) in lines {
            let run = self.admin.run_with_input(&self.filled(line), input);
            assert_eq!(run.whole(), *expected, "{line}");
        }
    }

    /// The same with the program named `openstack`.
    #[track_caller]
    pub(crate) fn play_as_openstack(&self, lines: &[(&str, &str)]) {
        let program = self.admin.home.join("openstack");
        if !program.exists() {
            std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_archstone"), &program).expect("a link");
        }
        for (line, expected) in lines {
            let template = self.admin.command(&[]);
            let mut command = Command::new(&program);
            command.args(self.filled(line).split_whitespace()).env_clear().current_dir(&self.admin.home);
            command.envs(template.get_envs().filter_map(|(name, value)| Some((name, value?))));
            let run = self.admin.read(&command.output().expect("the program runs"));
            assert_eq!(run.whole(), *expected, "openstack {line}");
        }
    }

    /// The same administrator as a client of the library.
    pub(crate) fn client(&self) -> Client {
        let builder = Client::builder().auth_url(self.admin.auth_url()).username("admin").password("admin-secret");
        builder.project_name("admin").build_blocking().expect("a client")
    }

    pub(crate) fn run(&self, line: &str) -> Run {
        self.admin.run(&self.filled(line))
    }

    fn filled(&self, line: &str) -> String {
        line.replace("DOMAIN", &self.domain)
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.run("domain set DOMAIN --disable");
        self.run("domain delete DOMAIN");
    }
}
