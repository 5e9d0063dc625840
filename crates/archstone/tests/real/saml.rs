//! SAML 2.0 with real servers: `SimpleSAMLphp` as identity provider, and Keystone behind Apache, once with
//! `mod_auth_mellon`, and once with Shibboleth.

use archstone::{Client, ClientBuilder, ErrorKind, TokenCache};
use serde_json::Value;

use crate::lab::{SAID, facts};

struct Lab(Value);

/// The Apache module for a protocol, and Keystone's name of the user.
const PROTOCOLS: [(&str, &str, &str); 2] = [("saml2", "mellon", "dave"), ("mapped", "Shibboleth", "dave-mapped")];

impl Lab {
    fn new() -> Self {
        Self(facts("saml"))
    }

    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap()
    }

    fn at(&self, auth_url: &str, cache: &TokenCache) -> ClientBuilder {
        let client = Client::builder().cacert(self.text("cacert")).option("proxy", "none");
        client.auth_url(self.text(auth_url)).token_cache(cache)
    }

    fn client(&self, protocol: &str, cache: &TokenCache) -> ClientBuilder {
        let client = self.at("auth_url", cache).auth_type("v3samlpassword").option("protocol", protocol);
        let options = ["identity_provider", "identity_provider_url", "username", "password"];
        options.iter().fold(client, |it, name| it.option(name, self.text(name)))
    }

    fn admin(&self) -> Client {
        let client = self.at("auth_url", &TokenCache::new()).username("admin").password("admin-secret");
        client.project_name("admin").build().unwrap()
    }

    /// Checks that no secret is in the log or in what is shown.
    fn check_secrets(&self, shown: &str, tokens: &[&str]) {
        let said = SAID.lock().unwrap();
        for secret in [self.text("password"), "SignatureValue"].iter().chain(tokens) {
            assert!(!said.contains(secret), "a secret is logged");
            assert!(!shown.contains(secret), "a secret is shown: {shown}");
        }
    }
}

#[ignore = "needs `dev/lab saml up`, whose packages only root can install"]
#[tokio::test(flavor = "multi_thread")]
async fn one_login_serves_every_project_and_is_renewed() {
    let lab = Lab::new();
    let admin = lab.admin();
    for (protocol, server, user) in PROTOCOLS {
        let cache = TokenCache::new();
        let builder = lab.client(protocol, &cache);
        let client = |project: &str| builder.clone().project_name(project).build().unwrap();
        let web = client("web");
        let access = web.access().await.unwrap_or_else(|error| panic!("{server}: {error:?}"));
        assert_eq!((access.project_name(), access.user_name()), (Some("web"), Some(user)), "{server}");
        let at_provider = |client: &Client| client.timings().iter().filter(|it| it.url.contains("SSOService")).count();
        assert_eq!(at_provider(&web), 1, "{server}");
        let db = client("db");
        let other = db.access().await.unwrap();
        assert_eq!((other.project_name(), at_provider(&db)), (Some("db"), 0), "{server}");
        let unscoped = builder.clone().unscoped().build().unwrap().access().await.unwrap();
        assert!(unscoped.is_federated() && !unscoped.is_scoped(), "{server}");
        for token in [access.token(), other.token(), unscoped.token()] {
            let request = admin.service("identity").get("auth/tokens").header("x-subject-token", token.expose());
            let known: Value = request.send().await.unwrap().json().await.unwrap();
            assert_eq!(known["token"]["user"]["name"], user, "{server}");
        }
        for token in [access.token(), other.token(), unscoped.token()] {
            admin.revoke(token).await.unwrap();
        }
        let renewed = web.renew().await.unwrap_or_else(|error| panic!("{server}: {error:?}"));
        assert_eq!((renewed.project_name(), at_provider(&web)), (Some("web"), 2), "{server}");
        assert!(web.log_out().await.unwrap());
        let tokens = [access.token(), other.token(), unscoped.token(), renewed.token()].map(archstone::Token::expose);
        lab.check_secrets(&format!("{web:?} {access:?} {builder:?} {:?}", web.timings()), &tokens);
    }
}

#[ignore = "needs `dev/lab saml up`, whose packages only root can install"]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_refused_with_a_hint() {
    let lab = Lab::new();
    for (protocol, server, _) in PROTOCOLS {
        for (option, value, kind) in [
            ("password", "not the password", ErrorKind::Unauthenticated),
            ("identity_provider_url", "http://localhost:9/sso", ErrorKind::ConnectionFailed),
            ("identity_provider", "nobody", ErrorKind::InvalidResponse),
            ("project_name", "lab", ErrorKind::ScopeNotAllowed),
        ] {
            let client = lab.client(protocol, &TokenCache::new()).option(option, value).build().unwrap();
            let error = client.access().await.unwrap_err();
            let shown = format!("{error:#} {error:?} {client:?}");
            assert_eq!(error.kind(), kind, "{server}, {option}: {shown}");
            assert!(error.hint().is_some(), "{server}, {option}: {shown}");
            lab.check_secrets(&shown, &["not the password"]);
        }
        // The provider authenticates a user whom the mapping does not accept.
        let other = lab.client(protocol, &TokenCache::new()).username(lab.text("other_username"));
        let error = other.password(lab.text("other_password")).build().unwrap().access().await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Unauthenticated, Some(401)), "{server}: {error:#}");
        assert!(error.hint().unwrap().contains("mapping"), "{server}: {error:#}");
    }
}

#[ignore = "needs `dev/lab saml up`, whose packages only root can install"]
#[tokio::test(flavor = "multi_thread")]
async fn a_login_at_one_keystone_goes_on_to_another() {
    let lab = Lab::new();
    let admin = lab.admin();
    for (provider, server, user) in [("south", "mellon", "alice"), ("south-shib", "Shibboleth", "alice-mapped")] {
        let cache = TokenCache::new();
        let at_home = |password: &str| lab.at("home_auth_url", &cache).username("alice").password(password);
        let builder = at_home("alice-secret").project_name("web").option("service_provider", provider);
        let client = |project: &str| builder.clone().option("remote_project_name", project).build().unwrap();
        let (web, db) = (client("web"), client("db"));
        for (client, project) in [(&web, "web"), (&db, "db")] {
            let access = client.access().await.unwrap_or_else(|error| panic!("{server}: {error:?}"));
            assert_eq!((access.project_name(), access.user_name()), (Some(project), Some(user)), "{server}");
            let request =
                admin.service("identity").get("auth/tokens").header("x-subject-token", access.token().expose());
            let known: Value = request.send().await.unwrap().json().await.unwrap();
            assert_eq!(known["token"]["user"]["OS-FEDERATION"]["identity_provider"]["id"], "home", "{server}");
            let projects = client.projects().await.unwrap();
            assert!(projects.iter().any(|it| it.name == project), "{server}: {projects:?} {:?}", client.timings());
        }
        let first = web.access().await.unwrap();
        admin.revoke(first.token()).await.unwrap();
        let renewed = web.renew().await.unwrap_or_else(|error| panic!("{server}: {error:?}"));
        assert_ne!(first.token(), renewed.token(), "{server}");
        assert!(web.log_out().await.unwrap(), "{server}");
        let kept = at_home("alice-secret").project_name("web").build().unwrap().access().await.unwrap();
        let tokens = [first.token(), renewed.token(), kept.token()].map(archstone::Token::expose);
        lab.check_secrets(&format!("{web:?} {first:?} {builder:?} {:?}", web.timings()), &tokens);

        for (wrong, kind) in [
            (at_home("not the password").option("service_provider", provider), ErrorKind::Unauthenticated),
            (builder.clone().option("service_provider", "north"), ErrorKind::NotFound),
            (builder.clone().option("remote_project_name", "lab"), ErrorKind::ScopeNotAllowed),
            (at_home("alice-secret").unscoped().option("service_provider", provider), ErrorKind::Forbidden),
        ] {
            let error = wrong.build().unwrap().access().await.unwrap_err();
            let shown = format!("{error:#} {error:?}");
            assert!(error.kind() == kind && error.hint().is_some(), "{server}: {shown}");
            lab.check_secrets(&shown, &["not the password"]);
        }
    }
}

#[ignore = "needs `dev/lab saml up`, whose packages only root can install"]
#[tokio::test(flavor = "multi_thread")]
async fn a_stub_of_adfs_vouches_for_a_user() {
    let lab = Lab::new();
    let cache = TokenCache::new();
    let options: Vec<_> =
        lab.0["adfs"].as_object().unwrap().iter().map(|(name, value)| (name, value.as_str().unwrap())).collect();
    let builder = lab.at("auth_url", &cache).auth_type("v3adfspassword").project_name("web");
    let builder = options.iter().fold(builder, |it, (name, value)| it.option(name, *value));
    let web = builder.clone().build().unwrap();
    let access = web.access().await.unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!((access.user_name(), access.project_name()), (Some("frank"), Some("web")));
    let db = builder.clone().project_name("db").build().unwrap();
    assert_eq!(db.access().await.unwrap().project_name(), Some("db"));
    assert!(!db.timings().iter().any(|it| it.url.contains("adfs")), "one login serves every project");
    lab.admin().revoke(access.token()).await.unwrap();
    let renewed = web.renew().await.unwrap_or_else(|error| panic!("{error:?}"));
    assert_ne!(renewed.token(), access.token());
    let tokens = [access.token(), renewed.token()].map(archstone::Token::expose);
    let password = lab.0["adfs"]["password"].as_str().unwrap();
    for secret in [password, "frank at &lt;provider&gt;&amp;"] {
        lab.check_secrets(
            &format!("{web:?} {access:?} {builder:?} {:?}", web.timings()),
            &[&tokens[..], &[secret]].concat(),
        );
    }
    for (option, value, kind, words) in [
        ("password", "not the password", ErrorKind::Unauthenticated, "a:FailedAuthentication: ID3242"),
        ("service_provider_entity_id", "urn:other", ErrorKind::Unauthenticated, "a:InvalidRequest: the audience"),
        ("service_provider_endpoint", "http://localhost:9/x", ErrorKind::ConnectionFailed, "localhost:9"),
    ] {
        let client = builder.clone().token_cache(&TokenCache::new()).option(option, value).build().unwrap();
        let error = client.access().await.unwrap_err();
        let shown = format!("{error:#} {error:?}");
        assert!(error.kind() == kind && error.hint().is_some() && shown.contains(words), "{option}: {shown}");
        lab.check_secrets(&shown, &["not the password", password]);
    }
}
