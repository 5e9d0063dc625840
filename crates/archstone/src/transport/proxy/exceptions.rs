//! `no_proxy`: hosts that bypass the proxy.
//!
//! The rules are curl's, extended by networks in CIDR notation, ports, and `*` next to other entries.

use std::net::IpAddr;

use url::{Host, Url};

/// A list of hosts, as in `no_proxy`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Exceptions(Vec<Exception>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Exception {
    hosts: Hosts,
    /// Restricts it to this port.
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Hosts {
    All,
    /// A domain, with all subdomains.
    Domain(String),
    Address(IpAddr),
    Network(IpAddr, u8),
}

impl Exceptions {
    /// Entries are separated by commas or blanks. One that is not a valid host matches nothing.
    pub(super) fn parse(list: &str) -> Self {
        let entries = list.split(|it: char| it == ',' || it.is_whitespace()).filter(|entry| !entry.is_empty());
        Self(entries.filter_map(exception).collect())
    }

    pub(super) fn include(&self, url: &Url) -> bool {
        let (Some(host), port) = (url.host(), url.port_or_known_default()) else { return true };
        self.0.iter().any(|it| it.port.is_none_or(|only| Some(only) == port) && it.hosts.include(&host))
    }
}

fn exception(entry: &str) -> Option<Exception> {
    if let Some((network, bits)) = entry.split_once('/') {
        let (network, bits) = (address(network)?, bits.parse().ok()?);
        let most = if network.is_ipv4() { 32 } else { 128 };
        return (bits <= most).then_some(Exception { hosts: Hosts::Network(network, bits), port: None });
    }
    // An IPv6 address without brackets is not a host with a port.
    if let Some(address) = address(entry) {
        return Some(Exception { hosts: Hosts::Address(address), port: None });
    }
    let (host, port) = match entry.rsplit_once(':').map(|(host, port)| (host, port.parse())) {
        Some((host, Ok(port))) => (host, Some(port)),
        _ => (entry, None),
    };
    let hosts = match address(host) {
        Some(address) => Hosts::Address(address),
        None if host == "*" => Hosts::All,
        None => match Host::parse(host.strip_prefix("*.").unwrap_or(host).trim_matches('.')).ok()? {
            Host::Domain(domain) => Hosts::Domain(domain),
            Host::Ipv4(address) => Hosts::Address(address.into()),
            Host::Ipv6(address) => Hosts::Address(address.into()),
        },
    };
    Some(Exception { hosts, port })
}

fn address(text: &str) -> Option<IpAddr> {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    inner.unwrap_or(text).parse::<IpAddr>().ok().map(|it| it.to_canonical())
}

impl Hosts {
    fn include(&self, host: &Host<&str>) -> bool {
        let host = match host {
            Host::Domain(host) => {
                return match self {
                    Self::All => true,
                    Self::Domain(domain) => {
                        let above = host.trim_end_matches('.').strip_suffix(domain.as_str());
                        above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
                    }
                    Self::Address(_) | Self::Network(..) => false,
                };
            }
            Host::Ipv4(address) => IpAddr::from(*address),
            Host::Ipv6(address) => IpAddr::from(*address).to_canonical(),
        };
        match self {
            Self::All => true,
            Self::Domain(_) => false,
            Self::Address(address) => *address == host,
            Self::Network(network, bits) => begins_alike(*network, host, *bits),
        }
    }
}

/// Whether the first bits of two addresses are equal.
fn begins_alike(one: IpAddr, other: IpAddr, bits: u8) -> bool {
    let differ = match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros(),
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros(),
        _ => return false,
    };
    differ >= u32::from(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_matched_by_name_address_network_and_port() {
        // (`no_proxy`, reached directly, reached through the proxy)
        #[rustfmt::skip]
        let cases: &[(&str, &[&str], &[&str])] = &[
            ("", &[], &["http://a.example", "http://127.0.0.1", "http://localhost"]),
            ("*", &["http://a.example", "http://127.0.0.1:5000", "https://[::1]:5000", "http://a"], &[]),
            ("10.0.0.1,*", &["http://192.0.2.1", "http://a.example"], &[]),
            ("*:5000", &["http://a:5000", "http://192.0.2.1:5000"], &["http://a:5001", "http://a"]),
            ("a.example", &["http://a.example", "https://b.a.example:1", "http://A.EXAMPLE", "http://a.example."], &["http://ba.example", "http://example", "http://a.example.org"]),
            (".a.example", &["http://a.example", "http://b.a.example"], &["http://ba.example"]),
            ("*.a.example", &["http://a.example", "http://b.a.example"], &["http://ba.example"]),
            ("A.Example.", &["http://a.example", "http://a.example."], &["http://example"]),
            ("bücher.example", &["http://bücher.example", "http://xn--bcher-kva.example"], &["http://bucher.example"]),
            ("x, a.example ,\tb", &["http://a.example", "http://b", "http://x"], &["http://ab"]),
            ("a b", &["http://a", "http://b"], &["http://ab"]),
            ("a:5000", &["http://a:5000", "http://b.a:5000"], &["http://a", "http://a:5001"]),
            ("a:80,b:443", &["http://a", "https://b"], &["https://a", "http://b"]),
            ("127.0.0.1", &["http://127.0.0.1:5000", "http://0x7f.1", "http://[::ffff:127.0.0.1]"], &["http://127.0.0.2"]),
            ("127.0.0.1:5000", &["http://127.0.0.1:5000"], &["http://127.0.0.1:5001"]),
            ("0.0.1", &[], &["http://127.0.0.1"]),
            (".0.0.1", &[], &["http://127.0.0.1"]),
            ("10.0.0.0/8", &["http://10.255.0.1"], &["http://11.0.0.1", "http://10.example", "http://[a::1]"]),
            ("10.1.2.3/8", &["http://10.255.0.1"], &["http://11.0.0.1"]),
            ("192.0.2.128/25", &["http://192.0.2.129", "http://192.0.2.255"], &["http://192.0.2.127"]),
            ("0.0.0.0/0", &["http://192.0.2.1"], &["http://a", "http://[::1]"]),
            ("192.0.2.1/32", &["http://192.0.2.1"], &["http://192.0.2.2"]),
            ("192.0.2.1/33,10.0.0.0/x,a/8,/8,10.0.0.0/", &[], &["http://192.0.2.1", "http://10.0.0.0", "http://a"]),
            ("::1", &["http://[::1]:5000", "http://[0:0::1]"], &["http://[::2]", "http://127.0.0.1"]),
            ("[::1]", &["http://[::1]"], &["http://[::2]"]),
            ("[::1]:5000", &["http://[::1]:5000"], &["http://[::1]:5001"]),
            ("2001:db8::/32", &["http://[2001:db8:1::1]"], &["http://[2001:db9::1]"]),
            ("[2001:db8::]/32", &["http://[2001:db8:1::1]"], &["http://[2001:db9::1]"]),
            ("http://a,a/b,:80,.,..", &[], &["http://a", "http://http", "http://b"]),
            ("localhost", &["http://localhost:5000"], &["http://127.0.0.1"]),
        ];
        for (list, direct, through) in cases {
            let exceptions = Exceptions::parse(list);
            let is_direct = |url: &&&str| exceptions.include(&Url::parse(url).expect("a URL"));
            let wrong: Vec<_> = direct.iter().filter(|url| !is_direct(url)).collect();
            assert!(wrong.is_empty(), "`{list}` should include {wrong:?}");
            let wrong: Vec<_> = through.iter().filter(|url| is_direct(url)).collect();
            assert!(wrong.is_empty(), "`{list}` should not include {wrong:?}");
        }
    }
}
