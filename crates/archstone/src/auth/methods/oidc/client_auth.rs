//! How a client authenticates to a provider: RFC 6749, section 2.3; RFC 7523; RFC 8705.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};
use url::{Url, form_urlencoded::byte_serialize};
use zeroize::Zeroizing;

use crate::{
    auth::{login::Exchange, signature},
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    secret::Secret,
    settings::Settings,
    transport::{Request, SigningKey},
};

const METHOD: &str = "client_auth_method";
/// The option for the signing key.
pub(crate) const SIGNING_KEY_FILE: &str = "client_private_key_file";

/// The authentication methods, as the OAuth registry names them.
const SECRET_BASIC: &str = "client_secret_basic";
const SECRET_POST: &str = "client_secret_post";
const PRIVATE_KEY_JWT: &str = "private_key_jwt";
const TLS_CLIENT_AUTH: &str = "tls_client_auth";

/// The client's credentials.
#[derive(Clone, Debug)]
pub(super) enum ClientAuth {
    /// Only the client id.
    Nothing,
    /// Its secret, in the header.
    Basic(Secret),
    /// Its secret, in the body.
    Post(Secret),
    /// A JWT signed with its key.
    Signed(Signed),
    /// The certificate of the connection. The secret represents its private key.
    Certificate(Secret),
}

/// A signing key, its text, and the provider's id for it.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    /// `None` if the configuration is only inspected.
    key: Option<SigningKey>,
    text: Secret,
    id: Option<String>,
}

/// Whether the client presents its certificate.
pub(crate) fn shows_certificate(settings: &Settings) -> bool {
    settings.text(METHOD).is_some_and(|it| it.value == TLS_CLIENT_AUTH)
}

impl ClientAuth {
    pub(super) fn read(settings: &Settings) -> Result<Self> {
        let secret = settings.secret("client_secret").map(|it| it.value.clone());
        let Some(named) = settings.text(METHOD) else {
            return match secret {
                Some(secret) => Ok(Self::Basic(secret)),
                None if settings.has(SIGNING_KEY_FILE) => Signed::read(settings).map(Self::Signed),
                None => Ok(Self::Nothing),
            };
        };
        let lacks = |option: &str| {
            let message = format!("{} is `{}`, but `{option}` is not given", named.origin, named.value);
            Error::new(ErrorKind::NotConfigured, message)
                .with_hint("give " + Hint::options([option], "or") + ", or another " + Hint::option(METHOD))
        };
        // The secret may still have to be fetched or prompted for.
        let has = |option: &str| settings.has(option).then_some(()).ok_or_else(|| lacks(option));
        match named.value {
            SECRET_BASIC | SECRET_POST => {
                let elsewhere =
                    || ["file", "command", "keyring"].iter().any(|it| settings.has(&format!("client_secret_{it}")));
                let secret = match secret {
                    Some(secret) => secret,
                    None if elsewhere() => "".into(),
                    None => return Err(lacks("client_secret")),
                };
                Ok(if named.value == SECRET_BASIC { Self::Basic(secret) } else { Self::Post(secret) })
            }
            PRIVATE_KEY_JWT => has(SIGNING_KEY_FILE).and_then(|()| Signed::read(settings)).map(Self::Signed),
            TLS_CLIENT_AUTH => has("cert").map(|()| Self::Certificate(settings.client_key())),
            other => {
                let message =
                    format!("{} is `{}`, which is not a client authentication method", named.origin, printable(other));
                Err(Error::new(ErrorKind::InvalidConfig, message).with_hint(format!(
                    "write `{SECRET_BASIC}`, `{SECRET_POST}`, `{PRIVATE_KEY_JWT}` or `{TLS_CLIENT_AUTH}`"
                )))
            }
        }
    }

    /// The client's secret. Empty if only the host has it.
    pub(super) fn secret(&self) -> Option<&Secret> {
        match self {
            Self::Nothing => None,
            Self::Basic(secret) | Self::Post(secret) | Self::Certificate(secret) => Some(secret),
            Self::Signed(signed) => Some(&signed.text),
        }
    }

    /// The same without the secret; empty for the default method.
    pub(super) fn identity(&self) -> Value {
        match self {
            Self::Nothing | Self::Basic(_) => Value::Null,
            Self::Post(_) => SECRET_POST.into(),
            Self::Signed(signed) => json!([PRIVATE_KEY_JWT, signed.id]),
            Self::Certificate(_) => TLS_CLIENT_AUTH.into(),
        }
    }

    /// The options to check when the provider refuses the client.
    pub(super) fn options(&self) -> &'static [&'static str] {
        match self {
            Self::Nothing | Self::Basic(_) | Self::Post(_) => &["client_id", "client_secret"],
            Self::Signed(_) => &["client_id", SIGNING_KEY_FILE, "client_private_key_id"],
            Self::Certificate(_) => &["client_id", "cert"],
        }
    }

    /// Whether it is presented when the connection is made.
    pub(super) fn is_certificate(&self) -> bool {
        matches!(self, Self::Certificate(_))
    }

    /// Adds the client's authentication to a request.
    pub(super) fn show(&self, request: &mut Request, id: &str, audience: &Url, exchange: &Exchange<'_>) -> Result<()> {
        match self {
            // RFC 6749, section 2.3.1: each half is form-encoded. For servers that do not decode it, the one character
            // in usual secrets that does not need encoding is left as it is.
            Self::Basic(secret) => {
                let form = |text: &str| byte_serialize(text.as_bytes()).collect::<String>().replace("%7E", "~");
                let encoded = |text: &str| Zeroizing::new(form(text));
                let pair = Zeroizing::new(format!("{}:{}", *encoded(id), *encoded(secret.expose())));
                request.authorization = Some(format!("Basic {}", STANDARD.encode(pair.as_bytes())).into());
                return Ok(());
            }
            Self::Post(secret) => request.form.push(("client_secret".into(), secret.clone())),
            Self::Signed(signed) => {
                const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                request.form.push(("client_assertion_type".into(), KIND.into()));
                request.form.push(("client_assertion".into(), signed.assertion(id, audience, exchange)?));
            }
            Self::Nothing | Self::Certificate(_) => {}
        }
        // Some flows always send the client id in the body.
        if !request.form.iter().any(|(name, _)| name == "client_id") {
            request.form.push(("client_id".into(), id.into()));
        }
        Ok(())
    }
}

impl Signed {
    fn read(settings: &Settings) -> Result<Self> {
        let id = settings.string("client_private_key_id");
        let (Some(file), Some(text)) = (settings.text(SIGNING_KEY_FILE), settings.signing_key()) else {
            return Ok(Self { key: None, text: "".into(), id });
        };
        let key = SigningKey::from_pem(text, file.value.as_ref(), file.origin.to_string())?;
        Ok(Self { key: Some(key), text: text.clone(), id })
    }

    /// A client assertion for one request: RFC 7523, section 3.
    fn assertion(&self, id: &str, audience: &Url, exchange: &Exchange<'_>) -> Result<Secret> {
        /// Its validity, in seconds.
        const LIFE: i64 = 60;
        let key = self.key.as_ref().ok_or_else(|| {
            let message = format!("the key of the client has not been read from `{SIGNING_KEY_FILE}`");
            Error::new(ErrorKind::NotConfigured, message)
        })?;
        let now = exchange.identity.transport.server_date().as_second();
        let mut header = json!({ "alg": key.algorithm(), "typ": "JWT" });
        if let Some(kid) = &self.id {
            header["kid"] = kid.as_str().into();
        }
        let claims = json!({
            "iss": id,
            "sub": id,
            "aud": audience.as_str(),
            "jti": signature::nonce()?,
            "iat": now,
            "exp": now.saturating_add(LIFE),
        });
        let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let message = format!("{}.{}", encoded(&header), encoded(&claims));
        let signature = key.sign(message.as_bytes())?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)).into())
    }
}
