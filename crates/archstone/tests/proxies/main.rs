//! The library through real proxies, which `dev/proxies` starts: tinyproxy and microsocks.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic")]

#[path = "../fleet/dev.rs"]
mod dev;

use std::{net::TcpListener, time::Duration};

use archstone::{
    Client, ClientBuilder, Error, ErrorKind, RetryPolicy, TokenCache,
    doctor::{Doctor, Step, Verdict},
    host::Host,
};
use archstone_testing::{Authority, FakeCloud, FakeKeystone};

use dev::dev;

/// The name of a separate proxy of this kind, which this test may stop.
fn up(name: &str) -> String {
    dev("proxies", &["up", name])
}

/// One cloud with plain HTTP and one with TLS, and a client of each with these options.
struct Clouds {
    authority: Authority,
    plain: FakeKeystone,
    encrypted: FakeKeystone,
}

impl Clouds {
    fn start() -> Self {
        let authority = Authority::new();
        let encrypted = FakeCloud::demo().start_tls(&authority.certificate());
        Self { plain: FakeKeystone::start(), encrypted, authority }
    }

    fn both(&self) -> [&FakeKeystone; 2] {
        [&self.plain, &self.encrypted]
    }

    /// Logs in at a cloud.
    async fn log_in(&self, cloud: &FakeKeystone, way: impl Fn(ClientBuilder) -> ClientBuilder) -> Result<(), Error> {
        let client = Client::builder().auth_url(cloud.auth_url()).username("demo").password("secret");
        let client = client.cacert(self.authority.pem_file()).token_cache(&TokenCache::new());
        way(client).build()?.token().await.map(drop)
    }
}

fn environment(variables: &[(&str, &str)]) -> impl Fn(ClientBuilder) -> ClientBuilder {
    let host = Host::made(variables.iter().copied());
    move |client| client.host(host.clone())
}

fn option(url: &str) -> impl Fn(ClientBuilder) -> ClientBuilder {
    move |client| client.proxy(url)
}

/// How often a tinyproxy was used since its last start.
fn asked(name: &str) -> usize {
    dev("proxies", &["log", name]).matches("Request (file descriptor").count()
}

#[tokio::test]
async fn logins_go_through_proxies_of_each_kind() {
    let clouds = Clouds::start();
    for kind in ["http", "password", "socks", "socks-password"] {
        let url = up(kind);
        for cloud in clouds.both() {
            let logins = cloud.logins();
            clouds.log_in(cloud, option(&url)).await.unwrap_or_else(|error| panic!("{kind}: {error:?}"));
            clouds.log_in(cloud, environment(&[("ALL_PROXY", &url)])).await.unwrap();
            assert_eq!(cloud.logins(), logins + 2, "{kind}");
        }
    }
    // A name that only the proxy resolves, and one that this machine resolves.
    let socks = up("socks");
    let local = socks.replace("socks5h", "socks5");
    for (proxy, scheme) in [(&socks, "socks5h"), (&local, "socks5"), (&socks.replace("socks5h", "socks5"), "socks5")] {
        assert!(proxy.starts_with(scheme));
        clouds.log_in(&clouds.plain, option(proxy)).await.unwrap();
    }
}

#[tokio::test]
async fn hosts_in_no_proxy_are_reached_without_it() {
    let clouds = Clouds::start();
    // Nothing listens there.
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    for except in ["*", "127.0.0.1", "127.0.0.0/8", "x,127.0.0.1"] {
        for cloud in clouds.both() {
            clouds.log_in(cloud, environment(&[("all_proxy", &gone), ("no_proxy", except)])).await.unwrap();
            clouds.log_in(cloud, |client| client.proxy(&*gone).no_proxy(except)).await.unwrap();
        }
    }
    let port = clouds.plain.url().rsplit_once(':').unwrap().1.to_owned();
    let only = format!("127.0.0.1:{port}");
    clouds.log_in(&clouds.plain, environment(&[("all_proxy", &gone), ("no_proxy", &only)])).await.unwrap();
    clouds.log_in(&clouds.encrypted, environment(&[("all_proxy", &gone), ("no_proxy", &only)])).await.unwrap_err();
}

/// A proxy's failure names the proxy and where it is configured, and never blames the server.
fn blames(error: &Error, proxy: &str, origin: &str, words: &str, hint: &str) {
    let shown = proxy.replace("proxy-user:proxy-secret@", "").replace("proxy-user:wrong@", "");
    let text = format!("{error}");
    assert_eq!(error.kind(), ErrorKind::ProxyFailed, "{error:?}");
    assert!(text.contains(&format!("the proxy `{shown}` ({origin})")), "{text}");
    assert!(text.contains(words), "{words}: {text}");
    assert!(error.hint().unwrap().contains(hint), "{hint}: {:?}", error.hint());
    assert!(!format!("{error:?}").contains("proxy-secret"), "{error:?}");
}

#[tokio::test]
async fn a_proxy_that_asks_for_a_password_is_told_apart() {
    let clouds = Clouds::start();
    for kind in ["password", "socks-password"] {
        let url = up(kind);
        let without = url.replace("proxy-user:proxy-secret@", "");
        let wrong = url.replace("proxy-secret", "wrong");
        for cloud in clouds.both() {
            let error = clouds.log_in(cloud, option(&without)).await.unwrap_err();
            blames(&error, &without, "`proxy`", "asks for a user name and a password", "put them into `proxy`");
            let error = clouds.log_in(cloud, environment(&[("all_proxy", &wrong)])).await.unwrap_err();
            let origin = "environment variable `all_proxy`";
            // tinyproxy refuses a tunnel with 401, which the HTTP library does not distinguish from other refusals.
            if kind == "password" && cloud.url().starts_with("https") {
                blames(&error, &url, origin, "does not connect to", "a wrong user name or password");
            } else {
                blames(&error, &url, origin, "refuses the user name or the password", "correct them in");
            }
            assert_eq!(cloud.logins(), 0);
        }
    }
}

#[tokio::test]
async fn the_doctor_blames_a_proxy_and_finds_certificates_behind_one() {
    let clouds = Clouds::start();
    for (kind, words) in [("refusing", "the proxy `http://"), ("http", ""), ("socks", "")] {
        let url = up(kind);
        for cloud in clouds.both() {
            let client = Client::builder().auth_url(cloud.auth_url()).username("demo").password("secret").proxy(&*url);
            let doctor =
                Doctor::new(client.cacert(clouds.authority.pem_file()).host(Host::made([("HOME", "/nowhere")])));
            let diagnosis = doctor.endpoint_timeout(Duration::from_millis(1)).run().await;
            let report = diagnosis.report(str::to_owned);
            let of = |step: Step| diagnosis.checks.iter().filter(move |check| check.step == step);
            if words.is_empty() {
                assert!(of(Step::Login).all(|check| check.verdict == Verdict::Ok), "{report}");
                let shown = of(Step::Tls).any(|check| check.evidence.contains("signed by `archstone-testing`"));
                assert_eq!(shown, cloud.url().starts_with("https"), "{report}");
            } else {
                let failure = diagnosis.failure().unwrap();
                assert_eq!((failure.step, failure.kind), (Step::Proxy, Some(ErrorKind::ProxyFailed)), "{report}");
                assert!(failure.evidence.contains(words), "{report}");
                assert!(of(Step::Login).all(|check| check.verdict == Verdict::Skipped), "{report}");
            }
        }
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_is_told_apart() {
    let clouds = Clouds::start();
    let refusing = up("refusing");
    for cloud in clouds.both() {
        let error = clouds.log_in(cloud, option(&refusing)).await.unwrap_err();
        blames(&error, &refusing, "`proxy`", "to `127.0.0.1:", "`127.0.0.1` into `.no_proxy(…)`");
        // The same request would be refused again.
        let before = asked("refusing");
        let service = Client::builder().token_id("t").mgmt_url("http://127.0.0.1:9").proxy(&*refusing);
        let service = service.cacert(clouds.authority.pem_file()).token_cache(&TokenCache::new()).build().unwrap();
        let retries = RetryPolicy { pause: Duration::from_millis(1), ..RetryPolicy::default() };
        let service = service.service("compute").endpoint_override(cloud.url()).retries(retries);
        let error = service.get("x").send().await.unwrap_err();
        blames(&error, &refusing, "`proxy`", "to `127.0.0.1:", "no_proxy");
        if cloud.url().starts_with("http:") {
            assert_eq!(asked("refusing"), before + 1);
        }
    }
}

#[tokio::test]
async fn a_server_that_a_proxy_does_not_reach_is_named_with_the_proxy() {
    let authority = Authority::new();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for kind in ["http", "socks"] {
        let url = up(kind);
        for scheme in ["http", "https"] {
            let client =
                Client::builder().auth_url(format!("{scheme}://{gone}/v3")).username("demo").password("secret");
            let client = client.cacert(authority.pem_file()).token_cache(&TokenCache::new()).proxy(&*url);
            let error = client.build().unwrap().token().await.unwrap_err();
            blames(&error, &url, "`proxy`", &format!("`{gone}`"), "no_proxy");
        }
    }
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_told_apart() {
    let clouds = Clouds::start();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for scheme in ["http", "https", "socks5", "socks5h", "socks4", "socks4a"] {
        for (host, words) in
            [(&*gone.to_string(), "nothing listens at"), ("proxy.invalid:1", "the name `proxy.invalid` of")]
        {
            let proxy = format!("{scheme}://{host}");
            for cloud in clouds.both() {
                let variables = [("http_proxy", &*proxy), ("HTTPS_PROXY", &*proxy)];
                let error = clouds.log_in(cloud, environment(&variables)).await.unwrap_err();
                let name = if cloud.url().starts_with("https") { "HTTPS_PROXY" } else { "http_proxy" };
                blames(&error, &proxy, &format!("environment variable `{name}`"), words, name);
            }
        }
    }
}

#[tokio::test]
async fn a_proxy_that_does_not_answer_is_named_when_the_time_is_over() {
    let clouds = Clouds::start();
    for kind in ["http.stopped", "socks.stopped"] {
        let url = up(kind);
        dev("proxies", &["stop", kind]);
        let limit = Duration::from_millis(300);
        for cloud in clouds.both() {
            let quick = |client: ClientBuilder| client.proxy(&*url).timeout(limit).connect_timeout(limit);
            let error = clouds.log_in(cloud, quick).await.unwrap_err();
            let text = error.to_string();
            assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
            assert!(text.contains(&format!("through the proxy `{url}` (`proxy`) within 300ms")), "{text}");
            assert!(error.hint().unwrap().contains("check the proxy"), "{error:?}");
        }
        dev("proxies", &["go", kind]);
        clouds.log_in(&clouds.plain, option(&url)).await.unwrap();
        dev("proxies", &["down", kind]);
    }
}

#[tokio::test]
async fn what_listens_there_and_is_no_proxy_is_told_apart() {
    let clouds = Clouds::start();
    let (http, socks) = (up("http"), up("socks"));
    for wrong in [
        http.replace("http://", "socks5h://"),
        socks.replace("socks5h://", "http://"),
        http.replace("http://", "https://"),
    ] {
        for cloud in clouds.both() {
            let error = clouds.log_in(cloud, option(&wrong)).await.unwrap_err();
            let text = error.to_string();
            assert!(text.contains(&format!("the proxy `{wrong}` (`proxy`)")), "{text}");
            assert!(!text.contains("nothing listens"), "{text}");
        }
    }
}

#[tokio::test]
async fn a_server_that_is_at_fault_behind_a_proxy_is_blamed_itself() {
    let clouds = Clouds::start();
    for kind in ["http", "socks"] {
        let url = up(kind);
        let untrusted = Client::builder().auth_url(clouds.encrypted.auth_url()).username("demo").password("secret");
        let untrusted = untrusted.token_cache(&TokenCache::new()).proxy(&*url).build().unwrap();
        let error = untrusted.token().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TlsNotTrusted, "{error:?}");
        assert!(error.to_string().contains("the certificate of `127.0.0.1:"), "{error}");
        for cloud in clouds.both() {
            let wrong = |client: ClientBuilder| client.proxy(&*url).password("wrong");
            assert_eq!(clouds.log_in(cloud, wrong).await.unwrap_err().kind(), ErrorKind::Unauthenticated);
        }
    }
}
