//! HTTPS, with a certificate authority for the test.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
    sign::{CertifiedKey, SingleCertAndKey},
};

/// A certificate authority that only this test knows.
///
/// ```
/// use archstone::{Client, ErrorKind, TokenCache};
/// use archstone_testing::{Authority, FakeCloud};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> archstone::Result<()> {
/// let authority = Authority::new();
/// let keystone = FakeCloud::demo().start_tls(&authority.expired_certificate());
///
/// let client = Client::builder().auth_url(keystone.auth_url()).username("demo").password("secret");
/// let client = client.cacert(authority.pem_file()).token_cache(&TokenCache::new()).build()?;
/// assert_eq!(client.token().await.unwrap_err().kind(), ErrorKind::TlsNotTrusted);
/// # Ok(())
/// # }
/// ```
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    file: PathBuf,
}

/// A server's certificate and its key. Created by an [`Authority`].
///
/// ```
/// use archstone_testing::{Authority, FakeServer};
///
/// let certificate = Authority::new().certificate_for(&["127.0.0.1", "nova.example"]);
/// assert!(FakeServer::start_tls(&certificate).url().starts_with("https://127.0.0.1:"));
/// ```
#[derive(Clone)]
pub struct Certificate {
    config: Arc<ServerConfig>,
}

impl Authority {
    /// Creates one, and writes its certificate to a file that is deleted when the authority is dropped.
    ///
    /// # Panics
    ///
    /// If the folder for temporary files is not writable.
    #[must_use]
    pub fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "archstone-testing");
        let key = key();
        let certificate = made(params.self_signed(&key));
        let pem = pem(certificate.der());
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let file = std::env::temp_dir().join(format!("archstone-testing-{}-{number}.pem", std::process::id()));
        if let Err(error) = fs::write(&file, &pem) {
            panic!("cannot write `{}`: {error}", file.display());
        }
        Self { issuer: Issuer::new(params, key), pem, file }
    }

    /// The authority's own certificate, which clients have to trust.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The same as a file, for the option `cacert`.
    #[must_use]
    pub fn pem_file(&self) -> &Path {
        &self.file
    }

    /// A certificate for `127.0.0.1` and `localhost`.
    #[must_use]
    pub fn certificate(&self) -> Certificate {
        self.sign(&params(&["127.0.0.1", "localhost"]))
    }

    /// The same for these names and addresses.
    #[must_use]
    pub fn certificate_for(&self, names: &[&str]) -> Certificate {
        self.sign(&params(names))
    }

    /// A certificate for `127.0.0.1` and `localhost` that expired long ago.
    #[must_use]
    pub fn expired_certificate(&self) -> Certificate {
        let mut params = params(&["127.0.0.1", "localhost"]);
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
        self.sign(&params)
    }

    fn sign(&self, params: &CertificateParams) -> Certificate {
        let key = key();
        let certificate = made(params.signed_by(&key, &self.issuer));
        Certificate::from_der(certificate.der().to_vec(), key.serialize_der())
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Certificate {
    /// A certificate created elsewhere, and its key as PKCS #8. The key may belong to another certificate, to simulate
    /// a server that presents a certificate that is not its own.
    ///
    /// # Panics
    ///
    /// If the key is invalid.
    #[must_use]
    pub fn from_der(certificate: Vec<u8>, key: Vec<u8>) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = made(provider.key_provider.load_private_key(made(PrivateKeyDer::try_from(key))));
        let shown = SingleCertAndKey::from(CertifiedKey::new(vec![CertificateDer::from(certificate)], key));
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        Self { config: Arc::new(made(config).with_no_client_auth().with_cert_resolver(Arc::new(shown))) }
    }

    pub(crate) fn server_config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificate")
    }
}

fn params(names: &[&str]) -> CertificateParams {
    made(CertificateParams::new(names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()))
}

fn key() -> KeyPair {
    made(KeyPair::generate())
}

/// Fails only for names that are impossible in a certificate.
fn made<T, E: fmt::Display>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| panic!("cannot make a certificate: {error}"))
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}
