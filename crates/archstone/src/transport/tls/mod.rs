//! TLS: whom to trust, and what to show.

mod der;
mod exact;
mod witness;

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
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
};

use super::{TlsVersion, TransportSettings, Trust};
use crate::{
    error::{Error, ErrorKind, Result},
    hint::Hint,
};

/// For connections that are never encrypted: trusts nobody, and costs nothing to make.
pub(super) fn without_roots() -> Result<ClientConfig> {
    Ok(builder(TlsVersion::Tls12)?.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

/// For servers that speak no HTTP: trusts the authorities of a file, or whom this machine trusts.
#[cfg(any(feature = "memcached", feature = "redis"))]
pub(crate) fn tls_alone(cacert: Option<&Path>) -> Result<ClientConfig> {
    let trust = cacert.map_or(Trust::System, |path| Trust::Bundle(path.to_owned()));
    let mut config = for_settings(&TransportSettings { trust, ..TransportSettings::default() })?;
    config.alpn_protocols.clear();
    Ok(config)
}

/// For the cloud's settings. What the machine trusts is read once per process.
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

/// The same with a witness of every handshake.
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
            let (roots, exactly) = bundle(path)?;
            let authorities =
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build().map_err(|source| {
                    invalid(format!("cannot use the certificates in `{}`", path.display())).with_source(source)
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
    let mut config = match &settings.client_certificate {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let key = settings.client_key.as_deref().unwrap_or(path);
            let certificates = certificates(path, "cert")?;
            let key = PrivateKeyDer::from_pem_file(key).map_err(|source| unreadable("key", key, source))?;
            builder.with_client_auth_cert(certificates, key).map_err(|source| {
                invalid(format!("the client certificate in `{}` cannot be used", path.display())).with_source(source)
            })?
        }
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

/// The authorities of a bundle, and all its certificates.
fn bundle(path: &Path) -> Result<(RootCertStore, Exactly)> {
    let mut roots = RootCertStore::empty();
    let all = if path.is_dir() { folder(path)? } else { certificates(path, "cacert")? };
    let (_, unusable) = roots.add_parsable_certificates(all.iter().cloned());
    if roots.is_empty() {
        let path = path.display();
        return Err(invalid(format!("none of the {unusable} certificates in `{path}` is usable")));
    }
    Ok((roots, Exactly::Named(all)))
}

/// The certificates of every file in a folder; files that hold none are no mistake there.
fn folder(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let files = std::fs::read_dir(path).map_err(|source| unreadable("cacert", path, source))?;
    let all =
        files.flatten().filter_map(|file| certificates(&file.path(), "cacert").ok()).flatten().collect::<Vec<_>>();
    if all.is_empty() {
        return Err(invalid(format!("`cacert`: no file in the folder `{}` holds a PEM certificate", path.display())));
    }
    Ok(all)
}

fn certificates(path: &Path, option: &str) -> Result<Vec<CertificateDer<'static>>> {
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|source| unreadable(option, path, source))?;
    if certificates.is_empty() {
        return Err(invalid(format!("`{option}`: there is no PEM certificate in `{}`", path.display())));
    }
    Ok(certificates)
}

fn unreadable(option: &str, path: &Path, source: impl std::error::Error + Send + Sync + 'static) -> Error {
    invalid(format!("`{option}`: cannot read `{}`", path.display())).with_source(source)
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidConfig, message)
}

/// What `insecure` asks for: any certificate will do. Signatures are still checked, so that the
/// peer at least holds the key it shows.
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
