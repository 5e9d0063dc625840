//! OpenID Connect: logins with a browser, and all methods with real servers: Keystone behind Apache with
//! `mod_auth_openidc`, and Glewlwyd as provider.

mod code;

use std::time::Duration;

use archstone::{Client, ClientBuilder, ErrorKind, ServiceClient, TokenCache};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::lab::{SAID, facts};

/// An HTTP client in place of a browser.
fn browser() -> reqwest::Client {
    // reqwest needs a provider, though there is no TLS here.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap()
}

/// The URL that a login prints, with the text before and after it; each is returned once.
async fn printed(before: &str, behind: &str) -> url::Url {
    loop {
        {
            let mut said = SAID.lock().unwrap();
            let seen = said.split_once(before).and_then(|(_, rest)| rest.split_once(behind));
            if let Some((url, _)) = seen {
                let start = before.rsplit(' ').next().unwrap();
                let url = format!("{start}{url}").parse().unwrap();
                *said = said.replacen(before, "seen: ", 1);
                return url;
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

struct Lab(Value);

impl Lab {
    fn new() -> Self {
        Self(facts("oidc"))
    }

    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap()
    }

    fn bare(&self) -> ClientBuilder {
        Client::builder().cacert(self.text("cacert")).option("proxy", "none")
    }

    async fn client(&self, auth_type: &str, cache: &TokenCache) -> ClientBuilder {
        let client = self.bare().auth_url(self.text("auth_url")).auth_type(auth_type).token_cache(cache);
        let client = ["identity_provider", "protocol"].iter().fold(client, |it, name| it.option(name, self.text(name)));
        if auth_type == "v3oidcaccesstoken" {
            return client.option("access_token", self.access_token().await);
        }
        let options = ["discovery_endpoint", "client_id", "client_secret"];
        let client = options.iter().fold(client, |it, name| it.option(name, self.text(name)));
        match auth_type {
            "v3oidcpassword" => client.username(self.text("username")).password(self.text("password")),
            "v3oidcauthcode" => client.option("redirect_uri", "http://localhost:9990/"),
            _ => client,
        }
    }

    fn provider(&self) -> ServiceClient {
        let client = self.bare().token_id("unused").mgmt_url("http://127.0.0.1:9/v3").build().unwrap();
        client.service("provider").endpoint_override(self.text("provider"))
    }

    /// A token that the provider gives to another program.
    async fn access_token(&self) -> String {
        let form = |value: &str| value.replace(' ', "+");
        let body = format!(
            "grant_type=password&scope=openid+profile&username={}&password={}",
            form(self.text("username")),
            form(self.text("password"))
        );
        let request = self.provider().post("api/oidc/token").without_token().body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.header("authorization", self.basic()).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned()
    }

    /// The client's authentication; the only characters in it that must be encoded are spaces.
    fn basic(&self) -> String {
        let pair = format!("{}:{}", self.text("client_id"), self.text("client_secret"));
        format!("Basic {}", STANDARD.encode(pair.replace(' ', "+")))
    }

    fn admin(&self) -> Client {
        let client = self.bare().auth_url(self.text("auth_url")).token_cache(&TokenCache::new());
        client.username("admin").password("admin-secret").project_name("admin").build().unwrap()
    }

    /// The final page for a person who has logged in at the provider and opens one of its pages.
    async fn go(&self, page: &str) -> Option<String> {
        let provider = self.provider();
        let login = json!({"username": self.text("username"), "password": self.text("password")});
        let answer = provider.post("api/auth/").without_token().json(&login).send().await.unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let request = provider.get(format!("{page}&g_continue")).without_token().header("cookie", cookie);
        let answer = request.redirects(0).any_status().send().await.unwrap();
        answer.headers().get("location").map(|it| it.to_str().unwrap().to_owned())
    }

    /// A person who opens the URL that a login prints, and confirms.
    async fn confirm(&self) {
        let url = printed(&format!("to log in, open {}", self.text("provider")), " in a browser").await;
        let page = url.as_str().strip_prefix(self.text("provider")).unwrap().trim_start_matches('/');
        // In a login with a code, the browser is redirected to this machine.
        if let Some(back) = self.go(page).await
            && back.contains("code=")
            && back.starts_with("http://localhost:9990/")
        {
            let shown = browser().get(back).send().await.unwrap().text().await.unwrap();
            assert!(shown.contains("You are logged in"), "{shown}");
        }
    }

    /// A code that the provider gives to another program.
    async fn code(&self) -> String {
        let client = self.text("client_id");
        let page = format!(
            "api/oidc/auth?response_type=code&client_id={client}&redirect_uri=http%3A%2F%2Flocalhost%3A9990%2F\
             &scope=openid+profile&state=of-another-program&nonce=of-another-program"
        );
        let back: url::Url = self.go(&page).await.unwrap().parse().unwrap();
        back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned()
    }
}

/// Checks that no secret is in the log or in what is shown.
fn check_secrets(lab: &Lab, shown: &str, tokens: &[String]) {
    let said = SAID.lock().unwrap();
    for secret in [lab.text("password"), lab.text("client_secret")].into_iter().chain(tokens.iter().map(String::as_str))
    {
        assert!(!said.contains(secret), "a secret is logged");
        assert!(!shown.contains(secret), "a secret is shown: {shown}");
    }
}

#[ignore = "needs `dev/lab oidc up`, whose packages only root can install"]
#[tokio::test(flavor = "multi_thread")]
async fn each_method_logs_in_once_for_every_project_and_renews() {
    let lab = Lab::new();
    let admin = lab.admin();
    for auth_type in
        ["v3oidcpassword", "v3oidcclientcredentials", "v3oidcaccesstoken", "v3oidcdeviceauthz", "v3oidcauthcode"]
    {
        let cache = TokenCache::new();
        let builder = lab.client(auth_type, &cache).await;
        let client = |project: &str| builder.clone().project_name(project).build().unwrap();
        let web = client("web");
        let login = {
            let web = web.clone();
            tokio::spawn(async move { web.access().await })
        };
        if matches!(auth_type, "v3oidcdeviceauthz" | "v3oidcauthcode") {
            lab.confirm().await;
        }
        let access = login.await.unwrap().unwrap_or_else(|error| panic!("{auth_type}: {error:?}"));
        assert_eq!(access.project_name(), Some("web"), "{auth_type}");
        let user = access.user_name().unwrap().to_owned();
        // The user, the project and the available projects are objects.
        let owner = web.user().await.unwrap_or_else(|error| panic!("{auth_type}: {error:?}"));
        assert_eq!((&*owner.name, Some(&*owner.id)), (&*user, access.user_id()), "{auth_type}");
        assert_eq!(web.project().await.unwrap().unwrap().name, "web", "{auth_type}");
        let mut possible: Vec<_> = web.projects().await.unwrap().iter().map(|it| it.name.clone()).collect();
        possible.sort_unstable();
        assert_eq!(possible, ["db", "web"], "{auth_type}");
        assert_eq!(web.url_for("identity").await.unwrap().as_str(), lab.text("auth_url"), "{auth_type}");
        // Another project needs no other login, and its token is revoked with the first one.
        let federated = |client: &Client| client.timings().iter().filter(|it| it.url.contains("OS-FEDERATION")).count();
        assert_eq!(federated(&web), 1, "{auth_type}");
        let db = client("db");
        let other = db.access().await.unwrap();
        assert_eq!((other.project_name(), federated(&db)), (Some("db"), 0), "{auth_type}");
        assert_eq!(other.expires_at(), access.expires_at(), "{auth_type}");
        let unscoped = builder.clone().unscoped().build().unwrap().access().await.unwrap();
        assert!(unscoped.methods().contains(&"openid".to_owned()) && !unscoped.is_scoped(), "{auth_type}");
        // The tokens are valid in Keystone.
        for token in [access.token(), other.token(), unscoped.token()] {
            let request = admin.service("identity").get("auth/tokens").header("x-subject-token", token.expose());
            let known: Value = request.send().await.unwrap().json().await.unwrap();
            assert_eq!(known["token"]["user"]["name"], user.as_str(), "{auth_type}");
        }
        // All of them are revoked: the next one needs another login, which needs no person.
        for token in [access.token(), other.token(), unscoped.token()] {
            admin.revoke(token).await.unwrap();
        }
        let renewed = web.renew().await.unwrap_or_else(|error| panic!("{auth_type}: {error:?}"));
        assert_eq!((renewed.project_name(), federated(&web)), (Some("web"), 2), "{auth_type}");
        assert_ne!(renewed.token(), access.token());
        assert!(web.log_out().await.unwrap());
        let tokens: Vec<_> = [access.token(), other.token(), unscoped.token(), renewed.token()]
            .iter()
            .map(|token| token.expose().to_owned())
            .collect();
        check_secrets(&lab, &format!("{web:?} {access:?} {builder:?} {:?}", web.timings()), &tokens);
    }
}

#[ignore = "needs `dev/lab oidc up`, whose packages only root can install"]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_refused_with_a_hint() {
    let lab = Lab::new();
    for (auth_type, option, value, kind) in [
        ("v3oidcpassword", "password", "not the password", ErrorKind::Unauthenticated),
        ("v3oidcpassword", "client_secret", "not the secret", ErrorKind::Unauthenticated),
        ("v3oidcclientcredentials", "client_secret", "not the secret", ErrorKind::Unauthenticated),
        ("v3oidcaccesstoken", "access_token", "not.a.token", ErrorKind::Unauthenticated),
        ("v3oidcpassword", "discovery_endpoint", "https://localhost:9/x", ErrorKind::ConnectionFailed),
        ("v3oidcpassword", "project_name", "lab", ErrorKind::ScopeNotAllowed),
    ] {
        let client = lab.client(auth_type, &TokenCache::new()).await.option(option, value).build().unwrap();
        let error = client.access().await.unwrap_err();
        let shown = format!("{error:#} {error:?} {client:?}");
        assert_eq!(error.kind(), kind, "{auth_type} {option}: {shown}");
        assert!(error.hint().is_some(), "{auth_type} {option}: {shown}");
        check_secrets(&lab, &shown, &[]);
        assert!(!shown.contains("not the password") && !shown.contains("not the secret"), "{shown}");
    }
}

#[ignore = "needs `dev/lab oidc up`, whose packages only root can install"]
#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_another_program_works_once() {
    let lab = Lab::new();
    let code = lab.code().await;
    let log_in = async || {
        let client = lab.client("v3oidcauthcode", &TokenCache::new()).await.option("code", code.as_str());
        client.project_name("web").build().unwrap().access().await
    };
    assert_eq!(log_in().await.unwrap().project_name(), Some("web"));
    let replayed = log_in().await.unwrap_err();
    assert_eq!(replayed.kind(), ErrorKind::Unauthenticated);
    assert!(replayed.hint().unwrap().contains("a code works only once"), "{replayed:?}");
    check_secrets(&lab, &format!("{replayed:#} {replayed:?}"), &[code]);
}
