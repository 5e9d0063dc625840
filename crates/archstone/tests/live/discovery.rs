//! Forms of `auth_url`.

use archstone::{Client, TokenCache};

use crate::keystone::Path;

async fn log_in(auth_url: &str) -> String {
    let client = Client::builder().auth_url(auth_url).username("alice").password("alice-secret");
    let client = client.token_cache(&TokenCache::new()).build().unwrap();
    client.access().await.unwrap().auth_url().unwrap().to_string()
}

#[tokio::test]
async fn every_form_of_auth_url_leads_to_version_3() {
    let path = Path::new("");
    let (root, v3) = (path.unversioned(), path.auth_url());
    for form in ["", "/", "/v3", "/v3/", "/v2.0", "/v2.0/", "/?a=b#c"] {
        assert_eq!(log_in(&format!("{root}{form}")).await, v3, "{form}");
    }
    // Without a path, for which Keystone responds with 300 Multiple Choices.
    let bare = root.rsplit_once('/').unwrap().0;
    assert_eq!(log_in(bare).await, format!("{bare}/v3"));
}

#[tokio::test]
async fn a_url_that_names_v3_costs_one_request() {
    let path = Path::new("");

    log_in(&path.auth_url()).await;

    assert_eq!(path.requests(), 1);
}

#[tokio::test]
async fn a_url_without_a_version_is_discovered_once() {
    let path = Path::new("");
    let client = path.user("alice").auth_url(path.unversioned()).build().unwrap();

    client.access().await.unwrap();
    client.renew().await.unwrap();

    assert_eq!((path.logins(), path.requests()), (2, 3));
}

#[tokio::test]
async fn links_that_name_another_host_are_not_followed_there() {
    let path = Path::new("host=keystone.internal:9999");

    assert_eq!(log_in(&path.unversioned()).await, path.auth_url());
}
