//! Connections, made when first needed. Plain HTTP has its own, which know no TLS roots: those are
//! loaded when the first `https` URL is used, once per process.

use std::{
    collections::HashMap,
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use reqwest::{
    NoProxy, Proxy as ProxyRule,
    header::{ACCEPT, HeaderMap, HeaderValue},
};
use url::Url;

use super::{TransportSettings, settings::Proxy, tls};
use crate::error::{Error, ErrorKind, Result};

/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(60);

/// Pools of connections with one cloud's settings.
#[derive(Debug, Default)]
pub(super) struct Connections {
    plain: OnceLock<Result<reqwest::Client>>,
    encrypted: OnceLock<Result<reqwest::Client>>,
    /// For requests that set a connect timeout of their own.
    others: Mutex<HashMap<(bool, Duration), reqwest::Client>>,
}

impl Connections {
    /// The connections for a URL.
    pub(super) fn to(
        &self,
        url: &Url,
        settings: &TransportSettings,
        connect_timeout: Option<Duration>,
    ) -> Result<reqwest::Client> {
        let is_encrypted = url.scheme() == "https";
        let own = connect_timeout.filter(|it| *it != settings.connect_timeout);
        let Some(timeout) = own else {
            let slot = if is_encrypted { &self.encrypted } else { &self.plain };
            return slot.get_or_init(|| open(settings, is_encrypted, settings.connect_timeout)).clone();
        };
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = others.get(&(is_encrypted, timeout)) {
            return Ok(client.clone());
        }
        let client = open(settings, is_encrypted, timeout)?;
        others.insert((is_encrypted, timeout), client.clone());
        Ok(client)
    }
}

fn open(settings: &TransportSettings, is_encrypted: bool, connect_timeout: Duration) -> Result<reqwest::Client> {
    let failed = |source| Error::new(ErrorKind::InvalidConfig, "cannot set up HTTP connections").with_source(source);
    let tls = if is_encrypted { tls::for_settings(settings)? } else { tls::without_roots()? };
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        // A token must not follow a redirect to wherever it points: the client follows them itself.
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(connect_timeout)
        .pool_idle_timeout(IDLE)
        .tcp_nodelay(true)
        // A peer that is gone without a word is noticed within two minutes.
        .tcp_keepalive(Duration::from_secs(60))
        .tcp_keepalive_interval(Duration::from_secs(15))
        .tcp_keepalive_retries(4)
        .default_headers(HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]))
        .user_agent(settings.user_agent(None));
    match &settings.proxy {
        Proxy::System => {}
        Proxy::Direct => builder = builder.no_proxy(),
        Proxy::Through { url, except } => {
            let rule = ProxyRule::all(url.expose()).map_err(|error| failed(error.without_url()))?;
            builder = builder.proxy(rule.no_proxy(except.as_deref().and_then(NoProxy::from_string)));
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
