//! Federation from one Keystone to another (K2K).

use archstone::{Client, ClientBuilder, ErrorKind, TokenCache};
use archstone_testing::{FakeKeystone, FakeProject, FakeServer, FakeUser, Reply};
use serde_json::json;

const FEDERATED: &str = "/v3/OS-FEDERATION/identity_providers/home/protocols/saml2/auth";
const ECP: &str = "/v3/auth/OS-FEDERATION/saml2/ecp";
const TAKES: &str = "/saml/ecp";

struct Clouds {
    home: FakeKeystone,
    south: FakeKeystone,
}

impl Clouds {
    fn start() -> Self {
        let (home, south) = (FakeKeystone::start(), FakeKeystone::start());
        home.vouch_to("south", &south);
        south.change(|cloud| {
            let demo = FakeUser::new("demo", "no password here").member_of("demo").member_of("other");
            cloud.project(FakeProject::new("other")).user(demo)
        });
        Self { home, south }
    }

    fn at_home(&self, cache: &TokenCache) -> ClientBuilder {
        let client = Client::builder().auth_url(self.home.auth_url()).token_cache(cache);
        client.username("demo").password("secret").project_name("demo")
    }

    fn client(&self, cache: &TokenCache) -> ClientBuilder {
        self.at_home(cache).option("service_provider", "south")
    }
}

#[tokio::test]
async fn one_login_at_home_serves_every_scope_elsewhere() {
    let clouds = Clouds::start();
    let cache = TokenCache::new();
    let scoped = |project: &str| clouds.client(&cache).option("remote_project_name", project).build().unwrap();
    let (demo, other) = (scoped("demo"), scoped("other"));
    for (client, project) in [(&demo, "demo"), (&other, "other")] {
        let access = client.access().await.unwrap();
        assert_eq!((access.user_name(), access.project_name()), (Some("demo"), Some(project)));
        assert!(clouds.south.accepts(access.token().expose()) && !clouds.home.accepts(access.token().expose()));
        assert_eq!(access.auth_url().unwrap().as_str(), format!("{}/v3", clouds.south.url()));
        // Requests that the client makes itself go to the service provider.
        assert_eq!(client.project().await.unwrap().unwrap().name, project);
        assert_eq!(client.projects().await.unwrap().len(), 2);
        assert!(client.url_for("identity").await.unwrap().as_str().starts_with(clouds.south.url()));
    }
    let default = clouds.client(&cache).build().unwrap().access().await.unwrap();
    assert_eq!(default.possible_projects().map(<[_]>::len), Some(2));
    assert_eq!((clouds.home.logins(), clouds.home.count("POST", ECP), clouds.south.count("POST", TAKES)), (1, 1, 1));
    // The login at home is shared with clients of that cloud.
    clouds.at_home(&cache).build().unwrap().access().await.unwrap();
    assert_eq!(clouds.home.logins(), 1);
    // A renewal requests another assertion, with the token of the home cloud while it is valid, and with a new one
    // after that.
    clouds.south.revoke_all();
    assert_eq!(demo.renew().await.unwrap().project_name(), Some("demo"));
    assert_eq!((clouds.home.logins(), clouds.home.count("POST", ECP)), (1, 2));
    clouds.south.revoke_all();
    clouds.home.revoke_all();
    assert_eq!(other.renew().await.unwrap().project_name(), Some("other"));
    assert_eq!((clouds.home.logins(), clouds.home.count("POST", ECP)), (2, 4));
    // Logging out revokes the token there, and keeps the one of the home cloud.
    let kept = clouds.at_home(&cache).build().unwrap().access().await.unwrap();
    assert!(other.log_out().await.unwrap());
    assert!(clouds.home.accepts(kept.token().expose()));
    // Neither the password nor a token of the home cloud was sent anywhere else.
    for request in clouds.south.requests() {
        let sent = format!("{:?} {}", request.headers().collect::<Vec<_>>(), request.text());
        assert!(!sent.contains("secret") && !sent.contains(kept.token().expose()), "{sent}");
    }
}

#[tokio::test]
async fn a_token_that_is_kept_on_disk_is_used_where_it_is_from() {
    let clouds = Clouds::start();
    let folder = std::env::temp_dir().join(format!("archstone-onward-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let client = || {
        let client = clouds.client(&TokenCache::new()).option("remote_project_name", "other");
        client.disk_cache_in(&folder).build().unwrap()
    };
    client().access().await.unwrap();
    let again = client();
    let before = (clouds.home.requests().len(), clouds.south.requests().len());
    assert_eq!(again.access().await.unwrap().project_name(), Some("other"));
    assert_eq!((clouds.home.requests().len(), clouds.south.requests().len()), before);
    // The home cloud's identity service is found with a cached token of it, too.
    assert_eq!(again.projects().await.unwrap().len(), 2);
    assert_eq!(clouds.home.logins(), 1);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn a_password_of_home_that_is_rotated_is_used_by_the_next_login() {
    let clouds = Clouds::start();
    let folder = std::env::temp_dir().join(format!("archstone-onward-rotated-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("password");
    let rotate = |password: &str| {
        let new = folder.join("new");
        std::fs::write(&new, password).unwrap();
        std::fs::rename(new, &file).unwrap();
        let user = FakeUser::new("demo", password).member_of("demo").with_default_project("demo");
        clouds.home.change(|cloud| cloud.user(user));
    };
    rotate("first password");
    let client = Client::builder().auth_url(clouds.home.auth_url()).token_cache(&TokenCache::new()).username("demo");
    let client = client.project_name("demo").option("password_file", file.display().to_string());
    let client = client.option("service_provider", "south").option("remote_project_name", "other").build().unwrap();
    let first = client.access().await.unwrap();

    // A renewal while the tokens of both clouds are valid.
    rotate("second password");
    let second = client.renew().await.unwrap();
    // A request whose token was revoked, together with the one of the home cloud.
    rotate("third password");
    clouds.home.revoke_all();
    clouds.south.revoke_all();
    assert_eq!(client.projects().await.unwrap().len(), 2);

    let third = client.access().await.unwrap();
    assert!(first.token() != second.token() && second.token() != third.token());
    assert!(clouds.south.accepts(third.token().expose()));
    assert_eq!(third.project_name(), Some("other"));
    let logins =
        clouds.home.requests().into_iter().filter(|it| it.method() == "POST" && it.path() == "/v3/auth/tokens");
    let sent: Vec<_> = logins.map(|it| it.json()["auth"]["identity"]["password"]["user"]["password"].clone()).collect();
    assert_eq!(sent, ["first password", "second password", "third password"]);
    for request in clouds.south.requests() {
        let sent = format!("{:?} {}", request.headers().collect::<Vec<_>>(), request.text());
        assert!(!["first", "second", "third"].iter().any(|it| sent.contains(&format!("{it} password"))), "{sent}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn whatever_says_how_to_log_in_is_for_home() {
    let clouds = Clouds::start();
    // With the `auth_type` of the home cloud, and with the method's own name.
    for auth_type in ["v3password", "k2k"] {
        let client = clouds.client(&TokenCache::new()).auth_type(auth_type).build().unwrap();
        assert!(client.access().await.is_ok(), "{auth_type}");
    }
    let token = Client::builder().auth_url(clouds.home.auth_url()).option("token", clouds.home.issue("demo"));
    let token = token.token_cache(&TokenCache::new()).option("service_provider", "south").build().unwrap();
    assert_eq!(token.access().await.unwrap().user_name(), Some("demo"));
    for (client, kind, words) in [
        (clouds.client(&TokenCache::new()).auth_type("v2password"), ErrorKind::InvalidConfig, "`v2password` cannot"),
        (clouds.at_home(&TokenCache::new()).auth_type("k2k"), ErrorKind::NotConfigured, "`service_provider`"),
        (
            clouds.at_home(&TokenCache::new()).option("remote_project_name", "x"),
            ErrorKind::NotConfigured,
            "lacks `service_provider`",
        ),
        (
            Client::builder().auth_url("http://k/v3").option("service_provider", "south").username("demo"),
            ErrorKind::NotConfigured,
            "lacks `password`",
        ),
    ] {
        let error = client.build().unwrap_err();
        assert!(error.kind() == kind && error.to_string().contains(words), "{words}: {error:#}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_without_a_secret() {
    let clouds = Clouds::start();
    for (option, value, kind, words) in [
        ("service_provider", "north", ErrorKind::NotFound, "there are `south`"),
        ("password", "wrong password", ErrorKind::Unauthenticated, "login as user `demo`"),
        ("remote_project_name", "unknown", ErrorKind::ScopeNotAllowed, "unknown"),
    ] {
        let error =
            clouds.client(&TokenCache::new()).option(option, value).build().unwrap().access().await.unwrap_err();
        let shown = format!("{error:#} {error:?}");
        assert!(error.kind() == kind && shown.contains(words), "{option}: {shown}");
        assert!(error.hint().is_some() && !shown.contains("wrong password"), "{option}: {shown}");
    }
    let unscoped = Client::builder().auth_url(clouds.home.auth_url()).username("demo").password("secret");
    let unscoped = unscoped.token_cache(&TokenCache::new()).unscoped().option("service_provider", "south").build();
    let error = unscoped.unwrap().access().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.hint().unwrap().contains("project_name"), "{error:#}");

    let elsewhere = FakeServer::start();
    for (path, reply, words) in [
        (ECP, Reply::error(500, "xmlsec1 is missing"), "gives no assertion: xmlsec1 is missing"),
        (ECP, Reply::text(200, ""), "is not XML: it has no root"),
        (ECP, Reply::text(200, "<!DOCTYPE x><x/>"), "has a document type"),
        (ECP, Reply::new(307).header("location", format!("{}/x", elsewhere.url())), "gives no assertion"),
        (TAKES, Reply::error(400, "no"), "did not accept the assertion (HTTP 400): no"),
        (TAKES, Reply::new(302).header("location", format!("{}/x", elsewhere.url())), "asks for the login again"),
        (FEDERATED, Reply::error(401, "Unauthorized"), "was refused"),
    ] {
        let clouds = Clouds::start();
        let server = if path == ECP { &clouds.home } else { &clouds.south };
        let verb = if path == FEDERATED { "GET" } else { "POST" };
        server.on(verb, path).reply(reply);
        if words.contains("again") {
            clouds.south.on("GET", FEDERATED).reply(Reply::text(200, "<html>"));
        }
        let error = clouds.client(&TokenCache::new()).build().unwrap().access().await.unwrap_err();
        let shown = format!("{error:#} {error:?}");
        assert!(shown.contains(words) && !shown.contains("assertion-of-home"), "{words}: {shown}");
    }
    assert_eq!(elsewhere.requests().len(), 0);

    // An assertion is sent only over TLS or to this machine.
    let (home, plain) = (
        FakeKeystone::start(),
        json!([{
            "id": "south", "auth_url": "https://south.example/v3/OS-FEDERATION/x/auth", "sp_url": "http://192.0.2.1/ecp",
        }]),
    );
    home.on("POST", "/v3/auth/tokens").reply_with(move |_| {
        archstone_testing::TokenBuilder::new()
            .project("p", "demo")
            .member("service_providers", plain.clone())
            .reply("t")
    });
    home.on("POST", ECP).reply(Reply::text(200, "<x/>"));
    let client = Client::builder().auth_url(home.auth_url()).token_cache(&TokenCache::new()).username("demo");
    let client = client.password("secret").option("service_provider", "south").build().unwrap();
    let error = client.access().await.unwrap_err();
    assert!(error.to_string().contains("`http://192.0.2.1/ecp` is plain HTTP"), "{error:#}");
    assert_eq!(home.count("POST", ECP), 0);
}
