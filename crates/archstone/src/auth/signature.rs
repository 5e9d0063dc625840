//! Signatures of requests, which prove knowledge of a secret without sending it.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};
use url::Url;
use zeroize::Zeroizing;

use crate::{
    error::{Error, ErrorKind, Result},
    secret::Secret,
};

/// A message authentication code: only holders of the key can compute it.
pub(super) fn mac(algorithm: hmac::Algorithm, key: &[u8], message: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(algorithm, key), message)
}

/// Encodes bytes in hexadecimal.
pub(super) fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().fold(String::new(), |mut text, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Percent-encodes a text as in RFC 3986: everything but letters, digits and `-._~`.
pub(super) fn escaped(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(byte.into());
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}

/// A random text that is used once.
pub(crate) fn nonce() -> Result<String> {
    let mut bytes = [0; 16];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Error::new(ErrorKind::InvalidConfig, "cannot get random numbers from the system"))?;
    Ok(hex(bytes))
}

/// The value of `Authorization` that signs a request without a body with the secrets of the consumer and its token:
/// OAuth 1.0a (RFC 5849), with HMAC-SHA1.
pub(crate) fn oauth1<'a>(
    method: &str,
    url: &Url,
    mut parameters: Vec<(&'static str, &'a str)>,
    secrets: [&str; 2],
    at: &'a str,
    nonce: &'a str,
) -> Secret {
    parameters.extend([
        ("oauth_nonce", nonce),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", at),
        ("oauth_version", "1.0"),
    ]);
    let base = base_string(method, url, &parameters);
    let [consumer, token] = secrets.map(|secret| Zeroizing::new(escaped(secret)));
    let key = Zeroizing::new(format!("{}&{}", *consumer, *token));
    let signature = STANDARD.encode(mac(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes(), base.as_bytes()));
    let all = parameters.into_iter().chain([("oauth_signature", &*signature)]);
    let members: Vec<_> = all.map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    Secret::from(format!("OAuth {}", members.join(", ")))
}

/// The signature base string of OAuth 1.0a: the method, the URL, and the sorted parameters, including those of the URL,
/// each percent-encoded once more (section 3.4.1).
fn base_string(method: &str, url: &Url, parameters: &[(&str, &str)]) -> String {
    let own = parameters.iter().map(|(name, value)| (escaped(name), escaped(value)));
    let mut pairs: Vec<_> =
        own.chain(url.query_pairs().map(|(name, value)| (escaped(&name), escaped(&value)))).collect();
    pairs.sort();
    let pairs: Vec<_> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{method}&{}&{}", escaped(&url[..url::Position::AfterPath]), escaped(&pairs.join("&")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_oauth_1_has_its_signature() {
        // OAuth Core 1.0, appendix A.5.
        let url = Url::parse("http://photos.example.net/photos?size=original&file=vacation.jpg").expect("a URL");
        let parameters = vec![("oauth_consumer_key", "dpf43f3p2l4k3l03"), ("oauth_token", "nnch734d00sl2jdk")];
        let secrets = ["kd94hf93k423kf44", "pfkkdhi9sl3r4s00"];
        let header = oauth1("GET", &url, parameters, secrets, "1191242096", "kllo9940pd9333jh");
        assert!(header.expose().ends_with(r#"oauth_signature="tR3%2BTy81lMeYAr%2FFid0kMTYa%2FWM%3D""#));
    }

    /// As oauthlib 3.3 signs it.
    #[test]
    fn the_url_is_signed_as_it_is_sent() {
        let table = [
            ("http://127.0.0.1:5000/v3/auth/tokens", "hRtAbmef7904iWJXX3KrdBImEiM%3D"),
            ("https://Keystone.Example:443/identity/v3/auth/tokens", "jhHLgwj1AYwXtD7CfvJl0%2Fy%2B%2FIs%3D"),
            ("https://keystone.example/v3/auth/tokens?nocatalog=&b=1%202", "2coYKhi1JhFOogO0APBU8YrcwyQ%3D"),
        ];
        for (url, signature) in table {
            let (parsed, parameters) =
                (url.parse().expect("a URL"), vec![("oauth_consumer_key", "c0"), ("oauth_token", "a0")]);
            let header =
                oauth1("POST", &parsed, parameters, ["s &1", "t+/2"], "1700000000", "0123456789abcdef01234567");
            let expected = format!("oauth_signature=\"{signature}\"");
            assert!(header.expose().ends_with(&expected), "{url}: {}", header.expose());
        }
    }
}
