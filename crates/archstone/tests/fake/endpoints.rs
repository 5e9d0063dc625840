//! Where requests are sent: versions, microversions, catalogs that change, and URLs that are refused.

use std::{
    sync::{
        Arc, Mutex, Once,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use archstone::{
    Allow, Client, EndpointFilter, ErrorKind, InsecureEndpoints, TokenCache, VersionRange,
    events::{self, Level, Listener},
    host::{Clock, Host, Moment},
};
use archstone_testing::{
    Authority, CatalogBuilder, FakeCloud, FakeKeystone, FakeServer, Reply, TokenBuilder, VersionsBuilder,
};
use serde_json::json;

use crate::{at, demo};

/// A clock that only moves when told to.
#[derive(Clone, Default)]
struct Moved(Arc<AtomicU64>);

impl Clock for Moved {
    fn now(&self) -> Moment {
        Moment::after_start(Duration::from_secs(10_000 + self.0.load(Ordering::Relaxed)))
    }

    fn wall(&self) -> Duration {
        Duration::from_secs(1_800_000_000 + self.0.load(Ordering::Relaxed))
    }
}

/// A compute service with a list of versions and the document of its second version, whose URL is returned.
fn nova() -> (FakeServer, String) {
    let nova = FakeServer::start();
    let versions = VersionsBuilder::new(nova.url()).version("v2.0").version("v2.1").microversions("2.1", "2.96");
    nova.on("GET", "/").reply(versions.list());
    nova.on("GET", "/v2.1").reply(versions.single("v2.1"));
    nova.on("GET", "/v2.1/servers").reply(Reply::json(200, json!({"servers": []})));
    let url = format!("{}/v2.1", nova.url());
    (nova, url)
}

#[tokio::test]
async fn the_newest_microversion_that_both_know_is_asked_for_and_the_service_is_asked_once() {
    let (nova, _) = nova();
    let range =
        |min: &str, max: &str| VersionRange::between(Some(min.parse().unwrap()), Some(max.parse().unwrap())).unwrap();
    let compute = at(&nova).versions(VersionRange::of("2.1".parse().unwrap()));
    let newest = compute.clone().newest_microversion_of(range("2.1", "2.79"));

    for _ in 0..3 {
        newest.get("servers").send().await.unwrap();
    }
    newest.get("servers").without_microversion().send().await.unwrap();

    let servers: Vec<_> = nova.requests().into_iter().filter(|it| it.path() == "/v2.1/servers").collect();
    let asked: Vec<_> = servers.iter().map(|it| it.header("openstack-api-version")).collect();
    assert_eq!(asked, [Some("compute 2.79"), Some("compute 2.79"), Some("compute 2.79"), None]);
    assert_eq!(nova.requests().len() - servers.len(), 1);
    let error = compute.newest_microversion_of(range("2.97", "latest")).get("servers").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::EndpointNotFound);
    assert!(error.hint().unwrap().contains("2.1 to 2.96"), "{error:?}");
}

#[tokio::test]
async fn versions_are_kept_on_disk_for_the_next_run() {
    let (nova, _) = nova();
    let folder = std::env::temp_dir().join(format!("archstone-versions-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let swift = FakeServer::start();
    let run = async |url: &str| {
        // This does not log in; the password only encrypts the cache.
        let client = Client::builder().auth_url("http://127.0.0.1:9/v3").username("alice").password("secret");
        let client = client.disk_cache_in(&folder).build().unwrap();
        let service = client.service("compute").endpoint_override(url);
        service.versions(VersionRange::of("2".parse().unwrap())).endpoint().await
    };

    for _ in 0..3 {
        assert!(run(nova.url()).await.unwrap().url.as_str().ends_with("/v2.1/"));
        // It is also remembered that a service reports no versions.
        assert_eq!(run(swift.url()).await.unwrap_err().kind(), ErrorKind::EndpointNotFound);
    }

    assert_eq!((nova.requests().len(), swift.requests().len()), (1, 1));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn discovery_is_skipped_if_asked() {
    let (nova, _) = nova();
    let as_it_is = at(&nova).versions(VersionRange::of("2".parse().unwrap())).skip_discovery();

    assert_eq!(as_it_is.endpoint().await.unwrap().url.as_str().trim_end_matches('/'), nova.url());
    assert!(nova.requests().is_empty());
}

#[tokio::test]
async fn a_service_that_came_after_the_token_is_found_in_the_catalog_read_again() {
    let keystone = FakeKeystone::start();
    let clock = Moved::default();
    let client = demo(&keystone).host(Host::default().with_clock(clock.clone())).build().unwrap();
    let token = client.token().await.unwrap();
    let with_dns = CatalogBuilder::new().service("dns", "designate", "http://dns.example:9001");
    keystone.change(|cloud| cloud.catalog(with_dns));

    // A catalog that was just fetched is not fetched again.
    assert_eq!(client.url_for("dns").await.unwrap_err().kind(), ErrorKind::EndpointNotFound);
    clock.0.store(61, Ordering::Relaxed);
    assert_eq!(client.url_for("dns").await.unwrap().as_str(), "http://dns.example:9001");
    assert_eq!(client.token().await.unwrap(), token);
    // After that, the new one is not fetched again either, whichever call needs it.
    for _ in 0..3 {
        assert_eq!(client.url_for("no-such").await.unwrap_err().kind(), ErrorKind::EndpointNotFound);
    }
    assert_eq!((keystone.count("GET", "/v3/auth/catalog"), keystone.logins()), (1, 1));
}

#[tokio::test]
async fn every_endpoint_lists_its_versions() {
    let (nova, url) = nova();
    let keystone = FakeKeystone::start();
    let catalog = CatalogBuilder::new()
        .endpoint("compute", "public", "North", &url)
        .endpoint("compute", "internal", "North", &url)
        .endpoint("volumev3", "public", "South", "http://127.0.0.1:9/v3");
    keystone.change(|cloud| cloud.catalog(catalog));
    let client = demo(&keystone).build().unwrap();

    let all = client.all_versions(EndpointFilter::default()).await.unwrap();
    let told: Vec<_> =
        all.iter().map(|it| (it.service_type.as_str(), it.endpoint.interface().as_str(), it.versions.len())).collect();

    assert_eq!(told, [("compute", "public", 2), ("compute", "internal", 2), ("block-storage", "public", 1)]);
    assert_eq!(all[0].versions[0].max_microversion.unwrap().to_string(), "2.96");
    assert_eq!(nova.requests().len(), 1);
    let south = client.all_versions(EndpointFilter::default().region("South")).await.unwrap();
    assert_eq!(south.len(), 1);
}

#[tokio::test]
async fn a_service_clients_token_stays_with_its_service() {
    let (nova, url) = nova();
    let other = FakeServer::start();
    let compute = at(&nova).endpoint_override(&url);

    let link = format!("{url}/servers?marker=7");
    assert_eq!(compute.get(link).send().await.unwrap().status(), 200);
    let error = compute.get(format!("{}/servers", other.url())).send().await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(other.requests().is_empty());
    assert_eq!(nova.requests()[0].query(), Some("marker=7"));
}

#[tokio::test]
async fn a_new_service_client_for_each_request_asks_for_no_version_again() {
    let (nova, _) = nova();
    let client =
        Client::builder().token_id("t").mgmt_url("http://127.0.0.1:9/v3").token_cache(&TokenCache::new()).build();
    let client = client.unwrap();

    for _ in 0..20 {
        let compute = client.service("compute").endpoint_override(nova.url());
        let compute = compute.versions(VersionRange::of("2.1".parse().unwrap())).allow(Allow::default());
        compute.get("servers").send().await.unwrap();
    }

    assert_eq!((nova.count("GET", "/"), nova.count("GET", "/v2.1/servers")), (1, 20));
}

#[tokio::test]
async fn what_is_configured_for_a_service_counts_unless_the_program_says_otherwise() {
    let (nova, url) = nova();
    let other = FakeServer::start();
    other.on("GET", "/servers").reply(Reply::json(200, "{}"));
    let variables = [
        ("OS_COMPUTE_ENDPOINT_OVERRIDE", url.as_str()),
        ("OS_COMPUTE_DEFAULT_MICROVERSION", "2.79"),
        ("OS_COMPUTE_STATUS_CODE_RETRIES", "4"),
        ("OS_COMPUTE_STATUS_CODE_RETRY_DELAY", "0.001"),
    ];
    let builder = Client::builder().token_id("t").mgmt_url("http://127.0.0.1:9/v3");
    let client = builder.host(Host::made(variables)).environment().build().unwrap();
    nova.on("GET", "/v2.1/servers").fail_next(4, archstone_testing::Failure::Status(503));

    client.service("compute").get("servers").send().await.unwrap();
    client.service("compute").endpoint_override(other.url()).get("servers").send().await.unwrap();

    assert_eq!((nova.count("GET", "/v2.1/servers"), other.count("GET", "/servers")), (5, 1));
    assert_eq!(nova.requests()[0].header("openstack-api-version"), Some("compute 2.79"));
}

/// Listing the catalog takes one request and no login, and later look-ups use the new catalog.
#[tokio::test]
async fn the_current_catalog_is_that_of_now() {
    let keystone = FakeKeystone::start();
    let client = demo(&keystone).build().unwrap();
    let types = |catalog: &archstone::Catalog| -> Vec<_> {
        catalog.services().iter().map(|it| it.service_type().to_owned()).collect()
    };

    assert!(client.current_catalog().await.unwrap().refusal().is_none());
    // A login has just fetched it.
    assert_eq!((keystone.logins(), keystone.count("GET", "/v3/auth/catalog")), (1, 0));

    keystone.change(|cloud| cloud.catalog(CatalogBuilder::new().service("dns", "designate", "http://dns.example")));
    assert!(client.url_for("compute").await.is_ok());
    let current = client.current_catalog().await.unwrap();
    assert_eq!((types(&current), current.refusal().is_some()), (vec!["dns".to_owned()], false));
    assert!(client.url_for("dns").await.is_ok());
    assert_eq!((keystone.logins(), keystone.count("GET", "/v3/auth/catalog")), (1, 1));

    // A revoked token is replaced, and the new one comes with the current catalog.
    keystone.change(|cloud| cloud.catalog(CatalogBuilder::new().service("image", "glance", "http://image.example")));
    keystone.revoke_all();
    assert_eq!(types(&client.current_catalog().await.unwrap()), ["image"]);
    assert_eq!((keystone.logins(), keystone.count("GET", "/v3/auth/catalog")), (2, 2));
}

#[tokio::test]
async fn where_the_current_catalog_is_refused_it_is_that_of_the_login_and_says_why() {
    let rules = json!({"id": "robot", "name": "robot", "restricted": true, "access_rules": [{"path": "/servers"}]});
    let table = [
        ("forbidden", None, 403, Some(ErrorKind::Forbidden)),
        ("no such route", None, 404, Some(ErrorKind::NotFound)),
        ("an access rule", Some(rules), 401, Some(ErrorKind::TokenRejected)),
        ("an outage", None, 503, None),
    ];
    for (what, credential, status, refusal) in table {
        let keystone = FakeKeystone::start();
        keystone.on("GET", "/v3/auth/catalog").fail(archstone_testing::Failure::Status(status));
        if let Some(credential) = credential {
            let token = TokenBuilder::new().project("p1", "p1").member("application_credential", credential);
            let catalog = CatalogBuilder::new().service("compute", "nova", "http://compute.example");
            let token = token.catalog(&catalog);
            keystone.on("POST", "/v3/auth/tokens").reply(token.reply("the-token"));
        }
        let client = demo(&keystone).build().unwrap();
        let token = client.token().await.unwrap();

        let outcome = client.current_catalog().await;

        match (outcome, refusal) {
            (Ok(catalog), Some(kind)) => {
                assert_eq!(catalog.refusal().map(archstone::Error::kind), Some(kind), "{what}");
                assert!(catalog.url_for("compute").is_ok(), "{what}");
            }
            (Err(error), None) => assert_eq!(error.kind(), ErrorKind::ServerError, "{what}"),
            (outcome, _) => panic!("{what}: {outcome:?}"),
        }
        assert_eq!((client.token().await.unwrap(), keystone.logins()), (token, 1), "{what}");
    }
}

#[tokio::test]
async fn an_unscoped_token_has_no_current_catalog() {
    let keystone = FakeKeystone::start();
    let client = demo(&keystone).unscoped().build().unwrap();
    client.token().await.unwrap();

    let error = client.current_catalog().await.unwrap_err();

    assert_eq!((error.kind(), error.hint().is_some()), (ErrorKind::EndpointNotFound, true), "{error:?}");
    assert_eq!(keystone.logins(), 1);
}

#[tokio::test]
async fn a_service_that_is_down_is_down_and_not_without_versions() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let limited = FakeServer::start();
    limited.fail(archstone_testing::Failure::RetryAfter(429, Duration::from_secs(7)));
    let broken = FakeServer::start();
    broken.fail(archstone_testing::Failure::Status(503));
    let table = [
        (format!("http://{closed}"), ErrorKind::ConnectionFailed),
        (broken.url().to_owned(), ErrorKind::ServerError),
        (limited.url().to_owned(), ErrorKind::RateLimited),
        ("http://no-such-host.invalid".to_owned(), ErrorKind::HostNotFound),
    ];
    for (url, kind) in table {
        let keystone = FakeKeystone::start();
        let catalog = CatalogBuilder::new().service("image", "glance", &url);
        keystone.change(|cloud| cloud.catalog(catalog));
        let client = demo(&keystone).build().unwrap();
        let image = client.service("image").versions(VersionRange::of("2".parse().unwrap()));

        let errors = [
            image.get("images").send().await.unwrap_err(),
            image.version_info().await.unwrap_err(),
            client.versions("image").await.unwrap_err(),
            client.service("image").version_info().await.unwrap_err(),
        ];

        for error in errors {
            assert_eq!((error.kind(), error.kind().is_transient()), (kind, true), "{error:?}");
            assert!(error.to_string().contains("the versions of `") && error.url().is_some(), "{error}");
        }
        // One service that is down does not hide the others.
        assert!(!client.all_versions(EndpointFilter::default()).await.unwrap().is_empty());
    }
}

/// A proxy strips the prefix, and the service does not know about it.
#[tokio::test]
async fn a_version_is_where_its_document_was_read() {
    let proxy = FakeServer::start();
    let version = |id: &str, path: &str| json!({"id": id, "status": "CURRENT", "links": [{"rel": "self", "href": format!("{}{path}", proxy.url())}]});
    proxy.on("GET", "/compute/v2.1").reply(Reply::json(200, json!({"version": version("v2.1", "/v2.1/")})));
    proxy.on("GET", "/image").reply(Reply::json(200, json!({"versions": [version("v2.9", "/v2/")]})));
    for (path, expected) in [("/compute/v2.1", "/compute/v2.1"), ("/image", "/image/v2")] {
        let client = Client::builder().token_id("t").mgmt_url("http://127.0.0.1:9/v3").build().unwrap();
        let service = client.service("x").endpoint_override(format!("{}{path}", proxy.url()));

        let found = service.versions(VersionRange::of("latest".parse().unwrap())).endpoint().await.unwrap();

        assert_eq!(found.url.path(), expected);
    }
}

/// The number of warnings logged so far that name this URL.
fn warnings_of(url: &str) -> usize {
    static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());
    static LISTENING: Once = Once::new();

    struct Hearing;

    impl Listener for Hearing {
        fn wants(&self, level: Level) -> bool {
            level <= Level::WARN
        }

        fn tell(&self, _: Level, _: &str, message: &str, _: &str) {
            HEARD.lock().unwrap().push(message.to_owned());
        }
    }

    LISTENING.call_once(|| assert!(events::listen(Level::WARN, Hearing)));
    HEARD.lock().unwrap().iter().filter(|it| it.contains(url)).count()
}

#[tokio::test]
async fn a_plain_endpoint_of_a_secure_login_is_warned_of_once_allowed_or_refused() {
    let (authority, plain) = (Authority::new(), FakeServer::start());
    plain.on("*", "*").reply(Reply::json(200, "{}"));
    let keystone = FakeCloud::demo().start_tls(&authority.certificate());
    keystone.change(|cloud| cloud.catalog(CatalogBuilder::new().service("image", "glance", plain.url())));
    for (policy, warnings, is_refused) in [
        (InsecureEndpoints::Warn, 1, false),
        (InsecureEndpoints::Allow, 0, false),
        (InsecureEndpoints::Refuse, 0, true),
    ] {
        let client = demo(&keystone).cacert(authority.pem_file()).insecure_endpoints(policy).build().unwrap();
        let (before, warned) = (plain.requests().len(), warnings_of(plain.url()));
        for _ in 0..3 {
            let get = client.service("image").get("images").send().await;
            let url = client.url_for("image").await;
            let direct = client.request_to("GET".parse().unwrap(), &format!("{}/x", plain.url())).unwrap().send().await;
            for refused in [get.err(), url.err(), direct.err()] {
                assert_eq!(
                    refused.map(|it| it.kind()),
                    is_refused.then_some(ErrorKind::EndpointNotFound),
                    "{policy:?}"
                );
            }
        }
        assert_eq!(client.current_url_for("image").is_none(), is_refused);
        assert_eq!(plain.requests().len() - before, if is_refused { 0 } else { 6 });
        assert_eq!(warnings_of(plain.url()) - warned, warnings, "{policy:?}");
        // There is no warning if the program chose the URL itself.
        let own = FakeServer::replying([Reply::json(200, "{}")]);
        client.service("image").endpoint_override(own.url()).skip_discovery().get("x").send().await.unwrap();
    }
}
