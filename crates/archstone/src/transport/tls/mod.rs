//! TLS configuration: verification of servers, and client certificates.

mod client;
mod der;
#[cfg(feature = "encrypted-keys")]
mod encrypted;
mod exact;
mod files;
#[cfg(not(feature = "encrypted-keys"))]
mod plain;
mod signing;
mod witness;

pub(crate) use client::is_pkcs12;
pub(super) use files::{Files, Stamp};
pub(crate) use signing::SigningKey;

pub(crate) use witness::{Shown, Witness};

use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

use exact::{Exactly, Verifier};
use rustls::{
    ClientConfig, RootCertStore,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};

use super::{TlsVersion, TransportSettings, Trust};
use crate::{
    error::{Error, ErrorKind, Result},
    hint::Hint,
};

/// For connections that are never encrypted: trusts no CA, and is cheap to create.
pub(super) fn without_roots() -> Result<ClientConfig> {
    Ok(builder(TlsVersion::Tls12)?.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

/// For servers that do not use HTTP: trusts the CA bundle in a file, or the system's.
#[cfg(any(feature = "memcached", feature = "redis"))]
pub(crate) fn tls_alone(cacert: Option<&Path>) -> Result<ClientConfig> {
    let trust = cacert.map_or(Trust::System, |path| Trust::Bundle(path.to_owned()));
    let origins = super::Origins { cacert: Some("`token_cache_cacert`".into()), ..super::Origins::default() };
    let mut config = for_settings(&TransportSettings { trust, origins, ..TransportSettings::default() })?;
    config.alpn_protocols.clear();
    Ok(config)
}

/// For the cloud's settings. The system's CA bundle is read once per process.
pub(super) fn for_settings(settings: &TransportSettings) -> Result<ClientConfig> {
    static SYSTEM: OnceLock<Result<ClientConfig>> = OnceLock::new();
    let usual = TransportSettings::default();
    if settings.trust == usual.trust
        && settings.tls_min_version == usual.tls_min_version
        && settings.client_certificate.is_none()
    {
        return SYSTEM.get_or_init(|| make(&TransportSettings::default(), None)).clone();
    }
    make(settings, None)
}

/// The same, recording every handshake.
pub(super) fn witnessed(settings: &TransportSettings, witness: &Arc<Witness>) -> Result<ClientConfig> {
    make(settings, Some(witness))
}

fn make(settings: &TransportSettings, witness: Option<&Arc<Witness>>) -> Result<ClientConfig> {
    let builder = builder(settings.tls_min_version)?;
    let verifier: Arc<dyn ServerCertVerifier> = match &settings.trust {
        Trust::System => {
            let authorities = rustls_platform_verifier::Verifier::new(provider()).map_err(|source| {
                Error::new(ErrorKind::TlsNotTrusted, "cannot read which authorities this machine trusts")
                    .with_source(source)
                    .with_hint("install the system's CA certificates, or name a bundle with " + Hint::option("cacert"))
            })?;
            Arc::new(Verifier { authorities: Arc::new(authorities), exactly: Exactly::OfThisMachine })
        }
        Trust::Bundle(path) => {
            let from = from(settings.origins.cacert.as_deref(), "cacert");
            let (roots, exactly) = bundle(path, &from)?;
            let authorities =
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build().map_err(|source| {
                    invalid(format!("{from}: cannot use the certificates in `{}`", path.display())).with_source(source)
                })?;
            Arc::new(Verifier { authorities, exactly })
        }
        Trust::Nothing => Arc::new(TrustNothing(provider().signature_verification_algorithms)),
    };
    let verifier = match witness {
        Some(witness) => Arc::new(witness::Witnessed { verifier, witness: Arc::clone(witness) }),
        None => verifier,
    };
    let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
    let mut config = match client::identity(settings)? {
        None => builder.with_no_client_auth(),
        Some((certificates, key)) => builder.with_client_auth_cert(certificates, key).map_err(|source| {
            let (from, path) = (from(settings.origins.cert.as_deref(), "cert"), settings.client_certificate.as_deref());
            let path = path.unwrap_or(Path::new("")).display();
            invalid(format!("{from}: the client certificate in `{path}` cannot be used with its key"))
                .with_source(source)
        })?,
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    Arc::clone(PROVIDER.get_or_init(|| Arc::new(rustls::crypto::ring::default_provider())))
}

fn builder(oldest: TlsVersion) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>> {
    let versions: &[&rustls::SupportedProtocolVersion] = match oldest {
        TlsVersion::Tls12 => rustls::DEFAULT_VERSIONS,
        TlsVersion::Tls13 => &[&rustls::version::TLS13],
    };
    ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)
        .map_err(|source| invalid("cannot set up TLS".into()).with_source(source))
}

/// The CAs in a bundle, and all its certificates.
fn bundle(path: &Path, from: &str) -> Result<(RootCertStore, Exactly)> {
    let mut roots = RootCertStore::empty();
    let all = if path.is_dir() { folder(path, from)? } else { certificates(path, from)? };
    let (_, unusable) = roots.add_parsable_certificates(all.iter().cloned());
    if roots.is_empty() {
        let path = path.display();
        return Err(invalid(format!("{from}: none of the {unusable} certificates in `{path}` is usable")));
    }
    Ok((roots, Exactly::Named(all)))
}

/// The certificates in every file of a folder; files without certificates are skipped.
fn folder(path: &Path, from: &str) -> Result<Vec<CertificateDer<'static>>> {
    let files = std::fs::read_dir(path).map_err(|source| unreadable(from, path, source))?;
    let all = files.flatten().filter_map(|file| certificates(&file.path(), from).ok()).flatten().collect::<Vec<_>>();
    if all.is_empty() {
        return Err(invalid(format!("{from}: no file in the folder `{}` holds a PEM certificate", path.display())));
    }
    Ok(all)
}

fn certificates(path: &Path, from: &str) -> Result<Vec<CertificateDer<'static>>> {
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|source| unreadable(from, path, source))?;
    if certificates.is_empty() {
        return Err(invalid(format!("{from}: there is no PEM certificate in `{}`", path.display())));
    }
    Ok(certificates)
}

/// The origin of an option; its name if the program set it.
fn from(origin: Option<&str>, option: &str) -> String {
    origin.map_or_else(|| format!("`{option}`"), str::to_owned)
}

fn unreadable(from: &str, path: &Path, source: impl std::error::Error + Send + Sync + 'static) -> Error {
    invalid(format!("{from}: cannot read `{}`", path.display())).with_source(source)
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidConfig, message)
}

/// Implements `insecure`: any certificate is accepted. Signatures are still checked, so that the peer at least has the
/// key of its certificate.
#[derive(Debug)]
struct TrustNothing(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for TrustNothing {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &rustls::DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signature, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &rustls::DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signature, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.supported_schemes()
    }
}
