//! Encrypted keys, and PKCS#12 files.

use p12_keystore::{KeyStore, KeyStoreEntry, Pkcs12ImportPolicy, error::Error as Pkcs12Error};
use pkcs8::{EncryptedPrivateKeyInfoRef, pkcs5};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::client::{File, Identity};
use crate::{
    error::{Error, Result},
    hint::Hint,
    secret::Secret,
    transport::TransportSettings,
};

impl File<'_> {
    /// Decrypts a PKCS#8 key with the passphrase.
    pub(super) fn decrypted(&self, encrypted: &[u8], settings: &TransportSettings) -> Result<PrivateKeyDer<'static>> {
        let passphrase = settings.key_password()?.ok_or_else(|| self.locked())?;
        let info = EncryptedPrivateKeyInfoRef::try_from(encrypted)
            .map_err(|source| self.wrong("the encrypted key is damaged").with_source(source))?;
        let key = info.decrypt(passphrase.expose()).map_err(|error| match error {
            pkcs8::Error::EncryptedPrivateKey(
                source @ (pkcs5::Error::UnsupportedAlgorithm { .. } | pkcs5::Error::NoPbes1CryptSupport),
            ) => self.legacy("openssl pkcs8 -topk8 -in FILE -out NEW").with_source(source),
            // With a wrong passphrase, the result is not a key.
            _ => self.refused(),
        })?;
        Ok(PrivatePkcs8KeyDer::from(key.as_bytes().to_vec()).into())
    }

    /// The certificate and the key of a PKCS#12 file.
    pub(super) fn pkcs12(&self, settings: &TransportSettings) -> Result<Identity> {
        let passphrase = settings.key_password()?;
        let text = passphrase.as_ref().map_or("", Secret::expose);
        let store =
            KeyStore::from_pkcs12(&self.content, text, Pkcs12ImportPolicy::Strict).map_err(|error| match error {
                Pkcs12Error::MacError(_) | Pkcs12Error::Pkcs5Error(_) | Pkcs12Error::UnpadError => {
                    if passphrase.is_some() { self.refused() } else { self.locked() }
                }
                Pkcs12Error::UnsupportedEncryptionScheme | Pkcs12Error::UnsupportedMacAlgorithm => {
                    self.legacy("openssl pkcs12 -export -inkey KEY -in CERTIFICATE -out NEW")
                }
                error => self.wrong("the PKCS#12 is damaged, or in a form that is not supported,").with_source(error),
            })?;
        let mut chains = store.entries().filter_map(|(_, entry)| match entry {
            KeyStoreEntry::PrivateKeyChain(chain) => Some(chain),
            _ => None,
        });
        let chain = match (chains.next(), chains.next()) {
            (Some(chain), None) => chain,
            (None, _) => return Err(self.wrong("there is no private key with its certificate")),
            (Some(_), Some(_)) => {
                return Err(self
                    .wrong("there are several private keys")
                    .with_hint("export a file with the one that is meant"));
            }
        };
        let certificates = chain.certs().iter().map(|it| CertificateDer::from(it.as_der().to_vec())).collect();
        Ok((certificates, PrivatePkcs8KeyDer::from(chain.key().as_der().to_vec()).into()))
    }

    fn locked(&self) -> Error {
        self.wrong("the key is encrypted, and no passphrase is given: it is")
            .with_hint("give the passphrase with " + Hint::options(["key_password", "key_password_file"], "or"))
    }

    fn refused(&self) -> Error {
        self.wrong("the passphrase does not open the key").with_hint("check " + Hint::option("key_password"))
    }

    fn legacy(&self, command: &str) -> Error {
        self.wrong("the key is encrypted by an old algorithm that is not supported,")
            .with_hint(format!("convert it with `{command}`"))
    }
}
