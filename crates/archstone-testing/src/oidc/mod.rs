//! A strict OpenID Connect provider.

mod client;
mod device;
mod grants;

use std::{
    collections::{HashMap, HashSet},
    fmt,
    ops::Deref,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};

use client::{CLIENT, CLIENT_SECRET, KEY_ID, Wanted};
use device::Device;

use crate::{FakePlatform, FakeServer, Reply, SeenRequest, jwt::Key, locked};

/// An OpenID Connect provider in this process, with one client and the user `demo`, whose password is `demo at provider`.
///
/// It is a stub, but a strict one: it checks the client's authentication, the grant, the scope, PKCE, the polling
/// interval of devices, and every part of a token to exchange, and refuses everything that violates the standards. With
/// [`FakeKeystone::trust`](crate::FakeKeystone::trust), a fake Keystone accepts its users.
///
/// ```
/// use archstone_testing::{FakeKeystone, FakeProvider};
///
/// let (keystone, provider) = (FakeKeystone::start(), FakeProvider::start());
/// keystone.trust("sso", "openid", &provider);
/// assert!(provider.discovery_endpoint().ends_with("/.well-known/openid-configuration"));
/// ```
pub struct FakeProvider {
    server: FakeServer,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    url: String,
    count: usize,
    /// The users of access tokens.
    access: HashMap<String, String>,
    refresh: HashMap<String, String>,
    devices: HashMap<String, Device>,
    /// How many of its next responses ask a device to slow down.
    slow_down: usize,
    no_interval: bool,
    codes: HashMap<String, Code>,
    /// Whether its ID tokens have the nonce of another login.
    other_nonce: bool,
    wanted: Wanted,
    /// The form field for passcodes, and the valid ones, which work once each.
    passcodes: Option<(String, Vec<String>)>,
    /// The issuer whose tokens it exchanges.
    platform: Option<Vouches>,
    /// The reported type of exchanged tokens.
    issued_type: Option<String>,
}

type Vouches = Box<dyn Fn(&str) -> Result<String, &'static str> + Send + Sync>;

/// A code that was given to a browser.
struct Code {
    redirect_uri: String,
    challenge: String,
    nonce: String,
}

type Form = HashMap<String, String>;

impl FakeProvider {
    /// Starts a provider.
    ///
    /// # Panics
    ///
    /// As [`FakeServer::start`].
    #[must_use]
    pub fn start() -> Self {
        let server = FakeServer::start();
        let state = Arc::new(Mutex::new(State { url: server.url().to_owned(), ..State::default() }));
        server.on("GET", "/.well-known/openid-configuration").reply(Reply::json(200, discovery(server.url())));
        let of_tokens = Arc::clone(&state);
        server
            .on("POST", "/token")
            .reply_with(move |request| locked(&of_tokens).token(request).unwrap_or_else(|refusal| refusal));
        let of_browsers = Arc::clone(&state);
        server
            .on("GET", "/authorize")
            .reply_with(move |request| locked(&of_browsers).authorize(request).unwrap_or_else(|refusal| refusal));
        let of_revocations = Arc::clone(&state);
        server
            .on("POST", "/revoke")
            .reply_with(move |request| locked(&of_revocations).revoke(request).unwrap_or_else(|refusal| refusal));
        let of_devices = Arc::clone(&state);
        server
            .on("POST", "/device")
            .reply_with(move |request| locked(&of_devices).device(request).unwrap_or_else(|refusal| refusal));
        Self { server, state }
    }

    /// The client's ID.
    #[must_use]
    pub fn client_id(&self) -> &'static str {
        CLIENT
    }

    /// The client's secret.
    #[must_use]
    pub fn client_secret(&self) -> &'static str {
        CLIENT_SECRET
    }

    /// The discovery document's URL.
    #[must_use]
    pub fn discovery_endpoint(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.server.url())
    }

    /// Issues an access token, as for a login of `demo` elsewhere.
    #[must_use]
    pub fn issue(&self) -> String {
        locked(&self.state).new_token("access", "demo")
    }

    /// Revokes all access tokens, but no refresh tokens.
    pub fn end_access_tokens(&self) {
        locked(&self.state).access.clear();
    }

    /// Revokes all refresh tokens.
    pub fn end_refresh_tokens(&self) {
        locked(&self.state).refresh.clear();
    }

    /// The number of valid refresh tokens.
    #[must_use]
    pub fn refresh_tokens(&self) -> usize {
        locked(&self.state).refresh.len()
    }

    /// The number of device logins that wait for confirmation.
    #[must_use]
    pub fn waiting_devices(&self) -> usize {
        locked(&self.state).devices.values().filter(|it| it.confirmed.is_none()).count()
    }

    /// Confirms or refuses all device logins that [wait](Self::waiting_devices).
    pub fn confirm(&self, is_confirmed: bool) {
        for device in locked(&self.state).devices.values_mut() {
            device.confirmed.get_or_insert(is_confirmed);
        }
    }

    /// Expires all device logins that wait.
    pub fn end_devices(&self) {
        locked(&self.state).devices.clear();
    }

    /// Requires a passcode with each password, in a form field of this name. Each of these works once.
    pub fn want_passcodes(&self, field: &str, passcodes: &[&str]) {
        let passcodes = passcodes.iter().map(|it| (*it).to_owned()).collect();
        locked(&self.state).passcodes = Some((field.to_owned(), passcodes));
    }

    /// Asks devices to slow down for the next polls.
    pub fn slow_down_next(&self, times: usize) {
        locked(&self.state).slow_down = times;
    }

    /// Sends devices no interval, which means five seconds.
    pub fn tell_no_interval(&self) {
        locked(&self.state).no_interval = true;
    }

    /// Issues ID tokens with the nonce of another login.
    pub fn confuse_nonces(&self) {
        locked(&self.state).other_nonce = true;
    }

    /// Requires the client's secret in the body from now on.
    pub fn want_secret_in_body(&self) {
        locked(&self.state).wanted = Wanted::Post;
    }

    /// Creates a key for the client, requires assertions signed with it from now on, and returns the content of the key
    /// file. The provider checks every claim of RFC 7523.
    #[must_use]
    pub fn new_client_key(&self) -> String {
        let key = Key::generate();
        let text = key.pem();
        locked(&self.state).wanted = Wanted::Signed { key: Box::new(key), seen: HashSet::new() };
        text
    }

    /// The ID of that key.
    #[must_use]
    pub fn client_key_id(&self) -> &'static str {
        KEY_ID
    }

    /// Exchanges tokens issued by a platform whose audience is the provider's URL (RFC 8693).
    pub fn trust_platform(&self, platform: &FakePlatform) {
        let vouches = platform.vouches(self.server.url());
        locked(&self.state).platform = Some(Box::new(vouches));
    }

    /// Reports another type for exchanged tokens.
    pub fn issue_as(&self, issued_token_type: &str) {
        locked(&self.state).issued_type = Some(issued_token_type.to_owned());
    }

    /// Returns the name of an access token's user.
    pub(crate) fn vouches(&self) -> impl Fn(&str) -> Option<String> + Send + Sync + 'static {
        let state = Arc::clone(&self.state);
        move |bearer| locked(&state).access.get(bearer).cloned()
    }
}

impl Deref for FakeProvider {
    type Target = FakeServer;

    fn deref(&self) -> &FakeServer {
        &self.server
    }
}

impl fmt::Debug for FakeProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FakeProvider").field(&self.server.url()).finish()
    }
}

fn discovery(url: &str) -> Value {
    json!({
        "issuer": url,
        "token_endpoint": format!("{url}/token"),
        "device_authorization_endpoint": format!("{url}/device"),
        "authorization_endpoint": format!("{url}/authorize"),
        "revocation_endpoint": format!("{url}/revoke"),
        "jwks_uri": format!("{url}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    })
}

/// An OAuth 2.0 error (RFC 6749, section 5.2).
pub(crate) fn refuse(status: u16, code: &str, description: &str) -> Reply {
    Reply::json(status, json!({ "error": code, "error_description": description }))
}

/// The fields of a form, each of which may occur once.
fn form(request: &SeenRequest) -> Result<Form, Reply> {
    let wrong = |what: &str| refuse(400, "invalid_request", what);
    if request.header("content-type") != Some("application/x-www-form-urlencoded") {
        return Err(wrong("the request is not a form"));
    }
    let mut fields = Form::new();
    for pair in request.text().split('&') {
        let (name, value) = pair.split_once('=').ok_or_else(|| wrong("a field has no value"))?;
        if fields.insert(decoded(name), decoded(value)).is_some() {
            return Err(wrong("a field is there twice"));
        }
    }
    Ok(fields)
}

/// Decodes text of a form.
pub(crate) fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|it| std::str::from_utf8(it).ok());
        let code = code.and_then(|it| u8::from_str_radix(it, 16).ok());
        match (first, code) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            (byte, _) => bytes.push(byte),
        }
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl State {
    fn new_token(&mut self, kind: &str, user: &str) -> String {
        self.count += 1;
        let token = format!("{kind}-token-of-provider-{}", self.count);
        let tokens = if kind == "access" { &mut self.access } else { &mut self.refresh };
        tokens.insert(token.clone(), user.to_owned());
        token
    }
}
