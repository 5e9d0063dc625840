//! Logins with several factors: configured, prompted for, and missing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use archstone::{Client, ClientBuilder, ErrorKind, Receipt, Secret, TokenCache};
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

/// A builder that prompts, and how often it has.
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
async fn a_passcode_in_addition_to_a_password_is_sent_where_it_is_required() {
    let keystone = keystone();
    let tokens = TokenCache::new();
    let demo = || demo(&keystone).token_cache(&tokens);
    let client = demo().option("passcode", PASSCODE).build().unwrap();

    client.access().await.unwrap();

    assert_eq!(sent(&keystone), [(r#"["password"]"#.to_owned(), false), (r#"["totp"]"#.to_owned(), true)]);
    // The passcode is used up, and the token it obtained is not shared with clients that only have the password.
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

/// Otherwise a token that needed both factors would be available to anyone who knows one of them.
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
    // A passcode that did not reach Keystone is not used up.
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
        ("v3password,v3unknown", ErrorKind::InvalidConfig, "`v3unknown`, which is not supported"),
        ("v3password,v3fedkerb", ErrorKind::InvalidConfig, "`v3fedkerb`, which cannot be one of several factors"),
        #[cfg(not(feature = "kerberos"))]
        ("v3password,v3kerberos", ErrorKind::InvalidConfig, "`v3kerberos` needs Kerberos, which this build"),
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

/// The receipt of a login with the password alone.
async fn receipt(keystone: &FakeKeystone) -> Receipt {
    let error = demo(keystone).build().unwrap().access().await.unwrap_err();
    error.receipt().unwrap().clone()
}

/// A client without the password.
fn continued(keystone: &FakeKeystone, receipt: impl Into<Secret>) -> ClientBuilder {
    let client = Client::builder().auth_url(keystone.auth_url()).username("demo").token_cache(&TokenCache::new());
    client.receipt(receipt)
}

#[tokio::test]
async fn a_stored_receipt_is_continued_with_the_missing_factor_alone() {
    let keystone = keystone();
    let receipt = receipt(&keystone).await;
    let (stored, id) = (receipt.to_reference(), receipt.id.clone());
    let with_passcode = |receipt: &Secret| continued(&keystone, receipt.clone()).option("passcode", PASSCODE);
    let builders = [
        with_passcode(&stored),
        with_passcode(&stored).option("auth_methods", "v3password,v3totp").password("wrong"),
        with_passcode(&stored).auth_type("password").password("wrong"),
        continued(&keystone, stored.clone()).ask(|_| Ok(Some(PASSCODE.into()))),
        continued(&keystone, stored.clone()).option("totp_secret", "JBSWY3DPEHPK3PXP").option("passcode", PASSCODE),
        with_passcode(&id),
        with_passcode(&id).option("auth_methods", "v3totp"),
        with_passcode(&id).auth_type("v3totp"),
    ];
    for (position, builder) in builders.into_iter().enumerate() {
        let access = builder.build().unwrap().access().await.unwrap();
        assert_eq!(access.user_name(), Some("demo"), "{position}");
        assert_eq!(sent(&keystone).last(), Some(&(r#"["totp"]"#.to_owned(), true)), "{position}");
        assert_eq!(sent(&keystone).len(), position + 2);
    }
}

#[tokio::test]
async fn a_receipt_that_is_not_accepted_says_what_to_do() {
    let keystone = keystone();
    let receipt = receipt(&keystone).await;
    let refused = async |receipt: Secret| {
        let client = continued(&keystone, receipt).option("passcode", PASSCODE).build().unwrap();
        client.access().await.unwrap_err()
    };
    let unknown = refused("unknown-receipt".into()).await;
    keystone.set_clock_ahead(Duration::from_secs(301));
    let expired = refused(receipt.to_reference()).await;
    let expired_id = refused(receipt.id.clone()).await;

    let end = receipt.expires_at.unwrap();
    for (error, why) in [
        (&unknown, "it has expired, or is of another user or another cloud"),
        (&expired, &*format!("it expired at {end}")),
        (&expired_id, "it has expired"),
    ] {
        assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error:?}");
        assert!(error.to_string().contains("the receipt to continue the login of user `demo`"), "{error}");
        assert!(error.to_string().contains(why), "{error}");
        assert!(error.to_string().contains("Could not find auth receipt: ***"), "{error}");
        assert!(error.hint().unwrap().contains("log in again, without `.receipt(…)`"), "{error:?}");
        assert!(!format!("{error:?}").contains(receipt.id.expose()), "{error:?}");
    }
    // Not every server distinguishes a wrong factor from an unknown receipt.
    let wrong = continued(&keystone, receipt.id).option("passcode", "000000").build().unwrap();
    let error = wrong.access().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert!(error.hint().unwrap().contains("passcode") && error.hint().unwrap().contains("receipt"), "{error:?}");
}

#[tokio::test]
async fn a_factor_that_the_receipt_has_shown_adds_nothing() {
    let keystone = keystone();
    let receipt = receipt(&keystone).await;
    let again = |receipt: Secret| continued(&keystone, receipt).option("auth_methods", "v3password").password("secret");

    let stored = again(receipt.to_reference()).build().unwrap_err();
    assert_eq!((stored.kind(), sent(&keystone).len()), (ErrorKind::InvalidConfig, 1), "{stored}");
    assert!(stored.to_string().contains("nothing but what the receipt has shown already: `password`"), "{stored}");
    assert!(stored.hint().unwrap().ends_with("still missing is `totp`"), "{stored:?}");

    let id = again(receipt.id).build().unwrap().access().await.unwrap_err();
    assert_eq!((id.kind(), sent(&keystone).len()), (ErrorKind::ReceiptIssued, 2), "{id}");
    assert!(id.to_string().contains("the receipt that was given has shown `password` already"), "{id}");
}

#[test]
fn a_receipt_that_cannot_be_continued_is_refused_before_it_is_sent() {
    let keystone = FakeKeystone::start();
    let builder = |receipt: &str| continued(&keystone, receipt);
    let other = r#"{"id": "r", "methods": ["password"], "required_auth_methods": [["password", "retina"]]}"#;
    let table = [
        (builder("{marked"), ErrorKind::InvalidConfig, "is not JSON of the right form"),
        (builder("two marked"), ErrorKind::InvalidConfig, "is not one that an identity service has issued"),
        (builder("marked"), ErrorKind::NotConfigured, "does not say which methods are missing"),
        (builder("marked").auth_type("v3oidcpassword"), ErrorKind::InvalidConfig, "which cannot be one of them"),
        (builder(other), ErrorKind::InvalidConfig, "cannot be a factor here: `retina`"),
    ];
    for (builder, kind, words) in table {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(words) && error.hint().is_some(), "{error:?}");
        assert!(!format!("{error:?}").contains("marked"), "{error:?}");
    }
}

/// A client with only the passcode has not proved the factors behind the receipt.
#[tokio::test]
async fn who_has_another_receipt_shares_no_token() {
    let keystone = keystone();
    let tokens = TokenCache::new();
    let with = |receipt: Secret| {
        continued(&keystone, receipt).option("passcode", PASSCODE).token_cache(&tokens).build().unwrap()
    };
    let receipt = receipt(&keystone).await;
    with(receipt.to_reference()).access().await.unwrap();
    with(receipt.id).access().await.unwrap();
    assert_eq!(sent(&keystone).len(), 2, "that of the receipt, and one that continues it");

    assert_eq!(with("another".into()).access().await.unwrap_err().kind(), ErrorKind::Unauthenticated);
}
