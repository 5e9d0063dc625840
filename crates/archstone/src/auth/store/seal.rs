//! Encryption of entries: a store cannot read them, nor change them unnoticed.
//!
//! A key is derived from the login's own secret; the entry's name and the encryption key are derived from that. Without
//! the secret an entry reveals nothing, and a wrong password finds nothing: not even the name can be computed without
//! it.

use ring::{
    aead::{self, Aad, LessSafeKey, Nonce, UnboundKey},
    hmac,
    rand::{SecureRandom, SystemRandom},
};
use zeroize::Zeroizing;

use super::{Content, Store, Trouble};
use crate::{auth::LoginKey, secret::Secret};

/// Identifies an entry, and the version of its format.
const MAGIC: &[u8; 8] = b"ARCHST\x00\x02";
/// Memory for the key derivation, in KiB. Guessing a password from a copied entry costs an attacker this much per
/// attempt; a command with a cached token pays it once, about half a millisecond. The cost of higher values is in
/// docs/token-cache.md.
const DERIVATION_MEMORY: u32 = 1024;

/// One login's name in a store, and the key for its entries.
#[derive(Debug)]
pub(super) struct Seal {
    pub(super) name: String,
    key: LessSafeKey,
    names: hmac::Key,
}

impl Seal {
    /// Deriving the key is deliberately expensive: do it once. `None` if neither the login nor the store has a secret
    /// to derive it from.
    pub(super) fn of(login: &LoginKey, store: &dyn Store) -> Option<Self> {
        if login.secret.expose().is_empty() && store.secret().is_none() {
            return None;
        }
        let parameters = argon2::Params::new(DERIVATION_MEMORY, 1, 1, Some(32)).ok()?;
        let (algorithm, version) = (argon2::Algorithm::Argon2id, argon2::Version::V0x13);
        let argon2 = match store.secret() {
            Some(secret) => {
                argon2::Argon2::new_with_secret(secret.expose().as_bytes(), algorithm, version, parameters).ok()?
            }
            None => argon2::Argon2::new(algorithm, version, parameters),
        };
        let mut master = Zeroizing::new([0; 32]);
        argon2.hash_password_into(login.secret.expose().as_bytes(), &store.salt(&login.identity), &mut *master).ok()?;
        let master = hmac::Key::new(hmac::HMAC_SHA256, &*master);
        let derive = |purpose: &str| {
            let mut context = hmac::Context::with_key(&master);
            context.update(purpose.as_bytes());
            context.update(&[0]);
            context.update(login.identity.as_bytes());
            context.sign()
        };
        let key = UnboundKey::new(&aead::CHACHA20_POLY1305, derive("seal").as_ref()).ok()?;
        let names = hmac::Key::new(hmac::HMAC_SHA256, derive("names").as_ref());
        Some(Self { name: short(&derive("name")), key: LessSafeKey::new(key), names })
    }

    /// The name of another entry that belongs to the login.
    pub(super) fn name_of(&self, subject: &str) -> String {
        short(&hmac::sign(&self.names, subject.as_bytes()))
    }

    /// The additional data that an entry is bound to: format, store, name.
    fn bound_to(name: &str, store: &dyn Store, content: Content) -> Vec<u8> {
        [MAGIC, &*store.place(name, content)].concat()
    }

    pub(super) fn close(&self, store: &dyn Store, content: Content, text: &Secret) -> Result<Vec<u8>, Trouble> {
        self.close_as(&self.name, store, content, text)
    }

    /// Encrypts an entry under another name of the login.
    pub(super) fn close_as(
        &self,
        name: &str,
        store: &dyn Store,
        content: Content,
        text: &Secret,
    ) -> Result<Vec<u8>, Trouble> {
        let refused = |_| Trouble::refused("no random numbers, or encryption failed");
        let mut nonce = [0; aead::NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(refused)?;
        let mut sealed = text.expose().as_bytes().to_vec();
        let bound = Aad::from(Self::bound_to(name, store, content));
        self.key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound, &mut sealed).map_err(refused)?;
        let parts: [&[u8]; 3] = [MAGIC, &nonce, &sealed];
        Ok(parts.concat())
    }

    pub(super) fn open(&self, store: &dyn Store, content: Content, sealed: &[u8]) -> Option<Secret> {
        self.open_as(&self.name, store, content, sealed)
    }

    /// Decrypts an entry under another name of the login.
    pub(super) fn open_as(&self, name: &str, store: &dyn Store, content: Content, sealed: &[u8]) -> Option<Secret> {
        let (nonce, text) = sealed.strip_prefix(MAGIC)?.split_at_checked(aead::NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = Zeroizing::new(text.to_vec());
        let opened = self.key.open_in_place(nonce, Aad::from(Self::bound_to(name, store, content)), &mut text).ok()?;
        Some(Secret::from(std::str::from_utf8(opened).ok()?))
    }
}

/// Half of a digest, encoded as a name.
fn short(digest: &hmac::Tag) -> String {
    digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
