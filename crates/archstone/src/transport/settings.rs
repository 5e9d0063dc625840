//! Connection settings: CA bundle, certificates, timeouts, proxies.

use std::{fmt, net::IpAddr, path::PathBuf, sync::Arc, time::Duration};

use http::HeaderMap;
use url::{Host, Url};

use crate::{error::Result, secret::Secret};

/// How a server's certificate is verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Against the system's CA bundle.
    #[default]
    System,
    /// Against the CA bundle in a PEM file, or in the PEM files in a folder, instead of the system's.
    Bundle(PathBuf),
    /// Not at all. An attacker on the network can read passwords and tokens.
    Nothing,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    /// TLS 1.2, the oldest supported version.
    #[default]
    Tls12,
    /// TLS 1.3.
    Tls13,
}

/// How to treat plain-HTTP endpoints in the catalog after a login over HTTPS: anyone on the network path can read the
/// token that is sent to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InsecureEndpoints {
    /// They are used, with one warning for each.
    #[default]
    Warn,
    /// They are used.
    Allow,
    /// They are an error.
    Refuse,
}

/// The use of proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Proxy {
    /// As set in `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, and on macOS and Windows in the system's own
    /// settings if no variable sets a proxy.
    #[default]
    System,
    /// No proxy.
    Direct,
    /// The proxy with this URL, which may contain a user name and a password, or a list such as
    /// `http=http://proxy.example https://keystone.example=none`.
    Through(Secret),
}

/// The passphrase of the client's key. It is read when a connection needs it, and again when the key has changed.
#[derive(Clone)]
pub(crate) struct KeyPassword {
    /// The configured value, for comparison: an option with its value, which is not a secret, or the passphrase itself.
    said: Secret,
    read: Arc<dyn Fn() -> Result<Secret> + Send + Sync>,
}

impl KeyPassword {
    pub(crate) fn new(said: Secret, read: impl Fn() -> Result<Secret> + Send + Sync + 'static) -> Self {
        Self { said, read: Arc::new(read) }
    }

    pub(crate) fn read(&self) -> Result<Secret> {
        (self.read)()
    }
}

impl fmt::Debug for KeyPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyPassword")
    }
}

impl PartialEq for KeyPassword {
    fn eq(&self, other: &Self) -> bool {
        self.said == other.said
    }
}

impl Eq for KeyPassword {}

/// The origins of settings, for messages: an option, a key in a file, a variable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origins {
    pub(crate) cacert: Option<String>,
    pub(crate) cert: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) proxy: Option<String>,
}

/// Connection settings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransportSettings {
    /// How a server's certificate is verified.
    pub trust: Trust,
    /// The minimum version of TLS.
    pub tls_min_version: TlsVersion,
    /// The client certificate, as a PEM file that may also contain the key, or as a PKCS#12 file with both.
    pub client_certificate: Option<PathBuf>,
    /// The key of the certificate, if it is in a separate PEM file.
    pub client_key: Option<PathBuf>,
    /// The passphrase of that key.
    pub(crate) key_password: Option<KeyPassword>,
    /// The timeout of a whole request to the identity service, and the read timeout of any other service.
    pub timeout: Duration,
    /// The timeout of connecting to a server.
    pub connect_timeout: Duration,
    /// The proxy to use.
    pub proxy: Proxy,
    /// How to treat plain-HTTP endpoints after a login over HTTPS.
    pub insecure_endpoints: InsecureEndpoints,
    /// Hosts that bypass the proxy, as in `NO_PROXY`, which it replaces.
    pub no_proxy: Option<String>,
    /// A UNIX socket to use for every connection, whatever host the URL names.
    pub unix_socket: Option<PathBuf>,
    /// Names the calling program at the start of the `User-Agent` header.
    pub user_agent: Option<String>,
    /// The address of the caller for whom this program acts, sent to services in the `Forwarded` header.
    pub original_ip: Option<IpAddr>,
    /// Headers with the scope of each request to the identity service, if there is no token.
    pub(crate) scope_headers: HeaderMap,
    pub(crate) origins: Origins,
}

impl Default for TransportSettings {
    /// One minute for a request, ten seconds for connecting.
    fn default() -> Self {
        Self {
            trust: Trust::default(),
            tls_min_version: TlsVersion::default(),
            client_certificate: None,
            client_key: None,
            key_password: None,
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            proxy: Proxy::default(),
            insecure_endpoints: InsecureEndpoints::default(),
            no_proxy: None,
            unix_socket: None,
            user_agent: None,
            original_ip: None,
            scope_headers: HeaderMap::new(),
            origins: Origins::default(),
        }
    }
}

impl TransportSettings {
    /// The passphrase of the client's key, if one is configured, read from its source.
    ///
    /// # Errors
    ///
    /// When the file, the command or the keyring fails to provide it.
    pub fn key_password(&self) -> Result<Option<Secret>> {
        self.key_password.as_ref().map(KeyPassword::read).transpose()
    }

    /// Whether requests to a URL cannot be read on the network: over TLS, or to this machine.
    pub(crate) fn is_private(&self, url: &Url) -> bool {
        url.scheme() == "https"
            || self.unix_socket.is_some()
            || match url.host() {
                Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
                Some(Host::Ipv4(address)) => address.is_loopback(),
                Some(Host::Ipv6(address)) => address.is_loopback(),
                None => false,
            }
    }

    /// The `User-Agent` header: the program, then a client library's product, then ours.
    pub(crate) fn user_agent(&self, library: Option<&str>) -> String {
        let own = concat!("archstone/", env!("CARGO_PKG_VERSION"));
        let words = [self.user_agent.as_deref(), library, Some(own)];
        words.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// The `Forwarded` header (RFC 7239) for an address; IPv6 addresses are in brackets there.
    pub(crate) fn forwarded(address: IpAddr, user_agent: &str) -> String {
        let address = match address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("\"[{address}]\""),
        };
        let by: String = user_agent.chars().filter(|it| !matches!(it, '"' | '\\')).collect();
        format!("for={address};by=\"{by}\"")
    }
}

impl InsecureEndpoints {
    /// The value in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Allow => "allow",
            Self::Refuse => "refuse",
        }
    }
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tls12 => "1.2",
            Self::Tls13 => "1.3",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_about_the_caller_are_well_formed() {
        let named = TransportSettings { user_agent: Some("app/1".into()), ..TransportSettings::default() };
        let own = TransportSettings::default().user_agent(None);
        assert!(own.starts_with("archstone/"), "{own}");
        assert_eq!(named.user_agent(Some("library/2")), format!("app/1 library/2 {own}"));

        let forwarded = |address: &str| TransportSettings::forwarded(address.parse().expect("an address"), "a\"b/1");
        assert_eq!(forwarded("192.0.2.7"), "for=192.0.2.7;by=\"ab/1\"");
        assert_eq!(forwarded("2001:db8::7"), "for=\"[2001:db8::7]\";by=\"ab/1\"");
    }
}
