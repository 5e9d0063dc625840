//! Every login method that needs no browser and no provider, against a real Keystone.

use archstone_testing::{FakeCloud, FakeKeystone};
use serde_json::Value;

use crate::program::Program;

const SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

/// The variables of a login, and the user of its token.
type Case = (Vec<(&'static str, String)>, String);

fn admin() -> Program {
    Program::of("admin").with("OS_PROJECT_NAME", "admin")
}

/// The output of an administrator's command that creates something, ignoring warnings.
fn made(line: &str) -> Value {
    let run = admin().run(&format!("{line} -f json"));
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{line}: {run:?}"))
}

fn text(answer: &Value, key: &str) -> String {
    answer[key].as_str().expect(key).to_owned()
}

fn oauth1() -> Case {
    let made = |line: String| made(&line);
    let consumer = made("consumer create".into());
    let keys = format!("--consumer-key {} --consumer-secret {}", text(&consumer, "id"), text(&consumer, "secret"));
    let asked = made(format!("request token create {keys} --project admin"));
    let (key, secret) = (text(&asked, "key"), text(&asked, "secret"));
    let consented = made(format!("request token authorize --request-key {key} --role admin"));
    let request = format!("--request-key {key} --request-secret {secret}");
    let got = made(format!("access token create {keys} {request} --verifier {}", text(&consented, "oauth_verifier")));
    let variables = vec![
        ("OS_AUTH_TYPE", "v3oauth1".to_owned()),
        ("OS_CONSUMER_KEY", text(&consumer, "id")),
        ("OS_CONSUMER_SECRET", text(&consumer, "secret")),
        ("OS_ACCESS_KEY", text(&got, "key")),
        ("OS_ACCESS_SECRET", text(&got, "secret")),
    ];
    (variables, "admin".into())
}

fn oauth2() -> Case {
    let alice = Program::of("alice");
    let name = alice.home.file_name().expect("a home").to_string_lossy().into_owned();
    let credential = alice.run(&format!("application credential create {name} -f json")).json();
    let variables = vec![
        ("OS_AUTH_TYPE", "v3oauth2clientcredential".to_owned()),
        ("OS_OAUTH2_CLIENT_ID", text(&credential, "ID")),
        ("OS_OAUTH2_CLIENT_SECRET", text(&credential, "Secret")),
    ];
    (variables, "alice".into())
}

fn ec2() -> Case {
    let credential = Program::of("alice").run("ec2 credentials create -f json").json();
    let variables = vec![
        ("OS_AUTH_TYPE", "v3ec2".to_owned()),
        ("OS_EC2_ACCESS", text(&credential, "access")),
        ("OS_EC2_SECRET", text(&credential, "secret")),
        ("OS_USERNAME", "service".into()),
        ("OS_PASSWORD", "service-secret".into()),
    ];
    (variables, "alice".into())
}

fn totp() -> Case {
    let name = format!("totp-{}", Program::new().home.file_name().expect("a home").to_string_lossy());
    let user = made(&format!("user create {name}"));
    made(&format!("credential create --type totp {} {SEED}", text(&user, "id")));
    let granted = admin().run(&format!("role add --user {} --project db member", text(&user, "id")));
    assert_eq!(granted.result(), "");
    let variables =
        vec![("OS_AUTH_TYPE", "v3totp".to_owned()), ("OS_USER_ID", text(&user, "id")), ("OS_TOTP_SECRET", SEED.into())];
    (variables, name)
}

fn two_factors() -> Case {
    let variables = vec![
        ("OS_AUTH_METHODS", "v3password,v3totp".to_owned()),
        ("OS_USERNAME", "grace".into()),
        ("OS_PASSWORD", "grace-secret".into()),
        ("OS_TOTP_SECRET", SEED.into()),
    ];
    (variables, "grace".into())
}

#[test]
fn each_method_logs_in_keeps_its_token_and_says_what_is_wrong() {
    for (variables, user) in [oauth1(), oauth2(), ec2(), totp(), two_factors()] {
        let base = || Program::new().with("OS_AUTH_URL", &Program::of("alice").auth_url());
        let of = |variables: &[(&str, String)]| variables.iter().fold(base(), |it, (name, value)| it.with(name, value));
        let program = of(&variables);
        let what = &variables[0].1;

        let first = program.run("whoami -f value -c user_name");
        assert_eq!(first.result(), format!("{user}\n"), "{what}");
        // The same token, without a request.
        assert_eq!(program.token(), program.token(), "{what}");

        let secrets = variables.iter().filter(|(name, _)| name.ends_with("_SECRET") || *name == "OS_PASSWORD");
        for (name, secret) in secrets {
            let told = program.run("--debug token issue --new").whole();
            assert!(!told.contains(secret.as_str()), "{what}: {name} in {told}");
            let mut wrong = variables.clone();
            wrong.iter_mut().find(|it| it.0 == *name).expect("a variable").1 = "MARKEDMARKEDMARKEDMARKED".into();
            let failure = of(&wrong).run("--debug whoami").failure();
            assert!(failure.contains("exit 4"), "{what}, {name}: {failure}");
            assert!(failure.contains("hint: ") && !failure.contains("MARKED"), "{what}, {name}: {failure}");
        }
    }
}

/// A program that prints a token as JSON, such as this one as another user.
#[test]
fn a_program_logs_in() {
    let alice = Program::of("alice");
    let line = "unset OS_AUTH_TYPE ARCHSTONE_EXEC_COMMAND; export OS_USERNAME=alice OS_PASSWORD=alice-secret";
    let words =
        serde_json::json!(["sh", "-c", format!("{line}; {} token issue -f json", env!("CARGO_BIN_EXE_archstone"))]);
    let program = || Program::new().with("OS_AUTH_URL", &alice.auth_url()).with("OS_AUTH_TYPE", "exec");
    let program = |words: &str| program().with("ARCHSTONE_EXEC_COMMAND", words);
    let exec = program(&words.to_string());

    assert_eq!(exec.run("whoami -f value -c user_name").result(), "alice\n");
    assert_eq!(exec.token(), exec.token());
    // The program caches nothing, and so never waits for the login that runs it.
    assert_eq!(exec.run("cache list -f value").result().lines().count(), 1);
    // A program that would run itself does so only once.
    let own = format!("[\"{}\", \"token\", \"issue\"]", env!("CARGO_BIN_EXE_archstone"));
    let failure = program(&own).run("whoami").failure();
    assert!(failure.contains("would run itself"), "{failure}");
    let failure = program("false").run("whoami").failure();
    assert!(failure.contains("`false` failed") && failure.contains("it should print a token as JSON"), "{failure}");
}

/// Against a stub: current versions of Keystone no longer have version 2.0.
#[test]
fn version_2_of_the_identity_api_is_used_where_it_is_named() {
    let keystone = FakeKeystone::start();
    keystone.change(FakeCloud::speaking_v2);
    let program = || {
        let program = Program::new().with("OS_AUTH_URL", keystone.url()).with("OS_USERNAME", "demo");
        program.with("OS_PASSWORD", "secret").with("OS_TENANT_NAME", "demo")
    };
    let v2 = program().with("OS_AUTH_TYPE", "v2password");

    assert_eq!(v2.run("whoami -f value -c user_name -c project_name").result(), "demo\ndemo\n");
    assert!(v2.run("url compute --interface admin").result().ends_with("/compute/v2.1\n"));
    let token = v2.token();
    assert_eq!(keystone.count("POST", "/v2.0/tokens"), 1);
    let exchange = Program::new().with("OS_AUTH_URL", keystone.url()).with("OS_AUTH_TYPE", "v2token");
    assert_eq!(
        exchange.with("OS_TOKEN", &token).run("whoami -f value -c user_name --os-project-name demo").result(),
        "demo\n"
    );
    let wrong = v2.with("OS_PASSWORD", "MARKED-PASSWORD").run("--debug whoami").failure();
    assert!(wrong.contains("exit 4") && wrong.contains("hint: ") && !wrong.contains("MARKED"), "{wrong}");
    let other = program().run("whoami").failure();
    assert!(other.contains("does not offer version 3") && other.contains("`v2password`"), "{other}");
    assert_eq!(keystone.count("POST", "/v2.0/tokens"), 3);
}

#[test]
fn a_trust_is_a_scope_of_each_method_of_a_user() {
    let who = |program: &Program, column: &str| {
        program.run(&format!("whoami -f value -c {column}")).result().trim().to_owned()
    };
    let alice = Program::of("alice");
    for (name, seed) in [("carol", None), ("grace", Some(SEED))] {
        let trustee = || {
            let program = Program::of(name);
            if let Some(seed) = seed { program.with("OS_TOTP_SECRET", seed) } else { program }
        };
        let other = who(&trustee(), "user_id");
        // Alice may not look up users, projects or roles; the names of those in the token are known.
        let line = format!("trust create --project web --impersonate --role member alice {other} -f json");
        let trust = text(&alice.run(&line).json(), "id");
        let program = trustee().with("OS_TRUST_ID", &trust);
        assert_eq!(program.run("whoami -f value -c user_name -c project_name").result(), "alice\nweb\n", "{name}");
    }
}

#[test]
fn commands_read_the_catalog_that_a_token_came_without() {
    let alice = Program::of("alice");
    let url = alice.run("url identity").stdout;
    let first = |line: &str| alice.run(&format!("--os-include-catalog false {line}"));
    assert_eq!(first("url identity").stdout, url);
    let bare = Program::of("alice").with("ARCHSTONE_INCLUDE_CATALOG", "false");
    assert_eq!(bare.run("url identity").stdout, url);
    assert_eq!(bare.run("catalog list").stdout, alice.run("catalog list").stdout);
    let report = bare.run("doctor");
    assert!(report.stdout.contains("identity"), "{report:?}");
    let wrong = bare.run("--os-include-catalog maybe url identity");
    assert!(wrong.code == Some(3) && wrong.stderr.contains("--os-include-catalog"), "{wrong:?}");
}
