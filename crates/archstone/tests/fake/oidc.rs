//! OpenID Connect: against a strict provider, and against responses that no real one should send.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use archstone::{Client, ClientBuilder, Error, ErrorKind, TokenCache};
use archstone_testing::{Failure, FakeKeystone, FakeProject, FakeProvider, FakeServer, FakeUser, Reply};

type Decision = fn(&FakeProvider);

const PASSWORD: &str = "demo at provider";

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

    fn client(&self, auth_type: &str, cache: &TokenCache) -> ClientBuilder {
        let client = Client::builder().auth_url(self.keystone.auth_url()).auth_type(auth_type).token_cache(cache);
        let client = client.option("identity_provider", "sso").option("protocol", "openid");
        match auth_type {
            "v3oidcaccesstoken" => client.option("access_token", self.provider.issue()),
            "v3oidcpassword" => self.at_provider(client).username("demo").password(PASSWORD),
            _ => self.at_provider(client),
        }
    }

    fn at_provider(&self, client: ClientBuilder) -> ClientBuilder {
        let client = client.option("client_id", self.provider.client_id());
        let client = client.option("client_secret", self.provider.client_secret());
        client.option("discovery_endpoint", self.provider.discovery_endpoint())
    }

    fn federated_logins(&self) -> usize {
        self.keystone.count("POST", "/v3/OS-FEDERATION/identity_providers/sso/protocols/openid/auth")
    }
}

const NOT_INTERACTIVE: [&str; 3] = ["v3oidcpassword", "v3oidcclientcredentials", "v3oidcaccesstoken"];

#[tokio::test]
async fn one_login_serves_every_scope() {
    for auth_type in NOT_INTERACTIVE {
        let clouds = Clouds::start();
        clouds.keystone.change(|cloud| {
            let demo = FakeUser::new("demo", "secret").member_of("demo").member_of("other");
            cloud.project(FakeProject::new("other")).user(demo)
        });
        let cache = TokenCache::new();
        let client = clouds.client(auth_type, &cache);
        let scoped = |project: &str| client.clone().project_name(project).build().unwrap();

        let clients = [scoped("demo"), scoped("demo"), scoped("other"), scoped("other")];
        let tasks: Vec<_> =
            clients.iter().cloned().map(|client| tokio::spawn(async move { client.access().await })).collect();
        for (task, project) in tasks.into_iter().zip(["demo", "demo", "other", "other"]) {
            let access = task.await.unwrap().unwrap();
            assert_eq!((access.user_name(), access.project_name()), (Some("demo"), Some(project)), "{auth_type}");
        }
        assert_eq!(clouds.federated_logins(), 1, "{auth_type}");
        // The same login, unscoped, and without any scope requested.
        let unscoped = client.clone().unscoped().build().unwrap().access().await.unwrap();
        assert!(!unscoped.is_scoped() && unscoped.methods() == ["openid"], "{auth_type}");
        let default = client.clone().build().unwrap().access().await.unwrap();
        assert_eq!(default.project_name(), None, "{auth_type}");
        assert_eq!(default.possible_projects().map(<[_]>::len), Some(2), "{auth_type}");
        assert_eq!(clouds.federated_logins(), 1, "{auth_type}");
        // A revoked token is replaced, beginning with the unscoped one that all others are exchanged for.
        clouds.keystone.revoke_all();
        assert_eq!(clients[0].renew().await.unwrap().project_name(), Some("demo"), "{auth_type}");
        assert_eq!(clouds.federated_logins(), 2, "{auth_type}");
        // Logging out invalidates it for all clients.
        assert!(clients[0].log_out().await.unwrap());
        assert!(!clouds.keystone.accepts(unscoped.token().expose()));
        clients[0].access().await.unwrap();
        assert_eq!(clouds.federated_logins(), 3, "{auth_type}");
    }
}

/// A caller whose unscoped token was refused requests another one, as a request to a service does.
#[tokio::test]
async fn a_revoked_token_without_a_scope_is_replaced() {
    for auth_type in NOT_INTERACTIVE {
        // With several projects to choose from, and with a single one that is selected automatically.
        for projects in [&["demo", "other"][..], &["demo"]] {
            let clouds = Clouds::start();
            clouds.keystone.change(|cloud| {
                let user = projects.iter().fold(FakeUser::new("demo", "secret"), |user, it| user.member_of(it));
                cloud.project(FakeProject::new("other")).user(user)
            });
            let client = clouds.client(auth_type, &TokenCache::new());
            for client in [client.clone(), client.clone().unscoped()] {
                let client = client.build().unwrap();
                let (before, logins) = (client.access().await.unwrap(), clouds.federated_logins());
                clouds.keystone.revoke_all();

                let after = client.replace(before.token()).await.unwrap();

                assert!(
                    after != *before.token() && clouds.keystone.accepts(after.expose()),
                    "{auth_type} {projects:?}"
                );
                let known = client.access().await.unwrap();
                assert_eq!(known.project_name(), before.project_name(), "{auth_type} {projects:?}");
                assert_eq!(clouds.federated_logins(), logins + 1, "{auth_type} {projects:?}");
                clouds.keystone.revoke_all();
                assert!(clouds.keystone.accepts(client.renew().await.unwrap().token().expose()), "{auth_type}");
            }
        }
    }
}

/// Keystone creates the user at the first login; of two simultaneous ones it refuses one as a conflict.
#[tokio::test]
async fn two_first_logins_at_the_same_moment_both_work() {
    let log_in = async |conflicts| {
        let clouds = Clouds::start();
        let path = "/v3/OS-FEDERATION/identity_providers/sso/protocols/openid/auth";
        clouds.keystone.on("POST", path).fail_next(conflicts, Failure::Status(409));
        let client = clouds.client("v3oidcpassword", &TokenCache::new()).project_name("demo").build().unwrap();
        (client.access().await, clouds.federated_logins())
    };
    let (access, logins) = log_in(1).await;
    assert_eq!((access.unwrap().project_name(), logins), (Some("demo"), 2));
    // A conflict that persists is an error.
    let (access, logins) = log_in(9).await;
    assert_eq!((access.unwrap_err().kind(), logins), (ErrorKind::Conflict, 2));
}

#[tokio::test]
async fn what_is_wrong_is_said_with_its_endpoint_and_without_a_secret() {
    let clouds = Clouds::start();
    let provider = clouds.provider.url().to_owned();
    for (auth_type, option, value, kind, words) in [
        ("v3oidcpassword", "password", "wrong password", ErrorKind::Unauthenticated, "invalid_grant"),
        ("v3oidcpassword", "client_secret", "other:secret%+", ErrorKind::Unauthenticated, "invalid_client"),
        ("v3oidcclientcredentials", "client_secret", "other:secret%+", ErrorKind::Unauthenticated, "invalid_client"),
        ("v3oidcclientcredentials", "openid_scope", "email", ErrorKind::Unauthenticated, "invalid_scope"),
        ("v3oidcaccesstoken", "access_token", "wrong token of provider", ErrorKind::Unauthenticated, "was refused"),
        ("v3oidcpassword", "protocol", "saml2", ErrorKind::NotIdentityService, "OS-FEDERATION"),
        ("v3oidcpassword", "access_token_type", "id_token", ErrorKind::InvalidResponse, "has no `id_token`"),
        ("v3oidcpassword", "access_token_endpoint", "http://127.0.0.1:9/t", ErrorKind::ConnectionFailed, "127.0.0.1:9"),
        ("v3oidcpassword", "discovery_endpoint", "http://127.0.0.1:9/t", ErrorKind::ConnectionFailed, "127.0.0.1:9"),
        ("v3oidcpassword", "access_token_endpoint", "http://192.0.2.1/t", ErrorKind::InvalidConfig, "plain HTTP"),
        ("v3oidcpassword", "discovery_endpoint", "http://192.0.2.1/t", ErrorKind::InvalidConfig, "plain HTTP"),
    ] {
        let client = clouds.client(auth_type, &TokenCache::new()).option(option, value).build().unwrap();
        let error = client.access().await.unwrap_err();
        let shown = format!("{error:#} {error:?} {client:?}");
        assert_eq!(error.kind(), kind, "{auth_type} {option}: {shown}");
        assert!(shown.contains(words), "{auth_type} {option}: {shown}");
        assert!(error.hint().is_some() || kind == ErrorKind::ConnectionFailed, "{auth_type} {option}: {shown}");
        if words.starts_with("invalid_") {
            assert!(shown.contains(&format!("{provider}/token")), "{shown}");
        }
        for secret in [
            PASSWORD,
            "wrong password",
            "other:secret%+",
            "wrong token",
            "client:secret",
            "client%3Asecret",
            "other%3A",
        ] {
            assert!(!shown.contains(secret), "{auth_type} {option}: {secret} is shown: {shown}");
        }
    }
    let kind = clouds.client("v3oidcpassword", &TokenCache::new()).option("access_token_type", "jwt").build();
    assert!(kind.unwrap_err().to_string().contains("which is not a kind of token"));
    let missing = Client::builder().auth_url("http://k/v3").auth_type("v3oidcpassword").username("u").build();
    let missing = missing.unwrap_err().to_string();
    for option in ["identity_provider", "protocol", "client_id", "access_token_endpoint` or `discovery_endpoint"] {
        assert!(missing.contains(&format!("`{option}`")), "{missing}");
    }
}

#[tokio::test]
async fn answers_that_no_provider_should_give_are_refused() {
    let clouds = Clouds::start();
    let hostile = FakeServer::start();
    let url = hostile.url();
    let document = |issuer: &str, token: &str| {
        Reply::json(200, format!(r#"{{"issuer": "{issuer}", "token_endpoint": "{token}"}}"#))
    };
    for (reply, words) in [
        (document("https://elsewhere.example", &format!("{url}/token")), "is of another issuer"),
        (document(url, "http://192.0.2.1/token"), "is plain HTTP, over which no secret is sent"),
        (document(url, "file:///etc/passwd"), "is not the URL of a server"),
        (Reply::json(200, r#"{"token_endpoint": "x"}"#), "names no issuer"),
        (Reply::text(200, "<html>"), "is not JSON"),
        (
            Reply::new(302).header("location", clouds.provider.discovery_endpoint()),
            "has no discovery document (HTTP 302)",
        ),
        (Reply::error(503, "away"), "has no discovery document (HTTP 503)"),
        (Reply::new(200).filler(2 << 20), "is larger than 1 MiB"),
        (Reply::new(200).filler(1 << 40), "is larger than 1 MiB"),
        (Reply::json(200, format!(r#"{{"issuer": "{url}"}}"#)), "has no `access_token_endpoint`"),
    ] {
        hostile.on("GET", "/.well-known/openid-configuration").reply(reply);
        let client = clouds.client("v3oidcpassword", &TokenCache::new());
        let client = client.option("discovery_endpoint", format!("{url}/.well-known/openid-configuration"));
        let error = client.build().unwrap().access().await.unwrap_err();
        assert!(format!("{error:#}").contains(words), "{words}: {error:?}");
        assert_eq!(hostile.count("POST", "/token"), 0, "{words}");
    }
    for (reply, words) in [
        (Reply::text(200, "<html>"), "is not JSON"),
        (Reply::json(200, "{}"), "has no `access_token`"),
        (Reply::json(200, r#"{"access_token": 7}"#), "has no `access_token`"),
        (Reply::json(200, r#"{"access_token": "MAR\nKED"}"#), "cannot be written in an HTTP header"),
        (Reply::json(200, r#"{"access_token": "MARKED", "token_type": "mac"}"#), "not of the type `Bearer`"),
        (Reply::new(307).header("location", format!("{}/token", clouds.provider.url())), "HTTP 307"),
        (Reply::new(200).filler(2 << 20), "is larger than 1 MiB"),
        (Reply::new(200).filler(1 << 40), "is larger than 1 MiB"),
        (Reply::error(500, "broken"), "failed (HTTP 500)"),
        (Reply::new(200).with(Failure::Close), "127.0.0.1"),
    ] {
        hostile.on("POST", "/token").reply(reply);
        let client = clouds.client("v3oidcpassword", &TokenCache::new());
        let client = client.option("access_token_endpoint", format!("{url}/token")).build().unwrap();
        let error: Error = client.access().await.unwrap_err();
        let shown = format!("{error:#} {error:?}");
        assert!(shown.contains(words) && !shown.contains("MARKED") && !shown.contains(PASSWORD), "{words}: {shown}");
    }
    assert_eq!((clouds.provider.count("POST", "/token"), clouds.federated_logins()), (0, 0));
}

/// Waits until a device login waits for confirmation, then makes the decision.
async fn decide(provider: &FakeProvider, decision: impl FnOnce(&FakeProvider)) {
    let begun = async {
        while provider.waiting_devices() == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    crate::within(Duration::from_secs(30), "the device's login", begun).await;
    decision(provider);
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("archstone-oidc-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

#[tokio::test]
async fn a_person_confirms_a_device_once_for_all_projects_and_processes() {
    let clouds = Clouds::start();
    let folder = folder("device");
    let disk = |cache: &TokenCache| {
        let client = clouds.client("v3oidcdeviceauthz", cache).option("code_challenge_method", "S256");
        client.disk_cache_in(&folder)
    };
    let cache = TokenCache::new();
    let client = disk(&cache).project_name("demo").build().unwrap();
    let asked = {
        let client = client.clone();
        tokio::spawn(async move { client.access().await })
    };
    decide(&clouds.provider, |provider| provider.confirm(true)).await;
    assert_eq!(asked.await.unwrap().unwrap().project_name(), Some("demo"));
    // Another process and another scope: the token on disk is enough.
    let other = disk(&TokenCache::new()).unscoped().build().unwrap();
    other.access().await.unwrap();
    assert_eq!((clouds.provider.count("POST", "/device"), clouds.federated_logins()), (1, 1));

    // Keystone's tokens are revoked: the provider's access token still works, without a request to the provider.
    clouds.keystone.revoke_all();
    let polls = clouds.provider.count("POST", "/token");
    client.renew().await.unwrap();
    assert_eq!(clouds.provider.count("POST", "/token"), polls);
    // The access token has expired as well: the refresh token renews it, also in a new process; each refresh token
    // works only once.
    for _ in 0..2 {
        clouds.keystone.revoke_all();
        clouds.provider.end_access_tokens();
        disk(&TokenCache::new()).unscoped().build().unwrap().renew().await.unwrap();
    }
    assert_eq!(clouds.provider.count("POST", "/token"), polls + 2);
    // The first process has the first refresh token in memory, which is no longer valid: the one on disk is used.
    clouds.keystone.revoke_all();
    clouds.provider.end_access_tokens();
    client.renew().await.unwrap();
    assert_eq!(clouds.provider.count("POST", "/token"), polls + 3);
    assert_eq!(clouds.provider.count("POST", "/device"), 1);
    // The refresh token is no longer valid either: the user is prompted again.
    clouds.keystone.revoke_all();
    clouds.provider.end_access_tokens();
    clouds.provider.end_refresh_tokens();
    let again = disk(&TokenCache::new()).unscoped().build().unwrap();
    let renewal = tokio::spawn(async move { again.renew().await });
    decide(&clouds.provider, |provider| provider.confirm(true)).await;
    renewal.await.unwrap().unwrap();
    // Clearing also removes everything that could be exchanged for a new token.
    let fresh = disk(&TokenCache::new()).project_name("demo").build().unwrap();
    assert!(fresh.token_store().unwrap().clear().await.unwrap());
    let asked = {
        let client = disk(&TokenCache::new()).project_name("demo").build().unwrap();
        tokio::spawn(async move { client.access().await })
    };
    decide(&clouds.provider, |provider| provider.confirm(true)).await;
    asked.await.unwrap().unwrap();
    // Nothing on disk is readable.
    for file in std::fs::read_dir(&folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("token-of-provider"));
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn logging_out_ends_the_refresh_token_at_the_provider() {
    let outcomes: [(Option<Reply>, usize); 4] = [
        (None, 0),
        (Some(Reply::error(503, "MARKED")), 1),
        (Some(Reply::json(400, r#"{"error": "unsupported_token_type"}"#)), 1),
        (Some(Reply::new(307).header("location", "http://127.0.0.1:9/")), 1),
    ];
    for scope in ["demo", ""] {
        for (reply, left) in &outcomes {
            let clouds = Clouds::start();
            let client = clouds.client("v3oidcdeviceauthz", &TokenCache::new());
            let client = if scope.is_empty() { client.unscoped() } else { client.project_name(scope) }.build().unwrap();
            let asked = {
                let client = client.clone();
                tokio::spawn(async move { client.access().await })
            };
            decide(&clouds.provider, |provider| provider.confirm(true)).await;
            let token = asked.await.unwrap().unwrap().token().clone();
            assert_eq!(clouds.provider.refresh_tokens(), 1);
            if let Some(reply) = reply {
                clouds.provider.on("POST", "/revoke").reply(reply.clone());
            }
            // If revoking fails at the provider, the other tokens are revoked all the same.
            assert!(client.log_out().await.unwrap());
            assert_eq!(clouds.provider.refresh_tokens(), *left, "{reply:?}");
            assert!(clouds.provider.count("POST", "/revoke") >= 1 && !clouds.keystone.accepts(token.expose()));
            let revocations = clouds.provider.count("POST", "/revoke");
            assert!(!client.log_out().await.unwrap());
            assert_eq!(clouds.provider.count("POST", "/revoke"), revocations);
        }
    }
}

#[tokio::test]
async fn a_provider_that_wants_passcodes_gets_each_once() {
    let clouds = Clouds::start();
    clouds.provider.want_passcodes("otp code", &["111111", "222222", "333333"]);
    let asked = Arc::new(AtomicUsize::new(0));
    let client = |cache: &TokenCache| clouds.client("v3oidcpassword", cache).option("idp_otp_key", "otp code");
    let counted = Arc::clone(&asked);
    let with_person = client(&TokenCache::new()).option("passcode", "111111").ask(move |option| {
        assert_eq!(option.name, "passcode");
        counted.fetch_add(1, Ordering::Relaxed);
        Ok(Some("222222".into()))
    });
    let (one, other) = (with_person.clone().project_name("demo"), with_person.clone().unscoped());
    let one = one.build().unwrap();
    let first = one.access().await.unwrap();
    assert_eq!(first.user_name(), Some("demo"));
    // One login is enough for every scope, and the refresh token renews it.
    other.build().unwrap().access().await.unwrap();
    clouds.provider.end_access_tokens();
    clouds.keystone.revoke_all();
    one.replace(first.token()).await.unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    clouds.provider.end_access_tokens();
    clouds.provider.end_refresh_tokens();
    clouds.keystone.revoke_all();
    one.renew().await.unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 1);

    // Without a prompt, a given passcode is used once.
    let given = client(&TokenCache::new()).option("passcode", "333333").project_name("demo").build().unwrap();
    let first = given.access().await.unwrap();
    clouds.provider.end_access_tokens();
    clouds.provider.end_refresh_tokens();
    clouds.keystone.revoke_all();
    let error = given.replace(first.token()).await.unwrap_err();
    assert_eq!(error.to_string(), "the `passcode` that was given has been used, and works only once");
    let nobody = client(&TokenCache::new()).build().unwrap().access().await.unwrap_err();
    assert_eq!(nobody.to_string(), "the configuration lacks `passcode`");

    let refused = client(&TokenCache::new()).option("passcode", "MARKED9").build().unwrap().access().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unauthenticated, "{refused:?}");
    assert!(refused.hint().is_some_and(|it| it.contains("passcode")), "{refused:?}");
    assert!(!format!("{refused:?} {refused} {:?}", refused.hint()).contains("MARKED9"), "{refused:?}");
    let elsewhere = clouds.client("v3oidcpassword", &TokenCache::new()).option("idp_otp_key", "wrong field");
    let error = elsewhere.option("passcode", "333333").build().unwrap().access().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error:?}");
}

#[tokio::test]
async fn a_program_shows_the_page_of_a_login_in_its_own_way() {
    let clouds = Clouds::start();
    let (sender, shown) = std::sync::mpsc::channel();
    let client = clouds.client("v3oidcdeviceauthz", &TokenCache::new()).on_login_page(move |page| {
        sender.send(page.clone()).unwrap();
        Ok(())
    });
    let client = client.build().unwrap();
    let asked = tokio::spawn(async move { client.access().await });
    decide(&clouds.provider, |provider| provider.confirm(true)).await;
    asked.await.unwrap().unwrap();
    let page = shown.recv().unwrap();
    let url = format!("{}/activate?user_code=WDJB-MJHT", clouds.provider.url());
    assert_eq!((page.url().as_str(), page.browser_url().as_str(), page.user_code()), (&*url, &*url, Some("WDJB-MJHT")));
    assert_eq!(page.to_string(), format!("to log in, open {url} in a browser, and check that it shows WDJB-MJHT"));
    assert!(!format!("{page:?}").contains("MJHT"), "{page:?}");

    for auth_type in ["v3oidcdeviceauthz", "v3oidcauthcode"] {
        let client = clouds.client(auth_type, &TokenCache::new());
        let client = client.on_login_page(|_| Err(Error::new(ErrorKind::NotConfigured, "nobody is here")));
        let error = client.build().unwrap().access().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (ErrorKind::NotConfigured, "nobody is here"),
            "{auth_type}"
        );
    }
}

#[tokio::test]
async fn a_device_asks_as_slowly_as_it_is_told() {
    let clouds = Clouds::start();
    clouds.provider.tell_no_interval();
    clouds.provider.slow_down_next(1);
    let client = clouds.client("v3oidcdeviceauthz", &TokenCache::new()).build().unwrap();
    let asked = tokio::spawn(async move { client.access().await });
    decide(&clouds.provider, |provider| provider.confirm(true)).await;
    asked.await.unwrap().unwrap();
    // The strict provider refuses clients that poll too often.
    assert_eq!(clouds.provider.count("POST", "/token"), 2);
}

#[tokio::test]
async fn a_device_that_nobody_confirms_says_so() {
    let ended: [(Decision, &str); 2] = [
        (|provider| provider.confirm(false), "the login was refused in the browser"),
        (FakeProvider::end_devices, "nobody confirmed the login in time"),
    ];
    for (decision, words) in ended {
        let clouds = Clouds::start();
        let client = clouds.client("v3oidcdeviceauthz", &TokenCache::new()).build().unwrap();
        let asked = tokio::spawn(async move { client.access().await });
        decide(&clouds.provider, decision).await;
        let error = asked.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated);
        assert!(error.to_string().contains(words) && error.hint().is_some(), "{error:?}");
    }
    let clouds = Clouds::start();
    let unattended = clouds.client("v3oidcdeviceauthz", &TokenCache::new()).unattended().build().unwrap_err();
    assert_eq!(unattended.kind(), ErrorKind::NotConfigured);
    for (reply, words) in [
        (Reply::json(200, "{}"), "has no `device_code`"),
        (Reply::json(200, r#"{"device_code": "d", "user_code": "u"}"#), "has no `verification_uri`"),
        (
            Reply::json(200, r#"{"device_code": "d", "user_code": "u", "verification_uri": "javascript:x"}"#),
            "is not a URL",
        ),
        (Reply::text(200, "<html>"), "is not JSON"),
        (Reply::error(404, "gone"), "refused the login (HTTP 404"),
    ] {
        let hostile = FakeServer::start();
        hostile.on("POST", "/device").reply(reply);
        let client = clouds.client("v3oidcdeviceauthz", &TokenCache::new());
        let client = client.option("device_authorization_endpoint", format!("{}/device", hostile.url()));
        let error = client.build().unwrap().access().await.unwrap_err();
        assert!(format!("{error:#}").contains(words), "{words}: {error:?}");
    }
}
