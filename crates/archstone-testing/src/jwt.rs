//! JSON Web Tokens for tests: signing keys and verification.

use std::fmt;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey},
};
use serde_json::{Value, json};

/// A P-256 key.
pub(crate) struct Key {
    pair: EcdsaKeyPair,
    pkcs8: Vec<u8>,
    random: SystemRandom,
}

impl Key {
    pub(crate) fn generate() -> Self {
        let random = SystemRandom::new();
        let failed = |what: &dyn fmt::Display| -> ! { panic!("cannot make a key: {what}") };
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
        let pkcs8 = pkcs8.unwrap_or_else(|error| failed(&error)).as_ref().to_vec();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8, &random);
        Self { pair: pair.unwrap_or_else(|error| failed(&error)), pkcs8, random }
    }

    /// The content of a key file.
    pub(crate) fn pem(&self) -> String {
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(&self.pkcs8))
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let message = format!("{}.{}", encoded(&json!({"alg": "ES256", "typ": "JWT"})), encoded(claims));
        let signature = self.pair.sign(&self.random, message.as_bytes());
        let signature = signature.unwrap_or_else(|error| panic!("cannot sign: {error}"));
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Header and claims of a token signed with this key, or what is wrong with it.
    pub(crate) fn verify(&self, token: &str) -> Result<(Value, Value), &'static str> {
        let (message, signature) = token.rsplit_once('.').ok_or("is no JWT")?;
        let (header, claims) = message.split_once('.').ok_or("is no JWT")?;
        let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| "is not encoded as a JWT");
        let read = |text: &str| serde_json::from_slice(&decoded(text)?).map_err(|_| "holds no JSON");
        let (header, claims): (Value, Value) = (read(header)?, read(claims)?);
        if header["alg"] != "ES256" || header["typ"] != "JWT" {
            return Err("is not signed with ES256");
        }
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.pair.public_key().as_ref())
            .verify(message.as_bytes(), &decoded(signature)?)
            .map_err(|_| "has another signature")?;
        Ok((header, claims))
    }
}
