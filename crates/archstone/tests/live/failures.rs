//! Every kind of failure is distinguished.

use std::time::Duration;

use archstone::{Client, ClientBuilder, ErrorKind, TokenCache};

use crate::keystone::{Path, dev, root};

async fn failure(builder: ClientBuilder) -> archstone::Error {
    builder.token_cache(&TokenCache::new()).build().unwrap().access().await.unwrap_err()
}

fn alice_at(auth_url: &str) -> ClientBuilder {
    Client::builder().auth_url(auth_url).username("alice").password("alice-secret")
}

#[tokio::test]
async fn servers_that_cannot_be_reached() {
    let table = [
        (alice_at("http://no-such-host.invalid:5000/v3"), ErrorKind::HostNotFound, "no-such-host.invalid"),
        (alice_at("http://127.0.0.1:1/v3"), ErrorKind::ConnectionFailed, "nothing listens at `127.0.0.1:1`"),
        (
            alice_at(&Path::new("delay=3000").auth_url()).timeout(Duration::from_millis(200)),
            ErrorKind::Timeout,
            "within 200ms",
        ),
        (
            alice_at(&Path::new("").auth_url().replace("http:", "https:")),
            ErrorKind::ConnectionFailed,
            "does not speak TLS",
        ),
    ];
    for (builder, kind, words) in table {
        let error = failure(builder).await;
        assert_eq!(error.kind(), kind, "{error:?}");
        assert!(error.kind().is_transient() && error.hint().is_some(), "{error:?}");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn certificates_that_are_not_trusted() {
    let auth_url = format!("{}/v3", root(&["up", "rust-tls", "--tls"]));
    let authority = concat!(env!("CARGO_MANIFEST_DIR"), "/../../dev/.state/instances/rust-tls/ca.pem");

    let error = failure(alice_at(&auth_url)).await;
    assert_eq!(error.kind(), ErrorKind::TlsNotTrusted, "{error:?}");
    assert!(error.hint().unwrap().contains("cacert"), "{error:?}");
    for builder in [alice_at(&auth_url).cacert(authority), alice_at(&auth_url).insecure()] {
        let client = builder.token_cache(&TokenCache::new()).build().unwrap();
        assert_eq!(client.access().await.unwrap().user_name(), Some("alice"));
    }
    let unreadable = failure(alice_at(&auth_url).cacert("/no/such/bundle.pem")).await;
    assert_eq!(unreadable.kind(), ErrorKind::InvalidConfig);
    assert!(unreadable.to_string().contains("/no/such/bundle.pem"));
    dev(&["down", "rust-tls", "--delete"]);
}

#[tokio::test]
async fn urls_that_lead_to_something_else() {
    let elsewhere = format!("{}/nothing/v3", Path::new("").unversioned());
    let table = [
        (Path::new("html").auth_url(), ErrorKind::NotIdentityService, "a web page"),
        (Path::new("html").unversioned(), ErrorKind::NotIdentityService, "a web page"),
        (Path::new("html+status=404").auth_url(), ErrorKind::NotIdentityService, "answered 404 with a web page"),
        (Path::new("other").unversioned(), ErrorKind::NotIdentityService, "it offers 2.9"),
        (Path::new("list").unversioned(), ErrorKind::NotIdentityService, "lists no versions"),
        (elsewhere, ErrorKind::NotIdentityService, "/nothing/v3/auth/tokens"),
        (Path::new("garbage").auth_url(), ErrorKind::InvalidResponse, "X-Subject-Token"),
        (Path::new("garbage").unversioned(), ErrorKind::InvalidResponse, "is not JSON"),
        (Path::new("notoken").auth_url(), ErrorKind::InvalidResponse, "X-Subject-Token"),
    ];
    for (url, kind, words) in table {
        let error = failure(alice_at(&url)).await;
        assert_eq!(error.kind(), kind, "{url}: {error:?}");
        assert!(error.to_string().contains(words), "{url}: {error}");
        assert!(error.url().is_some(), "{url}: {error:?}");
    }
}

#[tokio::test]
async fn services_that_are_busy_or_broken() {
    for url in [Path::new("status=429").auth_url(), Path::new("status=429").unversioned()] {
        let error = failure(alice_at(&url)).await;
        assert_eq!((error.kind(), error.status()), (ErrorKind::RateLimited, Some(429)), "{error:?}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    }
    for url in [Path::new("status=503").auth_url(), Path::new("status=500").unversioned()] {
        let error = failure(alice_at(&url)).await;
        assert_eq!(error.kind(), ErrorKind::ServerError, "{error:?}");
    }
}

#[tokio::test]
async fn logins_that_are_refused_say_what_was_sent_and_never_the_secret() {
    let path = Path::new("");
    let user = |name: &str, password: &str| path.client().username(name).password(password);
    let table = [
        (user("alice", "marked-wrong"), ErrorKind::Unauthenticated, "user `alice` in domain id `default`"),
        (user("nobody", "marked-wrong"), ErrorKind::Unauthenticated, "user `nobody`"),
        (user("erin", "erin-secret"), ErrorKind::Unauthenticated, "user `erin`"),
        (user("alice", "alice-secret").project_name("nowhere"), ErrorKind::Unauthenticated, "for project `nowhere`"),
        (user("alice", "alice-secret").project_name("retired"), ErrorKind::Unauthenticated, "for project `retired`"),
        (user("alice", "alice-secret").system_scope(), ErrorKind::Unauthenticated, "for the system"),
        (user("frank", "frank-secret"), ErrorKind::PasswordExpired, "expired"),
        (user("grace", "grace-secret"), ErrorKind::ReceiptIssued, "still missing is `totp`"),
        (path.client().token("marked-wrong"), ErrorKind::TokenRejected, "token"),
    ];
    for (builder, kind, words) in table {
        let error = failure(builder).await;
        assert_eq!(error.kind(), kind, "{error:?}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(error.request_id().is_some_and(|it| it.starts_with("req-")), "{error:?}");
        assert!(error.hint().is_some() && error.status().is_some());
        let everything = format!("{error:?} {error} {:?}", error.hint());
        assert!(!everything.contains("secret") && !everything.contains("marked"), "{everything}");
    }
}

#[tokio::test]
async fn a_diagnosis_distinguishes_a_refused_scope_from_refused_credentials() {
    let path = Path::new("");
    let alice = || path.user("alice");
    let table = [
        (alice().project_name("nowhere"), ErrorKind::ScopeNotAllowed, "`web`"),
        (alice().project_name("retired"), ErrorKind::ScopeNotAllowed, "`db`"),
        (path.user("dave").project_name("web"), ErrorKind::ScopeNotAllowed, "no role in any project"),
        (alice().password("wrong").project_name("web"), ErrorKind::Unauthenticated, "the scope is not the reason"),
        (alice().password("wrong"), ErrorKind::Unauthenticated, "check the user's name"),
    ];
    for (builder, kind, words) in table {
        let client = builder.build().unwrap();
        let refused = client.access().await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Unauthenticated);
        let logins = path.logins();

        let diagnosis = client.diagnose(&refused).await;

        assert_eq!(diagnosis.kind(), kind, "{diagnosis:?}");
        assert!(diagnosis.hint().unwrap().contains(words), "{diagnosis:?}");
        assert!(path.logins() <= logins + 1);
    }
}

#[tokio::test]
async fn a_receipt_comes_with_what_is_still_missing() {
    let error = failure(Path::new("").user("grace")).await;

    let receipt = error.receipt().unwrap();
    assert_eq!(receipt.methods, ["password"]);
    assert_eq!(receipt.required_auth_methods.len(), 1);
    assert!(receipt.required_auth_methods[0].contains(&"totp".to_owned()));
    assert!(receipt.expires_at.is_some());
    assert!(!receipt.id.expose().is_empty());
    assert!(!format!("{error:?}{receipt:?}").contains(receipt.id.expose()));
}

/// With `insecure_debug` Keystone's messages are more precise, and more kinds are distinguished.
#[tokio::test]
async fn what_keystone_says_is_told_apart() {
    let auth_url = format!("{}/v3", root(&["up", "rust-debug", "--insecure-debug"]));
    let alice = || alice_at(&auth_url);
    let table = [
        (alice().password("wrong"), ErrorKind::Unauthenticated),
        (alice().username("nobody"), ErrorKind::Unauthenticated),
        (alice().project_name("nowhere"), ErrorKind::ScopeNotAllowed),
        (alice().project_name("lab"), ErrorKind::ScopeNotAllowed),
        (
            alice().user_domain_id("default").project_name("web").project_domain_name("nowhere"),
            ErrorKind::ScopeNotAllowed,
        ),
        (alice().domain_name("acme"), ErrorKind::ScopeNotAllowed),
        (alice().domain_name("nowhere"), ErrorKind::ScopeNotAllowed),
        (alice().system_scope(), ErrorKind::ScopeNotAllowed),
        // Here the user's own domain is unknown.
        (alice().user_domain_name("nowhere"), ErrorKind::Unauthenticated),
    ];
    for (builder, kind) in table {
        let error = failure(builder).await;
        assert_eq!(error.kind(), kind, "{error:?}");
    }
    dev(&["down", "rust-debug", "--delete"]);
}

#[test]
fn configuration_that_is_missing_or_wrong_is_refused_at_once() {
    let table = [
        (Client::builder(), ErrorKind::NotConfigured, "no cloud and no credentials"),
        (Client::builder().auth_url("http://h/v3").username("a"), ErrorKind::NotConfigured, "lacks `password`"),
        (Client::builder().username("a").password("b"), ErrorKind::NotConfigured, "lacks `auth_url`"),
        (alice_at("keystone:5000"), ErrorKind::InvalidConfig, "`auth_url`"),
        (alice_at("ftp://keystone/"), ErrorKind::InvalidConfig, "`ftp:`"),
        (alice_at("http://me:marked@keystone/v3"), ErrorKind::InvalidConfig, "user name or a password"),
        (alice_at("http://k/v3").option("usrname", "x"), ErrorKind::InvalidConfig, "unknown option `usrname`"),
        (
            alice_at("http://k/v3").auth_type("v3nothing"),
            ErrorKind::InvalidConfig,
            "`v3nothing`, which is not supported",
        ),
        (alice_at("http://k/v3").option("interface", "sideways"), ErrorKind::InvalidConfig, "`sideways`"),
        (alice_at("http://k/v3").option("timeout", "soon"), ErrorKind::InvalidConfig, "`soon`"),
    ];
    for (builder, kind, words) in table {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(!format!("{error:?}").contains("marked"));
    }
}
