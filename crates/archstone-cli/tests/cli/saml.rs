//! Logins with SAML, and from Keystone to Keystone: with strict fake servers, and with those of `dev/lab saml`.

use std::{path::PathBuf, process::Command};

use archstone_testing::{FakeKeystone, FakeProject, FakeSamlProvider, FakeUser};
use serde_json::{Value, json};

use crate::program::Program;

const WHO: &str = "whoami -f value -c user_name -c project_name";

/// The program with these variables.
fn program(variables: &[(&str, &str)]) -> Program {
    variables.iter().fold(Program::new(), |program, (name, value)| program.with(name, value))
}

/// Logs in and checks all messages. The token is cached: another command does not contact the provider.
fn logs_in(program: &Program, expected: &str, method: &str, secrets: &[&str]) {
    let shown = program.run("login -f json").json();
    assert_eq!(shown["method"], json!(method), "{shown}");
    assert_eq!(program.run(WHO).result(), expected);
    let told = program.run("--debug login --renew").whole();
    for secret in secrets.iter().chain(&["SignatureValue", "Assertion>"]) {
        assert!(!told.contains(secret), "{told}");
    }
    assert_eq!(program.run("config check").code, Some(0));
    program.run("logout").result();
}

/// A wrong password is refused with a hint, and never shown.
fn refuses(program: Program) {
    let wrong = program.with("OS_PASSWORD", "MARKED-SECRET").run("--debug whoami").failure();
    assert!(wrong.contains("exit 4") && wrong.contains("hint: ") && !wrong.contains("MARKED"), "{wrong}");
}

#[test]
fn a_password_at_a_saml_identity_provider_logs_in() {
    let (keystone, provider) = (FakeKeystone::start(), FakeSamlProvider::start());
    keystone.trust_saml("saml", "saml2", &provider);
    let (auth_url, sso) = (keystone.auth_url(), provider.sso_url());
    let of = || {
        program(&[
            ("OS_AUTH_TYPE", "v3samlpassword"),
            ("OS_AUTH_URL", &auth_url),
            ("OS_IDENTITY_PROVIDER", "saml"),
            ("OS_PROTOCOL", "saml2"),
            ("OS_IDENTITY_PROVIDER_URL", &sso),
            ("OS_USERNAME", "demo"),
            ("OS_PASSWORD", "demo at provider"),
            ("OS_PROJECT_NAME", "demo"),
        ])
    };
    logs_in(&of(), "demo\ndemo\n", "v3samlpassword", &["demo at provider", "assertion-", "session-of"]);
    assert_eq!(provider.count("POST", "/sso"), 1);
    refuses(of());
}

#[test]
fn a_login_goes_on_to_another_keystone() {
    let (home, south) = (FakeKeystone::start(), FakeKeystone::start());
    home.vouch_to("south", &south);
    let auth_url = home.auth_url();
    let of = || {
        program(&[
            ("OS_AUTH_TYPE", "v3password"),
            ("OS_AUTH_URL", &auth_url),
            ("OS_USERNAME", "demo"),
            ("OS_PASSWORD", "secret"),
            ("OS_PROJECT_NAME", "demo"),
        ])
    };
    let onward = of().with("OS_SERVICE_PROVIDER", "south").with("OS_REMOTE_PROJECT_NAME", "demo");
    logs_in(&onward, "demo\ndemo\n", "k2k", &["assertion-of-home", "session-elsewhere"]);
    // With the options of the `openstack` command; the token is one of the other cloud.
    let options = "--os-service-provider south --os-remote-project-name demo";
    let run = of().run(&format!("{options} token issue -f value -c id"));
    let token = run.result();
    assert!(south.accepts(token.trim()) && !home.accepts(token.trim()));
    // A child process gets the other cloud's values; another program gets the login here, and the service provider.
    let child = onward.run("exec -- printenv OS_AUTH_URL");
    assert_eq!(child.result().trim(), south.auth_url());
    let env = onward.run("env");
    for line in
        ["OS_AUTH_TYPE=password", "OS_SERVICE_PROVIDER=south", "OS_REMOTE_PROJECT_NAME=demo", "OS_PROJECT_NAME=demo"]
    {
        assert!(env.result().replace('\'', "").contains(line), "{line}: {env:?}");
    }
    let unknown = of().run("--os-service-provider north whoami").failure();
    assert!(unknown.contains("exit 6") && unknown.contains("there are `south`"), "{unknown}");
    refuses(of().with("OS_SERVICE_PROVIDER", "south"));

    // Clouds generated for its projects keep the login at home.
    let program = Program::new();
    let text = format!(
        "clouds:\n  south:\n    auth: {{auth_url: '{auth_url}', username: demo, password: secret, project_name: demo}}\n    \
         service_provider: south\n    remote_project_name: other\n"
    );
    std::fs::write(program.home.join("clouds.yaml"), text).expect("a file");
    south.change(|cloud| {
        let demo = FakeUser::new("demo", "none").member_of("demo").member_of("other");
        cloud.project(FakeProject::new("other")).user(demo)
    });
    program.run("login south --all-projects --yes").result();
    let clouds = program.run("config list -f value -c cloud");
    let made: Vec<_> = clouds.result().lines().filter(|it| it.contains("demo")).collect();
    assert_eq!(made.len(), 1, "{clouds:?}");
    assert_eq!(program.run(&format!("--os-cloud {} {WHO}", made[0])).result(), "demo\ndemo\n");
}

#[ignore = "needs `dev/lab saml up`, whose packages only root can install"]
#[test]
fn each_way_logs_in_at_the_servers_of_the_lab() {
    let lab = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../dev/lab");
    let output = Command::new(lab).args(["saml", "env"]).output().expect("dev/lab");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lab: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let text = |name: &str| lab[name].as_str().expect(name);
    let common = |auth_url: &str| {
        let program = program(&[("OS_AUTH_URL", auth_url), ("OS_CACERT", text("cacert")), ("OS_PROJECT_NAME", "web")]);
        program.with("no_proxy", "localhost")
    };
    for (protocol, user) in [("saml2", "dave"), ("mapped", "dave-mapped")] {
        let names = ["identity_provider", "identity_provider_url", "username", "password"];
        let of = || {
            let program = common(text("auth_url")).with("OS_AUTH_TYPE", "v3samlpassword").with("OS_PROTOCOL", protocol);
            names.iter().fold(program, |it, name| it.with(&format!("OS_{}", name.to_uppercase()), text(name)))
        };
        logs_in(&of(), &format!("{user}\nweb\n"), "v3samlpassword", &[text("password")]);
        refuses(of());
    }
    for (provider, user) in [("south", "alice"), ("south-shib", "alice-mapped")] {
        let of = || {
            let program =
                common(text("home_auth_url")).with("OS_USERNAME", "alice").with("OS_PASSWORD", "alice-secret");
            program.with("OS_SERVICE_PROVIDER", provider).with("OS_REMOTE_PROJECT_NAME", "web")
        };
        logs_in(&of(), &format!("{user}\nweb\n"), "k2k", &["alice-secret"]);
        refuses(of());
    }
    let adfs = lab["adfs"].as_object().expect("the stub");
    let of = || {
        let program = common(text("auth_url")).with("OS_AUTH_TYPE", "v3adfspassword");
        let value = |value: &Value| value.as_str().expect("text").to_owned();
        adfs.iter().fold(program, |it, (name, text)| it.with(&format!("OS_{}", name.to_uppercase()), &value(text)))
    };
    logs_in(&of(), "frank\nweb\n", "v3adfspassword", &["at <provider>", "at &lt;provider"]);
    refuses(of());
}
