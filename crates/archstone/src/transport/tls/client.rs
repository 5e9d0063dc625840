//! Client certificates: a certificate with its key, in PEM files or in one PKCS#12 file, the key encrypted or not.

use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD};
use rustls::pki_types::{
    CertificateDer, PrivateKeyDer,
    pem::{self, PemObject},
};
use zeroize::Zeroizing;

use super::{from, invalid, unreadable};
use crate::{
    error::{Error, Result},
    hint::Hint,
    secret::Secret,
    transport::TransportSettings,
};

/// A certificate with its chain, and its key.
pub(super) type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// Reads them as configured. `None` if there is no client certificate.
pub(super) fn identity(settings: &TransportSettings) -> Result<Option<Identity>> {
    let Some(path) = &settings.client_certificate else { return Ok(None) };
    let certificate = File::read(path, from(settings.origins.cert.as_deref(), "cert"))?;
    if is_pkcs12(&certificate.content) {
        if settings.client_key.as_ref().is_some_and(|key| key != path) {
            let of_key = from(settings.origins.key.as_deref(), "key");
            let message = format!("{of_key}: the key is in `{}` already, which is a PKCS#12 file", path.display());
            return Err(invalid(message).with_hint("remove " + Hint::option("key")));
        }
        return certificate.pkcs12(settings).map(Some);
    }
    let certificates = certificate.certificates()?;
    let key = match &settings.client_key {
        Some(key) => File::read(key, from(settings.origins.key.as_deref(), "key"))?.key(settings)?,
        None => certificate.key(settings).map_err(|error| match error.hint() {
            Some(_) => error,
            None => error.with_hint("name the file with the key with " + Hint::option("key")),
        })?,
    };
    Ok(Some((certificates, key)))
}

/// Whether the content is a PKCS#12 file: a sequence that begins with the version 3, whose length takes up to four
/// bytes.
pub(crate) fn is_pkcs12(content: &[u8]) -> bool {
    const VERSION: &[u8] = &[2, 1, 3];
    content.first() == Some(&0x30) && (2..=6).any(|begin| content.get(begin..begin + VERSION.len()) == Some(VERSION))
}

/// A file, and the option that names it.
pub(super) struct File<'a> {
    path: &'a Path,
    from: String,
    pub(super) content: Zeroizing<Vec<u8>>,
}

impl<'a> File<'a> {
    fn read(path: &'a Path, from: String) -> Result<Self> {
        let content = std::fs::read(path).map_err(|source| unreadable(&from, path, source))?;
        Ok(Self::of(path, from, content))
    }

    /// A file that has been read.
    pub(super) fn of(path: &'a Path, from: String, content: Vec<u8>) -> Self {
        Self { path, from, content: content.into() }
    }

    /// An error about the file.
    pub(super) fn wrong(&self, what: &str) -> Error {
        invalid(format!("{}: {what} in `{}`", self.from, self.path.display()))
    }

    fn certificates(&self) -> Result<Vec<CertificateDer<'static>>> {
        let certificates = CertificateDer::pem_slice_iter(&self.content)
            .collect::<std::result::Result<Vec<_>, _>>()
            .map_err(|source| unreadable(&self.from, self.path, source))?;
        if certificates.is_empty() {
            let error = self.wrong("there is no PEM certificate");
            let is_binary = self.content.first() == Some(&0x30);
            let hint = "a certificate in binary form becomes PEM with `openssl x509 -inform der -in FILE -out NEW`";
            return Err(if is_binary { error.with_hint(hint) } else { error });
        }
        Ok(certificates)
    }

    /// The private key, decrypted if necessary.
    pub(super) fn key(&self, settings: &TransportSettings) -> Result<PrivateKeyDer<'static>> {
        if let Some(encrypted) = self.section("ENCRYPTED PRIVATE KEY")? {
            return self.decrypted(&encrypted, settings);
        }
        if self.content.windows(ENCRYPTED_BY_OPENSSL.len()).any(|it| it == ENCRYPTED_BY_OPENSSL) {
            return Err(self
                .wrong("the key is encrypted in OpenSSL's old form, which is not supported,")
                .with_hint("convert it with `openssl pkcs8 -topk8 -in FILE -out NEW`"));
        }
        PrivateKeyDer::from_pem_slice(&self.content).map_err(|source| match source {
            pem::Error::NoItemsFound => self.wrong("there is no private key"),
            source => unreadable(&self.from, self.path, source),
        })
    }

    /// The content between the first and last line of a PEM section.
    fn section(&self, label: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let text = std::str::from_utf8(&self.content).unwrap_or_default();
        let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
        let Some((_, rest)) = text.split_once(&begin) else { return Ok(None) };
        let body = rest.split_once(&end).map(|(body, _)| body.split_ascii_whitespace().collect::<String>());
        let bytes = body.and_then(|body| STANDARD.decode(Zeroizing::new(body).as_bytes()).ok());
        bytes.map(|bytes| Some(bytes.into())).ok_or_else(|| self.wrong("the encrypted key is damaged"))
    }
}

impl TransportSettings {
    /// A digest of the client's key, including the passphrase if it is encrypted, as proof of having the key. `None` if
    /// it cannot be read more than once.
    pub(crate) fn client_key_digest(&self) -> Option<Secret> {
        let path = self.client_key.as_ref().or(self.client_certificate.as_ref())?;
        if !path.is_file() {
            return None;
        }
        let key = File::read(path, String::new()).ok()?;
        let is_encrypted = is_pkcs12(&key.content) || key.content.windows(9).any(|it| it == b"ENCRYPTED");
        let passphrase = if is_encrypted { self.key_password().ok()? } else { None };
        let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
        digest.update(&key.content);
        digest.update(passphrase.as_ref().map_or("", Secret::expose).as_bytes());
        Some(STANDARD.encode(digest.finish()).into())
    }
}

/// The header of encrypted keys that OpenSSL wrote before PKCS#8.
const ENCRYPTED_BY_OPENSSL: &[u8] = b"Proc-Type: 4,ENCRYPTED";
