//! The claims of an id token.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

/// The claims of a JSON Web Token (RFC 7519). The signature is not checked.
pub(super) struct Claims(Value);

impl Claims {
    /// An unreadable token has no claims.
    pub(super) fn read(token: &str) -> Self {
        let part = token.split('.').nth(1).and_then(|it| URL_SAFE_NO_PAD.decode(it).ok());
        Self(part.and_then(|it| serde_json::from_slice(&it).ok()).unwrap_or_default())
    }

    /// The first sign that the token belongs to another login, if any: OpenID Connect Core 1.0, section 3.1.3.7.
    pub(super) fn difference(&self, nonce: &str, client: &str, issuer: Option<&str>) -> Option<&'static str> {
        let Self(claims) = self;
        let is_for_client = match &claims["aud"] {
            Value::Array(all) => all.iter().any(|it| it == client),
            one => one == client,
        };
        if claims["nonce"] != nonce {
            Some("nonce")
        } else if !is_for_client {
            Some("audience")
        } else if issuer.is_some_and(|it| claims["iss"] != it) {
            Some("issuer")
        } else {
            None
        }
    }
}

/// Parses a token as the library does: for fuzzing.
#[doc(hidden)]
#[must_use]
pub fn read_for_fuzzing(token: &str) -> bool {
    Claims::read(token).difference("nonce", "client", Some("https://login.example")).is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_of_another_login_says_what_differs() {
        let own = json!({"nonce": "nonce", "aud": "client", "iss": "https://login.example"});
        let with = |name: &str, value: Value| {
            let mut claims = own.clone();
            claims[name] = value;
            claims
        };
        for (claims, difference) in [
            (own.clone(), None),
            (with("aud", json!(["another", "client"])), None),
            (with("nonce", json!("other")), Some("nonce")),
            (with("nonce", Value::Null), Some("nonce")),
            (with("aud", json!("client2")), Some("audience")),
            (with("aud", json!([])), Some("audience")),
            (with("aud", json!({"client": 1})), Some("audience")),
            (with("iss", json!("https://login.example/")), Some("issuer")),
            (json!([]), Some("nonce")),
        ] {
            let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()));
            let found = Claims::read(&token).difference("nonce", "client", Some("https://login.example"));
            assert_eq!(found, difference, "{claims}");
            assert_eq!(read_for_fuzzing(&token), difference.is_none());
        }
        for token in ["", ".", "..", "e30", "e30.!.c2ln", "e30.e30", "e30.W10.", "e30.////.c2ln"] {
            assert_eq!(Claims::read(token).difference("nonce", "client", None), Some("nonce"), "{token}");
        }
    }
}
