//! What servers show in TLS handshakes, for those who look into a connection that fails.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::{
    DigitallySignedStruct, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    pki_types::{CertificateDer, ServerName, UnixTime},
};

use super::{
    super::TlsVersion,
    der::{self, Description},
};

/// Sees every handshake of some connections. It changes nothing about who is trusted.
#[derive(Debug, Default)]
pub(crate) struct Witness(Mutex<Vec<Shown>>);

/// What a server showed.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// The name that it was asked for by.
    pub(crate) name: String,
    /// Its certificate first, then those that it sent along.
    pub(crate) chain: Vec<Description>,
    /// Known once its signature is checked.
    pub(crate) version: Option<TlsVersion>,
}

impl Witness {
    /// The latest that a server showed.
    pub(crate) fn shown_by(&self, name: &str) -> Option<Shown> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().find(|shown| shown.name == name).cloned()
    }

    fn saw(&self, shown: Shown) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(shown);
    }

    fn is_spoken(&self, version: TlsVersion) {
        if let Some(shown) = self.0.lock().unwrap_or_else(PoisonError::into_inner).last_mut() {
            shown.version = Some(version);
        }
    }
}

/// A verifier with a witness.
#[derive(Debug)]
pub(super) struct Witnessed {
    pub(super) verifier: Arc<dyn ServerCertVerifier>,
    pub(super) witness: Arc<Witness>,
}

impl ServerCertVerifier for Witnessed {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain = std::iter::once(certificate).chain(intermediates).filter_map(|it| der::describe(it)).collect();
        self.witness.saw(Shown { name: name.to_str().into_owned(), chain, version: None });
        self.verifier.verify_server_cert(certificate, intermediates, name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.witness.is_spoken(TlsVersion::Tls12);
        self.verifier.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.witness.is_spoken(TlsVersion::Tls13);
        self.verifier.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}
