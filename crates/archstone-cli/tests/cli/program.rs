//! The program in a clean environment, and the results of its runs.

use std::{
    io::Write,
    path::PathBuf,
    process::{Command, Output, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// The URL of the instance `default`, without `/v3`.
static KEYSTONE: LazyLock<String> =
    LazyLock::new(|| dev(&["up"]).strip_suffix("/v3").expect("a URL that ends in /v3").to_owned());

/// Runs `dev/keystone`, and returns its output.
pub(crate) fn dev(arguments: &[&str]) -> String {
    let program = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../dev/keystone");
    let output = Command::new(program).args(arguments).output().expect("dev/keystone runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "dev/keystone {arguments:?} failed: {said}");
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

/// The program, with a home and a path to the server for one test only.
pub(crate) struct Program {
    tag: String,
    pub(crate) home: PathBuf,
    variables: Vec<(String, String)>,
}

impl Program {
    /// Without a cloud and a user.
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let tag = format!("c{}x{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let home = std::env::temp_dir().join(format!("archstone-cli-{tag}"));
        std::fs::create_dir_all(&home).expect("a home");
        Self { tag, home, variables: Vec::new() }
    }

    /// With the cloud and one of the seeded users in its environment.
    pub(crate) fn of(user: &str) -> Self {
        let program = Self::new();
        let auth_url = program.auth_url();
        program.with("OS_AUTH_URL", &auth_url).with("OS_USERNAME", user).with("OS_PASSWORD", &format!("{user}-secret"))
    }

    /// With another environment variable; an empty one counts as unset.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn auth_url(&self) -> String {
        format!("{}/{}/v3", *KEYSTONE, self.tag)
    }

    /// With a path on which the server misbehaves, such as `delay=300`; see `dev/README.md`.
    pub(crate) fn behind(self, options: &str) -> Self {
        let auth_url = format!("{}/{options}+{}/v3", *KEYSTONE, self.tag);
        self.with("OS_AUTH_URL", &auth_url)
    }

    /// The command, for a test that needs more than its output.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_archstone"));
        command.args(arguments).env_clear().env("HOME", &self.home).current_dir(&self.home);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs it with arguments that have no spaces in them.
    pub(crate) fn run(&self, arguments: &str) -> Run {
        let arguments: Vec<_> = arguments.split_whitespace().collect();
        self.read(&self.command(&arguments).output().expect("the program runs"))
    }

    /// The same, with standard input.
    pub(crate) fn run_with_input(&self, arguments: &str, input: &str) -> Run {
        let arguments: Vec<_> = arguments.split_whitespace().collect();
        let mut child = self.command(&arguments).stdin(Stdio::piped()).spawn().expect("the program runs");
        child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("the input is read");
        self.read(&child.wait_with_output().expect("the program ends"))
    }

    pub(crate) fn read(&self, output: &Output) -> Run {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
        Run {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            keystone: format!("{}/{}", *KEYSTONE, self.tag),
        }
    }

    /// How many requests reached the server.
    pub(crate) fn requests(&self) -> usize {
        dev(&["requests", "--tag", &self.tag, "--count"]).parse().expect("a number")
    }

    /// How many logins reached the server.
    pub(crate) fn logins(&self) -> usize {
        let login = ["requests", "--tag", &self.tag, "--method", "POST", "--path", "/v3/auth/tokens", "--count"];
        dev(&login).parse().expect("a number")
    }

    /// The cached token, or a new one.
    pub(crate) fn token(&self) -> String {
        self.run("token issue -f value -c id").result().trim().to_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

/// The outcome of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    keystone: String,
}

impl Run {
    /// The output of a successful run without messages.
    pub(crate) fn result(&self) -> &str {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{}", self.stdout);
        &self.stdout
    }

    /// The same, without what differs from run to run.
    pub(crate) fn steady_result(&self) -> String {
        steady(self.result(), &self.keystone)
    }

    /// Everything that a run wrote, errors first, after its exit status if it failed; without what differs.
    pub(crate) fn whole(&self) -> String {
        let status = self.code.filter(|code| *code != 0).map(|code| format!("exit {code}\n")).unwrap_or_default();
        status + &steady(&self.stderr, &self.keystone) + &steady(&self.stdout, &self.keystone)
    }

    /// The JSON output of a successful run.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(self.result()).expect("JSON")
    }

    /// Exit status and errors of a failed run without output, without what differs.
    pub(crate) fn failure(&self) -> String {
        assert_eq!(self.stdout, "");
        format!("exit {}\n{}", self.code.unwrap_or(-1), steady(&self.stderr, &self.keystone))
    }
}

/// Text without what differs from run to run.
fn steady(text: &str, keystone: &str) -> String {
    let root = KEYSTONE.as_str();
    let text = text.replace(keystone, "<keystone>").replace(root, "<keystone>");
    let text = replaced(&text, "0000-00-00T00:00:00+0000", "<time>");
    let text = replaced(&text, "req-xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", "<request>");
    let text = replaced(&text, &"x".repeat(32), "<id>");
    let mut parts = text.split("gAAAA");
    let first = parts.next().unwrap_or_default().to_owned();
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    parts.fold(first, |text, part| format!("{text}<token>{}", part.trim_start_matches(is_of_token)))
}

/// Text with every match of a pattern replaced: `0` is any digit, `x` any hexadecimal one.
fn replaced(text: &str, shape: &str, by: &str) -> String {
    let fits = |part: &str| {
        part.chars().zip(shape.chars()).all(|(c, shape)| match shape {
            '0' => c.is_ascii_digit(),
            'x' => c.is_ascii_hexdigit(),
            shape => c == shape,
        })
    };
    let (mut rest, mut out) = (text, String::new());
    while let Some(c) = rest.chars().next() {
        let part = rest.get(..shape.len());
        let length = if part.is_some_and(fits) { shape.len() } else { c.len_utf8() };
        out.push_str(if part.is_some_and(fits) { by } else { &rest[..length] });
        rest = &rest[length..];
    }
    out
}
