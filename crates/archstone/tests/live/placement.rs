//! Requests to a real Placement from the catalog.

use std::time::SystemTime;

use archstone::{ErrorKind, VersionRange};
use serde_json::{Value, json};

use crate::keystone::{Path, service_requests};

/// An ID that no other test and no other run has.
fn uuid() -> String {
    let nanoseconds = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    format!("{:08x}-0000-4000-8000-{:012x}", std::process::id(), nanoseconds & 0xffff_ffff_ffff)
}

#[tokio::test]
async fn a_resource_provider_is_made_read_listed_and_deleted() {
    let path = Path::with_services();
    let client = path.user("admin").project_name("admin").build().unwrap();
    let placement = client.service("placement").region("RegionOne").microversion("1.39".parse().unwrap());
    let (all, own) = ("resource_providers", uuid());
    let one = format!("{all}/{own}");

    let new = json!({"name": own, "uuid": own});
    let made: Value = placement.post(all).json(&new).send().await.unwrap().json().await.unwrap();
    assert_eq!(made["generation"], 0);
    let read: Value = placement.get(&one).send().await.unwrap().json().await.unwrap();
    assert_eq!(read, made);
    let listed = placement.list::<Value>(all, all).query("name", &own).all().await.unwrap();
    assert_eq!(listed, [made]);
    assert_eq!(placement.delete(&one).send().await.unwrap().status(), 204);
    let gone = placement.get(&one).send().await.unwrap_err();
    assert_eq!((gone.kind(), gone.status()), (ErrorKind::NotFound, Some(404)));

    assert_eq!(service_requests("placement", "GET", &format!("/{one}")), 2);
    assert_eq!(service_requests("placement", "DELETE", &format!("/{one}")), 1);
    assert_eq!(path.logins(), 1);
}

#[tokio::test]
async fn the_newest_microversion_is_found_and_asked_for() {
    let path = Path::with_services();
    let client = path.user("admin").project_name("admin").build().unwrap();
    let range =
        |min: &str, max: &str| VersionRange::between(Some(min.parse().unwrap()), Some(max.parse().unwrap())).unwrap();
    let placement = client.service("placement").region("RegionOne");

    let newest = placement.newest_microversion(range("1.0", "latest")).await.unwrap();
    assert!(newest >= "1.39".parse().unwrap(), "{newest}");
    // The created object is returned since 1.20.
    for (wanted, status) in [(range("1.0", "1.19"), 201), (range("1.20", "latest"), 200)] {
        let own = uuid();
        let asked = placement.clone().newest_microversion_of(wanted);
        let answer = asked.post("resource_providers").json(&json!({"name": own, "uuid": own})).send().await.unwrap();
        assert_eq!(answer.status(), status, "{wanted}");
        placement.delete(format!("resource_providers/{own}")).send().await.unwrap();
    }
    let never = placement.newest_microversion(range("1.500", "latest")).await.unwrap_err();
    assert_eq!(never.kind(), ErrorKind::EndpointNotFound);
}
