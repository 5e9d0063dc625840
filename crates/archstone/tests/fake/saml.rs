//! SAML 2.0 without a browser: against a strict identity provider and service provider, and against responses that no
//! real one should send.

use archstone::{Client, ClientBuilder, ErrorKind, TokenCache};
use archstone_testing::{Failure, FakeKeystone, FakeProject, FakeSamlProvider, FakeServer, FakeUser, Reply};

const PASSWORD: &str = "demo at provider";
const PAOS: &str = "application/vnd.paos+xml";
const FEDERATED: &str = "/v3/OS-FEDERATION/identity_providers/saml/protocols/saml2/auth";
const CONSUMER: &str = "/saml/paosResponse";

struct Clouds {
    keystone: FakeKeystone,
    provider: FakeSamlProvider,
}

impl Clouds {
    fn start() -> Self {
        let (keystone, provider) = (FakeKeystone::start(), FakeSamlProvider::start());
        keystone.trust_saml("saml", "saml2", &provider);
        Self { keystone, provider }
    }

    fn client(&self, cache: &TokenCache) -> ClientBuilder {
        let client =
            Client::builder().auth_url(self.keystone.auth_url()).auth_type("v3samlpassword").token_cache(cache);
        let client = client.option("identity_provider", "saml").option("protocol", "saml2");
        client.option("identity_provider_url", self.provider.sso_url()).username("demo").password(PASSWORD)
    }
}

/// A SOAP envelope with the namespaces of ECP.
fn soap(header: &str, body: &str) -> String {
    format!(
        r#"<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/" xmlns:p="urn:liberty:paos:2003-08" xmlns:e="urn:oasis:names:tc:SAML:2.0:profiles:SSO:ecp"><S:Header>{header}</S:Header><S:Body>{body}</S:Body></S:Envelope>"#
    )
}

fn document(kind: &str, text: impl Into<Vec<u8>>) -> Reply {
    Reply::new(200).header("content-type", kind).body(text)
}

const LAUGHS: &str = r#"<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><l>&b;</l>"#;
const EXTERNAL: &str = r#"<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><l>&x;</l>"#;

#[tokio::test]
async fn one_login_serves_every_scope() {
    let clouds = Clouds::start();
    clouds.keystone.change(|cloud| {
        let demo = FakeUser::new("demo", "secret").member_of("demo").member_of("other");
        cloud.project(FakeProject::new("other")).user(demo)
    });
    let cache = TokenCache::new();
    let client = clouds.client(&cache);
    let scoped = |project: &str| client.clone().project_name(project).build().unwrap();
    let demo = scoped("demo");
    for (client, project) in [(&demo, "demo"), (&scoped("other"), "other")] {
        let access = client.access().await.unwrap();
        assert_eq!((access.user_name(), access.project_name()), (Some("demo"), Some(project)));
    }
    let unscoped = client.clone().unscoped().build().unwrap().access().await.unwrap();
    assert!(!unscoped.is_scoped() && unscoped.methods() == ["saml2"]);
    // The password was sent once, and to the provider only; the provider's cookie was not sent with another login.
    assert_eq!((clouds.provider.count("POST", "/sso"), clouds.keystone.count("POST", CONSUMER)), (1, 1));
    for request in clouds.keystone.requests() {
        let sent = format!("{:?} {}", request.headers().collect::<Vec<_>>(), request.text());
        assert!(request.header("authorization").is_none() && !sent.contains(PASSWORD), "{sent}");
    }
    // Renewal is a separate login: nothing of the previous session is sent.
    clouds.keystone.revoke_all();
    demo.renew().await.unwrap();
    let firsts: Vec<_> = clouds
        .keystone
        .requests()
        .into_iter()
        .filter(|it| it.path() == FEDERATED && it.header("paos").is_some())
        .collect();
    assert_eq!((clouds.provider.count("POST", "/sso"), firsts.len()), (2, 2));
    assert!(firsts.iter().all(|it| it.header("cookie").is_none()));
}

#[tokio::test]
async fn what_is_wrong_is_said_without_a_secret() {
    let clouds = Clouds::start();
    for (option, value, kind, words) in [
        ("password", "wrong password", ErrorKind::Unauthenticated, "refused the login: Responder: AuthnFailed"),
        ("username", "dem:o", ErrorKind::InvalidConfig, "cannot be sent to the identity provider"),
        ("protocol", "openid", ErrorKind::InvalidResponse, "does not begin a SAML login (HTTP 404)"),
        ("identity_provider_url", "http://127.0.0.1:9/sso", ErrorKind::ConnectionFailed, "127.0.0.1:9"),
        ("identity_provider_url", "http://192.0.2.1/sso", ErrorKind::InvalidConfig, "is plain HTTP"),
        ("project_name", "unknown", ErrorKind::ScopeNotAllowed, "unknown"),
    ] {
        let client = clouds.client(&TokenCache::new()).option(option, value).build().unwrap();
        let error = client.access().await.unwrap_err();
        let shown = format!("{error:#} {error:?} {client:?}");
        assert_eq!(error.kind(), kind, "{option}: {shown}");
        assert!(shown.contains(words), "{option}: {shown}");
        assert!(error.hint().is_some() || kind == ErrorKind::ConnectionFailed, "{option}: {shown}");
        for secret in [PASSWORD, "wrong password", "ZGVtbzp", "assertion-", "session-of"] {
            assert!(!shown.contains(secret), "{option}: {secret} is shown: {shown}");
        }
    }
    let missing = Client::builder().auth_url("http://k/v3").auth_type("v3samlpassword").username("u").build();
    let missing = missing.unwrap_err().to_string();
    for option in ["identity_provider", "protocol", "identity_provider_url", "password"] {
        assert!(missing.contains(&format!("`{option}`")), "{missing}");
    }
}

#[tokio::test]
async fn an_answer_for_another_server_goes_nowhere_but_to_the_service_provider_as_a_fault() {
    let (clouds, elsewhere) = (Clouds::start(), FakeServer::start());
    let forged = format!("{}/take", elsewhere.url());
    clouds.provider.forge_consumer(&forged);
    let error = clouds.client(&TokenCache::new()).build().unwrap().access().await.unwrap_err();
    let shown = format!("{error:#} {error:?}");
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(shown.contains(&forged) && shown.contains(&format!("{}{CONSUMER}", clouds.keystone.url())), "{shown}");
    assert_eq!((clouds.provider.faults(), elsewhere.requests().len()), (1, 0));

    // A service provider that names another server does not get a fault sent there, either.
    let request = format!(r#"<p:Request responseConsumerURL="{}/other"/>"#, elsewhere.url());
    let id = r#"<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_request-1"/>"#;
    clouds.keystone.on("GET", FEDERATED).reply(document(PAOS, soap(&request, id)));
    let error = clouds.client(&TokenCache::new()).build().unwrap().access().await.unwrap_err();
    assert!(error.to_string().contains("is for another server"), "{error:#}");
    assert_eq!((clouds.provider.faults(), elsewhere.requests().len()), (1, 0));
}

#[tokio::test]
async fn answers_that_no_service_provider_should_give_are_refused() {
    let clouds = Clouds::start();
    let elsewhere = FakeServer::start();
    let other = format!("{}/x", elsewhere.url());
    for (reply, words) in [
        (Reply::text(200, "<html>"), "answers with `text/plain"),
        (document("text/html", "<html/>"), "answers with `text/html` instead of a SAML request"),
        (Reply::new(302).header("location", format!("{other}?secret")), "asks for a login in a browser: it redirects"),
        (Reply::error(503, "away"), "HTTP 503"),
        (document(PAOS, LAUGHS), "has a document type, which is refused"),
        (document(PAOS, EXTERNAL), "has a document type, which is refused"),
        (document(PAOS, "<a>".repeat(1000)), "is nested more than 64 deep"),
        (document(PAOS, "x".repeat(2 << 20)), "is larger than 1 MiB"),
        (document(PAOS, "{}"), "is not XML"),
        (document(PAOS, soap("", "")), "without a `responseConsumerURL`"),
        (Reply::new(200).with(Failure::Close), "127.0.0.1"),
    ] {
        clouds.keystone.on("GET", FEDERATED).reply(reply);
        let error = clouds.client(&TokenCache::new()).build().unwrap().access().await.unwrap_err();
        assert!(format!("{error:#} {error:?}").contains(words), "{words}: {error:?}");
    }
    assert_eq!((clouds.provider.requests().len(), elsewhere.requests().len()), (0, 0));

    for (reply, words) in [
        // Another port is the same host: the login continues at its first URL, where there is no session.
        (Reply::new(302).header("location", &*other), "asks for the login again"),
        (
            Reply::new(302).header("location", "https://evil.example/"),
            "leads to another server, `https://evil.example/`",
        ),
        (Reply::text(500, "opensaml::FatalProfileException"), "did not accept the assertion (HTTP 500)"),
        (Reply::error(400, "no"), "did not accept the assertion (HTTP 400): no"),
        (Reply::error(503, "away"), "HTTP 503"),
        // The session's cookie is missing.
        (Reply::new(302).header("location", FEDERATED), "asks for the login again"),
    ] {
        let clouds = Clouds::start();
        clouds.keystone.on("POST", CONSUMER).reply(reply);
        let error = clouds.client(&TokenCache::new()).build().unwrap().access().await.unwrap_err();
        assert!(format!("{error:#}").contains(words), "{words}: {error:?}");
    }
    assert_eq!(elsewhere.requests().len(), 0);
}

#[tokio::test]
async fn answers_that_no_identity_provider_should_give_are_refused() {
    let clouds = Clouds::start();
    let elsewhere = FakeServer::start();
    let hostile = FakeServer::start();
    let consumer = format!("{}{CONSUMER}", clouds.keystone.url());
    let fault =
        "<S:Fault><faultcode>S:Client</faultcode><faultstring>demo at provider is no password</faultstring></S:Fault>";
    let fault_envelope = soap("", fault);
    for (reply, kind, words) in [
        (Reply::text(401, "who?"), ErrorKind::Unauthenticated, "refused the login (HTTP 401): who?"),
        (
            Reply::new(307).header("location", format!("{}/sso", elsewhere.url())),
            ErrorKind::InvalidResponse,
            "is a redirect (HTTP 307)",
        ),
        (
            Reply::new(302).header("location", format!("{}/sso", elsewhere.url())),
            ErrorKind::InvalidResponse,
            "is a redirect (HTTP 302)",
        ),
        (Reply::text(404, "nothing"), ErrorKind::InvalidResponse, "failed (HTTP 404)"),
        (Reply::text(502, "proxy"), ErrorKind::ServerError, "failed (HTTP 502)"),
        (document("text/html", "<html/>"), ErrorKind::InvalidResponse, "is `text/html`, and not XML"),
        (document("text/xml", LAUGHS), ErrorKind::InvalidResponse, "has a document type, which is refused"),
        (document("text/xml", EXTERNAL), ErrorKind::InvalidResponse, "has a document type, which is refused"),
        (document("text/xml", "x".repeat(2 << 20)), ErrorKind::InvalidResponse, "is larger than 1 MiB"),
        (
            Reply::new(200).header("content-type", "text/xml").filler(1 << 40),
            ErrorKind::InvalidResponse,
            "is larger than 1 MiB",
        ),
        (document("text/xml", "<a>".repeat(1000)), ErrorKind::InvalidResponse, "is nested more than 64 deep"),
        (document("text/xml", "<S:Envelope"), ErrorKind::InvalidResponse, "is not XML"),
        (document("text/xml", soap("", "")), ErrorKind::InvalidResponse, "has no `ecp:Response`"),
        (
            document("text/xml", soap("<e:Response/>", "")),
            ErrorKind::InvalidResponse,
            "has no `AssertionConsumerServiceURL`",
        ),
        (
            document("text/xml", &*fault_envelope),
            ErrorKind::Unauthenticated,
            "refused the login: S:Client: *** is no password",
        ),
        (Reply::new(200).with(Failure::Close), ErrorKind::ConnectionFailed, "127.0.0.1"),
    ] {
        hostile.on("POST", "/sso").reply(reply);
        let client = clouds.client(&TokenCache::new());
        let client = client.option("identity_provider_url", format!("{}/sso", hostile.url())).build().unwrap();
        let error = client.access().await.unwrap_err();
        let shown = format!("{error:#} {error:?}");
        assert!(shown.contains(words), "{words}: {shown}");
        assert!(error.kind() == kind || kind == ErrorKind::ConnectionFailed, "{words}: {shown}");
        assert!(!shown.contains(PASSWORD), "{words}: {shown}");
    }
    assert_eq!((clouds.keystone.count("POST", CONSUMER), elsewhere.requests().len()), (0, 0), "{consumer}");
}

const TRUST: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
const ADFS: &str = "/adfs/services/trust/13/usernamemixed";
const SIGN_IN: &str = "/Shibboleth.sso/ADFS";

/// A SOAP 1.2 envelope of WS-Trust around a body.
fn trust(body: &str) -> String {
    format!(
        r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:t="{TRUST}"><s:Body>{body}</s:Body></s:Envelope>"#
    )
}

fn issued(token: &str) -> String {
    let response = format!("<t:RequestSecurityTokenResponse>{token}</t:RequestSecurityTokenResponse>");
    trust(&format!("<t:RequestSecurityTokenResponseCollection>{response}</t:RequestSecurityTokenResponseCollection>"))
}

/// Stubs of ADFS and of a service provider, which respond correctly once, and a Keystone behind them.
fn adfs(cache: &TokenCache) -> (FakeServer, FakeKeystone, ClientBuilder) {
    let (provider, keystone) = (FakeServer::start(), FakeKeystone::start());
    let assertion =
        r#"<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion" t:x="1">as  <b/> is</saml:Assertion>"#;
    let token = issued(&format!("<t:RequestedSecurityToken>{assertion}</t:RequestedSecurityToken>"));
    provider.on("POST", ADFS).reply(document("application/soap+xml", token));
    keystone.on("POST", SIGN_IN).reply(Reply::new(302).header("set-cookie", "session=of-adfs").header("location", "/"));
    keystone.on("GET", FEDERATED).reply_with(|request| match request.header("cookie") {
        Some("session=of-adfs") => archstone_testing::TokenBuilder::new().methods(["saml2"]).reply("token-of-adfs"),
        _ => Reply::text(401, "who?"),
    });
    let client = Client::builder().auth_url(keystone.auth_url()).auth_type("v3adfspassword").token_cache(cache);
    let client = client.option("identity_provider", "saml").option("protocol", "saml2").unscoped();
    let client = client.option("identity_provider_url", format!("{}{ADFS}", provider.url()));
    let client = client.option("service_provider_endpoint", format!("{}{SIGN_IN}", keystone.url()));
    (provider, keystone, client.username("d&mo").password("demo <at> provider"))
}

#[tokio::test]
async fn a_stub_of_adfs_is_sent_what_it_takes() {
    let (provider, keystone, client) = adfs(&TokenCache::new());
    client.build().unwrap().access().await.unwrap();
    let sent = provider.requests()[0].text();
    let audience = format!("<a:Address>{}{SIGN_IN}</a:Address>", keystone.url());
    for part in
        [&*audience, ">d&amp;mo</o:Username>", ">demo &lt;at&gt; provider</o:Password>", "<a:MessageID>urn:uuid:"]
    {
        assert!(sent.contains(part), "{part}: {sent}");
    }
    let forms: Vec<_> = keystone.requests().into_iter().filter(|it| it.path() == SIGN_IN).collect();
    assert_eq!(forms[0].header("content-type"), Some("application/x-www-form-urlencoded"));
    let form: Vec<_> = url::form_urlencoded::parse(forms[0].text().as_bytes()).into_owned().collect();
    assert_eq!(form[0], ("wa".to_owned(), "wsignin1.0".to_owned()));
    // Outside the signed part, the namespace differs; the signed part is unchanged byte for byte, except for namespace
    // declarations around it.
    let soap = "http://www.w3.org/2003/05/soap-envelope";
    assert_eq!(
        form[1].1,
        format!(
            r#"<t:RequestSecurityTokenResponse xmlns:s="{soap}" xmlns:t="http://schemas.xmlsoap.org/ws/2005/02/trust"><t:RequestedSecurityToken><saml:Assertion xmlns:s="{soap}" xmlns:t="{TRUST}" xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion" t:x="1">as  <b/> is</saml:Assertion></t:RequestedSecurityToken></t:RequestSecurityTokenResponse>"#
        )
    );
}

#[tokio::test]
async fn answers_that_neither_adfs_nor_its_service_provider_should_give_are_refused() {
    let elsewhere = FakeServer::start();
    let other = format!("{}/x", elsewhere.url());
    let fault = |code: &str| {
        trust(&format!(
            "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>a:{code}</s:Value></s:Subcode></s:Code><s:Reason><s:Text>no demo &lt;at&gt; provider</s:Text></s:Reason></s:Fault>"
        ))
    };
    let of_fault = |code| Reply::new(500).header("content-type", "application/soap+xml").body(fault(code));
    for (path, reply, kind, words) in [
        (
            ADFS,
            of_fault("FailedAuthentication"),
            ErrorKind::Unauthenticated,
            "refused the login: a:FailedAuthentication: no ***",
        ),
        (ADFS, of_fault("InvalidScope"), ErrorKind::Unauthenticated, "service_provider_entity_id"),
        (ADFS, Reply::text(500, "broken"), ErrorKind::ServerError, "refused the login (HTTP 500): broken"),
        (ADFS, Reply::new(307).header("location", &*other), ErrorKind::InvalidResponse, "is a redirect (HTTP 307)"),
        (ADFS, document("text/html", "<html/>"), ErrorKind::InvalidResponse, "is `text/html`, and not XML"),
        (ADFS, document("application/soap+xml", LAUGHS), ErrorKind::InvalidResponse, "has a document type"),
        (ADFS, document("application/soap+xml", EXTERNAL), ErrorKind::InvalidResponse, "has a document type"),
        (ADFS, document("application/soap+xml", "<a>".repeat(1000)), ErrorKind::InvalidResponse, "is nested more"),
        (ADFS, Reply::new(200).filler(1 << 40), ErrorKind::InvalidResponse, "is larger than 1 MiB"),
        (
            ADFS,
            document("application/soap+xml", issued("")),
            ErrorKind::InvalidResponse,
            "has no `RequestedSecurityToken`",
        ),
        (
            ADFS,
            document("application/soap+xml", issued("<t:RequestedSecurityToken/>")),
            ErrorKind::InvalidResponse,
            "has no `RequestedSecurityToken`",
        ),
        (SIGN_IN, Reply::new(302).header("location", &*other), ErrorKind::InvalidResponse, "set no cookie"),
        (SIGN_IN, Reply::text(500, "no"), ErrorKind::Unauthenticated, "did not accept the assertion (HTTP 500)"),
        (FEDERATED, Reply::text(401, "no"), ErrorKind::Unauthenticated, "was refused"),
    ] {
        let (provider, keystone, client) = adfs(&TokenCache::new());
        let (server, verb) = match path {
            ADFS => (&provider, "POST"),
            SIGN_IN => (&*keystone, "POST"),
            _ => (&*keystone, "GET"),
        };
        server.on(verb, path).reply(reply);
        let error = client.build().unwrap().access().await.unwrap_err();
        let shown = format!("{error:#} {error:?}");
        assert!(error.kind() == kind && shown.contains(words), "{words}: {shown}");
        assert!(!shown.contains("demo <at>") && !shown.contains("demo &lt;at"), "{words}: {shown}");
    }
    assert_eq!(elsewhere.requests().len(), 0);
    let (_, _, client) = adfs(&TokenCache::new());
    for (option, value, words) in [
        ("password", "a\u{1}b", "cannot be sent to the identity provider"),
        ("identity_provider_url", "http://192.0.2.1/x", "is plain HTTP"),
        ("service_provider_endpoint", "http://192.0.2.1/x", "is plain HTTP"),
    ] {
        let error = client.clone().option(option, value).build().unwrap().access().await.unwrap_err();
        assert!(error.kind() == ErrorKind::InvalidConfig && error.to_string().contains(words), "{option}: {error:#}");
    }
}
