//! A SAML 2.0 identity provider for logins without a browser (ECP), and the service provider that trusts it.

use std::{
    collections::HashMap,
    fmt,
    ops::Deref,
    sync::{Arc, Mutex},
};

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{FakeServer, Reply, SeenRequest, locked};

const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const ECP: &str = "urn:oasis:names:tc:SAML:2.0:profiles:SSO:ecp";
const PAOS: &str = "application/vnd.paos+xml";

/// A SAML 2.0 identity provider in this process, with the user `demo`, whose password is `demo at provider`.
///
/// It is strict: both sides check the headers, the media types, that the request is forwarded without its header, the
/// relay state, and that each assertion is used once. Like `SimpleSAMLphp`, it refuses a password with HTTP 200 and a
/// SAML status. [`FakeKeystone::trust_saml`](crate::FakeKeystone::trust_saml) makes a fake Keystone its service
/// provider.
///
/// ```
/// use archstone_testing::{FakeKeystone, FakeSamlProvider};
///
/// let (keystone, provider) = (FakeKeystone::start(), FakeSamlProvider::start());
/// keystone.trust_saml("saml", "saml2", &provider);
/// assert!(provider.sso_url().ends_with("/sso"));
/// ```
pub struct FakeSamlProvider {
    server: FakeServer,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    count: usize,
    /// The URL for assertions, which the provider knows from the service provider's metadata.
    consumer: String,
    /// The relay state of each request by the service provider.
    requests: HashMap<String, String>,
    /// The request of each assertion.
    assertions: HashMap<String, String>,
    /// The sessions of the service provider.
    sessions: Vec<String>,
    faults: usize,
}

type Vouches = Box<dyn Fn(&SeenRequest) -> Result<Option<String>, Reply> + Send + Sync>;
type Consumes = Box<dyn Fn(&SeenRequest) -> Reply + Send + Sync>;

impl FakeSamlProvider {
    /// The path where the service provider accepts assertions.
    pub(crate) const CONSUMER: &'static str = "/saml/paosResponse";

    /// Starts a provider.
    ///
    /// # Panics
    ///
    /// As [`FakeServer::start`].
    #[must_use]
    pub fn start() -> Self {
        let (server, state) = (FakeServer::start(), Arc::new(Mutex::new(State::default())));
        let of_logins = Arc::clone(&state);
        server
            .on("POST", "/sso")
            .reply_with(move |request| locked(&of_logins).log_in(request).unwrap_or_else(|refusal| refusal));
        Self { server, state }
    }

    /// The URL for logins.
    #[must_use]
    pub fn sso_url(&self) -> String {
        format!("{}/sso", self.server.url())
    }

    /// Sends responses to a server other than its service provider.
    pub fn forge_consumer(&self, url: &str) {
        url.clone_into(&mut locked(&self.state).consumer);
    }

    /// How many SOAP faults its service provider has received.
    #[must_use]
    pub fn faults(&self) -> usize {
        locked(&self.state).faults
    }

    /// Ends all sessions of its service provider.
    pub fn end_sessions(&self) {
        locked(&self.state).sessions.clear();
    }

    /// The service provider's handlers for a URL: one for the federated URL, and one for assertions.
    pub(crate) fn service_provider(&self, url: &str, provider: &str, protocol: &str) -> (Vouches, Consumes) {
        let place = format!("{url}{}", Self::CONSUMER);
        locked(&self.state).consumer.clone_from(&place);
        let federated = format!("{url}/v3/OS-FEDERATION/identity_providers/{provider}/protocols/{protocol}/auth");
        let (of_vouches, of_consumes) = (Arc::clone(&self.state), Arc::clone(&self.state));
        let vouches = move |request: &SeenRequest| locked(&of_vouches).federated(request, &place).map(Some);
        let consumes =
            move |request: &SeenRequest| locked(&of_consumes).consume(request, &federated).unwrap_or_else(|it| it);
        (Box::new(vouches), Box::new(consumes))
    }
}

impl Deref for FakeSamlProvider {
    type Target = FakeServer;

    fn deref(&self) -> &FakeServer {
        &self.server
    }
}

impl fmt::Debug for FakeSamlProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FakeSamlProvider").field(&self.server.url()).finish()
    }
}

fn xml(kind: &str, text: String) -> Reply {
    Reply::new(200).header("content-type", kind).body(text)
}

fn envelope(header: &str, body: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><S:Envelope xmlns:S="{SOAP}"><S:Header>{header}</S:Header><S:Body>{body}</S:Body></S:Envelope>"#
    )
}

/// The text between two others.
fn between<'t>(text: &'t str, before: &str, behind: &str) -> Option<&'t str> {
    text.split_once(before)?.1.split_once(behind).map(|(found, _)| found)
}

impl State {
    /// The federated URL: returns the user of a session, or a request for the provider.
    fn federated(&mut self, request: &SeenRequest, consumer: &str) -> Result<String, Reply> {
        let cookies = request.header("cookie").unwrap_or_default();
        let session = cookies.split("; ").find_map(|it| it.strip_prefix("session="));
        if session.is_some_and(|session| self.sessions.iter().any(|it| it == session)) {
            return Ok("demo".into());
        }
        let paos = format!(r#"ver="urn:liberty:paos:2003-08";"{ECP}""#);
        let accepts = request.header("accept").is_some_and(|it| it.split(", ").any(|kind| kind == PAOS));
        if !accepts || request.header("paos") != Some(&*paos) {
            return Err(Reply::new(302).header("location", "https://login.example/browser?a=b"));
        }
        self.count += 1;
        let (id, state) = (format!("_request-{}", self.count), format!("state-{} &amp; &lt;more&gt;", self.count));
        let header = format!(
            r#"<paos:Request xmlns:paos="urn:liberty:paos:2003-08" S:mustUnderstand="1" S:actor="http://schemas.xmlsoap.org/soap/actor/next" responseConsumerURL="{consumer}" service="{ECP}"/><ecp:RelayState xmlns:ecp="{ECP}" S:mustUnderstand="1" S:actor="http://schemas.xmlsoap.org/soap/actor/next">{state}</ecp:RelayState>"#
        );
        let body = format!(
            r#"<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="{id}" Version="2.0"/>"#
        );
        self.requests.insert(id.clone(), state);
        let reply = xml(&format!("{PAOS}; charset=utf-8"), envelope(&header, &body));
        Err(reply.header("set-cookie", format!("pending={id}; Path=/; Domain=127.0.0.1; HttpOnly")))
    }

    /// The identity provider: expects a password and a request of the service provider.
    fn log_in(&mut self, request: &SeenRequest) -> Result<Reply, Reply> {
        let wrong = |what: &str| Reply::text(400, what);
        if !request.header("content-type").is_some_and(|it| it.starts_with("text/xml")) {
            return Err(wrong("this is no XML"));
        }
        let (text, consumer) = (request.text(), self.consumer.clone());
        let id = between(&text, "<samlp:AuthnRequest", "/>").and_then(|it| between(it, "ID=\"", "\""));
        let id = id.filter(|id| self.requests.contains_key(*id)).ok_or_else(|| wrong("no request"))?;
        if text.contains(":Header") || text.contains("RelayState") {
            return Err(wrong("the header is the client's own"));
        }
        let basic = request.header("authorization").and_then(|it| it.strip_prefix("Basic "));
        let pair = basic.and_then(|it| STANDARD.decode(it).ok()).and_then(|it| String::from_utf8(it).ok());
        let pair = pair.ok_or_else(|| Reply::new(401).header("www-authenticate", "Basic"))?;
        let head = format!(
            r#"<ecp:Response xmlns:ecp="{ECP}" S:mustUnderstand="1" S:actor="http://schemas.xmlsoap.org/soap/actor/next" AssertionConsumerServiceURL="{consumer}"/>"#
        );
        let response = |status: &str, assertion: &str| {
            let body = format!(
                r#"<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" InResponseTo="{id}">{status}{assertion}</samlp:Response>"#
            );
            xml("text/xml", envelope(&head, &body))
        };
        let status = |code: &str, inner: &str| {
            format!(r#"<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{code}">{inner}"#)
                + "</samlp:StatusCode>"
        };
        if pair != "demo:demo at provider" {
            let inner = r#"<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/>"#;
            let said = format!("<samlp:StatusMessage>not known: {pair}</samlp:StatusMessage></samlp:Status>");
            return Err(response(&(status("Responder", inner) + &said), ""));
        }
        self.count += 1;
        let assertion = format!("assertion-{}", self.count);
        self.assertions.insert(assertion.clone(), id.to_owned());
        let signed = format!(
            r#"<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><!-- signed -->{assertion}</saml:Assertion>"#
        );
        Ok(response(&(status("Success", "") + "</samlp:Status>"), &signed).header("set-cookie", "provider=session"))
    }

    /// The service provider: expects an assertion for one of its requests.
    fn consume(&mut self, request: &SeenRequest, federated: &str) -> Result<Reply, Reply> {
        let wrong = |what: &str| Reply::text(500, format!("opensaml::FatalProfileException: {what}"));
        if request.header("content-type") != Some(PAOS) {
            return Err(wrong("this is no PAOS"));
        }
        let text = request.text();
        if text.contains("Fault>") {
            self.faults += 1;
            return Err(wrong("fault"));
        }
        let assertion = between(&text, "<!-- signed -->", "</saml:Assertion>").ok_or_else(|| wrong("no assertion"))?;
        let id = self.assertions.remove(assertion).ok_or_else(|| wrong("an assertion that was used"))?;
        let is_pending = request.header("cookie").is_some_and(|it| it.contains(&format!("pending={id}")));
        let state = between(&text, "<ecp:RelayState", "</ecp:RelayState>").and_then(|it| it.split_once('>'));
        if !is_pending || state.map(|it| it.1) != self.requests.remove(&id).as_deref() {
            return Err(wrong("another relay state, or no cookie"));
        }
        self.count += 1;
        let session = format!("session-of-service-provider-{}", self.count);
        self.sessions.push(session.clone());
        let cookie = format!("session={session}; path=/; HttpOnly");
        Ok(Reply::new(302).header("location", federated).header("set-cookie", cookie))
    }
}
