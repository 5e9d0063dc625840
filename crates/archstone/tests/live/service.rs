//! Requests to services. For failures, see `tests/fake`.

use archstone::ErrorKind;
use serde_json::Value;

use crate::keystone::Path;

#[tokio::test]
async fn requests_find_their_url_in_the_catalog_and_carry_the_token() {
    let path = Path::new("");
    // The catalog's URLs have no tag, but this test counts requests.
    let client = path.user("alice").build().unwrap();
    let identity = client.service("identity").endpoint_override(path.auth_url());

    let projects: Value =
        identity.get("auth/projects").query("name", "web").send().await.unwrap().json().await.unwrap();
    assert_eq!(projects["projects"].as_array().unwrap().len(), 2);
    let from_catalog: Value =
        client.service("identity").get("/auth/projects").send().await.unwrap().json().await.unwrap();
    assert_eq!(from_catalog["projects"].as_array().unwrap().len(), 2);
    let refused = identity.get("users").send().await.unwrap_err();
    assert_eq!((refused.kind(), refused.status()), (ErrorKind::Forbidden, Some(403)));
    assert!(refused.to_string().contains("identity:list_users") && refused.request_id().is_some(), "{refused:?}");
    assert_eq!(path.logins(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_revoked_in_the_middle_is_replaced_once_by_many_requests() {
    let path = Path::new("");
    let client = path.user("alice").build().unwrap();
    let admin = Path::new("").user("admin").system_scope().build().unwrap();
    admin.revoke(&client.token().await.unwrap()).await.unwrap();

    let requests: Vec<_> = (0..32)
        .map(|_| {
            let identity = client.service("identity").endpoint_override(path.auth_url());
            tokio::spawn(async move { identity.get("auth/projects").send().await })
        })
        .collect();
    for request in requests {
        assert_eq!(request.await.unwrap().unwrap().status(), 200);
    }

    assert_eq!(path.logins(), 2);
}
