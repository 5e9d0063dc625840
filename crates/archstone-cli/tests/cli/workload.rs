//! Logins of workloads, with the environment of their platforms, against strict fakes.

use std::fs;

use archstone_testing::{FakeKeystone, FakePlatform, FakeProvider};

use crate::{
    mutual::{own, pem, provider},
    program::Program,
};

const WHO: &str = "whoami -f value -c user_name -c project_name";

struct Clouds {
    keystone: FakeKeystone,
    platform: FakePlatform,
    provider: FakeProvider,
}

impl Clouds {
    fn start() -> Self {
        let (keystone, platform, provider) = (FakeKeystone::start(), FakePlatform::start(), FakeProvider::start());
        keystone.trust_platform("ci", "jwt", &platform, "keystone");
        keystone.trust("sso", "openid", &provider);
        provider.trust_platform(&platform);
        Self { keystone, platform, provider }
    }

    /// The program with a cloud whose entry contains these lines.
    fn program(&self, auth_type: &str, lines: &[&str]) -> Program {
        let program = Program::new().with("OS_CLOUD", "ci");
        let file = program.home.join("clouds-of-test.yaml");
        fs::write(&file, self.entry(auth_type, lines)).expect("a file");
        program.with("OS_CLIENT_CONFIG_FILE", &file.display().to_string())
    }

    fn entry(&self, auth_type: &str, lines: &[&str]) -> String {
        let (url, discovery, id) =
            (self.keystone.auth_url(), self.provider.discovery_endpoint(), self.provider.client_id());
        let way = match auth_type {
            "v3oidcaccesstoken" => "identity_provider: ci\n      protocol: jwt".to_owned(),
            _ => format!(
                "identity_provider: sso\n      protocol: openid\n      client_id: {id}\n      discovery_endpoint: {discovery}"
            ),
        };
        let lines: String = lines.iter().map(|line| format!("      {line}\n")).collect();
        format!(
            "clouds:\n  ci:\n    auth_type: {auth_type}\n    auth:\n      auth_url: {url}\n      project_name: demo\n      {way}\n{lines}"
        )
    }

    fn job(&self, program: Program) -> Program {
        let program = program.with("ACTIONS_ID_TOKEN_REQUEST_URL", &self.platform.request_url());
        program.with("ACTIONS_ID_TOKEN_REQUEST_TOKEN", self.platform.request_token())
    }
}

#[test]
fn a_job_of_github_logs_in_with_a_cloud_and_nothing_else() {
    let clouds = Clouds::start();
    let secret = format!("client_secret: '{}'", clouds.provider.client_secret());
    let exchanged = format!("subject_token_url: 'github?audience={}'", clouds.provider.url());
    for (auth_type, lines) in [
        ("v3oidcaccesstoken", &["access_token_url: github?audience=keystone"][..]),
        ("v3oidctokenexchange", &[&secret, &exchanged, "audience: keystone"]),
    ] {
        let job = clouds.job(clouds.program(auth_type, lines));
        assert_eq!(job.run(WHO).result(), "demo\ndemo\n", "{auth_type}");
        // Its token is used by the following commands.
        let asked = clouds.platform.requests().len();
        assert_eq!(job.run(WHO).result(), "demo\ndemo\n", "{auth_type}");
        assert_eq!(clouds.platform.requests().len(), asked, "{auth_type}");
        clouds.keystone.revoke_all();
        let told = job.run("--debug login --renew").whole();
        assert_eq!(clouds.platform.requests().len(), asked + 1, "{auth_type}: {told}");
        for hidden in [clouds.platform.request_token(), "eyJ", "token-of-provider", clouds.provider.client_secret()] {
            assert!(!told.contains(hidden), "{auth_type}: {told}");
        }
        let wrong =
            clouds.job(clouds.program(auth_type, lines)).with("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "MARKED-SECRET");
        let wrong = wrong.run("--debug whoami").failure();
        assert!(wrong.contains("exit 4") && wrong.contains("gives no token (HTTP 401)"), "{wrong}");
        assert!(!wrong.contains("MARKED"), "{wrong}");
        let elsewhere = clouds.program(auth_type, lines).run("whoami").failure();
        assert!(elsewhere.contains("exit 3") && elsewhere.contains("id-token: write"), "{elsewhere}");
    }
}

#[test]
fn a_file_of_the_working_folder_gets_no_token_of_the_job() {
    let clouds = Clouds::start();
    let job = clouds.job(Program::new().with("OS_CLOUD", "ci"));
    let lines = ["access_token_url: github?audience=keystone"];
    fs::write(job.home.join("clouds.yaml"), clouds.entry("v3oidcaccesstoken", &lines)).expect("a file");
    let refused = job.run("whoami").failure();
    assert!(refused.contains("a URL for a secret is not accepted there"), "{refused}");
    assert!(clouds.platform.requests().is_empty() && clouds.keystone.requests().is_empty());
}

#[test]
fn a_pod_and_a_job_of_gitlab_log_in_with_the_token_that_they_are_given() {
    let clouds = Clouds::start();
    let token = || clouds.platform.token("keystone");
    let pod = clouds.program("v3oidcaccesstoken", &["access_token_file: token-of-pod"]);
    let file = pod.home.join("token-of-pod");
    fs::write(&file, clouds.platform.expired_token("keystone")).expect("a file");
    let expired = pod.run("--debug whoami").failure();
    assert!(expired.contains("exit 4") && !expired.contains("eyJ"), "{expired}");
    fs::write(&file, token()).expect("a file");
    assert_eq!(pod.run(WHO).result(), "demo\ndemo\n");
    let job = clouds.program("v3oidcaccesstoken", &[]).with("OS_ACCESS_TOKEN", &token());
    assert_eq!(job.run(WHO).result(), "demo\ndemo\n");
    let of_nova = clouds.program("v3oidcaccesstoken", &[]).with("OS_ACCESS_TOKEN", &clouds.platform.token("nova"));
    assert!(of_nova.run("whoami").failure().contains("exit 4"));
}

#[test]
fn a_client_logs_in_with_its_key() {
    let clouds = Clouds::start();
    let key = clouds.provider.new_client_key();
    let id = format!("client_private_key_id: {}", clouds.provider.client_key_id());
    let program = clouds.program("v3oidcclientcredentials", &["client_private_key_file: key-of-client", &id]);
    let file = program.home.join("key-of-client");
    let missing = program.run("whoami").failure();
    assert!(missing.contains("client_private_key_file") && missing.contains("cannot be read"), "{missing}");
    fs::write(&file, &key).expect("a file");
    assert_eq!(program.run(WHO).result(), "demo\ndemo\n");
    let told = program.run("--debug login --renew").whole();
    let refused = {
        clouds.keystone.revoke_all();
        fs::write(&file, FakeProvider::start().new_client_key()).expect("a file");
        program.run("--debug whoami").failure()
    };
    assert!(refused.contains("exit 4") && refused.contains("invalid_client"), "{refused}");
    let body = key.lines().nth(1).expect("a line");
    for told in [told, refused] {
        assert!(!told.contains(body) && !told.contains("eyJ"), "{told}");
    }
}

#[test]
fn a_client_logs_in_with_the_certificate_of_its_connection() {
    let clouds = Clouds::start();
    let (certificate, key) = own("client");
    let (other, other_key) = own("client");
    let server = provider(&certificate, clouds.provider.issue());
    let home = Program::new();
    let write = |name: &str, text: String| {
        let path = home.home.join(name);
        fs::write(&path, text).expect("a file");
        path.display().to_string()
    };
    let discovery = format!("{}/.well-known/openid-configuration", server.url);
    let client = |method: &str| {
        let program = Program::new().with("OS_AUTH_URL", &clouds.keystone.auth_url()).with("OS_PROJECT_NAME", "demo");
        let program = program.with("OS_AUTH_TYPE", "v3oidcclientcredentials").with("OS_IDENTITY_PROVIDER", "sso");
        let program = program.with("OS_PROTOCOL", "openid").with("OS_CLIENT_ID", "keystone");
        let program = program.with("OS_DISCOVERY_ENDPOINT", &discovery).with("OS_CLIENT_AUTH_METHOD", method);
        program.with("OS_CACERT", &write("ca.pem", server.authority.clone()))
    };
    let shows = |program: Program, certificate: &[u8], key: &[u8]| {
        let cert = write("cert.pem", pem("CERTIFICATE", certificate) + &pem("PRIVATE KEY", key));
        program.with("OS_CERT", &cert)
    };

    let good = shows(client("tls_client_auth"), &certificate, &key);
    assert_eq!(good.run(WHO).result(), "demo\ndemo\n");
    clouds.keystone.revoke_all();
    let told = good.run("--debug login --renew").whole();
    assert_eq!(good.run(WHO).result(), "demo\ndemo\n");
    let asked = server.requests().iter().filter(|it| it.is("POST /mtls/token")).count();
    assert_eq!(asked, 2, "{told}");

    // A client with another certificate, an invalid one, or none. With TLS 1.3 the refusal comes after the handshake:
    // occasionally the client sees the connection closed before the alert.
    let other = shows(client("tls_client_auth"), &other, &other_key);
    let mut tries = (0..20).map(|_| other.run("--debug whoami").failure());
    let other = tries.find(|it| it.contains("does not accept the client certificate")).expect("the reason");
    assert!(other.contains("exit 8"), "{other}");
    let secret = shows(client("client_secret_post").with("OS_CLIENT_SECRET", "MARKED"), &certificate, &key);
    let secret = secret.run("--debug whoami").failure();
    assert!(secret.contains("exit 4") && secret.contains("invalid_client"), "{secret}");
    let nothing = client("tls_client_auth").run("whoami").failure();
    assert!(nothing.contains("exit 3") && nothing.contains("`cert` is not given"), "{nothing}");
    let private = pem("PRIVATE KEY", &key);
    let private = private.lines().nth(1).expect("a line");
    for told in [told, other, secret] {
        for hidden in [private, "MARKED", "token-of-provider"] {
            assert!(!told.contains(hidden), "{told}");
        }
    }
}
