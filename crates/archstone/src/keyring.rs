//! Secrets in the system keyring: the Secret Service of a Linux desktop, the Keychain of macOS, the
//! Credential Manager of Windows.

use std::{fmt, str::FromStr};

use crate::{
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    secret::Secret,
};

/// What to do on systems without a keyring.
fn without_keyring() -> Hint {
    Hint::options(["password_file", "password_command"], "and") + " work everywhere"
}

/// The place of a secret in the keyring: `service/account`, or an account of the service `archstone`.
///
/// Other programs find it under the same two words: `secret-tool lookup service archstone username demo`, or `keyring
/// get archstone demo` with Python's `keyring`.
///
/// ```
/// use archstone::config::KeyringPlace;
///
/// let place: KeyringPlace = "openstack/alice".parse()?;
/// assert_eq!((place.service(), place.account()), ("openstack", "alice"));
/// assert_eq!("demo".parse::<KeyringPlace>()?.to_string(), "archstone/demo");
/// # Ok::<(), archstone::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyringPlace {
    service: String,
    account: String,
}

impl KeyringPlace {
    /// The service that the secret is for.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The account that the secret belongs to.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Reads the secret. The system may prompt a person to unlock the keyring, and blocks meanwhile.
    ///
    /// # Errors
    ///
    /// [`InvalidConfig`](ErrorKind::InvalidConfig) when there is no such secret, or no keyring: either the system has
    /// none, or the crate was built without its feature `keyring`.
    pub fn read(&self) -> Result<Secret> {
        let missing = || {
            let message = format!("the system keyring has no secret at `{self}`");
            Error::new(ErrorKind::InvalidConfig, message)
                .with_hint("`archstone config set CLOUD password --keyring`, or the option that it is for, asks for it and puts it there")
        };
        system::find(self)?.ok_or_else(missing)
    }

    /// Reads the secret; if there is none, stores a new one.
    pub(crate) fn read_or_make(&self, make: impl FnOnce() -> Result<Secret>) -> Result<Secret> {
        if let Some(secret) = system::find(self)? {
            return Ok(secret);
        }
        let secret = make()?;
        self.write(&secret)?;
        Ok(secret)
    }

    /// Stores a secret, replacing the existing one.
    ///
    /// # Errors
    ///
    /// [`InvalidConfig`](ErrorKind::InvalidConfig) when there is no keyring here.
    pub fn write(&self, secret: &Secret) -> Result<()> {
        system::write(self, secret)
    }

    /// Deletes the secret. Returns whether it existed.
    ///
    /// # Errors
    ///
    /// [`InvalidConfig`](ErrorKind::InvalidConfig) when there is no keyring here.
    pub fn delete(&self) -> Result<bool> {
        system::delete(self)
    }
}

impl FromStr for KeyringPlace {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (service, account) = text.split_once('/').unwrap_or(("archstone", text));
        if service.is_empty() || account.is_empty() {
            let message = format!("`{}` is not a place in a keyring", printable(text));
            return Err(Error::new(ErrorKind::InvalidConfig, message)
                .with_hint("write `service/account`, or an account of the service `archstone`"));
        }
        Ok(Self { service: service.into(), account: account.into() })
    }
}

impl fmt::Display for KeyringPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.service, self.account)
    }
}

#[cfg(feature = "keyring")]
mod system {
    use keyring::v1::{Entry, Error as Failure};

    use super::{Error, ErrorKind, KeyringPlace, Result, Secret, without_keyring};

    pub(super) fn find(place: &KeyringPlace) -> Result<Option<Secret>> {
        match entry(place)?.get_password() {
            Ok(secret) => Ok(Some(Secret::from(secret))),
            Err(Failure::NoEntry) => Ok(None),
            Err(failure) => Err(unusable(&failure)),
        }
    }

    pub(super) fn write(place: &KeyringPlace, secret: &Secret) -> Result<()> {
        entry(place)?.set_password(secret.expose()).map_err(|failure| unusable(&failure))
    }

    pub(super) fn delete(place: &KeyringPlace) -> Result<bool> {
        match entry(place)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(Failure::NoEntry) => Ok(false),
            Err(failure) => Err(unusable(&failure)),
        }
    }

    fn entry(place: &KeyringPlace) -> Result<Entry> {
        if let Err(failure) = Entry::store_status() {
            return Err(unusable(failure));
        }
        Entry::new(&place.service, &place.account).map_err(|failure| unusable(&failure))
    }

    fn unusable(failure: &Failure) -> Error {
        let message = format!("the system keyring cannot be used: {failure}");
        Error::new(ErrorKind::InvalidConfig, message).with_hint(
            "it needs a desktop's session (on Linux a Secret Service, such as GNOME Keyring, on the session's D-Bus); "
                + without_keyring(),
        )
    }
}

#[cfg(not(feature = "keyring"))]
mod system {
    use super::{Error, ErrorKind, KeyringPlace, Result, Secret, without_keyring};

    pub(super) fn find(_: &KeyringPlace) -> Result<Option<Secret>> {
        Err(absent())
    }

    pub(super) fn write(_: &KeyringPlace, _: &Secret) -> Result<()> {
        Err(absent())
    }

    pub(super) fn delete(_: &KeyringPlace) -> Result<bool> {
        Err(absent())
    }

    fn absent() -> Error {
        Error::new(ErrorKind::InvalidConfig, "this build does not support keyrings")
            .with_hint("build with the feature `keyring`; " + without_keyring())
    }
}
