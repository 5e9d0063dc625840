//! Secrets: passwords, tokens, keys.

use std::fmt;

use zeroize::Zeroizing;

/// A value that must never be shown: wiped on drop, hidden in `Debug`, and with no `Display` or
/// `Serialize`, so that printing it by accident does not compile.
///
/// ```
/// let password = archstone::Secret::from("correct horse");
/// assert_eq!(format!("{password:?}"), "Secret(***)");
/// assert_eq!(password.expose(), "correct horse");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Returns the value. Search for `expose` to audit every use.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// A short digest that distinguishes secrets in a log without revealing them.
    #[must_use]
    pub fn digest(&self) -> String {
        let digest = ring::digest::digest(&ring::digest::SHA256, self.0.as_bytes());
        let mut text = String::from("{SHA256}");
        for byte in digest.as_ref().iter().take(8) {
            text.push_str(&format!("{byte:02x}"));
        }
        text
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(Zeroizing::new(value))
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self(Zeroizing::new(value.to_owned()))
    }
}
