//! The login with a browser, with a fake strict provider, and the test in place of the browser.

use archstone::{Client, ClientBuilder, ErrorKind, TokenCache};
use archstone_testing::{FakeKeystone, FakeProvider};
use url::Url;

use super::{browser, printed};
use crate::lab::listen;

struct Clouds {
    keystone: FakeKeystone,
    provider: FakeProvider,
}

impl Clouds {
    fn start() -> Self {
        listen();
        let (keystone, provider) = (FakeKeystone::start(), FakeProvider::start());
        keystone.trust("sso", "openid", &provider);
        Self { keystone, provider }
    }

    fn client(&self) -> ClientBuilder {
        let client = Client::builder().auth_url(self.keystone.auth_url()).auth_type("v3oidcauthcode");
        let client = client.option("identity_provider", "sso").option("protocol", "openid");
        let client = client.option("client_id", self.provider.client_id());
        let client = client.option("client_secret", self.provider.client_secret());
        let client = client.option("discovery_endpoint", self.provider.discovery_endpoint());
        client.token_cache(&TokenCache::new()).project_name("demo")
    }

    /// The page that a login asks to open.
    async fn page(&self) -> Url {
        printed(&format!("to log in, open {}", self.provider.url()), " in a browser").await
    }
}

/// The final page in the browser.
async fn open(url: &str) -> (u16, String) {
    let answer = browser().get(url).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_logs_in_with_a_browser_and_the_refresh_token_renews() {
    let clouds = Clouds::start();
    let client = clouds.client().build().unwrap();
    let login = {
        let client = client.clone();
        tokio::spawn(async move { client.access().await })
    };
    let page = clouds.page().await;
    let query = |name: &str| page.query_pairs().find(|(it, _)| it == name).unwrap().1.into_owned();
    let redirect = query("redirect_uri");
    // Requests of others do not end the login: a forged state, another path, another method.
    for forged in ["?code=MARKED&state=forged", "?code=MARKED", "?error=access_denied&state=forged", "elsewhere"] {
        let (status, page) = open(&format!("{redirect}{forged}")).await;
        assert!(matches!(status, 400 | 404) && !page.contains("MARKED"), "{forged}: {status} {page}");
    }
    let (status, shown) = open(page.as_str()).await;
    assert_eq!(status, 200);
    assert!(shown.contains("You are logged in. You can close this window."), "{shown}");
    let access = login.await.unwrap().unwrap();
    assert_eq!((access.user_name(), access.project_name()), (Some("demo"), Some("demo")));
    // Nothing listens any more.
    assert!(browser().get(&redirect).send().await.is_err());

    clouds.keystone.revoke_all();
    clouds.provider.end_access_tokens();
    client.renew().await.unwrap();
    assert_eq!((clouds.provider.count("GET", "/authorize"), clouds.provider.count("POST", "/token")), (1, 2));
    assert!(!format!("{client:?} {access:?}").contains("token-of-provider"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_and_a_token_of_another_login_are_errors() {
    for is_confused in [false, true] {
        let clouds = Clouds::start();
        let client = clouds.client().build().unwrap();
        let login = tokio::spawn(async move { client.access().await });
        let page = clouds.page().await;
        let query = |name: &str| page.query_pairs().find(|(it, _)| it == name).unwrap().1.into_owned();
        let (kind, words) = if is_confused {
            clouds.provider.confuse_nonces();
            open(page.as_str()).await;
            (ErrorKind::InvalidResponse, "does not belong to this login")
        } else {
            let refused = format!("{}?error=access_denied&error_description=not%20you&state=", query("redirect_uri"));
            let (_, shown) = open(&(refused + &query("state"))).await;
            assert!(shown.contains("The login was refused"), "{shown}");
            (ErrorKind::Unauthenticated, "refused the login (access_denied): not you")
        };
        let error = login.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
        assert!(error.to_string().contains(words) && error.hint().is_some(), "{error:?}");
    }
}

#[tokio::test]
async fn what_no_browser_can_return_to_is_refused() {
    let clouds = Clouds::start();
    for redirect in ["https://localhost:1/", "http://192.0.2.1:9990/", "http://example.org/", "http://localhost:1/?a=b"]
    {
        let client = clouds.client().option("redirect_uri", redirect).build().unwrap();
        let error = client.access().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{redirect}: {error:?}");
        assert!(error.to_string().contains("`redirect_uri`"), "{redirect}: {error:?}");
    }
    let code = clouds.client().option("code", "used already").build().unwrap_err();
    assert!(code.to_string().contains("not the `redirect_uri`"), "{code}");
    let used = clouds.client().option("code", "used already").option("redirect_uri", "http://localhost:9990/");
    let error = used.build().unwrap().access().await.unwrap_err();
    assert!(error.hint().unwrap().contains("a code works only once") && !format!("{error:#}").contains("used already"));
    assert_eq!(clouds.client().unattended().build().unwrap_err().kind(), ErrorKind::NotConfigured);
}
