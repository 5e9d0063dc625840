//! OAuth 1.0a (RFC 5849): requests that are signed with secrets in place of a token.

use ring::{hmac, rand::SecureRandom};
use url::Url;

use super::prepare::{Content, invalid};
use crate::{
    client::RequestBuilder,
    error::{Error, ErrorKind, Result},
};

/// Signs a request with what its operation was given: `consumer_key` and `consumer_secret`, and for the second step
/// `token`, `token_secret` and `verifier`. A `project` goes into Keystone's own header.
pub(super) fn signed(request: RequestBuilder, url: &Url, given: Option<&Content>, at: u64) -> Result<RequestBuilder> {
    let Some(Content::Json(given)) = given else { return Err(invalid("there is nothing to sign with")) };
    let text = |name: &str| given[name].as_str().filter(|it| !it.is_empty());
    let mut parameters = vec![
        ("oauth_consumer_key", text("consumer_key").unwrap_or_default().to_owned()),
        ("oauth_nonce", nonce()?),
        ("oauth_signature_method", "HMAC-SHA1".to_owned()),
        ("oauth_timestamp", at.to_string()),
        ("oauth_version", "1.0".to_owned()),
    ];
    match text("token") {
        Some(token) => {
            parameters.push(("oauth_token", token.to_owned()));
            parameters.push(("oauth_verifier", text("verifier").unwrap_or_default().to_owned()));
        }
        // The user reads the verifier elsewhere: there is no page to come back to.
        None => parameters.push(("oauth_callback", "oob".to_owned())),
    }
    let base = base_string("POST", url, &parameters);
    let secrets = [text("consumer_secret"), text("token_secret")].map(|it| encoded(it.unwrap_or_default()));
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secrets.join("&").as_bytes());
    parameters.push(("oauth_signature", base64(hmac::sign(&key, base.as_bytes()).as_ref())));
    let parameters = parameters.iter().map(|(name, value)| format!("{name}=\"{}\"", encoded(value)));
    let header = format!("OAuth {}", parameters.collect::<Vec<_>>().join(", "));
    let request = request.without_token().header("authorization", header);
    Ok(match text("project") {
        Some(project) => request.header("requested-project-id", project),
        None => request,
    })
}

/// What is signed: the method, the URL and the sorted parameters, each encoded once more (section 3.4.1).
fn base_string(method: &str, url: &Url, parameters: &[(&'static str, String)]) -> String {
    let mut pairs: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    pairs.sort();
    let mut plain = url.clone();
    plain.set_query(None);
    plain.set_fragment(None);
    format!("{method}&{}&{}", encoded(plain.as_str()), encoded(&pairs.join("&")))
}

/// Percent-encoding as section 3.6 has it: everything but letters, digits and `-._~`.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn nonce() -> Result<String> {
    let mut bytes = [0; 16];
    ring::rand::SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Error::new(ErrorKind::InvalidConfig, "this machine gives no random numbers"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_usize, |word, byte| word << 8 | usize::from(*byte)) << (8 * (3 - chunk.len()));
        for position in 0..4 {
            let is_padding = position > chunk.len();
            text.push(if is_padding { '=' } else { char::from(ALPHABET[word >> (18 - 6 * position) & 63]) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_has_its_signature() {
        // OAuth Core 1.0, appendix A.5.
        let url = Url::parse("http://photos.example.net/photos").expect("a URL");
        let parameters = [
            ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
            ("oauth_token", "nnch734d00sl2jdk"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "1191242096"),
            ("oauth_nonce", "kllo9940pd9333jh"),
            ("oauth_version", "1.0"),
            ("file", "vacation.jpg"),
            ("size", "original"),
        ];
        let parameters = parameters.map(|(name, value)| (name, value.to_owned()));
        let base = base_string("GET", &url, &parameters);
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, b"kd94hf93k423kf44&pfkkdhi9sl3r4s00");

        assert_eq!(base64(hmac::sign(&key, base.as_bytes()).as_ref()), "tR3+Ty81lMeYAr/Fid0kMTYa/WM=");
    }

    #[test]
    fn base64_is_padded() {
        for (bytes, text) in [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("abcd", "YWJjZA==")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
