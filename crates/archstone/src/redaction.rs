//! Redacts the secrets of a request, so that no error repeats them: services often quote what they refuse.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::secret::Secret;

/// The secrets of a request. A service's message is searched for them before it becomes part of an error.
///
/// Each secret is searched for literally, with the escapes of JSON, Python and HTML, percent-encoded, and within
/// base64, and is replaced by `***`. A secret that is short, or equals a name in the same request, cannot be told from
/// other text: then the whole message is withheld.
#[derive(Clone, Default)]
pub struct SentSecrets {
    secrets: Vec<Secret>,
    names: Vec<String>,
}

/// Shorter secrets occur in any text.
const LONG_ENOUGH: usize = 8;
/// Even shorter ones count only as a separate word: `p` is in any sentence.
const WORD: usize = 4;
/// A longer text is not a name.
const LONGEST_NAME: usize = 255;
/// The maximum length of a service's message that is shown.
const MOST_WORDS: usize = 16 << 10;

impl SentSecrets {
    /// Adds a secret.
    pub(crate) fn add(&mut self, secret: impl Into<Secret>) {
        let secret = secret.into();
        if !secret.expose().is_empty() {
            self.secrets.push(secret);
        }
    }

    /// Adds the value of `Authorization`, and the password in it.
    pub(crate) fn add_authorization(&mut self, value: &str) {
        let proof = value.split_once(' ').map_or(value, |(_, proof)| proof);
        self.add(proof);
        if let Some(Ok(pair)) = STANDARD.decode(proof).ok().map(String::from_utf8)
            && let Some((_, password)) = pair.split_once(':')
        {
            self.add(password);
            // OAuth 2.0 form-encodes it.
            let mut decoded = url::form_urlencoded::parse(password.as_bytes());
            if let (Some((decoded, _)), None) = (decoded.next(), decoded.next()) {
                self.add(decoded.into_owned());
            }
        }
    }

    /// Adds a field of a form.
    pub(crate) fn add_field(&mut self, name: &str, value: &Secret) {
        const NAMES: [&str; 7] =
            ["grant_type", "scope", "client_id", "username", "redirect_uri", "code_challenge", "code_challenge_method"];
        if NAMES.contains(&name) {
            self.names.push(value.expose().to_owned());
        } else {
            self.add(value.clone());
        }
    }

    /// Adds the texts in a body: secrets are those whose key says so, and all other texts are names.
    pub(crate) fn add_body(&mut self, body: &Value) {
        self.collect(body, "", "");
    }

    fn collect(&mut self, value: &Value, parent: &str, key: &str) {
        match value {
            Value::String(text) if is_secret(parent, key) => {
                self.add(text.as_str());
                // A credential's blob is itself JSON.
                if let Ok(inner @ Value::Object(_)) = serde_json::from_str(text) {
                    self.collect(&inner, "", key);
                }
            }
            Value::String(text) if text.len() <= LONGEST_NAME => self.names.push(text.clone()),
            Value::Array(items) => items.iter().for_each(|item| self.collect(item, parent, key)),
            Value::Object(members) => members.iter().for_each(|(name, value)| self.collect(value, key, name)),
            _ => {}
        }
    }

    /// The message without the secrets; `None` if it cannot be shown.
    pub(crate) fn redacted(&self, words: &str) -> Option<String> {
        let mut end = words.len().min(MOST_WORDS);
        while !words.is_char_boundary(end) {
            end -= 1;
        }
        let mut shown = words[..end].to_owned();
        // A secret may be part of another.
        let mut secrets: Vec<_> = self.secrets.iter().map(Secret::expose).collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        for secret in secrets {
            let masked = without_base64(&without(&shown, secret), secret);
            if masked == shown {
                continue;
            }
            if secret.chars().count() < LONG_ENOUGH || self.names.iter().any(|name| name == secret) {
                return None;
            }
            shown = masked;
        }
        Some(shown)
    }
}

impl std::fmt::Debug for SentSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SentSecrets(***)")
    }
}

/// Whether the key of a member says that its text is secret.
fn is_secret(parent: &str, key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["pass", "secret", "token", "blob", "private", "signature", "authorization"].iter().any(|word| key.contains(word))
        || (parent == "token" && key == "id")
}

const MASK: &str = "***";

/// The text without the secret, in any encoding.
fn without(text: &str, secret: &str) -> String {
    let ways: Vec<Vec<Vec<String>>> = (0..=2).map(|level| secret.chars().map(|c| forms(c, level)).collect()).collect();
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    let is_of_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let must_be_word = secret.chars().count() < WORD;
    let mut before = None;
    while let Some(c) = rest.chars().next() {
        let found = ways.iter().find_map(|way| after(rest, way));
        let found = found.filter(|after| !must_be_word || !is_of_word(before) && !is_of_word(after.chars().next()));
        before = Some(c);
        if let Some(after) = found {
            shown.push_str(MASK);
            rest = after;
        } else {
            shown.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    shown
}

/// The rest after a text that is written in these forms, character by character.
fn after<'t>(text: &'t str, forms: &[Vec<String>]) -> Option<&'t str> {
    forms.iter().try_fold(text, |rest, forms| {
        forms.iter().find_map(|form| {
            let start = rest.get(..form.len())?;
            // Hexadecimal digits may be in upper or lower case.
            let is_it = start == form || (form.len() > 2 && start.eq_ignore_ascii_case(form));
            is_it.then(|| &rest[form.len()..])
        })
    })
}

/// The forms of a character: literal, or escaped once or twice; the longest first.
fn forms(c: char, level: usize) -> Vec<String> {
    let mut forms = Vec::new();
    if level > 0 {
        let code = match c {
            '\n' => Some('n'),
            '\r' => Some('r'),
            '\t' => Some('t'),
            '\u{8}' => Some('b'),
            '\u{c}' => Some('f'),
            '"' | '\'' | '/' => Some(c),
            _ => None,
        };
        for slashes in (1..2 * level).rev() {
            let slashes = "\\".repeat(slashes);
            forms.extend(code.map(|code| format!("{slashes}{code}")));
            if !c.is_ascii_graphic() || "<>&'+/=\"\\".contains(c) {
                let units = c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("{slashes}u{unit:04x}")).collect();
                forms.extend([
                    units,
                    format!("{slashes}U{:08x}", u32::from(c)),
                    format!("{slashes}x{:02x}", u32::from(c)),
                ]);
            }
        }
        if c == '\\' {
            forms.push("\\".repeat(2 * level));
        }
    }
    forms.push(c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("%{byte:02x}")).collect());
    let (entity, number) = match c {
        '<' => ("&lt;", "&#60;"),
        '>' => ("&gt;", "&#62;"),
        '&' => ("&amp;", "&#38;"),
        '"' => ("&quot;", "&#34;"),
        '\'' => ("&#x27;", "&#39;"),
        ' ' => ("+", "&#32;"),
        _ => ("", ""),
    };
    forms.extend([entity, number].iter().filter(|it| !it.is_empty()).map(|it| (*it).to_owned()));
    if level == 0 || c != '\\' {
        forms.push(c.to_string());
    }
    forms
}

/// The text without base64 that contains the secret, alone or after something else, such as `user:`.
fn without_base64(text: &str, secret: &str) -> String {
    const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const OF_URLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    /// Shorter matches occur by chance.
    const SHORTEST: usize = 4;
    let is_of_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=-_".contains(c);
    let mut shown = text.to_owned();
    for alphabet in [STANDARD, OF_URLS] {
        for offset in 0..3 {
            let core = base64_within(secret.as_bytes(), offset, alphabet);
            if core.len() < SHORTEST {
                continue;
            }
            while let Some(at) = shown.find(&core) {
                let start = shown[..at]
                    .rfind(|c| !is_of_base64(c))
                    .map_or(0, |before| before + shown[before..].chars().next().map_or(1, char::len_utf8));
                let end = shown[at..].find(|c| !is_of_base64(c)).map_or(shown.len(), |length| at + length);
                shown.replace_range(start..end, MASK);
            }
        }
    }
    shown
}

/// The base64 characters that depend only on these bytes, if `before` bytes (modulo 3) precede them.
fn base64_within(bytes: &[u8], before: usize, alphabet: &[u8; 64]) -> String {
    let first = [0, 4, 2][before % 3];
    let bit = |position: usize| bytes[position / 8] >> (7 - position % 8) & 1;
    (first..)
        .step_by(6)
        .take_while(|start| start + 6 <= bytes.len() * 8)
        .map(|start| char::from(alphabet[(start..start + 6).fold(0, |value, at| value << 1 | usize::from(bit(at)))]))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sent(body: &Value) -> SentSecrets {
        let mut sent = SentSecrets::default();
        sent.add_body(body);
        sent
    }

    #[test]
    fn a_secret_is_found_however_it_is_written() {
        const SECRET: &str = "pä\\ss \"wo'rd\"/\n&<1>=+";
        let json = serde_json::to_string(SECRET).expect("JSON");
        let twice = serde_json::to_string(&json).expect("JSON");
        let in_url: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
        let table = [
            SECRET.to_owned(),
            json.clone(),
            json.replace('ä', "\\u00E4"),
            twice,
            // Python's `repr`.
            "'pä\\\\ss \"wo\\'rd\"/\\n&<1>=+'".to_owned(),
            "p\\xe4\\\\ss \"wo\\'rd\"/\\n&<1>=+".to_owned(),
            in_url.clone(),
            in_url.replace('+', "%20").to_lowercase(),
            "pä\\ss &quot;wo&#x27;rd&quot;/\n&amp;&lt;1&gt;=+".to_owned(),
        ];
        let sent = sent(&json!({"user": {"name": "alice", "password": SECRET}}));
        for written in table {
            let shown = sent.redacted(&format!("bad: {written}, sorry: {written}")).expect("a long secret");
            assert!(!shown.contains("ss") && shown.matches(MASK).count() == 2, "{written}: {shown}");
            assert!(shown.starts_with("bad: ") && shown.contains(", sorry: "), "{shown}");
        }
        assert_eq!(sent.redacted("nothing of it: alice").as_deref(), Some("nothing of it: alice"));
    }

    #[test]
    fn base64_is_looked_into() {
        let sent = sent(&json!({"secret": "correct?horse>"}));
        // Alone, after `a:`, after `alice:`, between others, and in the URL-safe alphabet.
        let table = [
            "Y29ycmVjdD9ob3JzZT4=",
            "YTpjb3JyZWN0P2hvcnNlPg==",
            "YWxpY2U6Y29ycmVjdD9ob3JzZT4=",
            "eHh4eGNvcnJlY3Q_aG9yc2U-eHg",
        ];
        for encoded in table {
            let said = format!("Basic {encoded}, no");
            assert_eq!(sent.redacted(&said).as_deref(), Some("Basic ***, no"), "{encoded}");
        }
    }

    #[test]
    fn what_cannot_be_told_from_other_text_is_withheld_with_all_around_it() {
        let short = sent(
            &json!({"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "bob", "password": "s3cret"}}}}}),
        );
        assert_eq!(short.redacted("no user bob with s3cret"), None);
        assert_eq!(short.redacted("no user bob").as_deref(), Some("no user bob"));

        let tiny = sent(&json!({"password": "p"}));
        assert_eq!(tiny.redacted("no api key").as_deref(), Some("no api key"));
        assert_eq!(tiny.redacted("{'password': 'p'}"), None);

        let equal = sent(&json!({"name": "correct horse", "password": "correct horse"}));
        assert_eq!(equal.redacted("no user correct horse"), None);
    }

    #[test]
    fn keys_say_what_is_secret() {
        let sent = sent(&json!({
            "credential": {"type": "ec2", "blob": "{\"access\": \"access-key\", \"secret\": \"marked-one\"}"},
            "identity": {"token": {"id": "marked-two"}, "adminPass": "marked-three", "id": "plain-text"},
            "methods": ["password"],
        }));
        let said = "access-key marked-one marked-two marked-three plain-text password";
        assert_eq!(sent.redacted(said).as_deref(), Some("access-key *** *** *** plain-text password"));
    }
}
