//! Connections, made when first needed. Plain HTTP has its own, which know no TLS roots: those are
//! loaded when the first `https` URL is used, once per process.
//!
//! Connections belong to the runtime that made them, since they end with it: a client that is used in
//! several has connections in each.

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
    connector::{Connector, Parts},
    kept::Kept,
    patience::Patience,
    proxy::{Route, Way},
    runtime, tls,
};
use crate::error::{Error, ErrorKind, Result};

/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(60);
/// The oldest pools are given up when there are more.
const MOST: usize = 16;

/// Pools of connections with one cloud's settings.
#[derive(Debug, Default)]
pub(super) struct Connections {
    pools: ArcSwap<Vec<Arc<Pool>>>,
    /// Held while a pool is made.
    making: Mutex<()>,
    /// Sees what servers show.
    witness: Option<Arc<tls::Witness>>,
}

pub(super) type Client = hyper_util::client::legacy::Client<Connector, Outgoing>;

/// Connections that have one thing after another in common.
#[derive(Debug)]
pub(crate) struct Pool {
    kind: Kind,
    /// The proxy that they go through.
    pub(super) route: Option<Arc<Route>>,
    pub(super) client: Client,
    pub(super) user_agent: HeaderValue,
    pub(super) patience: Patience,
    pub(super) kept: Kept,
}

/// What requests must have in common to share connections.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Kind {
    runtime: Id,
    is_encrypted: bool,
    connect_timeout: Duration,
}

impl Pool {
    /// Waits for what is to come; `None` when it does not for so long.
    pub(crate) async fn wait<F: Future>(&self, limit: Duration, future: Pin<&mut F>) -> Option<F::Output> {
        self.patience.wait(limit, None, future).await
    }
}

impl Connections {
    pub(super) fn witnessed(witness: &Arc<tls::Witness>) -> Self {
        Self { witness: Some(Arc::clone(witness)), ..Self::default() }
    }

    /// The connections for a URL.
    pub(super) fn to(
        &self,
        url: &Url,
        settings: &TransportSettings,
        way: &Way,
        connect_timeout: Option<Duration>,
    ) -> Result<Arc<Pool>> {
        let kind = Kind {
            runtime: runtime::current()?.id(),
            is_encrypted: url.scheme() == "https",
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
    let tls = match witness {
        _ if !needs_trust => tls::without_roots()?,
        Some(witness) => tls::witnessed(settings, witness)?,
        None => tls::for_settings(settings)?,
    };
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(Some(kind.connect_timeout));
    // A peer that is gone without a word is noticed within two minutes.
    http.set_keepalive(Some(Duration::from_secs(60)));
    http.set_keepalive_interval(Some(Duration::from_secs(15)));
    http.set_keepalive_retries(Some(4));
    // Nor does it hold what was sent to it for longer.
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    http.set_tcp_user_timeout(Some(Duration::from_secs(30)));
    let parts = Parts { http, tls: Arc::new(tls), user_agent: user_agent.clone(), within: kind.connect_timeout };
    let connector = match way {
        #[cfg(unix)]
        _ if settings.unix_socket.is_some() => {
            Connector::socket(settings.unix_socket.as_deref().unwrap_or(std::path::Path::new("")), parts)
        }
        Way::Direct => Connector::direct(parts),
        Way::Through(route) => Connector::through(route, kind.is_encrypted, parts).ok_or_else(failed)?,
    };
    Ok(hyper_util::client::legacy::Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .build(connector))
}

/// Connections for whoever waits in a thread of its own, with the trust of this machine.
#[cfg(feature = "opentelemetry")]
pub(crate) fn blocking_client() -> Result<reqwest::blocking::Client> {
    let tls = tls::for_settings(&TransportSettings::default())?;
    // It may not be made where asynchronous code runs.
    let make = move || reqwest::blocking::Client::builder().tls_backend_preconfigured(tls).build();
    let outcome = std::thread::spawn(make).join();
    outcome.map_err(|_| failed())?.map_err(|source| failed().with_source(source))
}
