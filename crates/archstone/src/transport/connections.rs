//! Connections, created on first use. Plain HTTP has its own, which need no TLS roots: those are loaded when the first
//! `https` URL is used, once per process.
//!
//! Connections belong to the runtime in which they were made, since they end with it: a client that is used in several
//! runtimes has connections in each.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;
use http::HeaderValue;
use hyper_util::{
    client::legacy::connect::HttpConnector,
    rt::{TokioExecutor, TokioTimer},
};
use tokio::runtime::Id;
use url::Url;

use super::{
    TransportSettings,
    body::Outgoing,
    connector::{Connector, Making, Parts},
    kept::Kept,
    patience::Patience,
    proxy::{Route, Way},
    runtime, tls,
};
use crate::error::{Error, ErrorKind, Result};

/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(60);
/// If there are more, the oldest pools are dropped.
const MOST: usize = 16;

/// Pools of connections with one cloud's settings.
#[derive(Debug, Default)]
pub(super) struct Connections {
    pools: ArcSwap<Vec<Arc<Pool>>>,
    /// Held while a pool is created.
    making: Mutex<()>,
    /// Records the certificates that servers present.
    witness: Option<Arc<tls::Witness>>,
}

pub(super) type Client = hyper_util::client::legacy::Client<Connector, Outgoing>;

/// Connections that can be shared by similar requests.
#[derive(Debug)]
pub(crate) struct Pool {
    kind: Kind,
    /// The proxy that they use.
    pub(super) route: Option<Arc<Route>>,
    pub(super) client: Client,
    pub(super) user_agent: HeaderValue,
    pub(super) patience: Patience,
    pub(super) kept: Kept,
}

/// The properties that requests must have in common to share connections.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Kind {
    runtime: Id,
    is_encrypted: bool,
    /// Whether the client's certificate is presented if the server requests one.
    shows_certificate: bool,
    connect_timeout: Duration,
}

impl Pool {
    /// Waits for a future; `None` if it takes longer than the limit.
    pub(crate) async fn wait<F: Future>(&self, limit: Duration, future: Pin<&mut F>) -> Option<F::Output> {
        self.patience.wait(limit, None, future).await
    }
}

impl Connections {
    pub(super) fn witnessed(witness: &Arc<tls::Witness>) -> Self {
        Self { witness: Some(Arc::clone(witness)), ..Self::default() }
    }

    /// The connections for a URL. The client's certificate is presented only to a server that is `known`.
    pub(super) fn to(
        &self,
        url: &Url,
        is_known: bool,
        settings: &TransportSettings,
        way: &Way,
        connect_timeout: Option<Duration>,
    ) -> Result<Arc<Pool>> {
        let kind = Kind {
            runtime: runtime::current()?.id(),
            is_encrypted: url.scheme() == "https",
            shows_certificate: is_known && settings.client_certificate.is_some(),
            connect_timeout: connect_timeout.unwrap_or(settings.connect_timeout),
        };
        let route = if let Way::Through(route) = way { Some(route) } else { None };
        let is_same = |pool: &Pool| pool.kind == kind && pool.route.as_ref() == route;
        let find = || self.pools.load().iter().find(|pool| is_same(pool)).cloned();
        if let Some(pool) = find() {
            return Ok(pool);
        }
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = find() {
            return Ok(pool);
        }
        let user_agent =
            HeaderValue::from_str(&settings.user_agent(None)).map_err(|source| failed().with_source(source))?;
        let client = open(settings, kind, way, self.witness.as_ref(), &user_agent)?;
        let route = route.cloned();
        let mut pools = Vec::clone(&self.pools.load());
        if pools.len() >= MOST {
            pools.remove(0);
        }
        let pool =
            Arc::new(Pool { kind, route, client, user_agent, patience: Patience::default(), kept: Kept::default() });
        pools.push(Arc::clone(&pool));
        self.pools.store(Arc::new(pools));
        Ok(pool)
    }
}

fn failed() -> Error {
    Error::new(ErrorKind::InvalidConfig, "cannot set up HTTP connections")
}

fn open(
    settings: &TransportSettings,
    kind: Kind,
    way: &Way,
    witness: Option<&Arc<tls::Witness>>,
    user_agent: &HeaderValue,
) -> Result<Client> {
    let needs_trust = kind.is_encrypted || matches!(way, Way::Through(route) if route.is_encrypted());
    let mut of = settings.clone();
    if !kind.shows_certificate {
        (of.client_certificate, of.client_key) = (None, None);
    }
    let (by, seen, agent) = (way.clone(), witness.cloned(), user_agent.clone());
    let files = tls::Files::of(&of).filter(|_| needs_trust);
    let make = move || making(&of, kind, &by, seen.as_ref(), needs_trust, &agent);
    let connector = Connector::new(make, files, kind.connect_timeout)?;
    Ok(hyper_util::client::legacy::Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .build(connector))
}

/// The parts for new connections, with the current certificates and keys.
fn making(
    settings: &TransportSettings,
    kind: Kind,
    way: &Way,
    witness: Option<&Arc<tls::Witness>>,
    needs_trust: bool,
    user_agent: &HeaderValue,
) -> Result<Making> {
    let tls = match witness {
        _ if !needs_trust => tls::without_roots()?,
        Some(witness) => tls::witnessed(settings, witness)?,
        None => tls::for_settings(settings)?,
    };
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(Some(kind.connect_timeout));
    // A peer that disappears is noticed within two minutes.
    http.set_keepalive(Some(Duration::from_secs(60)));
    http.set_keepalive_interval(Some(Duration::from_secs(15)));
    http.set_keepalive_retries(Some(4));
    // Sent data is not kept for an unresponsive peer for longer than this.
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    http.set_tcp_user_timeout(Some(Duration::from_secs(30)));
    let parts = Parts { http, tls: Arc::new(tls), user_agent: user_agent.clone() };
    Ok(match way {
        #[cfg(unix)]
        _ if settings.unix_socket.is_some() => {
            Making::socket(settings.unix_socket.as_deref().unwrap_or(std::path::Path::new("")), parts)
        }
        Way::Direct => Making::direct(parts),
        Way::Through(route) => Making::through(route, kind.is_encrypted, parts).ok_or_else(failed)?,
    })
}

/// A client for a caller that blocks its own thread, with the system's CA bundle.
#[cfg(feature = "opentelemetry")]
pub(crate) fn blocking_client() -> Result<reqwest::blocking::Client> {
    let tls = tls::for_settings(&TransportSettings::default())?;
    // It must not be created inside asynchronous code.
    let make = move || reqwest::blocking::Client::builder().tls_backend_preconfigured(tls).build();
    let outcome = std::thread::spawn(make).join();
    outcome.map_err(|_| failed())?.map_err(|source| failed().with_source(source))
}
