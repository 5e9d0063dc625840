//! How a cloud is reached: trust, certificates, time limits, proxies.

use std::{fmt, net::IpAddr, path::PathBuf, time::Duration};

use url::{Host, Url};

use crate::secret::Secret;

/// How a server's certificate is judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// By the authorities that this machine trusts.
    #[default]
    System,
    /// By the authorities in a PEM file, or in the PEM files of a folder, and no other.
    Bundle(PathBuf),
    /// Not at all. Anyone on the way can read passwords and tokens.
    Nothing,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    /// TLS 1.2, the oldest that is spoken.
    #[default]
    Tls12,
    /// TLS 1.3.
    Tls13,
}

/// What becomes of endpoints in the catalog that are reached over plain HTTP, where the login was over HTTPS: anyone on
/// the way can read the token that is sent to them.
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

/// Whether requests go through a proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Proxy {
    /// As `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say, and on macOS and Windows the system's own
    /// settings where no variable names a proxy.
    #[default]
    System,
    /// Never.
    Direct,
    /// Through the one with this URL, which may hold a user name and a password, or as a list such as
    /// `http=http://proxy.example https://keystone.example=none` says.
    Through(Secret),
}

/// The options that settings come from, for messages: an option, a key of a file, a variable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origins {
    pub(crate) cacert: Option<String>,
    pub(crate) proxy: Option<String>,
}

/// How to reach a cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransportSettings {
    /// How a server's certificate is judged.
    pub trust: Trust,
    /// The oldest version of TLS that will do.
    pub tls_min_version: TlsVersion,
    /// A certificate to show, as a PEM file that may also hold the key.
    pub client_certificate: Option<PathBuf>,
    /// The key of the certificate, when it is in a PEM file of its own.
    pub client_key: Option<PathBuf>,
    /// How long a request to the identity service may take in all, and how long any other service may
    /// be silent.
    pub timeout: Duration,
    /// How long reaching the server may take.
    pub connect_timeout: Duration,
    /// Whether requests go through a proxy.
    pub proxy: Proxy,
    /// What becomes of endpoints over plain HTTP after a login over HTTPS.
    pub insecure_endpoints: InsecureEndpoints,
    /// Hosts that are reached without the proxy, as in `NO_PROXY`, which it replaces.
    pub no_proxy: Option<String>,
    /// A UNIX socket that every connection goes to, whatever host the URL names.
    pub unix_socket: Option<PathBuf>,
    /// Names the calling program at the start of the `User-Agent` header.
    pub user_agent: Option<String>,
    /// The address of whoever this program acts for, told in the `Forwarded` header.
    pub original_ip: Option<IpAddr>,
    pub(crate) origins: Origins,
}

impl Default for TransportSettings {
    /// A minute for a request, ten seconds to reach the server.
    fn default() -> Self {
        Self {
            trust: Trust::default(),
            tls_min_version: TlsVersion::default(),
            client_certificate: None,
            client_key: None,
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            proxy: Proxy::default(),
            insecure_endpoints: InsecureEndpoints::default(),
            no_proxy: None,
            unix_socket: None,
            user_agent: None,
            original_ip: None,
            origins: Origins::default(),
        }
    }
}

impl TransportSettings {
    /// Whether nobody on the way can read what is sent to a URL: over TLS, or to this machine.
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

    /// What the `User-Agent` header says: the program, then a client library's own word, then ours.
    pub(crate) fn user_agent(&self, library: Option<&str>) -> String {
        let own = concat!("archstone/", env!("CARGO_PKG_VERSION"));
        let words = [self.user_agent.as_deref(), library, Some(own)];
        words.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// The `Forwarded` header (RFC 7239) for an address; one of version 6 stands in brackets there.
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
    /// The name, as it is configured.
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
