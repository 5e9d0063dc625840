//! Every login method that needs no browser and no provider, each against a real Keystone.

use std::{fmt::Write, sync::atomic::Ordering};

use archstone::{Client, ClientBuilder, ErrorKind, Secret, TokenCache};
use serde_json::{Value, json};

use crate::{
    keystone::{Path, call, folder},
    secrets::Recorder,
    token_cache::Moved,
};

/// A login method, and what a test expects of it.
struct Case {
    auth_type: &'static str,
    /// Its credentials, which are never shown.
    secrets: Vec<(&'static str, String)>,
    /// All other options.
    options: Vec<(&'static str, String)>,
    /// The user of the token.
    user: &'static str,
    /// How many requests a login takes.
    requests: usize,
    /// What the hint of a refusal advises to check.
    hint: &'static str,
    /// Whether its proof contains a timestamp.
    has_date: bool,
}

impl Case {
    fn client(&self, path: &Path) -> ClientBuilder {
        let mut builder = path.client().auth_type(self.auth_type);
        for (name, value) in self.secrets.iter().chain(&self.options) {
            builder = builder.option(name, value.as_str());
        }
        builder
    }
}

fn admin() -> Client {
    Path::new("").user("admin").project_name("admin").build().unwrap()
}

fn text(answer: &Value, key: &str) -> String {
    answer[key].as_str().unwrap().to_owned()
}

/// Keys of a consumer to which the administrator has delegated a role.
async fn oauth1() -> Case {
    let client = admin();
    let access = client.access().await.unwrap();
    let (identity, project) = (client.identity(), access.project_id().unwrap());
    let consumer = identity.consumers().create().await.unwrap();
    let secret = consumer.secret.clone().unwrap();
    let asked = identity.request_tokens().create(&consumer, &secret, project).await.unwrap();
    let key = text(&asked, "oauth_token");
    let role = identity.roles().list().find("admin").await.unwrap();
    let consented = identity.request_tokens().authorize(&key, vec![json!({"id": role.id})]).await.unwrap();
    let (request, verifier) = (Secret::from(text(&asked, "oauth_token_secret")), text(&consented, "oauth_verifier"));
    let got = identity.access_tokens().create(&consumer, &secret, &key, request, &verifier).await.unwrap();
    Case {
        auth_type: "v3oauth1",
        secrets: vec![
            ("consumer_secret", secret.expose().to_owned()),
            ("access_secret", text(&got, "oauth_token_secret")),
        ],
        options: vec![("consumer_key", consumer.id.clone()), ("access_key", text(&got, "oauth_token"))],
        user: "admin",
        requests: 1,
        hint: "consumer_secret",
        has_date: true,
    }
}

/// A credential of alice, which the user `service` validates.
async fn ec2(version: &'static str) -> Case {
    let alice = Path::new("").user("alice").build().unwrap();
    let access = alice.access().await.unwrap();
    let credential = alice.identity().ec2_credentials().create(access.project_id().unwrap()).await.unwrap();
    Case {
        auth_type: "v3ec2",
        secrets: vec![
            ("ec2_secret", credential.secret.as_ref().unwrap().expose().to_owned()),
            ("password", "service-secret".into()),
        ],
        options: vec![
            ("ec2_access", credential.access.clone()),
            ("ec2_signature_version", version.into()),
            ("username", "service".into()),
        ],
        user: "alice",
        // The service's login, its projects, a token for the only one; and then the credential.
        requests: 4,
        hint: "ec2_secret",
        has_date: true,
    }
}

/// A user with only a TOTP device.
async fn totp() -> Case {
    let admin = admin();
    let token = admin.token().await.unwrap();
    let url = admin.config().auth_url().unwrap().to_string();
    let name = format!("totp-{}", admin.access().await.unwrap().audit_id().unwrap());
    let user = call("POST", &format!("{url}/users"), &token, json!({"user": {"name": name}})).await;
    let id = text(&user["user"], "id");
    let seed = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
    let credential = json!({"type": "totp", "user_id": id, "blob": seed});
    call("POST", &format!("{url}/credentials"), &token, json!({"credential": credential})).await;
    Case {
        auth_type: "v3totp",
        secrets: vec![("totp_secret", seed.into())],
        options: vec![("user_id", id)],
        user: name.leak(),
        requests: 2,
        hint: "passcodes",
        has_date: true,
    }
}

/// Grace's password and device.
fn two_factors() -> Case {
    Case {
        auth_type: "v3multifactor",
        secrets: vec![
            ("totp_secret", "jbsw y3dp ehpk 3pxp jbsw y3dp ehpk 3pxp".into()),
            ("password", "grace-secret".into()),
        ],
        options: vec![("username", "grace".into()), ("auth_methods", "v3password,v3totp".into())],
        user: "grace",
        requests: 1,
        hint: "password and the passcode",
        has_date: true,
    }
}

/// An application credential of alice, as an OAuth 2.0 client.
async fn oauth2(access_rules: Value) -> Case {
    let alice = Path::new("").user("alice").build().unwrap();
    let name = alice.renew().await.unwrap().audit_id().unwrap().to_owned();
    let create = alice.identity().application_credentials().create(name).secret("marked client secret");
    let credential = create.access_rules(access_rules).await.unwrap();
    Case {
        auth_type: "v3oauth2clientcredential",
        secrets: vec![("oauth2_client_secret", "marked client secret".into())],
        options: vec![("oauth2_client_id", credential.id.clone())],
        user: "alice",
        requests: 2,
        hint: "oauth2_client_secret",
        has_date: false,
    }
}

async fn cases() -> Vec<Case> {
    vec![oauth2(json!([])).await, oauth1().await, ec2("4").await, ec2("2").await, totp().await, two_factors()]
}

#[tokio::test]
async fn each_method_logs_in_renews_and_says_what_is_wrong() {
    let administrator = admin();
    for case in cases().await {
        let (path, what) = (Path::new(""), case.auth_type);
        let client = case.client(&path).build().unwrap();

        let access = client.access().await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_eq!(access.user_name(), Some(case.user), "{what}");
        assert_eq!(path.requests(), case.requests, "{what}");
        assert!(administrator.identity().tokens().check(access.token().expose()).await.unwrap(), "{what}");

        let renewed = client.renew().await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_ne!(renewed.token().expose(), access.token().expose(), "{what}");
        assert!(administrator.identity().tokens().check(renewed.token().expose()).await.unwrap(), "{what}");

        for (name, _) in &case.secrets {
            // The wrong secret is valid base32, too.
            let wrong = case.client(&path).option(name, "MARKEDMARKEDMARKEDMARKED").build().unwrap();
            let error = wrong.access().await.unwrap_err();
            let refused = [ErrorKind::Unauthenticated, ErrorKind::ApplicationCredentialRefused];
            assert!(refused.contains(&error.kind()), "{what}, {name}: {error:?}");
            if case.secrets[0].0 == *name {
                assert!(error.hint().is_some_and(|it| it.contains(case.hint)), "{what}: {error:?}");
            }
        }
    }
}

#[tokio::test]
async fn an_oauth2_client_with_access_rules_logs_in() {
    let case = oauth2(json!([{"service": "compute", "method": "GET", "path": "/v2.1/servers"}])).await;
    let path = Path::new("");
    let access = case.client(&path).build().unwrap().access().await.unwrap();
    assert_eq!(path.requests(), case.requests);
    assert_eq!((access.user_name(), access.project_name()), (Some("alice"), Some("web")));
}

#[tokio::test]
async fn a_wrong_date_of_this_machine_does_no_harm() {
    for case in cases().await.into_iter().filter(|it| it.has_date) {
        for hours in [-3, 3] {
            let (path, clock) = (Path::new(""), Moved::default());
            clock.date.store(hours * 3600, Ordering::Relaxed);
            let client = case.client(&path).host(clock.host()).build().unwrap();
            let access = client.access().await;
            assert!(access.is_ok(), "{} by {hours} hours: {access:?}", case.auth_type);
        }
    }
}

#[tokio::test]
async fn a_kept_token_needs_the_same_proof() {
    for case in cases().await {
        let (path, folder) = (Path::new(""), folder("methods"));
        let client = || case.client(&path).token_cache(&TokenCache::new()).disk_cache_in(&folder);
        let first = client().build().unwrap().token().await.unwrap();
        let requests = path.requests();
        assert_eq!(client().build().unwrap().token().await.unwrap().expose(), first.expose(), "{}", case.auth_type);
        assert_eq!(path.requests(), requests, "{}", case.auth_type);
        let other = client().option(case.secrets[0].0, "MARKEDMARKEDMARKEDMARKED").build().unwrap();
        assert!(other.token().await.is_err(), "{}", case.auth_type);
    }
}

#[tokio::test]
async fn no_secret_is_shown() {
    for case in cases().await {
        let recorder = Recorder::default();
        let _second = tracing::Dispatch::new(recorder.clone());
        let logged = tracing::subscriber::set_default(recorder.clone());
        let (path, mut shown) = (Path::new(""), String::new());
        for key in ["", "wrong"] {
            let builder = match key {
                "" => case.client(&path),
                // An option that is not a secret is wrong, so that the refused request contains the secrets.
                _ => case.options.iter().fold(case.client(&path), |builder, (name, value)| {
                    let is_key = name.ends_with("_key") || name.ends_with("_access") || *name == "username";
                    if is_key { builder.option(name, key) } else { builder.option(name, value.as_str()) }
                }),
            };
            write!(shown, "{builder:?}").unwrap();
            let client = builder.build().unwrap();
            let outcome = client.access().await;
            write!(shown, "{client:?} {:?} {outcome:?} {:?}", client.config(), client.timings()).unwrap();
            if let Err(error) = &outcome {
                write!(shown, "{error} {:?}", error.hint()).unwrap();
            }
        }
        drop(logged);
        let logged = recorder.0.lock().unwrap();
        assert!(logged.contains("/v3/"), "{logged}");
        for (name, secret) in &case.secrets {
            assert!(!shown.contains(secret.as_str()), "{}: {name} is shown: {shown}", case.auth_type);
            assert!(!logged.contains(secret.as_str()), "{}: {name} is logged", case.auth_type);
        }
    }
}

#[tokio::test]
async fn the_catalog_of_a_token_without_it_is_read_when_first_needed() {
    let password = Case {
        auth_type: "password",
        secrets: vec![("password", "alice-secret".into())],
        options: vec![("username", "alice".into())],
        user: "alice",
        requests: 1,
        hint: "password",
        has_date: false,
    };
    for case in cases().await.into_iter().chain([password]) {
        let (path, what) = (Path::new(""), case.auth_type);
        let whole = case.client(&path).build().unwrap();
        if !whole.access().await.unwrap().is_scoped() {
            continue;
        }
        let expected = whole.url_for("identity").await.unwrap();

        let client = case.client(&path).without_catalog().build().unwrap();
        let access = client.access().await.unwrap_or_else(|error| panic!("{what}: {error:?}"));

        // Keystone's route for EC2 credentials always includes it.
        let comes_with_it = what == "v3ec2";
        assert_eq!(access.catalog().is_some(), comes_with_it, "{what}");
        let requests = path.requests();
        assert_eq!(client.url_for("identity").await.unwrap(), expected, "{what}");
        assert_eq!(client.url_for("identity").await.unwrap(), expected, "{what}");
        assert_eq!(path.requests() - requests, usize::from(!comes_with_it), "{what}");
        assert_eq!(client.token().await.unwrap().expose(), access.token().expose(), "{what}");
        assert!(client.current_access().unwrap().catalog().is_some(), "{what}");
    }
}

#[tokio::test]
async fn tokens_with_and_without_their_catalog_are_kept_apart() {
    let (path, folder) = (Path::new(""), folder("no-catalog"));
    let client = || path.user("alice").token_cache(&TokenCache::new()).disk_cache_in(&folder);
    let whole = client().build().unwrap().token().await.unwrap();
    let first = client().without_catalog().build().unwrap();
    let bare = first.token().await.unwrap();
    assert_ne!(whole.expose(), bare.expose());
    assert_eq!(path.logins(), 2);

    let next = || client().without_catalog().build().unwrap();
    assert!(next().access().await.unwrap().catalog().is_none());
    assert!(next().url_for("identity").await.is_ok());
    let requests = path.requests();
    // A catalog that was fetched is stored with the token.
    assert_eq!(next().token().await.unwrap().expose(), bare.expose());
    assert!(next().url_for("identity").await.is_ok());
    assert_eq!(client().build().unwrap().token().await.unwrap().expose(), whole.expose());
    assert_eq!(path.requests(), requests);
}

#[tokio::test]
async fn a_token_whose_catalog_is_refused_is_replaced_and_one_that_was_given_says_what_it_lacks() {
    let path = Path::new("");
    let client = path.user("alice").without_catalog().build().unwrap();
    let access = client.access().await.unwrap();
    let given = Client::builder().token_ref(access.to_reference()).build().unwrap();
    let error = given.url_for("identity").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::EndpointNotFound);
    assert_eq!(
        error.to_string(),
        "no endpoint for service type `identity`, interface `public`: the token was issued without its catalog"
    );
    assert!(error.hint().is_some_and(|it| it.contains("`.without_catalog()`")), "{error:?}");
    // Listing the catalog requests it.
    assert!(given.current_catalog().await.unwrap().services().len() > 1);

    admin().revoke(access.token()).await.unwrap();
    assert!(client.url_for("identity").await.is_ok());
    assert_ne!(client.token().await.unwrap().expose(), access.token().expose());
    assert!(!client.current_catalog().await.unwrap().services().is_empty());

    let rules = json!([{"service": "compute", "method": "GET", "path": "/v2.1/servers"}]);
    let case = oauth2(rules).await;
    let limited = case.client(&path).without_catalog().build().unwrap();
    for error in [limited.url_for("identity").await.unwrap_err(), limited.current_catalog().await.unwrap_err()] {
        assert_eq!(error.status(), Some(401), "{error:?}");
    }
    let error = limited.url_for("identity").await.unwrap_err();
    assert!(error.hint().is_some_and(|it| it.contains("`.without_catalog()`")), "{error:?}");
}
