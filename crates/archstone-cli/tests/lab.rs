//! The program with the servers of `dev/lab`, which need packages that only root can install. Only run on request:
//! `cargo test --package archstone-cli --test lab -- --ignored`, with the name of a running lab.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may panic, and sets up the machine that it tests on"
)]

use std::{
    path::PathBuf,
    process::{Command, Output},
};

use serde_json::Value;

struct Lab(Value);

impl Lab {
    fn new(name: &str) -> Self {
        let program = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../dev/lab");
        let output = Command::new(program).args([name, "env"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self(serde_json::from_slice(&output.stdout).unwrap())
    }

    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap()
    }

    /// Runs the program without this machine's configuration.
    fn run(&self, variables: &[(&str, &str)], words: &[&str]) -> (bool, String, String) {
        let home = std::env::temp_dir().join(format!("archstone-lab-{}", std::process::id()));
        std::fs::create_dir_all(&home).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_archstone"));
        command.env_clear().env("HOME", &home).current_dir(&home);
        command.env("OS_AUTH_URL", self.text("auth_url")).env("OS_CACERT", self.text("cacert"));
        let Output { status, stdout, stderr } = command.envs(variables.iter().copied()).args(words).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (status.success(), text(stdout), text(stderr))
    }
}

#[test]
#[ignore = "needs `dev/lab x509 up`"]
fn x509() {
    let lab = Lab::new("x509");
    let file = |name: &str| format!("{}/{name}", lab.text("folder"));
    let (client, admin, other, rogue) = (file("client.p12"), file("admin.p12"), file("other.p12"), file("rogue.p12"));
    let oauth2 = |cert| {
        [
            ("OS_AUTH_TYPE", "v3oauth2mtlsclientcredential"),
            ("OS_OAUTH2_CLIENT_ID", lab.text("oauth2_client_id")),
            ("OS_CERT", cert),
            ("ARCHSTONE_KEY_PASSWORD", lab.text("passphrase")),
        ]
    };
    let (is_done, shown, said) = lab.run(&oauth2(&client), &["--debug", "token", "issue", "-f", "json"]);
    assert!(is_done, "{said}");
    let token: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(token["user_id"], lab.text("oauth2_client_id"), "{shown}");
    for secret in [token["id"].as_str().unwrap(), lab.text("passphrase")] {
        assert!(!said.contains(secret), "{said}");
    }
    let (is_done, _, said) = lab.run(&oauth2(&other), &["token", "issue"]);
    assert!(!is_done && said.contains("OAuth2 client") && said.contains("refused"), "{said}");
    let (is_done, _, said) = lab.run(&oauth2(&rogue), &["token", "issue"]);
    assert!(!is_done && said.contains("client certificate"), "{said}");

    let tokenless = |more: &[(&'static str, &'static str)]| {
        let mut variables = vec![
            ("OS_AUTH_TYPE", "v3tokenlessauth"),
            ("OS_PROJECT_NAME", lab.text("project")),
            ("OS_PROJECT_DOMAIN_ID", "default"),
            ("OS_CERT", admin.as_str()),
            ("ARCHSTONE_KEY_PASSWORD", lab.text("passphrase")),
        ];
        variables.extend(more);
        variables
    };
    let (is_done, shown, said) = lab.run(&tokenless(&[]), &["user", "list", "-f", "value", "-c", "Name"]);
    assert!(is_done && shown.lines().any(|name| name == "admin"), "{shown} {said}");
    for words in [&["token", "issue"][..], &["catalog", "list"], &["whoami"]] {
        let (is_done, _, said) = lab.run(&tokenless(&[]), words);
        assert!(!is_done && said.contains("there is no token"), "{words:?}: {said}");
    }
    let (is_done, shown, said) = lab.run(&tokenless(&[]), &["url", "identity"]);
    assert!(is_done && shown.trim_end().trim_end_matches('/') == lab.text("auth_url"), "{shown} {said}");
    let (_, shown, said) = lab.run(&tokenless(&[]), &["doctor"]);
    assert!(shown.contains("a client certificate with each request") && !shown.contains("failed"), "{shown} {said}");
    let (is_done, _, said) = lab.run(&tokenless(&[]), &["login"]);
    assert!(!is_done && said.contains("there is no token"), "{said}");
    let (is_done, _, said) = lab.run(&tokenless(&[("ARCHSTONE_KEY_PASSWORD", "another")]), &["user", "list"]);
    assert!(!is_done && said.contains("passphrase does not open the key") && !said.contains("another"), "{said}");
}

#[cfg(feature = "kerberos")]
#[test]
#[ignore = "needs `dev/lab kerberos up`"]
fn kerberos() {
    let lab = Lab::new("kerberos");
    let variables = |auth_type, url, tickets| {
        [
            ("OS_AUTH_TYPE", auth_type),
            ("OS_AUTH_URL", lab.text(url)),
            ("OS_IDENTITY_PROVIDER", lab.text("identity_provider")),
            ("OS_PROTOCOL", lab.text("protocol")),
            ("OS_PROJECT_NAME", lab.text("project")),
            ("KRB5_CONFIG", lab.text("krb5_config")),
            ("KRB5CCNAME", tickets),
        ]
    };
    let (alice, yuri) = (lab.text("alice"), lab.text("yuri"));
    for (auth_type, url) in [("v3kerberos", "kerberos_auth_url"), ("v3fedkerb", "auth_url")] {
        let words = ["--debug", "token", "issue", "-f", "json", "--os-mutual-auth", "required"];
        let (is_done, shown, said) = lab.run(&variables(auth_type, url, alice), &words);
        assert!(is_done, "{auth_type}: {said}");
        let token: Value = serde_json::from_str(&shown).unwrap();
        assert!(!said.contains(token["id"].as_str().unwrap()) && !said.contains("Negotiate YI"), "{said}");
        let (is_done, _, said) = lab.run(&variables(auth_type, url, "FILE:/none/of/it"), &["token", "issue"]);
        assert!(!is_done && said.contains("no Kerberos ticket") && said.contains("kinit"), "{said}");
    }
    let (is_done, _, said) = lab.run(&variables("v3kerberos", "kerberos_auth_url", yuri), &["token", "issue"]);
    assert!(!is_done && said.contains("klist"), "{said}");
}

/// A program that was built without Kerberos support still knows the method.
#[cfg(not(feature = "kerberos"))]
#[test]
fn a_program_without_kerberos_says_so() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_archstone"));
    command.env_clear().args([
        "--os-auth-type",
        "v3kerberos",
        "--os-auth-url",
        "https://127.0.0.1:9/v3",
        "token",
        "issue",
    ]);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("`v3kerberos` needs Kerberos"), "{said}");
    assert!(said.contains("feature `kerberos`"), "{said}");
}
