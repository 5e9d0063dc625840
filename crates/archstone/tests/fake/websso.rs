//! Keystone's WebSSO: a page of the identity service that posts a token to this machine.

use std::net::TcpListener;

use archstone::{Client, ClientBuilder, ErrorKind, LoginPage, TokenCache};
use archstone_testing::{FakeKeystone, FakeProvider};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn client(keystone: &FakeKeystone, cache: &TokenCache) -> (ClientBuilder, UnboundedReceiver<LoginPage>) {
    let (sender, pages) = unbounded_channel();
    let client = Client::builder().auth_url(keystone.auth_url()).auth_type("v3websso").token_cache(cache);
    let client = client.option("identity_provider", "sso").option("protocol", "openid");
    let client = client.option("redirect_port", free_port().to_string()).on_login_page(move |page| {
        sender.send(page.clone()).unwrap();
        Ok(())
    });
    (client, pages)
}

fn browser() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// Headers of a browser that submits a page of the identity service.
const OF_A_PAGE: [(&str, &str); 4] = [
    ("content-type", "application/x-www-form-urlencoded"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
    ("sec-fetch-site", "cross-site"),
];

#[tokio::test]
async fn a_person_logs_in_once_and_only_the_page_of_the_identity_service_counts() {
    let (keystone, provider) = (FakeKeystone::start(), FakeProvider::start());
    keystone.trust("sso", "openid", &provider);
    let cache = TokenCache::new();
    let (client, mut pages) = client(&keystone, &cache);
    let login = {
        let client = client.clone().project_name("demo").build().unwrap();
        tokio::spawn(async move { client.access().await })
    };
    let page = pages.recv().await.unwrap();
    let back = page.url().query_pairs().find(|(name, _)| name == "origin").unwrap().1.into_owned();
    assert!(back.starts_with("http://localhost:") && back.ends_with("/auth/websso/"), "{back}");
    assert_eq!((page.browser_url(), page.user_code()), (page.url(), None));
    let html = browser().get(page.url().clone()).send().await.unwrap().text().await.unwrap();
    let token = html.split_once("value=\"").unwrap().1.split_once('"').unwrap().0.to_owned();

    let own = keystone.url().to_owned();
    let cross = |changed: &'static str, value: String| {
        let mut headers: Vec<_> = OF_A_PAGE.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        headers.retain(|(name, _)| *name != changed);
        if !value.is_empty() {
            headers.push((changed, value));
        }
        headers
    };
    let long = "token=".to_owned() + &"x".repeat(65 << 10);
    for (method, path, headers, body, status) in [
        ("GET", "", cross("", String::new()), "", 405),
        ("POST", "other", cross("", String::new()), "token=MARKED", 404),
        ("POST", "", cross("content-type", "text/plain".into()), "token=MARKED", 415),
        ("POST", "", cross("sec-fetch-mode", "cors".into()), "token=MARKED", 400),
        ("POST", "", cross("sec-fetch-mode", String::new()), "token=MARKED", 400),
        ("POST", "", cross("sec-fetch-dest", "iframe".into()), "token=MARKED", 400),
        ("POST", "", cross("sec-fetch-site", "none".into()), "token=MARKED", 400),
        ("POST", "", cross("origin", "http://elsewhere.example".into()), "token=MARKED", 400),
        ("POST", "", cross("referer", "http://elsewhere.example/page".into()), "token=MARKED", 400),
        ("POST", "", cross("host", "elsewhere.example".into()), "token=MARKED", 404),
        ("POST", "", cross("", String::new()), "other=MARKED", 400),
        ("POST", "", cross("", String::new()), "token=", 400),
        ("POST", "", cross("", String::new()), &long, 413),
    ] {
        let mut request = browser().request(method.parse().unwrap(), format!("{back}{path}")).body(body.to_owned());
        for (name, value) in &headers {
            request = request.header(*name, value);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{method} {headers:?}");
        assert!(!answer.text().await.unwrap().contains("MARKED"), "{method} {headers:?}");
    }
    let mut request = browser().post(&back).body(format!("token={token}"));
    for (name, value) in cross("origin", own) {
        request = request.header(name, value);
    }
    let shown = request.send().await.unwrap().text().await.unwrap();
    assert!(shown.contains("You are logged in. You can close this window."), "{shown}");
    let access = login.await.unwrap().unwrap();
    assert_eq!((access.user_name(), access.project_name()), (Some("demo"), Some("demo")));
    // Nothing listens any more, and another scope needs no browser.
    assert!(browser().post(&back).send().await.is_err());
    let unscoped = client.clone().unscoped().build().unwrap();
    assert!(!unscoped.access().await.unwrap().is_scoped());
    assert!(pages.try_recv().is_err());
    assert!(!format!("{unscoped:?} {access:?} {page:?}").contains(&token));
}

#[tokio::test]
async fn what_is_wrong_is_said_with_what_to_do() {
    let keystone = FakeKeystone::start();
    for (option, value) in [("redirect_host", "e x"), ("redirect_host", "u@localhost"), ("redirect_port", "0")] {
        let (client, _pages) = client(&keystone, &TokenCache::new());
        let error = client.option(option, value).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{option}={value}: {error:?}");
        assert!(error.hint().unwrap().contains(option), "{error:?}");
    }
    for host in ["192.0.2.1", "example.org"] {
        let (client, _pages) = client(&keystone, &TokenCache::new());
        let error = client.option("redirect_host", host).build().unwrap().access().await.unwrap_err();
        assert!(error.to_string().contains("`redirect_host` is not on this machine"), "{error:?}");
    }
    // The page shows the refusal in the browser, and nothing is posted back.
    let (client, _pages) = client(&keystone, &TokenCache::new());
    let late = client.option("login_timeout", "1").build().unwrap().access().await.unwrap_err();
    assert_eq!(late.kind(), ErrorKind::Unauthenticated);
    assert!(late.to_string().contains("nobody logged in within 1 seconds"), "{late}");
    assert!(late.hint().unwrap().contains("/auth/websso/` in `trusted_dashboard`"), "{late:?}");
    let (client, _pages) = self::client(&keystone, &TokenCache::new());
    assert_eq!(client.unattended().build().unwrap_err().kind(), ErrorKind::NotConfigured);
}
