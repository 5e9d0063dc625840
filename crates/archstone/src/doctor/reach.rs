//! Checks whether the identity service is reachable: proxy, DNS, TCP, TLS, and its clock.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use url::{Host, Url};

use super::{Check, Step, Stop, Visit, counted, in_words};
use crate::{
    client::Client,
    error::{Error, ErrorKind, public_url},
    hint::Hint,
    transport::{Answer, Proxies, Proxy, Request, Shown, Transport, TransportSettings, Trust, Way, Witness},
};

/// In days. A certificate that expires sooner is worth a warning.
const SOON: i64 = 30;
/// The maximum number of addresses to try.
const MOST_ADDRESSES: usize = 16;

impl Visit {
    /// The identity service's URL, and the route to it.
    pub(super) fn way(&mut self, client: &Client) -> Result<(Url, Way), Stop> {
        const STEP: Step = Step::Proxy;
        let config = client.config();
        let Some(url) = config.mgmt_url.as_ref().or_else(|| config.auth_url()).cloned() else {
            return Err("no URL of the identity service is configured".into());
        };
        let settings = config.transport();
        let proxies = Proxies::of(settings, &self.host);
        let name = place(&url);
        let way = match proxies.to(&url) {
            Ok(way) => way,
            Err(error) => {
                self.add(Check::error(STEP, name, &error));
                return Err("the proxy is wrong".into());
            }
        };
        let check = match (&way, &settings.unix_socket) {
            (_, Some(path)) => {
                Check::ok(STEP, name, format!("none: the UNIX socket `{}` takes every connection", path.display()))
            }
            (Way::Through(route), _) => Check::ok(STEP, name, format!("through {route}")),
            (Way::Direct, _) if settings.proxy == Proxy::Direct => Check::ok(STEP, name, "none: `proxy` is `none`"),
            (Way::Direct, _) if proxies.is_excepted(&url) => {
                let by = if settings.no_proxy.is_some() { "`no_proxy`" } else { "environment variable `no_proxy`" };
                Check::ok(STEP, name, format!("none: {by} includes the host"))
            }
            (Way::Direct, _) => Check::ok(STEP, name, "none: no option and no variable names one"),
        };
        self.add(check);
        Ok((url, way))
    }

    /// The response of the identity service to a plain request.
    pub(super) async fn reach(&mut self, client: &Client, url: &Url, way: &Way) -> Result<Answer, Stop> {
        let settings = client.config().transport();
        if let Some(path) = &settings.unix_socket {
            for step in [Step::Dns, Step::Tcp] {
                self.add(Check::skipped(step, "", format!("a UNIX socket is used: `{}`", path.display())));
            }
        } else {
            let addresses = self.dns(url, way, settings.connect_timeout).await?;
            self.tcp(&addresses, settings.connect_timeout).await?;
        }
        self.answer(settings, url).await
    }

    async fn dns(&mut self, url: &Url, way: &Way, patience: Duration) -> Result<Vec<SocketAddr>, Stop> {
        const STEP: Step = Step::Dns;
        let (host, port) = match way {
            Way::Through(route) => (route.host().to_owned(), route.port()),
            Way::Direct => (url.host_str().unwrap_or_default().to_owned(), url.port_or_known_default().unwrap_or(0)),
        };
        let bare = host.trim_matches(['[', ']']).to_owned();
        let subject = if matches!(way, Way::Through(_)) { format!("{host} (the proxy)") } else { host.clone() };
        let began = self.host.now();
        let outcome = timeout(patience, lookup_host((bare.as_str(), port))).await;
        let took = self.since(began);
        let failed = |error: Error| Check::error(STEP, &*subject, &error).took(took);
        let hint = "check the spelling of the host, and this machine's DNS";
        let addresses: Vec<_> = match outcome {
            Ok(Ok(addresses)) => addresses.take(MOST_ADDRESSES).collect(),
            Ok(Err(source)) => {
                let error = Error::new(ErrorKind::HostNotFound, format!("the name `{host}` does not resolve"));
                self.add(failed(error.with_source(source).with_hint(hint)));
                return Err("the host has no address".into());
            }
            Err(_) => {
                let message = format!("no answer about `{host}` within {patience:?}");
                self.add(failed(Error::new(ErrorKind::Timeout, message).with_hint(hint)));
                return Err("the host has no address".into());
            }
        };
        let listed: Vec<_> = addresses.iter().map(|it| it.ip().to_string()).collect();
        let is_address = matches!(Host::parse(&host), Ok(Host::Ipv4(_) | Host::Ipv6(_)));
        let check = if is_address {
            Check::ok(STEP, subject, "an address, so nothing is looked up")
        } else {
            Check::ok(STEP, subject, listed.join(", ")).took(took)
        };
        self.add(check);
        Ok(addresses)
    }

    async fn tcp(&mut self, addresses: &[SocketAddr], patience: Duration) -> Result<(), Stop> {
        const STEP: Step = Step::Tcp;
        let host = &self.host;
        let connect = async |address: &SocketAddr| {
            let began = host.now();
            let outcome = timeout(patience, TcpStream::connect(address)).await;
            (began.until(host.now()), outcome)
        };
        let outcomes = join_all(addresses.iter().map(connect)).await;
        let is_reached = outcomes.iter().any(|(_, outcome)| matches!(outcome, Ok(Ok(_))));
        for (address, (took, outcome)) in addresses.iter().zip(outcomes) {
            let (kind, evidence, hint) = match outcome {
                Ok(Ok(_)) => {
                    self.add(
                        Check::ok(STEP, address.to_string(), format!("connected in {}", in_words(took))).took(took),
                    );
                    continue;
                }
                Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => (
                    ErrorKind::ConnectionFailed,
                    "nothing listens there".to_owned(),
                    "check the port, and that the service runs",
                ),
                Ok(Err(error)) => (ErrorKind::ConnectionFailed, error.to_string(), "check the address and the network"),
                Err(_) => {
                    let hint = "check the address, the network, and that no firewall drops packets";
                    (ErrorKind::Timeout, format!("no connection within {patience:?}"), hint)
                }
            };
            let check = if is_reached {
                Check::warning(STEP, address.to_string(), evidence)
            } else {
                Check::failed(STEP, address.to_string(), kind, evidence)
            };
            self.add(check.took(took).remedy(hint));
        }
        if is_reached { Ok(()) } else { Err("no address of the host takes a connection".into()) }
    }

    /// Sends one request, and records the certificates that the server presents.
    async fn answer(&mut self, settings: &TransportSettings, url: &Url) -> Result<Answer, Stop> {
        let witness = Arc::new(Witness::default());
        let transport = Transport::witnessed(settings.clone(), self.host.clone(), &witness);
        let (began, wall) = (self.host.now(), self.host.wall());
        let outcome = transport.send(Request::get(url.clone())).await;
        let took = self.since(began);
        let shown = witness.shown_by(url.host_str().unwrap_or_default().trim_matches(['[', ']']));
        let blame = outcome.as_ref().err().map(|error| match error.kind() {
            ErrorKind::ProxyFailed => Step::Proxy,
            ErrorKind::TlsNotTrusted => Step::Tls,
            // No certificate was presented: the connection failed before that.
            ErrorKind::ConnectionFailed if url.scheme() == "https" && shown.is_none() => Step::Tls,
            _ => Step::Discovery,
        });
        match (&outcome, blame) {
            (Err(error), Some(Step::Tls)) => {
                let mut check = Check::error(Step::Tls, place(url), error).took(took);
                if let Some(shown) = shown.as_ref().filter(|shown| !shown.chain.is_empty()) {
                    check.evidence = format!("{}; {}", check.evidence, certificates(shown));
                }
                self.add(check);
            }
            (Err(_), Some(Step::Proxy)) => {}
            _ => self.tls(settings, url, shown.as_ref()),
        }
        match outcome {
            Ok(answer) => {
                self.clock(&answer, wall + took / 2);
                Ok(answer)
            }
            Err(error) => {
                let step = blame.unwrap_or(Step::Discovery);
                if step != Step::Tls {
                    self.add(Check::error(step, place(url), &error).took(took));
                }
                Err(match step {
                    Step::Proxy => "the proxy does not lead to the identity service".into(),
                    Step::Tls => "there is no TLS connection that can be trusted".into(),
                    _ => "the identity service does not answer".into(),
                })
            }
        }
    }

    fn tls(&mut self, settings: &TransportSettings, url: &Url, shown: Option<&Shown>) {
        const STEP: Step = Step::Tls;
        let name = place(url);
        if url.scheme() != "https" {
            self.add(if settings.is_private(url) {
                Check::skipped(STEP, name, "plain HTTP, on this machine")
            } else {
                let what = "plain HTTP: anyone on the network path can read passwords and tokens";
                Check::warning(STEP, name, what).remedy("ask the operator for an `https://` URL")
            });
            return;
        }
        let Some(shown) = shown.filter(|shown| !shown.chain.is_empty()) else {
            self.add(Check::ok(STEP, name, "encrypted; the certificate cannot be described"));
            return;
        };
        let whom = match &settings.trust {
            Trust::System => "trusted by the authorities of this machine".to_owned(),
            Trust::Bundle(path) => format!("trusted by `{}`", path.display()),
            Trust::Nothing => "not checked".to_owned(),
        };
        let version = shown.version.map(|version| format!("TLS {version}, ")).unwrap_or_default();
        let evidence = format!("{version}{whom}: {}", certificates(shown));
        let days = shown.chain.iter().map(|it| self.days_until(it.not_after)).min().unwrap_or(i64::MAX);
        self.add(match &settings.trust {
            Trust::Nothing => Check::warning(STEP, name, evidence)
                .remedy("name the authority with " + Hint::option("cacert") + " instead of accepting any certificate"),
            _ if days < SOON => Check::warning(
                STEP,
                name,
                format!("{evidence}; it expires in {}", counted(usize::try_from(days).unwrap_or(0), "day")),
            )
            .remedy("ask the operator to renew it"),
            _ => Check::ok(STEP, name, evidence),
        });
    }

    fn days_until(&self, end: Timestamp) -> i64 {
        let now = i64::try_from(self.host.wall().as_secs()).unwrap_or(i64::MAX);
        (end.as_second() - now) / 86_400
    }

    /// Compares the server's date with this machine's at the same moment.
    fn clock(&mut self, answer: &Answer, own: Duration) {
        const STEP: Step = Step::Clock;
        /// The server's date is in whole seconds, and was written at some moment during the request.
        const TOLERANCE: i64 = 30;
        let name = place(&answer.url);
        let own = Timestamp::from_second(i64::try_from(own.as_secs()).unwrap_or(i64::MAX)).ok();
        let (Some(date), Some(own)) = (answer.date(), own) else {
            self.add(Check::skipped(STEP, name, "the answer has no date"));
            return;
        };
        let ahead = own.duration_since(date);
        let seconds = ahead.as_secs();
        if seconds.abs() <= TOLERANCE {
            let check = Check::ok(STEP, name, format!("{} s apart", seconds.abs()));
            self.add(check);
            return;
        }
        let side = if ahead > SignedDuration::ZERO { "ahead of" } else { "behind" };
        let what = format!("this machine is {} {side} the server", long(seconds.unsigned_abs()));
        self.add(Check::warning(STEP, name, what).remedy(
            "set the date, for instance with NTP: token expiry follows the server's clock, and certificate validity this machine's",
        ));
    }
}

/// `2 h 3 min`.
fn long(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
        _ => counted(usize::try_from(seconds / 86_400).unwrap_or(usize::MAX), "day"),
    }
}

/// The server, as host and port.
pub(super) fn place(url: &Url) -> String {
    match (url.host_str(), url.port_or_known_default()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        _ => public_url(url),
    }
}

/// `keystone.example, by Example CA, until 2027-01-01; with 1 more certificate`.
fn certificates(shown: &Shown) -> String {
    let mut parts = Vec::new();
    for certificate in &shown.chain {
        let names = match &*certificate.names {
            [] => certificate.subject.clone(),
            names => names.join(", "),
        };
        let (from, until) = (certificate.not_before.strftime("%F"), certificate.not_after.strftime("%F"));
        parts.push(format!("`{names}` from {from} to {until}, signed by `{}`", certificate.issuer));
    }
    parts.join("; sent along: ")
}
