//! Logins with OpenID Connect, with a strict fake provider.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    process::Command,
    thread,
};

use archstone::host::Host;
use archstone_testing::{FakeKeystone, FakeProvider, Reply};
use serde_json::json;

use crate::{
    program::{Program, Run},
    prompt::at_a_terminal,
};

/// Opens a URL like a browser, and writes the final page.
const BROWSER: &str = r#"
import re, sys, urllib.parse, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
page = opener.open(sys.argv[1], timeout=60).read().decode()
if form := re.search(r'action="([^"]+)".*value="([^"]+)"', page):
    fetch = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "cross-site"}
    token = urllib.parse.urlencode({"token": form[2]}).encode()
    page = opener.open(urllib.request.Request(form[1], token, fetch), timeout=60).read().decode()
open(sys.argv[2], "w").write(sys.argv[1] + "\n" + page) if len(sys.argv) > 2 else print(page)
"#;

struct Clouds {
    keystone: FakeKeystone,
    provider: FakeProvider,
}

impl Clouds {
    fn start() -> Self {
        let (keystone, provider) = (FakeKeystone::start(), FakeProvider::start());
        keystone.trust("sso", "openid", &provider);
        Self { keystone, provider }
    }

    /// The program with a cloud of this login in its environment.
    fn program(&self, auth_type: &str) -> Program {
        let program = Program::new()
            .with("OS_AUTH_URL", &self.keystone.auth_url())
            .with("OS_AUTH_TYPE", auth_type)
            .with("OS_IDENTITY_PROVIDER", "sso")
            .with("OS_PROTOCOL", "openid")
            .with("OS_PROJECT_NAME", "demo");
        if auth_type == "v3websso" {
            return program;
        }
        if auth_type == "v3oidcaccesstoken" {
            return program.with("OS_ACCESS_TOKEN", &self.provider.issue());
        }
        let program = program
            .with("OS_CLIENT_ID", self.provider.client_id())
            .with("OS_CLIENT_SECRET", self.provider.client_secret())
            .with("OS_DISCOVERY_ENDPOINT", &self.provider.discovery_endpoint());
        if auth_type == "v3oidcpassword" {
            program.with("OS_USERNAME", "demo").with("OS_PASSWORD", "demo at provider")
        } else {
            program
        }
    }

    fn federated_logins(&self) -> usize {
        self.keystone.count("POST", "/v3/OS-FEDERATION/identity_providers/sso/protocols/openid/auth")
    }
}

fn python(arguments: &[&str]) -> Command {
    let mut python = Command::new("python3");
    python.env_clear().env("PATH", Host::default().variable("PATH").expect("a path to python3"));
    python.args(["-c", BROWSER]).args(arguments);
    python
}

/// Runs the program while a person follows its instructions: `act` gets the line with the URL.
pub(crate) fn run_with_a_person(program: &Program, arguments: &[&str], act: impl FnOnce(&str)) -> Run {
    let mut child = program.command(arguments).spawn().expect("the program runs");
    let mut errors = BufReader::new(child.stderr.take().expect("its errors"));
    let mut said = String::new();
    while !said.lines().last().is_some_and(|line| line.starts_with("To log in, open ")) {
        assert_ne!(errors.read_line(&mut said).expect("text"), 0, "{said}");
    }
    act(said.lines().last().expect("a line"));
    errors.read_to_string(&mut said).expect("text");
    let mut output = child.wait_with_output().expect("the program ends");
    output.stderr = said.into_bytes();
    program.read(&output)
}

pub(crate) fn url_in(line: &str) -> &str {
    line.split(' ').find(|word| word.starts_with("http")).expect("a URL")
}

const WHO: &str = "whoami -f value -c user_name -c project_name";

#[test]
fn each_method_that_needs_nobody_logs_in_and_says_what_is_wrong() {
    let clouds = Clouds::start();
    let mut logins = 0;
    for (auth_type, secrets) in [
        ("v3oidcpassword", &["OS_PASSWORD", "OS_CLIENT_SECRET"][..]),
        ("v3oidcclientcredentials", &["OS_CLIENT_SECRET"]),
        ("v3oidcaccesstoken", &["OS_ACCESS_TOKEN"]),
    ] {
        let program = clouds.program(auth_type);
        let shown = program.run("login -f json").json();
        assert_eq!((&shown["method"], &shown["scope"]), (&json!(auth_type), &json!("demo")), "{shown}");
        // The same login is used by another command, and for another scope.
        assert_eq!(program.run(WHO).result(), "demo\ndemo\n", "{auth_type}");
        assert_eq!(program.run("token issue --unscoped -f value -c user_id").result().lines().count(), 1);
        logins += 1;
        assert_eq!(clouds.federated_logins(), logins, "{auth_type}");
        let told = program.run("--debug login --renew").whole();
        for secret in ["demo at provider", clouds.provider.client_secret(), "token-of-provider"] {
            assert!(!told.contains(secret), "{auth_type}: {told}");
        }
        for variable in secrets {
            let wrong = clouds.program(auth_type).with(variable, "MARKED-SECRET").run("--debug whoami").failure();
            assert!(wrong.contains("exit 4") && wrong.contains("hint: "), "{auth_type}, {variable}: {wrong}");
            assert!(!wrong.contains("MARKED"), "{auth_type}, {variable}: {wrong}");
        }
        if auth_type != "v3oidcaccesstoken" {
            let away = clouds.program(auth_type).with("OS_DISCOVERY_ENDPOINT", "http://127.0.0.1:9/x").run("whoami");
            assert!(away.failure().contains("exit 8") && away.failure().contains("127.0.0.1:9"), "{away:?}");
        }
        // Nothing remains that could log in.
        for logout in ["logout", "logout --local"] {
            program.run("login").result();
            program.run(logout).result();
            let before = clouds.federated_logins();
            program.run("login").result();
            assert_eq!(clouds.federated_logins(), before + 1, "{auth_type}, {logout}");
        }
        logins = clouds.federated_logins();
    }
}

#[test]
fn a_person_confirms_a_code_on_another_device() {
    let clouds = Clouds::start();
    let device = clouds.program("v3oidcdeviceauthz");
    let run = run_with_a_person(&device, &["login", "-f", "json"], |line| {
        assert!(
            line.ends_with("/activate?user_code=WDJB-MJHT in a browser, and check that it shows WDJB-MJHT"),
            "{line}"
        );
        clouds.provider.confirm(true);
    });
    assert_eq!((run.code, run.stderr.lines().count()), (Some(0), 1), "{run:?}");
    let shown: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(shown["method"], "v3oidcdeviceauthz");
    // The user is not prompted again, even after the token was revoked.
    assert_eq!(device.run(WHO).result(), "demo\ndemo\n");
    clouds.keystone.revoke_all();
    clouds.provider.end_access_tokens();
    device.run("login --renew").result();
    assert_eq!(clouds.provider.count("POST", "/device"), 1);
    // After removing everything a person is needed, if possible.
    device.run("logout --local").result();
    let refused = device.run("login --no-input").failure();
    assert!(refused.contains("exit 3") && refused.contains("needs a browser"), "{refused}");
    let run = run_with_a_person(&device, &["login"], |_| clouds.provider.confirm(false));
    assert!(run.failure().contains("the login was refused in the browser"), "{run:?}");
    // That was local: only `logout` without it revokes refresh tokens at the provider.
    let left = clouds.provider.refresh_tokens();
    assert_eq!(clouds.provider.count("POST", "/revoke"), 0);
    for refuses in [false, true] {
        assert_eq!(run_with_a_person(&device, &["login"], |_| clouds.provider.confirm(true)).code, Some(0));
        if refuses {
            clouds.provider.on("POST", "/revoke").reply(Reply::error(400, "no"));
        }
        // Keystone's tokens are revoked already.
        clouds.keystone.revoke_all();
        let run = device.run("logout");
        assert_eq!((run.code, clouds.provider.refresh_tokens()), (Some(0), left + usize::from(refuses)), "{run:?}");
        assert_eq!(run.stderr.contains("may still be valid at the provider"), refuses, "{run:?}");
        assert!(!run.whole().contains("token-of-provider"), "{run:?}");
    }
}

#[test]
fn a_phone_can_read_the_url_from_a_terminal() {
    let clouds = Clouds::start();
    for (variables, is_drawn) in [(&[("TERM", "xterm")][..], true), (&[("TERM", "dumb")], false)] {
        let device = clouds.program("v3oidcdeviceauthz");
        let device = variables.iter().fold(device, |it, (name, value)| it.with(name, value));
        let session = thread::scope(|scope| {
            let session = scope.spawn(|| at_a_terminal(&device, &["whoami"], &[]));
            while clouds.provider.waiting_devices() == 0 {
                thread::yield_now();
            }
            clouds.provider.confirm(true);
            session.join().expect("a session")
        });
        assert_eq!(session.status, 0, "{session:?}");
        assert!(session.shown.contains("To log in, open http"), "{session:?}");
        assert_eq!(session.shown.contains("\u{1b}[97;40m\u{2588}\u{2588}"), is_drawn, "{session:?}");
        let rows = session.shown.lines().filter(|line| line.contains('\u{2580}')).count();
        assert_eq!(rows > 10, is_drawn, "{session:?}");
    }
}

#[test]
fn a_browser_of_this_machine_is_opened_and_what_it_is_given_says_nothing_of_the_login() {
    let clouds = Clouds::start();
    let program = clouds.program("v3oidcauthcode");
    let (script, page) = (program.home.join("browser.py"), program.home.join("page.html"));
    fs::write(&script, BROWSER).expect("a script");
    let path = Host::default().variable("PATH").expect("a path to python3");
    let browser = format!("no-such-browser:python3 {} %s {}", script.display(), page.display());
    let program = program.with("PATH", &path).with("BROWSER", &browser);
    let run = program.run("login -f json");
    assert_eq!(run.code, Some(0), "{run:?}");
    let line = run.stderr.lines().next().expect("a line");
    assert!(line.starts_with("To log in, open ") && line.ends_with(" in a browser on this machine"), "{line}");
    // The browser is a child that outlives the program.
    let seen = loop {
        match fs::read_to_string(&page) {
            Ok(seen) if seen.contains("</p>") => break seen,
            _ => thread::yield_now(),
        }
    };
    let (given, shown) = seen.split_once('\n').expect("a line");
    assert!(shown.contains("You are logged in. You can close this window."), "{shown}");
    assert!(given.starts_with("http://127.0.0.1:") && !given.contains('?'), "{given}");
    for hidden in ["state=", "nonce=", "code_challenge="] {
        assert!(url_in(line).contains(hidden) && !given.contains(hidden), "{line} {given}");
    }
    assert_eq!(program.run(WHO).result(), "demo\ndemo\n");
    clouds.keystone.revoke_all();
    clouds.provider.end_access_tokens();
    program.run("login --renew").result();
    assert_eq!(clouds.provider.count("GET", "/authorize"), 1);
}

#[test]
fn without_a_display_a_person_opens_the_url() {
    let clouds = Clouds::start();
    let program = clouds.program("v3oidcauthcode").with("DISPLAY", "");
    let run = run_with_a_person(&program, &["login"], |line| {
        let output = python(&[url_in(line)]).output().expect("python3 runs");
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(shown.contains("You are logged in"), "{shown} {output:?}");
    });
    assert_eq!((run.code, run.stderr.lines().count()), (Some(0), 1), "{run:?}");
    let unable = clouds.program("v3oidcauthcode").with("BROWSER", "no-such-browser");
    let run = run_with_a_person(&unable, &["login"], |line| {
        assert!(python(&[url_in(line)]).output().expect("python3 runs").status.success());
    });
    assert!(run.stderr.contains("cannot run the browser `no-such-browser`"), "{run:?}");
}

#[test]
fn the_page_of_the_identity_service_logs_in_once_for_every_scope() {
    let clouds = Clouds::start();
    let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port").port();
    let websso = || clouds.program("v3websso").with("OS_REDIRECT_PORT", &port.to_string());
    let program = websso();
    // This login has no secret: without a separate encryption key, the token is not stored.
    let keyless = program.run(&format!("login --token-cache {}/tokens", program.home.display())).failure();
    assert!(keyless.contains("exit 3") && keyless.contains("--token-cache keyring"), "{keyless}");
    let run = run_with_a_person(&program, &["login", "-f", "json"], |line| {
        assert!(line.ends_with("%2Fauth%2Fwebsso%2F in a browser on this machine"), "{line}");
        let output = python(&[url_in(line)]).output().expect("python3 runs");
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(shown.contains("You are logged in"), "{shown} {output:?}");
    });
    assert_eq!((run.code, run.stderr.lines().count()), (Some(0), 1), "{run:?}");
    assert_eq!(program.run(WHO).result(), "demo\ndemo\n");
    assert_eq!(program.run("token issue --unscoped -f value -c user_id").result().lines().count(), 1);
    let page = "/v3/auth/OS-FEDERATION/identity_providers/sso/protocols/openid/websso";
    assert_eq!(clouds.keystone.count("GET", page), 1);
    let told = program.run("--debug whoami --no-input").whole();
    assert!(!told.contains(&program.token()), "{told}");
}
