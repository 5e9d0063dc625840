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
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use tokio::runtime::Id;
use url::Url;

use super::{
    TransportSettings,
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

/// Connections that have one thing after another in common.
#[derive(Debug)]
pub(crate) struct Pool {
    kind: Kind,
    /// The proxy that they go through.
    pub(super) route: Option<Arc<Route>>,
    pub(super) client: reqwest::Client,
    pub(super) patience: Patience,
    pub(super) kept: Kept,
}

/// What requests must have in common to share connections.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Kind {
    runtime: Id,
    is_encrypted: bool,
    is_direct: bool,
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
            is_direct: matches!(way, Way::Direct),
            connect_timeout: connect_timeout.unwrap_or(settings.connect_timeout),
        };
        let route = if let Way::Through(route) = way { Some(route) } else { None };
        let is_same = |pool: &Pool| pool.kind == kind && pool.route.as_ref().map(Arc::as_ptr) == route.map(Arc::as_ptr);
        let find = || self.pools.load().iter().find(|pool| is_same(pool)).cloned();
        if let Some(pool) = find() {
            return Ok(pool);
        }
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = find() {
            return Ok(pool);
        }
        let client = open(settings, kind, way, self.witness.as_ref())?;
        let route = route.cloned();
        let mut pools = Vec::clone(&self.pools.load());
        if pools.len() >= MOST {
            pools.remove(0);
        }
        let pool = Arc::new(Pool { kind, route, client, patience: Patience::default(), kept: Kept::default() });
        pools.push(Arc::clone(&pool));
        self.pools.store(Arc::new(pools));
        Ok(pool)
    }
}

fn open(
    settings: &TransportSettings,
    kind: Kind,
    way: &Way,
    witness: Option<&Arc<tls::Witness>>,
) -> Result<reqwest::Client> {
    let failed = |source| Error::new(ErrorKind::InvalidConfig, "cannot set up HTTP connections").with_source(source);
    let judged = || match witness {
        Some(witness) => tls::witnessed(settings, witness),
        None => tls::for_settings(settings),
    };
    let tls = match way {
        _ if kind.is_encrypted => judged()?,
        Way::Through(route) if route.is_encrypted() => {
            // A proxy that sends requests on is spoken to in HTTP/1.1.
            let mut tls = judged()?;
            tls.alpn_protocols.clear();
            tls
        }
        _ => tls::without_roots()?,
    };
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        // A token must not follow a redirect to wherever it points: the client follows them itself.
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(kind.connect_timeout)
        .pool_idle_timeout(IDLE)
        .tcp_nodelay(true)
        // A peer that is gone without a word is noticed within two minutes.
        .tcp_keepalive(Duration::from_secs(60))
        .tcp_keepalive_interval(Duration::from_secs(15))
        .tcp_keepalive_retries(4)
        .default_headers(HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]))
        .user_agent(settings.user_agent(None));
    match way {
        Way::System => {}
        Way::Direct => builder = builder.no_proxy(),
        Way::Through(route) => {
            builder = builder.proxy(route.rule().map_err(|error| failed(error.without_url()))?);
        }
    }
    #[cfg(unix)]
    if let Some(path) = &settings.unix_socket {
        builder = builder.unix_socket(path.as_path());
    }
    builder.build().map_err(failed)
}

/// Connections for whoever waits in a thread of its own, with the trust of this machine.
#[cfg(feature = "opentelemetry")]
pub(crate) fn blocking_client() -> Result<reqwest::blocking::Client> {
    let tls = tls::for_settings(&TransportSettings::default())?;
    // It may not be made where asynchronous code runs.
    let make = move || reqwest::blocking::Client::builder().tls_backend_preconfigured(tls).build();
    let outcome = std::thread::spawn(make).join();
    let failed = || Error::new(ErrorKind::InvalidConfig, "cannot set up HTTP connections");
    outcome.map_err(|_| failed())?.map_err(|source| failed().with_source(source))
}
