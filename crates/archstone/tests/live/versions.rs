//! Discovery of services' versions, with as few requests as possible.

use archstone::{Allow, ApiVersion, Client, EndpointFilter, ErrorKind, TokenCache, VersionRange, VersionStatus};
use serde_json::{Value, json};

use crate::keystone::Path;

/// A client with a catalog of these services and their URLs, which may contain `$project`.
async fn with_catalog(services: &[(&str, String)]) -> Client {
    let access = Path::new("").user("alice").build().unwrap().access().await.unwrap();
    let mut body: Value = serde_json::from_str(access.body()).unwrap();
    body["token"]["catalog"] = services
        .iter()
        .map(|(kind, url)| json!({"type": kind, "endpoints": [{"interface": "public", "region_id": "r", "url": url.replace("$project", access.project_id().unwrap())}]}))
        .collect();
    let reference = json!({"auth_token": access.token().expose(), "body": body});
    Client::builder().token_ref(reference.to_string()).token_cache(&TokenCache::new()).build().unwrap()
}

fn range(text: &str) -> VersionRange {
    VersionRange::of(text.parse().unwrap())
}

#[tokio::test]
async fn a_catalog_url_that_names_the_version_costs_no_request() {
    let path = Path::new("");
    let client =
        with_catalog(&[("identity", path.auth_url()), ("volumev3", format!("{}/$project", path.auth_url()))]).await;
    let project = client.access().await.unwrap().project_id().unwrap().to_owned();

    let plain = client.versioned_endpoint("identity", None, Allow::default()).await.unwrap();
    let third = client.versioned_endpoint("identity", range("3"), Allow::default()).await.unwrap();
    let implied = client.versioned_endpoint("volumev3", None, Allow::default()).await.unwrap();

    for (found, url) in
        [(plain, path.auth_url()), (third, path.auth_url()), (implied, format!("{}/{project}", path.auth_url()))]
    {
        assert_eq!(found.url.as_str(), url);
        assert_eq!(found.version, Some(ApiVersion::new(3, 0)));
    }
    assert_eq!(path.requests(), 0);
}

#[tokio::test]
async fn a_list_of_versions_is_read_once() {
    let path = Path::new("");
    let client = with_catalog(&[("identity", path.unversioned())]).await;

    for wanted in [range("3"), range("latest"), range("3.latest"), VersionRange::ANY] {
        let found = client.versioned_endpoint("identity", wanted, Allow::default()).await.unwrap();
        assert_eq!(found.url.as_str().trim_end_matches('/'), path.auth_url());
        let info = found.info.unwrap();
        assert_eq!((info.version.major(), info.status), (Some(3), VersionStatus::Current));
    }
    assert_eq!(client.versions("identity").await.unwrap().len(), 1);
    assert_eq!(path.requests(), 1);
}

#[tokio::test]
async fn the_newest_is_asked_for_even_where_the_catalog_names_one() {
    let path = Path::new("host=keystone.internal");
    let client = with_catalog(&[("identity", path.auth_url())]).await;

    let found = client.versioned_endpoint("identity", range("latest"), Allow::default()).await.unwrap();

    assert_eq!(found.url.as_str().trim_end_matches('/'), path.auth_url());
    assert!(found.version > Some(ApiVersion::new(3, 0)));
    assert_eq!(path.requests(), 1);
}

#[tokio::test]
async fn a_version_that_is_not_offered_is_an_error_that_says_what_is() {
    let path = Path::new("other");
    let client = with_catalog(&[("image", path.unversioned())]).await;

    let error = client.versioned_endpoint("image", range("3"), Allow::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::EndpointNotFound);
    assert!(error.hint().unwrap().contains("2.9 (CURRENT)"), "{error:?}");

    let found = client.versioned_endpoint("image", range("2"), Allow::default()).await.unwrap();
    assert_eq!(found.version, Some(ApiVersion::new(2, 9)));
    let contradiction = client.versioned_endpoint(EndpointFilter::from("volumev3"), range("2"), Allow::default()).await;
    assert_eq!(contradiction.unwrap_err().kind(), ErrorKind::InvalidConfig);
}

#[tokio::test]
async fn that_there_is_no_document_is_remembered_too() {
    let path = Path::new("status=404+html");
    let client = with_catalog(&[("object-store", path.unversioned())]).await;

    for _ in 0..3 {
        let error = client.versioned_endpoint("object-store", range("1"), Allow::default()).await.unwrap_err();
        assert!(error.hint().unwrap().contains("cannot be read"), "{error:?}");
        assert!(client.versions("object-store").await.unwrap().is_empty());
    }

    // With a trailing slash and without.
    assert_eq!(path.requests(), 2);
}

#[tokio::test]
async fn a_service_that_cannot_be_asked_is_taken_at_its_word() {
    let path = Path::new("status=503");
    let client = with_catalog(&[("identity", path.auth_url())]).await;

    let found = client.versioned_endpoint("identity", range("latest"), Allow::default()).await.unwrap();

    assert_eq!((found.url.as_str(), found.info), (path.auth_url().as_str(), None));
}
