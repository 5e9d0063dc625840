//! How a client is made: what was said, merged with the environment and `clouds.yaml`.

use std::{net::IpAddr, path::Path, time::Duration};

use super::Client;
use crate::{
    auth::{TokenCache, TokenStore},
    catalog::Interface,
    config::{self, CloudConfig, Origin, Sources},
    error::{Error, Result},
    host::Host,
    secret::Secret,
    settings::Ask,
    transport::{InsecureEndpoints, Limiter, TlsVersion, TransportSettings},
};

/// Collects what a [`Client`] is to know. See [`crate::config`] for what wins over what.
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    sources: Sources,
    host: Host,
    tokens: Option<TokenCache>,
    limiter: Option<Limiter>,
    ask: Option<Ask>,
    /// The first thing that was said wrong; `build` reports it.
    problem: Option<Error>,
}

macro_rules! text_options {
    ($( $(#[doc = $doc:literal])+ $name:ident )+) => {
        $(
            $(#[doc = $doc])+
            pub fn $name(self, value: impl Into<String>) -> Self {
                self.option(stringify!($name), value.into())
            }
        )+
    };
}

macro_rules! secret_options {
    ($( $(#[doc = $doc:literal])+ $name:ident )+) => {
        $(
            $(#[doc = $doc])+
            pub fn $name(self, value: impl Into<Secret>) -> Self {
                self.option(stringify!($name), value)
            }
        )+
    };
}

impl ClientBuilder {
    text_options! {
        /// Where the identity service is: `http://keystone:5000/v3`, or any URL that leads there.
        auth_url
        /// The user's name. Without a domain it is in the domain `default`.
        username
        /// The user's id.
        user_id
        /// The id of the domain that owns the user.
        user_domain_id
        /// The name of the domain that owns the user.
        user_domain_name
        /// The name of the project to act in. Without a domain it is in the domain `default`.
        project_name
        /// The id of the project to act in.
        project_id
        /// The old word for [`project_name`](Self::project_name).
        tenant_name
        /// The old word for [`project_id`](Self::project_id).
        tenant_id
        /// The id of the domain that owns the project.
        project_domain_id
        /// The name of the domain that owns the project.
        project_domain_name
        /// The id of the domain of all names that have none of their own.
        default_domain_id
        /// The name of the domain of all names that have none of their own.
        default_domain_name
        /// The id of the domain to act on.
        domain_id
        /// The name of the domain to act on.
        domain_name
        /// The id of the trust to act under.
        trust_id
        /// The application credential's id.
        application_credential_id
        /// The application credential's name; the user that made it is needed too.
        application_credential_name
        /// How identity is proven, where the other options leave it open: `password`, `token`,
        /// `v3applicationcredential`, `admin_token`.
        auth_type
        /// The identity service's own URL, used instead of the catalog's.
        mgmt_url
        /// The region to take endpoints from.
        region_name
        /// Hosts that are reached without the [`proxy`](Self::proxy), as in `NO_PROXY`.
        no_proxy
        /// Names the calling program to the services, as `name/version`.
        user_agent
    }

    secret_options! {
        /// The user's password.
        password
        /// A token to exchange for another, of another scope.
        token
        /// A token to use as it is. Nothing logs in by itself, and nothing is loaded lazily.
        token_id
        /// A stored token to start from: what [`Access::to_reference`](crate::Access::to_reference)
        /// or keystoneauth's `get_auth_state()` wrote.
        token_ref
        /// The application credential's secret.
        application_credential_secret
        /// The proxy that all requests go through, or `none`. Otherwise `HTTP_PROXY` and the like say.
        proxy
    }

    /// Acts on the system itself.
    pub fn system_scope(self) -> Self {
        self.option("system_scope", "all")
    }

    /// Asks for a token without any scope, even if the user has a default project.
    pub fn unscoped(self) -> Self {
        self.option("unscoped", "true")
    }

    /// The interface to take endpoints from.
    #[expect(clippy::needless_pass_by_value, reason = "an enum's value reads best at the call")]
    pub fn interface(self, interface: Interface) -> Self {
        let name = interface.as_str().to_owned();
        self.option("interface", name)
    }

    /// A PEM file, or a folder of them, with the authorities to trust, instead of this machine's.
    pub fn cacert(self, path: impl AsRef<Path>) -> Self {
        self.option("cacert", path.as_ref().to_string_lossy().into_owned())
    }

    /// Takes any server certificate. Anyone on the way can then read passwords and tokens.
    pub fn insecure(self) -> Self {
        self.option("insecure", "true")
    }

    /// How long one request may take; a minute unless said otherwise.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.option("timeout", timeout.as_secs_f64().to_string())
    }

    /// How long reaching a server may take; ten seconds unless said otherwise.
    pub fn connect_timeout(self, timeout: Duration) -> Self {
        self.option("connect_timeout", timeout.as_secs_f64().to_string())
    }

    /// The oldest version of TLS that will do; 1.2 unless said otherwise.
    pub fn tls_min_version(self, version: TlsVersion) -> Self {
        self.option("tls_min_version", version.to_string())
    }

    /// What becomes of endpoints in the catalog over plain HTTP, where the login was over HTTPS; by default one warning
    /// for each.
    pub fn insecure_endpoints(self, policy: InsecureEndpoints) -> Self {
        self.option("insecure_endpoints", policy.as_str())
    }

    /// A UNIX socket that every connection goes to, whatever host a URL names.
    pub fn unix_socket(self, path: impl AsRef<Path>) -> Self {
        self.option("unix_socket", path.as_ref().to_string_lossy().into_owned())
    }

    /// The address of whoever this program acts for: services are told in the `Forwarded` header.
    pub fn original_ip(self, address: IpAddr) -> Self {
        self.option("original_ip", address.to_string())
    }

    /// Keeps tokens on disk, in the user's usual folder for caches.
    pub fn disk_cache(self) -> Self {
        self.option("token_cache", "disk")
    }

    /// Keeps tokens on disk, in a folder of its own.
    pub fn disk_cache_in(self, folder: impl AsRef<Path>) -> Self {
        self.option("token_cache", folder.as_ref().to_string_lossy().into_owned())
    }

    /// Takes a cloud of `clouds.yaml` as the base.
    pub fn cloud(mut self, name: impl Into<String>) -> Self {
        self.sources.cloud = Some(name.into());
        self
    }

    /// Takes the `OS_*` variables into account: `OS_CLOUD` names a cloud of `clouds.yaml`, and the
    /// others are stronger than what stands there.
    pub fn environment(mut self) -> Self {
        self.sources.environment = true;
        self
    }

    /// Sets any option of [`OPTIONS`](config::OPTIONS) by its name, or a setting of a service such as
    /// `compute_endpoint_override`, as `clouds.yaml` spells it.
    pub fn option(self, name: &str, value: impl Into<Secret>) -> Self {
        self.option_from(name, value, Origin::Argument(name.to_owned()))
    }

    /// The same, saying where the value comes from: error messages will name it.
    pub fn option_from(mut self, name: &str, value: impl Into<Secret>, origin: Origin) -> Self {
        if let Err(error) = self.sources.arguments.set(name, value, origin) {
            self.problem.get_or_insert(error);
        }
        self
    }

    /// Sets an option that everything else is stronger than.
    pub fn default_option(mut self, name: &str, value: impl Into<Secret>) -> Self {
        if let Err(error) = self.sources.defaults.set(name, value, Origin::Default(name.to_owned())) {
            self.problem.get_or_insert(error);
        }
        self
    }

    /// Asks a person when nothing but a secret is missing, such as a user's password.
    ///
    /// It is called with the option that stands for the secret, and gives `None` where nobody can be asked. What works
    /// only once, such as a `passcode`, is asked for at each login, and also when the identity service wants it as a
    /// further factor; that happens in a thread of its own.
    pub fn ask(
        mut self,
        ask: impl Fn(&'static config::OptionSpec) -> Result<Option<Secret>> + Send + Sync + 'static,
    ) -> Self {
        self.ask = Some(Ask::new(ask));
        self
    }

    /// Runs no command, asks no keyring and no person for a secret: what would take that fails with
    /// [`NotConfigured`](crate::ErrorKind::NotConfigured).
    pub fn unattended(mut self) -> Self {
        self.sources.unattended = true;
        self
    }

    /// The machine to run on; a test hands in its own.
    pub fn host(mut self, host: Host) -> Self {
        self.host = host;
        self
    }

    /// The tokens to share; those of the process unless said otherwise.
    pub fn token_cache(mut self, tokens: &TokenCache) -> Self {
        self.tokens = Some(tokens.clone());
        self
    }

    /// Keeps the requests to services within a limit.
    pub fn limiter(mut self, limiter: &Limiter) -> Self {
        self.limiter = Some(limiter.clone());
        self
    }

    /// Makes the client. Nothing is sent: it may read `clouds.yaml`, and no more.
    ///
    /// # Errors
    ///
    /// [`NotConfigured`](crate::ErrorKind::NotConfigured),
    /// [`InvalidConfig`](crate::ErrorKind::InvalidConfig) or
    /// [`ScopeConflict`](crate::ErrorKind::ScopeConflict), which say what to change, and where.
    pub fn build(self) -> Result<Client> {
        let tokens = self.tokens.clone().unwrap_or_else(|| TokenCache::shared().clone());
        let (host, limiter) = (self.host.clone(), self.limiter.clone());
        let config = self.config()?;
        Client::new(config, &host, &tokens, limiter.as_ref())
    }

    /// A client with a token of its own, which nothing else has and nothing keeps.
    pub(crate) fn build_apart(self) -> Result<Client> {
        let host = self.host.clone();
        let config = CloudConfig { token_store: None, ..self.config()? };
        Client::new(config, &host, &TokenCache::new(), None)
    }

    /// The machine that the client will run on.
    pub(crate) fn machine(&self) -> &Host {
        &self.host
    }

    /// The store that would keep a client's token between runs, to list or clear it: this takes no credentials, and opens
    /// no token. `None` where tokens are kept in memory alone, or the folder cannot be used. Nothing is sent.
    ///
    /// ```no_run
    /// # async fn run() -> archstone::Result<()> {
    /// let store = archstone::Client::builder().environment().disk_cache().token_store()?;
    /// if let Some(store) = store {
    ///     println!("{} tokens cleared", store.clear_all().await?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidConfig`](crate::ErrorKind::InvalidConfig) when a file or an option for it is wrong.
    pub fn token_store(self) -> Result<Option<TokenStore<'static>>> {
        let Self { sources, host, tokens, problem, .. } = self;
        if let Some(problem) = problem {
            return Err(problem);
        }
        let Some(address) = config::make_store(sources, &host)? else { return Ok(None) };
        let tokens = tokens.unwrap_or_else(|| TokenCache::shared().clone());
        Ok(tokens.token_store(address, &host))
    }

    /// What a client would be made with.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn config(self) -> Result<CloudConfig> {
        let Self { sources, host, ask, problem, .. } = self;
        if let Some(problem) = problem {
            return Err(problem);
        }
        config::make(sources, &host, ask)
    }

    /// How servers are reached, by what was said and the environment: what
    /// [`fetch_profile`](crate::config::fetch_profile) wants. `clouds.yaml` does not count.
    ///
    /// ```no_run
    /// # async fn run() -> archstone::Result<()> {
    /// use archstone::{Client, config::fetch_profile, host::Host};
    ///
    /// let transport = Client::builder().environment().transport()?;
    /// let profile = fetch_profile("https://vexxhost.com", transport, &Host::default()).await?;
    /// # let _ = profile;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidConfig`](crate::ErrorKind::InvalidConfig) when a setting for it is wrong.
    pub fn transport(self) -> Result<TransportSettings> {
        let Self { sources, host, problem, .. } = self;
        match problem {
            Some(problem) => Err(problem),
            None => config::make_transport(sources, &host),
        }
    }

    /// What a client would be made with, value by value, each with where it comes from. Nothing is checked
    /// yet but that the files can be read.
    ///
    /// ```
    /// # fn main() -> archstone::Result<()> {
    /// let explanation = archstone::Client::builder().username("alice").password("correct horse").explain()?;
    /// assert!(explanation.values.iter().any(|it| it.name == "password" && it.shown() == "***"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotConfigured`](crate::ErrorKind::NotConfigured) where there is no such cloud,
    /// [`InvalidConfig`](crate::ErrorKind::InvalidConfig) where a file is wrong.
    pub fn explain(self) -> Result<config::Explanation> {
        let Self { sources, host, problem, .. } = self;
        if let Some(problem) = problem {
            return Err(problem);
        }
        config::Explanation::of(sources, &host)
    }

    /// What a client would be made with, as `OS_*` variables for other programs, sorted by name. Secrets are
    /// among them, fetched from where they are.
    ///
    /// ```
    /// # fn main() -> archstone::Result<()> {
    /// let alice = archstone::Client::builder().auth_url("http://keystone:5000/v3").username("alice").password("p");
    /// let variables = alice.to_environment()?;
    /// assert!(variables.iter().any(|(name, value)| name == "OS_USER_DOMAIN_ID" && value.expose() == "default"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn to_environment(self) -> Result<Vec<(String, Secret)>> {
        let Self { sources, host, ask, problem, .. } = self;
        if let Some(problem) = problem {
            return Err(problem);
        }
        config::make_variables(sources, &host, ask.as_ref())
    }
}
