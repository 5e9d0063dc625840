//! Records the certificates that servers present in TLS handshakes, for diagnosing failed connections.

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

/// Records every handshake of some connections. It does not affect verification.
#[derive(Debug, Default)]
pub(crate) struct Witness(Mutex<Vec<Shown>>);

/// The certificates of a server.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// The server name of the request.
    pub(crate) name: String,
    /// Its certificate first, then the others that it sent.
    pub(crate) chain: Vec<Description>,
    /// Set once its signature is verified.
    pub(crate) version: Option<TlsVersion>,
}

impl Witness {
    /// The latest handshake with a server.
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

/// A verifier that records handshakes.
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
