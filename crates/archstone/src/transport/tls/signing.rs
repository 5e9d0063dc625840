//! Keys that sign a login's assertions: JSON Web Signatures (RFC 7515).

use std::{fmt, path::Path, sync::Arc};

use rustls::{SignatureScheme, crypto::ring::sign::any_supported_type, sign};

use super::{client::File, der};
use crate::{
    error::{Error, ErrorKind, Result},
    secret::Secret,
    transport::TransportSettings,
};

/// The signature algorithms, with their names in RFC 7518 and RFC 8037.
const ALGORITHMS: [(SignatureScheme, &str); 4] = [
    (SignatureScheme::RSA_PKCS1_SHA256, "RS256"),
    (SignatureScheme::ECDSA_NISTP256_SHA256, "ES256"),
    (SignatureScheme::ECDSA_NISTP384_SHA384, "ES384"),
    (SignatureScheme::ED25519, "EdDSA"),
];

/// A private key. Its type determines the algorithm.
#[derive(Clone)]
pub(crate) struct SigningKey(Arc<dyn sign::SigningKey>);

impl SigningKey {
    /// Parses the key in a PEM file that an option names.
    pub(crate) fn from_pem(pem: &Secret, path: &Path, from: String) -> Result<Self> {
        let file = File::of(path, from, pem.expose().as_bytes().to_vec());
        if pem.expose().contains("ENCRYPTED") {
            return Err(file
                .wrong("the key is encrypted, which is not supported here,")
                .with_hint("convert it with `openssl pkcs8 -in FILE -out NEW`, for its owner alone"));
        }
        let key = any_supported_type(&file.key(&TransportSettings::default())?).ok();
        let key = key.filter(|key| ALGORITHMS.iter().any(|(scheme, _)| key.choose_scheme(&[*scheme]).is_some()));
        key.map(Self).ok_or_else(|| {
            file.wrong("there is no key that signs in a known way")
                .with_hint("make an RSA key of 2048 bits or more, or a key of P-256, P-384 or Ed25519")
        })
    }

    fn signer(&self) -> Option<(&'static str, Box<dyn sign::Signer>)> {
        ALGORITHMS.iter().find_map(|(scheme, name)| Some((*name, self.0.choose_scheme(&[*scheme])?)))
    }

    /// The algorithm's name.
    pub(crate) fn algorithm(&self) -> &'static str {
        self.signer().map_or("none", |(name, _)| name)
    }

    /// The signature of a message.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let failed = || Error::new(ErrorKind::InvalidConfig, "the private key of the client does not sign");
        let (_, signer) = self.signer().ok_or_else(failed)?;
        let signature = signer.sign(message).map_err(|source| failed().with_source(source))?;
        // TLS encodes the two numbers of such a signature in DER, RFC 7518 concatenates them, each in its full length.
        match signer.scheme() {
            SignatureScheme::ECDSA_NISTP256_SHA256 => der::numbers(&signature, 32).ok_or_else(failed),
            SignatureScheme::ECDSA_NISTP384_SHA384 => der::numbers(&signature, 48).ok_or_else(failed),
            _ => Ok(signature),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SigningKey").field(&self.algorithm()).finish()
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use ring::{
        rand::SystemRandom,
        signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair, UnparsedPublicKey, VerificationAlgorithm},
    };

    use super::*;

    fn key(pem: &str) -> Result<SigningKey> {
        SigningKey::from_pem(&pem.into(), Path::new("key.pem"), "`client_private_key_file`".into())
    }

    fn pem(pkcs8: &[u8]) -> String {
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(pkcs8))
    }

    #[test]
    fn signatures_have_the_form_of_their_algorithm() {
        let random = SystemRandom::new();
        let ec = |signing| EcdsaKeyPair::generate_pkcs8(signing, &random).expect("a key").as_ref().to_vec();
        let (p256, p384) =
            (ec(&signature::ECDSA_P256_SHA256_FIXED_SIGNING), ec(&signature::ECDSA_P384_SHA384_FIXED_SIGNING));
        let public = |signing, pkcs8: &[u8]| {
            let pair = EcdsaKeyPair::from_pkcs8(signing, pkcs8, &random).expect("a key");
            pair.public_key().as_ref().to_vec()
        };
        let ed25519 = Ed25519KeyPair::generate_pkcs8(&random).expect("a key");
        let of_ed25519 = Ed25519KeyPair::from_pkcs8(ed25519.as_ref()).expect("a key").public_key().as_ref().to_vec();
        let rsa = include_str!("../../../tests/fake/certificates/signing-rsa.pem");
        let rsa_public = include_bytes!("../../../tests/fake/certificates/signing-rsa.pub.der").to_vec();
        let table: [(String, &str, &dyn VerificationAlgorithm, Vec<u8>); 4] = [
            (rsa.into(), "RS256", &signature::RSA_PKCS1_2048_8192_SHA256, rsa_public),
            (
                pem(&p256),
                "ES256",
                &signature::ECDSA_P256_SHA256_FIXED,
                public(&signature::ECDSA_P256_SHA256_FIXED_SIGNING, &p256),
            ),
            (
                pem(&p384),
                "ES384",
                &signature::ECDSA_P384_SHA384_FIXED,
                public(&signature::ECDSA_P384_SHA384_FIXED_SIGNING, &p384),
            ),
            (pem(ed25519.as_ref()), "EdDSA", &signature::ED25519, of_ed25519),
        ];
        for (pem, name, algorithm, public) in table {
            let key = key(&pem).expect("a key");
            assert_eq!(key.algorithm(), name);
            // Many times, since some numbers of such signatures begin with zeros.
            for number in 0..if name == "RS256" { 1 } else { 600_u32 } {
                let message = number.to_be_bytes();
                let signed = key.sign(&message).expect("a signature");
                UnparsedPublicKey::new(algorithm, &public)
                    .verify(&message, &signed)
                    .unwrap_or_else(|_| panic!("{name}: the signature of {number} is wrong"));
            }
            assert!(!format!("{key:?}").contains(pem.lines().nth(1).expect("a line")));
        }
    }

    #[test]
    fn what_is_no_key_is_refused_with_the_file() {
        for text in ["", "text", "-----BEGIN PRIVATE KEY-----\nMTIz\n-----END PRIVATE KEY-----\n"] {
            let error = key(text).expect_err("no key").to_string();
            assert!(error.contains("client_private_key_file") && error.contains("`key.pem`"), "{error}");
        }
    }
}
