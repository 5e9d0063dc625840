//! Chromium in place of a person, with the real servers of `dev/lab`. A screenshot of a test's last page is saved as
//! `dev/.state/lab/NAME/final.png`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use archstone::host::Host;
use serde_json::{Value, json};

use crate::{
    oidc::{run_with_a_person, url_in},
    program::{Program, Run},
};

struct Lab {
    name: &'static str,
    dev: PathBuf,
    facts: Value,
}

impl Lab {
    fn new(name: &'static str) -> Self {
        let dev = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dev").canonicalize().expect("a folder");
        let lab = Command::new(dev.join("lab")).args([name, "env"]).output().expect("dev/lab runs");
        assert!(lab.status.success(), "{}", String::from_utf8_lossy(&lab.stderr));
        let facts = serde_json::from_slice(&lab.stdout).expect("JSON");
        let _ = fs::remove_file(dev.join(".state/lab").join(name).join("final.png"));
        Self { name, dev, facts }
    }

    /// The program with a login of this lab; some of its options are facts of the lab.
    fn program(&self, auth_type: &str, facts: &[&str]) -> Program {
        let path = Host::default().variable("PATH").expect("a path to Chromium");
        let program = Program::new().with("PATH", &path).with("OS_AUTH_TYPE", auth_type).with("OS_PROJECT_NAME", "web");
        let program = program.with("BROWSER", &format!("{}/browser {}", self.dev.display(), self.name));
        // The first start of a browser may be slow.
        let program = program.with("OS_LOGIN_TIMEOUT", "240");
        ["auth_url", "cacert", "identity_provider"].iter().chain(facts).fold(program, |it, name| {
            it.with(&format!("OS_{}", name.to_uppercase()), self.facts[name].as_str().expect("a fact"))
        })
    }

    /// The login has succeeded, and another project needs no further one. The browser may still be loading its last page.
    fn has_logged_in(&self, program: &Program, run: &Run, auth_type: &str) {
        assert_eq!(run.code, Some(0), "{run:?}");
        let shown: Value = serde_json::from_str(&run.stdout).expect("JSON");
        assert_eq!((&shown["method"], &shown["scope"]), (&json!(auth_type), &json!("web")));
        let other = program.run("--os-project-name db whoami -f value -c project_name");
        assert_eq!(other.result(), "db\n");
        let picture = self.dev.join(".state/lab").join(self.name).join("final.png");
        let is_there = |_| {
            thread::sleep(Duration::from_millis(50));
            picture.exists()
        };
        assert!((0..2400).any(is_there), "Chromium has not come to an end");
    }
}

const CLIENT: [&str; 4] = ["protocol", "client_id", "client_secret", "discovery_endpoint"];

#[ignore = "needs `dev/lab oidc up`, whose packages only root can install, and Chromium"]
#[test]
fn oidc_logs_in_with_a_code_and_by_the_page_of_the_identity_service() {
    for (auth_type, facts) in [("v3oidcauthcode", &CLIENT[..]), ("v3websso", &["protocol"])] {
        let lab = Lab::new("oidc");
        let program = lab.program(auth_type, facts).with("OS_REDIRECT_URI", "http://localhost:9990/");
        let run = program.run("login -f json");
        lab.has_logged_in(&program, &run, auth_type);
        assert!(program.run("logout").result().contains("everyone who shared it"));
    }
}

/// Without a session at the provider, its page asks for the password first, and then for the confirmation.
#[ignore = "needs `dev/lab oidc up`, whose packages only root can install, and Chromium"]
#[test]
fn oidc_confirms_a_device() {
    let lab = Lab::new("oidc");
    let program = lab.program("v3oidcdeviceauthz", &CLIENT);
    let run = run_with_a_person(&program, &["login", "-f", "json"], |line| {
        let url = url_in(line);
        let code = line.rsplit(' ').next().expect("the code");
        assert!(url.ends_with(&format!("code={code}")), "{line}");
        let browser = Command::new(lab.dev.join("browser")).args([lab.name, url]).output().expect("dev/browser runs");
        let done = String::from_utf8_lossy(&browser.stdout);
        assert!(browser.status.success() && done.contains("pressed Continue"), "{done} {browser:?}");
    });
    lab.has_logged_in(&program, &run, "v3oidcdeviceauthz");
}

#[ignore = "needs `dev/lab saml up`, whose packages only root can install, and Chromium"]
#[test]
fn saml_logs_in_by_the_page_of_the_identity_service() {
    for (protocol, user) in [("saml2", "dave"), ("mapped", "dave-mapped")] {
        let lab = Lab::new("saml");
        let program = lab.program("v3websso", &[]).with("OS_PROTOCOL", protocol);
        let run = program.run("--debug login -f json");
        lab.has_logged_in(&program, &run, "v3websso");
        assert_eq!(program.run("whoami -f value -c user_name").result(), format!("{user}\n"));
        let token = program.token();
        for secret in ["SAMLResponse", lab.facts["password"].as_str().expect("a password"), &token] {
            assert!(!run.stderr.contains(secret), "{run:?}");
        }
    }
}
