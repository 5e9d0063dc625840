//! Logins with several factors: given, asked for, and missing.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use archstone::{ClientBuilder, ErrorKind, TokenCache};
use archstone_testing::{FakeKeystone, FakeUser};

use crate::demo;

const PASSCODE: &str = "471100";

fn keystone() -> FakeKeystone {
    let keystone = FakeKeystone::start();
    keystone.change(|cloud| {
        cloud.user(
            FakeUser::new("demo", "secret")
                .with_role("member", "demo")
                .with_default_project("demo")
                .with_totp(PASSCODE),
        )
    });
    keystone
}

fn factors(keystone: &FakeKeystone) -> ClientBuilder {
    demo(keystone).option("auth_methods", "v3password,v3totp")
}

/// A builder that asks, and how often it has asked.
fn asking(builder: ClientBuilder, answer: &'static str) -> (ClientBuilder, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let builder = builder.ask(move |option| {
        assert_eq!(option.name, "passcode");
        counted.fetch_add(1, Ordering::SeqCst);
        Ok(Some(answer.into()))
    });
    (builder, asked)
}

/// The methods of each login that was sent, and whether it came with a receipt.
fn sent(keystone: &FakeKeystone) -> Vec<(String, bool)> {
    let requests = keystone.requests().into_iter().filter(|it| it.method() == "POST" && it.path() == "/v3/auth/tokens");
    requests
        .map(|it| {
            let methods = it.json()["auth"]["identity"]["methods"].to_string();
            (methods, it.header("openstack-auth-receipt").is_some())
        })
        .collect()
}

#[tokio::test]
async fn all_factors_are_sent_in_one_request() {
    let keystone = keystone();
    for auth_type in [None, Some("v3multifactor")] {
        let mut builder = factors(&keystone).option("passcode", PASSCODE);
        if let Some(auth_type) = auth_type {
            builder = builder.auth_type(auth_type);
        }
        let access = builder.build().unwrap().access().await.unwrap();
        assert_eq!(access.user_name(), Some("demo"));
    }
    assert_eq!(sent(&keystone), vec![(r#"["password","totp"]"#.to_owned(), false); 2]);
}

#[tokio::test]
async fn a_factor_that_is_missing_is_asked_for_and_sent_with_the_receipt() {
    let keystone = keystone();
    let (builder, asked) = asking(demo(&keystone), PASSCODE);

    let access = builder.build().unwrap().access().await.unwrap();

    assert_eq!((access.user_name(), asked.load(Ordering::SeqCst)), (Some("demo"), 1));
    assert_eq!(sent(&keystone), [(r#"["password"]"#.to_owned(), false), (r#"["totp"]"#.to_owned(), true)]);
}

#[tokio::test]
async fn a_passcode_beside_a_password_is_sent_where_it_is_wanted() {
    let keystone = keystone();
    let tokens = TokenCache::new();
    let demo = || demo(&keystone).token_cache(&tokens);
    let client = demo().option("passcode", PASSCODE).build().unwrap();

    client.access().await.unwrap();

    assert_eq!(sent(&keystone), [(r#"["password"]"#.to_owned(), false), (r#"["totp"]"#.to_owned(), true)]);
    // It is spent, and what it has got is not for those who have the password alone.
    assert_eq!(client.renew().await.unwrap_err().kind(), ErrorKind::ReceiptIssued);
    for other in [demo(), demo().option("passcode", "000000")] {
        assert!(other.build().unwrap().access().await.is_err());
    }
    let first = demo().auth_type("v3totp").option("passcode", PASSCODE).build().unwrap();
    assert_eq!(first.access().await.unwrap().user_name(), Some("demo"));
    assert_eq!(sent(&keystone).last(), Some(&(r#"["password"]"#.to_owned(), true)));
}

#[tokio::test]
async fn where_nobody_answers_the_error_carries_the_receipt_and_what_is_missing() {
    let keystone = keystone();
    for builder in [demo(&keystone), demo(&keystone).ask(|_| Ok(None))] {
        let error = builder.build().unwrap().access().await.unwrap_err();

        assert_eq!(error.kind(), ErrorKind::ReceiptIssued);
        assert!(error.to_string().contains("still missing is `totp`"), "{error}");
        assert!(error.hint().unwrap().contains("auth_methods"), "{error:?}");
        assert_eq!(error.receipt().unwrap().methods, ["password"]);
    }
    let (wrong, _) = asking(demo(&keystone), "000000");
    assert_eq!(wrong.build().unwrap().access().await.unwrap_err().kind(), ErrorKind::Unauthenticated);
}

#[tokio::test]
async fn a_passcode_is_asked_for_at_a_login_and_not_while_a_token_is_kept() {
    let keystone = keystone();
    let tokens = TokenCache::new();
    let (builder, asked) = asking(factors(&keystone).token_cache(&tokens), PASSCODE);
    let client = builder.clone().build().unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 0, "building a client asks for nothing");

    client.access().await.unwrap();
    builder.build().unwrap().access().await.unwrap();
    assert_eq!((asked.load(Ordering::SeqCst), keystone.logins()), (1, 1));

    client.renew().await.unwrap();
    assert_eq!((asked.load(Ordering::SeqCst), keystone.logins()), (2, 2));
    assert_eq!(sent(&keystone).len(), 2);
}

/// Otherwise a token of somebody who showed both factors would be for everyone who knows one of them.
#[tokio::test]
async fn who_gives_another_passcode_shares_no_token() {
    let keystone = keystone();
    let tokens = TokenCache::new();
    let with = |passcode: &str| factors(&keystone).token_cache(&tokens).option("passcode", passcode);
    let asked = asking(factors(&keystone).token_cache(&tokens), PASSCODE).0;
    with(PASSCODE).build().unwrap().access().await.unwrap();
    asked.build().unwrap().access().await.unwrap();

    let error = with("000000").build().unwrap().access().await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert!(error.hint().unwrap().contains("the password and the passcode"), "{error:?}");
    let alone = demo(&keystone).token_cache(&tokens).auth_type("v3totp").password("").ask(|_| Ok(None));
    let error = alone.build().unwrap().access().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConfigured, "{error:?}");
}

#[tokio::test]
async fn a_passcode_that_was_given_is_sent_once() {
    let keystone = keystone();
    let folder = std::env::temp_dir().join(format!("archstone-factors-{}", std::process::id()));
    let client = factors(&keystone).option("passcode", PASSCODE).disk_cache_in(&folder).build().unwrap();
    client.access().await.unwrap();

    let error = client.renew().await.unwrap_err();

    assert_eq!((error.kind(), keystone.logins()), (ErrorKind::NotConfigured, 1));
    assert!(error.to_string().contains("works only once"), "{error}");
    assert!(client.token_store().is_none(), "a passcode seals nothing");
    let _ = std::fs::remove_dir_all(folder);
    // Keystone has not seen it when it was not reached.
    let unreached = factors(&FakeKeystone::start()).auth_url("http://127.0.0.1:9/v3").option("passcode", PASSCODE);
    let unreached = unreached.build().unwrap();
    for _ in 0..2 {
        assert_eq!(unreached.access().await.unwrap_err().kind(), ErrorKind::ConnectionFailed);
    }
}

#[test]
fn what_cannot_be_a_factor_is_refused_by_name() {
    let keystone = FakeKeystone::start();
    let table = [
        ("v3password,v3totp,v3password", ErrorKind::InvalidConfig, "names the auth method `v3password`, twice"),
        ("v3password,v3kerberos", ErrorKind::InvalidConfig, "`v3kerberos`, which is not supported"),
        ("v3multifactor", ErrorKind::InvalidConfig, "`v3multifactor`, which cannot be one of several factors"),
        ("admin_token", ErrorKind::InvalidConfig, "`admin_token`, which cannot be one of several factors"),
        (",", ErrorKind::InvalidConfig, "names no auth method"),
        ("v3password,v3totp", ErrorKind::NotConfigured, "the configuration lacks `passcode`"),
        ("v3password,v3token", ErrorKind::NotConfigured, "the configuration lacks `token`"),
    ];
    for (methods, kind, words) in table {
        let error = demo(&keystone).option("auth_methods", methods).build().unwrap_err();
        assert_eq!(error.kind(), kind, "{methods}: {error}");
        assert!(error.to_string().contains(words), "{methods}: {error}");
    }
}
