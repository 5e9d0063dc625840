//! The client authentication that a fake provider requires.

use std::collections::{HashMap, HashSet};

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;

use super::{decoded, refuse};
use crate::{Reply, SeenRequest, jwt::Key};

/// The ID of a provider's only client.
pub(super) const CLIENT: &str = "keystone client";
/// The client's secret, with characters that must be encoded.
pub(super) const CLIENT_SECRET: &str = "client:secret%+";
/// The ID of the client's key.
pub(super) const KEY_ID: &str = "key-of-client";

/// The required client authentication.
#[derive(Default)]
pub(super) enum Wanted {
    /// Its secret, in the header.
    #[default]
    Basic,
    /// Its secret, in the body.
    Post,
    /// An assertion signed with its key. Each ID works once.
    Signed { key: Box<Key>, seen: HashSet<String> },
}

type Form = HashMap<String, String>;

impl Wanted {
    /// Authenticates the sender of a form. Only with the secret in the header may the body omit the client's ID, and it
    /// must, unless `may_repeat`.
    pub(super) fn check(
        &mut self,
        request: &SeenRequest,
        form: &Form,
        url: &str,
        may_repeat: bool,
    ) -> Result<(), Reply> {
        let wrong = |what: &str| refuse(401, "invalid_client", what);
        if let Self::Basic = self {
            return basic(request, form, may_repeat);
        }
        if request.header("authorization").is_some() {
            return Err(wrong("the client does not show itself in the header here"));
        }
        if form.get("client_id").map(String::as_str) != Some(CLIENT) {
            return Err(wrong("the client does not name itself in the body"));
        }
        match self {
            Self::Signed { key, seen } => signed(form, key, seen, url).map_err(|what| wrong(&what)),
            _ if form.contains_key("client_assertion") => Err(wrong("a client with a secret has no key")),
            _ if form.get("client_secret").map(String::as_str) == Some(CLIENT_SECRET) => Ok(()),
            _ => Err(wrong(&format!("not the client's secret: {:?}", form.get("client_secret")))),
        }
    }
}

fn basic(request: &SeenRequest, form: &Form, may_repeat: bool) -> Result<(), Reply> {
    let wrong = |what: &str| refuse(401, "invalid_client", what);
    let basic = request.header("authorization").and_then(|it| it.strip_prefix("Basic "));
    let basic = basic.ok_or_else(|| wrong("no client authentication"))?;
    let pair = STANDARD.decode(basic).ok().and_then(|it| String::from_utf8(it).ok());
    let pair = pair.ok_or_else(|| wrong("the client authentication is malformed"))?;
    let shown = pair.split_once(':').map(|(id, secret)| (decoded(id), decoded(secret)));
    if shown != Some((CLIENT.into(), CLIENT_SECRET.into())) {
        return Err(wrong(&format!("unknown client, or not its secret: {shown:?}, sent as {pair}")));
    }
    match form.get("client_id") {
        Some(id) if !may_repeat || id != CLIENT => {
            Err(refuse(400, "invalid_request", "the client names itself in the body, too"))
        }
        _ => Ok(()),
    }
}

/// RFC 7523, section 3.
fn signed(form: &Form, key: &Key, seen: &mut HashSet<String>, url: &str) -> Result<(), String> {
    /// The longest lifetime of an assertion, and the tolerated clock skew, in seconds.
    const LONGEST: i64 = 120;
    const CLOCKS: i64 = 5;
    if form.contains_key("client_secret") {
        return Err("a client with a key has no secret".into());
    }
    let kind = form.get("client_assertion_type").map(String::as_str);
    if kind != Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer") {
        return Err("not a kind of assertion".into());
    }
    let assertion = form.get("client_assertion").ok_or("no assertion")?;
    let (header, claims) = key.verify(assertion).map_err(|what| format!("the assertion {what}: {assertion}"))?;
    let now = Timestamp::now().as_second();
    let time = |name: &str| claims[name].as_i64().ok_or_else(|| format!("the assertion has no `{name}`"));
    let (begin, end) = (time("iat")?, time("exp")?);
    match () {
        () if header["kid"] != KEY_ID => Err("the assertion names another key".into()),
        () if claims["iss"] != CLIENT || claims["sub"] != CLIENT => Err("the assertion is of another client".into()),
        () if claims["aud"] != format!("{url}/token") => Err("the assertion is for another audience".into()),
        () if begin > now + CLOCKS || end <= now || end > now + LONGEST => Err("the assertion is not of now".into()),
        () => match claims["jti"].as_str().filter(|it| it.len() >= 16) {
            Some(id) if seen.insert(id.to_owned()) => Ok(()),
            Some(_) => Err("the assertion was used before".into()),
            None => Err("the assertion has no `jti` that nobody can guess".into()),
        },
    }
}
