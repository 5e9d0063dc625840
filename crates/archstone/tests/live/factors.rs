//! One-time passcodes and logins with several factors.

use archstone::{ErrorKind, Secret, TokenCache};
use ring::hmac;
use serde_json::json;

use crate::keystone::{Path, call};

/// The seed of grace in `dev/cloud.json`: `JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP`.
const SEED: &[u8] = b"Hello!\xde\xad\xbe\xefHello!\xde\xad\xbe\xef";

/// The current passcode, by RFC 6238.
fn passcode(seed: &[u8]) -> String {
    let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() / 30;
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, seed), &time.to_be_bytes());
    let mac = mac.as_ref();
    let start = usize::from(mac[19] & 15);
    let number = u32::from_be_bytes(mac[start..start + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

#[tokio::test]
async fn two_factors_in_one_login() {
    let path = Path::new("");
    let grace = || path.user("grace").token_cache(&TokenCache::new()).option("auth_methods", "v3password,v3totp");

    let client = grace().option("passcode", passcode(SEED)).build().unwrap();
    let access = client.access().await.unwrap();

    assert_eq!(access.user_name(), Some("grace"));
    assert_eq!(path.logins(), 1);
    let wrong = grace().option("passcode", "000000").build().unwrap().access().await.unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::Unauthenticated, "{wrong:?}");
}

#[tokio::test]
async fn a_second_factor_is_sent_with_keystones_receipt_when_a_person_gives_it() {
    let path = Path::new("");
    let grace = path.user("grace").token_cache(&TokenCache::new()).ask(|option| {
        assert_eq!(option.name, "passcode");
        Ok(Some(passcode(SEED).into()))
    });

    let client = grace.build().unwrap();
    let access = client.access().await.unwrap();

    assert_eq!((access.user_name(), access.project_name()), (Some("grace"), Some("web")));
    assert_eq!(path.logins(), 2);
    // A renewal prompts again.
    client.renew().await.unwrap();
}

#[tokio::test]
async fn a_stored_receipt_is_continued_and_another_one_is_refused() {
    let path = Path::new("");
    let receipt = path.user("grace").build().unwrap().access().await.unwrap_err().receipt().unwrap().clone();
    let stored = receipt.to_reference();
    let of = |user: &str, receipt: Secret| path.client().username(user).receipt(receipt);
    let grace = |receipt: Secret| of("grace", receipt).option("passcode", passcode(SEED));

    // The password would be wrong, but is not sent again.
    let named = grace(stored.clone()).password("wrong").option("auth_methods", "v3password,v3totp");
    for builder in [grace(stored.clone()), named, grace(receipt.id.clone())] {
        let access = builder.build().unwrap().access().await.unwrap();
        assert_eq!((access.user_name(), access.project_name()), (Some("grace"), Some("web")));
    }
    assert_eq!(path.logins(), 4);

    let alice = of("alice", receipt.id.clone()).password("alice-secret").auth_type("v3password");
    let changed = format!("{}{}", &receipt.id.expose()[..20], "A".repeat(120));
    for builder in [alice, grace(changed.as_str().into())] {
        let error = builder.build().unwrap().access().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error:?}");
        assert!(error.to_string().contains("the receipt to continue the login of"), "{error}");
        assert!(error.to_string().contains("Could not find auth receipt: ***"), "{error}");
        assert!(error.hint().unwrap().contains("log in again, without `.receipt(…)`"), "{error:?}");
        assert!(!format!("{error:?}").contains(receipt.id.expose()), "{error:?}");
        assert!(!format!("{error:?}").contains(&changed), "{error:?}");
    }
}

#[tokio::test]
async fn a_factor_that_a_receipt_has_already_adds_nothing() {
    let path = Path::new("");
    let receipt = path.user("grace").build().unwrap().access().await.unwrap_err().receipt().unwrap().clone();

    let again = path.user("grace").receipt(receipt.id).auth_type("v3password").build().unwrap();
    let error = again.access().await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::ReceiptIssued, "{error:?}");
    assert!(error.to_string().contains("has shown `password` already: still missing is `totp`"), "{error}");
}

#[tokio::test]
async fn a_passcode_alone() {
    let path = Path::new("");
    let admin = path.user("admin").project_name("admin").build().unwrap();
    let token = admin.token().await.unwrap();
    let name = format!("totp-{}", admin.access().await.unwrap().audit_id().unwrap());
    let user = call("POST", &format!("{}/users", path.auth_url()), &token, json!({"user": {"name": name}})).await;
    let id = user["user"]["id"].as_str().unwrap();
    let credential = json!({"type": "totp", "user_id": id, "blob": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"});
    call("POST", &format!("{}/credentials", path.auth_url()), &token, json!({"credential": credential})).await;

    let totp = |passcode: String| path.client().auth_type("v3totp").username(&name).option("passcode", passcode);
    let access = totp(passcode(SEED)).build().unwrap().access().await.unwrap();
    let wrong = totp("000000".into()).build().unwrap().access().await.unwrap_err();

    assert_eq!(access.user_id(), Some(id));
    assert_eq!(wrong.kind(), ErrorKind::Unauthenticated);
    assert!(wrong.hint().unwrap().contains("passcode"), "{wrong:?}");
}
