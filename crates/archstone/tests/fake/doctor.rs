//! The doctor: every verdict, with a server, file or machine that causes it.

use std::{fs, path::PathBuf, time::Duration};

use archstone::{
    Client, ClientBuilder, ErrorKind,
    doctor::{Check, Diagnosis, Doctor, Step, Verdict},
    host::Host,
};
use archstone_testing::{
    Authority, CatalogBuilder, Certificate, FakeCloud, FakeKeystone, FakeServer, Reply, VersionsBuilder,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use crate::demo;

fn cloud() -> FakeCloud {
    let catalog =
        CatalogBuilder::new().service("identity", "keystone", "/v3").service("compute", "nova", "/compute/v2.1");
    FakeCloud::demo().catalog(catalog)
}

fn at(auth_url: &str) -> ClientBuilder {
    let nowhere = Host::made([("HOME", "/nowhere")]).with_folders("/nowhere", "/nowhere");
    Client::builder().auth_url(auth_url).username("demo").password("secret-of-demo").host(nowhere)
}

async fn run(client: ClientBuilder) -> Diagnosis {
    Doctor::new(client).endpoint_timeout(Duration::from_secs(60)).run().await
}

fn of(diagnosis: &Diagnosis, step: Step) -> Vec<&Check> {
    diagnosis.checks.iter().filter(|check| check.step == step).collect()
}

/// Asserts that a check of this step has this verdict and these words, and that all later checks are skipped if it failed.
fn assert_check(diagnosis: &Diagnosis, step: Step, verdict: Verdict, words: &[&str]) {
    let all = || diagnosis.report(|option| format!("`{option}`"));
    let checks = of(diagnosis, step);
    let check = checks.iter().find(|check| check.verdict == verdict).unwrap_or_else(|| panic!("{}", all()));
    let remedy = check.remedy.as_ref().map(|remedy| remedy.worded(|option| format!("`{option}`"))).unwrap_or_default();
    let text = format!("{} {} {remedy}", check.subject, check.evidence);
    for words in words {
        assert!(text.contains(words), "{words}: {text}\n{}", all());
    }
    if matches!(verdict, Verdict::Failed | Verdict::Warning) {
        assert!(check.remedy.is_some(), "{check:?}");
    }
    if verdict == Verdict::Failed && !matches!(step, Step::Endpoint | Step::Catalog) {
        let later = diagnosis.checks.iter().filter(|it| it.step > step);
        assert!(later.clone().count() > 0 && later.clone().all(|it| it.verdict == Verdict::Skipped), "{}", all());
        assert!(later.into_iter().all(|it| !it.evidence.is_empty()));
        let failure = diagnosis.failure().unwrap();
        assert_eq!((failure.step, failure.kind.is_some()), (step, true));
    }
}

#[tokio::test]
async fn where_all_is_well_every_step_says_so() {
    let authority = Authority::new();
    let keystone = cloud().start_tls(&authority.certificate());
    let client = demo(&keystone).cacert(authority.pem_file());

    let diagnosis = run(client).await;

    let report = diagnosis.report(str::to_owned);
    assert!(diagnosis.failure().is_none(), "{report}");
    let steps: Vec<_> = Step::ALL.into_iter().filter(|step| of(&diagnosis, *step).is_empty()).collect();
    assert!(steps.is_empty(), "{steps:?}");
    let warnings: Vec<_> = diagnosis.checks.iter().filter(|check| check.verdict != Verdict::Ok).collect();
    assert!(warnings.is_empty(), "{warnings:?}");
    for (step, words) in [
        (Step::Tls, &["TLS 1.3", "127.0.0.1, localhost", "signed by `archstone-testing`", "trusted by `"][..]),
        (Step::Clock, &["0 s apart"]),
        (Step::Discovery, &["3.14", "/v3`"]),
        (Step::Login, &["user `demo`", "`password` works"]),
        (Step::Scope, &["project `demo`", "`member`"]),
        (Step::Catalog, &["2 services, 6 endpoints", "compute, identity"]),
        (Step::Endpoint, &["HTTP 200", "public in RegionOne, internal in RegionOne, admin in RegionOne"]),
    ] {
        assert_check(&diagnosis, step, Verdict::Ok, words);
    }
    assert_eq!(keystone.logins(), 1);
}

/// A standalone Ironic, for example: there is no login that could fail.
#[tokio::test]
async fn a_service_without_an_identity_service_is_well_when_it_answers() {
    let ironic = FakeServer::start();
    ironic.on("GET", "/").reply(Reply::json(200, "{}"));
    let alone = |auth_type: &str| {
        let nowhere = Host::made([("HOME", "/nowhere")]).with_folders("/nowhere", "/nowhere");
        Client::builder().auth_type(auth_type).mgmt_url(ironic.url()).host(nowhere)
    };
    for (client, login) in [
        (alone("none"), ["no login", "there is no token"]),
        (
            alone("http_basic").username("alice").password("marked"),
            ["a password with each request", "there is no token"],
        ),
    ] {
        let diagnosis = run(client).await;

        let report = diagnosis.report(str::to_owned);
        assert!(diagnosis.failure().is_none() && !report.contains("marked"), "{report}");
        assert_check(&diagnosis, Step::Discovery, Verdict::Skipped, &["runs without an identity service"]);
        assert_check(&diagnosis, Step::Login, Verdict::Ok, &login);
        assert_check(&diagnosis, Step::Catalog, Verdict::Skipped, &["there is no token"]);
    }
    assert!(ironic.requests().iter().all(|it| it.method() == "GET" && it.path() == "/"), "nothing logs in there");
}

#[tokio::test]
async fn a_host_that_cannot_be_reached_is_told_at_its_step() {
    // Never resolves, by RFC 6761.
    let unknown = run(at("https://keystone.invalid:5000/v3")).await;
    assert_check(&unknown, Step::Dns, Verdict::Failed, &["`keystone.invalid` does not resolve", "DNS"]);

    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = run(at(&format!("http://{closed}/v3"))).await;
    assert_check(
        &refused,
        Step::Tcp,
        Verdict::Failed,
        &[&closed.to_string(), "nothing listens there", "the service runs"],
    );

    let proxied = run(at("http://keystone.invalid:5000/v3").proxy(format!("http://user:marked@{closed}"))).await;
    assert_check(&proxied, Step::Proxy, Verdict::Ok, &["through the proxy", &closed.to_string()]);
    assert_check(&proxied, Step::Tcp, Verdict::Failed, &[&closed.to_string()]);
    let proxy = FakeServer::start();
    proxy.on("*", "*").reply(Reply::error(403, "Filtered").header("Server", "tinyproxy/1.11"));
    let refusing = run(at("http://keystone.invalid:5000/v3").proxy(proxy.url())).await;
    let check = of(&refusing, Step::Proxy);
    assert_eq!((check[0].verdict, check[1].verdict), (Verdict::Ok, Verdict::Failed), "{check:?}");
    assert!(check[1].evidence.contains("does not pass the request on") && check[1].remedy.is_some(), "{check:?}");
    assert_check(&refusing, Step::Login, Verdict::Skipped, &["the proxy does not lead to the identity service"]);
    for refused in [&proxied, &refusing] {
        assert!(!format!("{refused:?}{}", refused.report(str::to_owned)).contains("marked"));
    }
    let excepted = run(at(&format!("http://{closed}/v3")).proxy(proxy.url()).option("no_proxy", "127.0.0.1")).await;
    assert_check(&excepted, Step::Proxy, Verdict::Ok, &["`no_proxy` includes the host"]);
}

#[tokio::test]
async fn certificates_are_judged_and_described() {
    let authority = Authority::new();
    let self_signed = {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        params.not_after = date_time_ymd(2060, 1, 1);
        Certificate::from_der(params.self_signed(&key).unwrap().der().to_vec(), key.serialize_der())
    };
    for (certificate, words) in [
        (authority.expired_certificate(), &["it expired on 2002-01-01", "from 2001-01-01 to 2002-01-01", "renew"][..]),
        (self_signed, &["the authority that signed it is not known", "to 2060-01-01", "`cacert`"]),
        (authority.certificate_for(&["other.example"]), &["it is for `other.example`, and not for `127.0.0.1`"]),
    ] {
        let keystone = cloud().start_tls(&certificate);
        let diagnosis = run(demo(&keystone).cacert(authority.pem_file())).await;
        let words: Vec<_> =
            words.iter().map(|words| words.replace("`cacert`", "put the certificate of that authority")).collect();
        assert_check(&diagnosis, Step::Tls, Verdict::Failed, &words.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(diagnosis.failure().unwrap().kind, Some(ErrorKind::TlsNotTrusted));
        let careless = run(demo(&keystone).insecure()).await;
        assert_check(&careless, Step::Tls, Verdict::Warning, &["not checked", "`cacert`"]);
        assert!(careless.failure().is_none());
    }
    // A server without TLS.
    let plain = FakeServer::start();
    let diagnosis = run(at(&plain.url().replace("http:", "https:"))).await;
    assert_check(&diagnosis, Step::Tls, Verdict::Failed, &["TLS"]);
    // A server with TLS, requested in plain HTTP.
    let encrypted = cloud().start_tls(&authority.certificate());
    let diagnosis = run(at(&encrypted.auth_url().replace("https:", "http:"))).await;
    assert_check(&diagnosis, Step::Discovery, Verdict::Failed, &["TLS", "https://"]);
}

#[tokio::test]
async fn a_certificate_that_expires_soon_is_a_warning() {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    let soon = std::time::SystemTime::now() + Duration::from_secs(5 * 86_400 + 43_200);
    params.not_after = soon.into();
    let certificate = params.self_signed(&key).unwrap();
    let folder = folder("soon");
    let file = folder.join("own.pem");
    let text = STANDARD.encode(certificate.der());
    fs::write(&file, format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")).unwrap();
    let keystone = cloud().start_tls(&Certificate::from_der(certificate.der().to_vec(), key.serialize_der()));

    let diagnosis = run(demo(&keystone).cacert(&file)).await;

    assert_check(&diagnosis, Step::Tls, Verdict::Warning, &["it expires in 5 days", "renew"]);
    assert!(diagnosis.failure().is_none());
    fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn clocks_versions_and_logins_that_are_wrong() {
    let keystone = cloud().start();
    keystone.set_clock_ahead(Duration::from_secs(3 * 3600));
    let diagnosis = run(demo(&keystone)).await;
    assert_check(&diagnosis, Step::Clock, Verdict::Warning, &["behind the server", "NTP"]);
    keystone.set_clock_behind(Duration::from_secs(600));
    assert_check(&run(demo(&keystone)).await, Step::Clock, Verdict::Warning, &["10 min ahead of the server"]);
    assert!(diagnosis.failure().is_none());

    let old = FakeServer::start();
    let versions = VersionsBuilder::new(old.url()).version("v2.0");
    old.on("GET", "/").reply(versions.list());
    old.on("GET", "/v2.0").reply(versions.single("v2.0"));
    for path in ["", "/v3", "/v2.0"] {
        let diagnosis = run(at(&format!("{}{path}", old.url()))).await;
        assert_check(&diagnosis, Step::Discovery, Verdict::Failed, &["does not offer version 3", "2.0"]);
    }
    let page = FakeServer::start();
    page.on("GET", "*").reply(Reply::text(200, "<html>").header("Content-Type", "text/html"));
    assert_check(
        &run(at(page.url())).await,
        Step::Discovery,
        Verdict::Failed,
        &["is not an identity service", "`auth_url`"],
    );

    let keystone = cloud().start();
    let wrong = run(demo(&keystone).password("wrong-password")).await;
    assert_check(&wrong, Step::Login, Verdict::Failed, &["user `demo`", "was refused", "the password"]);
    assert_eq!(wrong.failure().unwrap().kind, Some(ErrorKind::Unauthenticated));
    // Only one failed attempt: clouds lock users after several.
    assert_eq!(keystone.count("POST", "/v3/auth/tokens"), 1);
    let unscoped = run(demo(&keystone).unscoped()).await;
    assert_check(&unscoped, Step::Scope, Verdict::Ok, &["no scope was requested"]);
    assert_check(&unscoped, Step::Endpoint, Verdict::Skipped, &["there is no catalog"]);
    let given = run(Client::builder().auth_url(keystone.auth_url()).token_id(keystone.issue("demo"))).await;
    assert_check(&given, Step::Login, Verdict::Ok, &["the token that is given"]);
}

#[tokio::test]
async fn what_is_odd_in_a_catalog_is_told_and_every_endpoint_is_tried() {
    let authority = Authority::new();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // Accepts connections but never responds.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let broken = FakeServer::start();
    broken.on("*", "*").reply(Reply::new(503));
    let catalog = CatalogBuilder::new()
        .endpoint("identity", "public", "RegionOne", "/v3")
        .endpoint("compute", "public", "RegionOne", "/one")
        .endpoint("compute", "public", "RegionOne", "/two")
        .endpoint("image", "public", "RegionOne", &format!("http://user:marked@{closed}/v2"))
        .endpoint("image", "admin", "RegionOne", &format!("http://{closed}/admin"))
        .endpoint("network", "public", "RegionOne", &format!("http://{}/", silent.local_addr().unwrap()))
        .endpoint("volumev3", "public", "RegionOne", &format!("{}/v3", broken.url()))
        .endpoint("dns", "public", "RegionOne", "dns.example:9001");
    let keystone = FakeCloud::demo().catalog(catalog).start_tls(&authority.certificate());
    let client =
        demo(&keystone).cacert(authority.pem_file()).option("key_manager_endpoint_override", "http://127.0.0.1:9");

    let diagnosis = Doctor::new(client).endpoint_timeout(Duration::from_secs(3)).run().await;

    let report = diagnosis.report(str::to_owned);
    assert!(!report.contains("marked"), "{report}");
    let told = |step: Step, verdict: Verdict, words: &[&str]| {
        let text =
            |check: &&&Check| words.iter().all(|words| format!("{} {}", check.subject, check.evidence).contains(words));
        let checks = of(&diagnosis, step);
        let found = checks.iter().find(text).unwrap_or_else(|| panic!("{words:?}: {report}"));
        assert_eq!((found.verdict, found.remedy.is_some()), (verdict, verdict != Verdict::Ok), "{found:?}");
    };
    told(Step::Catalog, Verdict::Warning, &["compute", "2 endpoints are public in RegionOne", "/one", "/two"]);
    told(Step::Catalog, Verdict::Warning, &["image", "plain HTTP, and the login is over HTTPS"]);
    told(Step::Catalog, Verdict::Warning, &["dns", "no request can go to: `dns.example:9001`"]);
    told(Step::Endpoint, Verdict::Ok, &["identity", "HTTP 200"]);
    told(Step::Endpoint, Verdict::Ok, &["compute", "/one", "HTTP 404"]);
    told(Step::Endpoint, Verdict::Failed, &["image", "/v2", "nothing listens"]);
    told(Step::Endpoint, Verdict::Warning, &["image", "/admin", "not used by this client"]);
    told(Step::Endpoint, Verdict::Failed, &["network", "no answer within 3s"]);
    told(Step::Endpoint, Verdict::Failed, &["volumev3", "HTTP 503"]);
    let nowhere = run(demo(&keystone).cacert(authority.pem_file()).option("region_name", "RegionTwo")).await;
    assert_check(
        &nowhere,
        Step::Catalog,
        Verdict::Failed,
        &["no region `RegionTwo`: it has `RegionOne`", "`region_name`"],
    );
}

#[tokio::test]
async fn an_override_is_tried_in_place_of_the_catalogs_url() {
    let keystone = cloud().start();
    let diagnosis = run(demo(&keystone).option("compute_endpoint_override", "http://127.0.0.1:9/own")).await;
    assert_check(&diagnosis, Step::Endpoint, Verdict::Failed, &["http://127.0.0.1:9/own", "endpoint override"]);
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("archstone-doctor-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[cfg(unix)]
#[tokio::test]
async fn files_that_count_their_permissions_and_what_is_unknown_in_them() {
    use std::os::unix::fs::PermissionsExt;

    use archstone_testing::{FakeProject, FakeUser};
    let user = FakeUser::new("demo", "correct horse").member_of("demo");
    let catalog = CatalogBuilder::new().service("identity", "keystone", "/v3");
    let keystone = FakeCloud::new().catalog(catalog).project(FakeProject::new("demo")).user(user).start();
    let home = folder("files");
    let own = home.join(".config/openstack");
    fs::create_dir_all(&own).unwrap();
    let clouds = own.join("clouds.yaml");
    let text = format!(
        "clouds:\n  demo:\n    auth: {{auth_url: '{}', username: demo, password: correct horse}}\n    regoin_name: x\n  broken: {{auth: {{auth_url: nonsense}}}}\n",
        keystone.auth_url()
    );
    fs::write(&clouds, &text).unwrap();
    fs::set_permissions(&clouds, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(own.join("clouds.yml"), &text).unwrap();
    let host = |more: &[(&str, &str)]| {
        let mut variables = vec![("HOME", home.to_str().unwrap())];
        variables.extend_from_slice(more);
        Host::made(variables).with_folders(home.join("nowhere"), home.join("nowhere"))
    };
    let at = |cloud: &str, more: &[(&str, &str)]| Client::builder().environment().cloud(cloud).host(host(more));

    let diagnosis = run(at("demo", &[])).await;
    let told: Vec<_> = of(&diagnosis, Step::Configuration)
        .iter()
        .map(|it| format!("{} {} {}", it.verdict.name(), it.subject, it.evidence))
        .collect();
    for words in [
        format!("ok {} used as `clouds`", clouds.display()),
        format!("ok {} not used", own.join("clouds.yml").display()),
        "everyone on this machine can read it".to_owned(),
        "regoin_name` in".to_owned(),
        "ok cloud `demo` method `password`, user `demo`".to_owned(),
    ] {
        assert!(told.iter().any(|it| it.contains(&words)), "{words}: {told:#?}");
    }
    // An error in another cloud's entry does not fail this one.
    assert!(diagnosis.failure().is_none(), "{told:#?}");

    for (cloud, more, words) in [
        ("broken", &[][..], "nonsense"),
        ("missing", &[], "there is no cloud `missing` in"),
        ("demo", &[("OS_CLIENT_CONFIG_FILE", "/nowhere/clouds.yaml")], "/nowhere/clouds.yaml"),
    ] {
        let diagnosis = run(at(cloud, more)).await;
        let failure = diagnosis.failure().unwrap_or_else(|| panic!("{cloud}"));
        let remedy = failure.remedy.as_ref().map(ToString::to_string).unwrap_or_default();
        assert!(format!("{} {remedy}", failure.evidence).contains(words) || words == "nonsense", "{failure:?}");
        assert_eq!(failure.step, Step::Configuration);
        assert!(
            diagnosis.checks.iter().filter(|it| it.step > Step::Configuration).all(|it| it.verdict == Verdict::Skipped)
        );
    }
    // A folder that others can write to is not used for tokens.
    let kept = folder("open");
    fs::set_permissions(&kept, fs::Permissions::from_mode(0o777)).unwrap();
    let diagnosis = run(at("demo", &[]).disk_cache_in(&kept)).await;
    assert_check(&diagnosis, Step::TokenCache, Verdict::Warning, &["cannot be used", "chmod 700"]);
    fs::remove_dir_all(kept).unwrap();
    fs::remove_dir_all(home).unwrap();
}

#[tokio::test]
async fn offline_sends_nothing() {
    let keystone = cloud().start();
    let diagnosis = Doctor::new(demo(&keystone)).offline().run().await;
    assert!(diagnosis.failure().is_none());
    assert_check(&diagnosis, Step::Proxy, Verdict::Ok, &["none"]);
    for step in Step::ALL.into_iter().filter(|step| *step > Step::Proxy) {
        assert_check(&diagnosis, step, Verdict::Skipped, &["only checks without network were requested"]);
    }
    assert_eq!(keystone.connections(), 0);
}

#[tokio::test]
async fn no_secret_is_in_a_diagnosis_wherever_it_is_given() {
    let keystone = cloud().start();
    // Its responses quote the request, and its catalog contains further secrets.
    keystone.change(|cloud| {
        let catalog = CatalogBuilder::new().service("identity", "keystone", "/v3").endpoint(
            "compute",
            "public",
            "RegionOne",
            "http://user:canary-endpoint@127.0.0.1:9/?token=canary-query",
        );
        cloud.catalog(catalog.endpoint("image", "public", "RegionOne", "ftp://u:canary-ftp@image.example/"))
    });
    let closed = "127.0.0.1:9";
    let everywhere = |client: ClientBuilder| {
        client
            .option("compute_endpoint_override", format!("http://user:canary-override@{closed}/?k=canary-key"))
            .option("token_cache", format!("redis://:canary-cache-url@{closed}"))
            .option("token_cache_secret", "canary-cache-secret")
    };
    let quoting = FakeServer::start();
    quoting.on("GET", "/v3").reply(VersionsBuilder::new(quoting.url()).version("v3").single("v3"));
    quoting
        .on("POST", "/v3/auth/tokens")
        .reply_with(|request| Reply::error(401, format!("refused: {}", request.text())));
    let runs = [
        everywhere(demo(&keystone)),
        everywhere(demo(&keystone).password("canary-password")),
        everywhere(demo(&keystone).proxy(format!("http://user:canary-proxy@{closed}"))),
        everywhere(Client::builder().auth_url(keystone.auth_url()).token_id("canary-token-id")),
        everywhere(Client::builder().auth_url(keystone.auth_url()).token("canary-token")),
        everywhere(
            Client::builder()
                .auth_url(keystone.auth_url())
                .application_credential_id("a")
                .application_credential_secret("canary-application"),
        ),
        everywhere(Client::builder().auth_url(format!("{}/v3", quoting.url())).username("u").password("canary-quoted")),
        everywhere(
            Client::builder()
                .auth_url("http://user:canary-url@127.0.0.1:9/v3")
                .username("u")
                .password("canary-password"),
        ),
        at(&keystone.auth_url()).host(Host::made([("http_proxy", "http://user:canary-variable@127.0.0.1:9")])),
    ];
    for client in runs {
        let diagnosis = run(client).await;
        let whole = format!("{}\n{diagnosis:?}", diagnosis.report(str::to_owned));
        assert!(!whole.contains("canary"), "{whole}");
        assert!(whole.contains("archstone ") && whole.contains("\nchecks\n"), "{whole}");
    }
}

#[test]
fn without_a_runtime_there_is_a_blocking_way() {
    let keystone: FakeKeystone = cloud().start();
    let diagnosis = archstone::blocking::diagnose(Doctor::new(demo(&keystone))).unwrap();
    assert!(diagnosis.failure().is_none(), "{}", diagnosis.report(str::to_owned));
}
