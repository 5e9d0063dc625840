//! Building clients: the program's options, merged with the environment and `clouds.yaml`.

use std::{net::IpAddr, path::Path, time::Duration};

use super::Client;
use crate::{
    auth::{LoginPage, Person, ShowPage, TokenCache, TokenStore},
    catalog::Interface,
    config::{self, CloudConfig, Origin, Sources},
    error::{Error, Result},
    host::Host,
    provider::{Provider, TokenProvider},
    secret::Secret,
    settings::Ask,
    transport::{InsecureEndpoints, Limiter, TlsVersion, TransportSettings},
};

/// Builds a [`Client`]. See [`crate::config`] for the order of precedence.
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    sources: Sources,
    host: Host,
    tokens: Option<TokenCache>,
    limiter: Option<Limiter>,
    service_user: Option<Client>,
    person: Person,
    /// The first invalid setting; `build` reports it.
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
        /// The URL of the identity service, such as `http://keystone:5000/v3`, or any URL from which it can be
        /// discovered.
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
        /// The old name of [`project_name`](Self::project_name).
        tenant_name
        /// The old name of [`project_id`](Self::project_id).
        tenant_id
        /// The id of the domain that owns the project.
        project_domain_id
        /// The name of the domain that owns the project.
        project_domain_name
        /// The id of the default domain of users and projects.
        default_domain_id
        /// The name of the default domain of users and projects.
        default_domain_name
        /// The id of the domain to act on.
        domain_id
        /// The name of the domain to act on.
        domain_name
        /// The id of the trust to act under.
        trust_id
        /// The application credential's id.
        application_credential_id
        /// The application credential's name; the user who created it is needed, too.
        application_credential_name
        /// The auth method, if the other options do not determine it: `password`, `token`,
        /// `v3applicationcredential`, `admin_token`.
        auth_type
        /// The identity service's own URL, used instead of the catalog's.
        mgmt_url
        /// The region of the endpoints.
        region_name
        /// Hosts that are reached without the [`proxy`](Self::proxy), as in `NO_PROXY`.
        no_proxy
        /// The calling program for the `User-Agent` header, as `name/version`.
        user_agent
    }

    secret_options! {
        /// The user's password.
        password
        /// A token to exchange for another with a different scope.
        token
        /// A token to use as it is. The client never logs in on its own, and loads nothing lazily.
        token_id
        /// A stored token to start from: what [`Access::to_reference`](crate::Access::to_reference)
        /// or keystoneauth's `get_auth_state()` wrote.
        token_ref
        /// The application credential's secret.
        application_credential_secret
        /// The receipt of a login that lacked factors, to continue it with only the missing ones:
        /// [`Receipt::to_reference`](crate::Receipt::to_reference), or the value of `Openstack-Auth-Receipt`.
        ///
        /// The missing factors are those in [`auth_methods`](crate::config::METHODS) that the receipt does not cover
        /// yet, or else those that the receipt lists. If it has expired, the login fails with
        /// [`Unauthenticated`](crate::ErrorKind::Unauthenticated).
        ///
        /// ```
        /// use archstone::{Client, Receipt};
        ///
        /// fn continued(stored: &Receipt, passcode: &str) -> archstone::Result<Client> {
        ///     Client::builder()
        ///         .auth_url("https://keystone.example:5000/v3")
        ///         .username("alice")
        ///         .receipt(stored.to_reference())
        ///         .option("passcode", passcode)
        ///         .build()
        /// }
        /// # let stored = r#"{"id": "gAAAA", "methods": ["password"], "required_auth_methods": [["password", "totp"]]}"#;
        /// # continued(&Receipt::from_reference(stored)?, "471100")?;
        /// # Ok::<(), archstone::Error>(())
        /// ```
        receipt
        /// The proxy for all requests, or `none` (default: from `HTTP_PROXY` and related variables).
        proxy
    }

    /// Requests a token for the system scope.
    pub fn system_scope(self) -> Self {
        self.option("system_scope", "all")
    }

    /// Requests an unscoped token, even if the user has a default project.
    pub fn unscoped(self) -> Self {
        self.option("unscoped", "true")
    }

    /// The interface of the endpoints.
    #[expect(clippy::needless_pass_by_value, reason = "an enum's value reads best at the call")]
    pub fn interface(self, interface: Interface) -> Self {
        let name = interface.as_str().to_owned();
        self.option("interface", name)
    }

    /// A CA bundle (a PEM file, or a folder of them) to use instead of the system's.
    pub fn cacert(self, path: impl AsRef<Path>) -> Self {
        self.option("cacert", path.as_ref().to_string_lossy().into_owned())
    }

    /// Disables TLS certificate verification (insecure): an attacker on the network can then read passwords and tokens.
    pub fn insecure(self) -> Self {
        self.option("insecure", "true")
    }

    /// The timeout of a request (default: one minute).
    pub fn timeout(self, timeout: Duration) -> Self {
        self.option("timeout", timeout.as_secs_f64().to_string())
    }

    /// The timeout of connecting to a server (default: ten seconds).
    pub fn connect_timeout(self, timeout: Duration) -> Self {
        self.option("connect_timeout", timeout.as_secs_f64().to_string())
    }

    /// The minimum version of TLS (default: 1.2).
    pub fn tls_min_version(self, version: TlsVersion) -> Self {
        self.option("tls_min_version", version.to_string())
    }

    /// How to treat plain-HTTP endpoints in the catalog after a login over HTTPS; by default, one
    /// warning for each.
    pub fn insecure_endpoints(self, policy: InsecureEndpoints) -> Self {
        self.option("insecure_endpoints", policy.as_str())
    }

    /// A UNIX socket to use for every connection, whatever host a URL names.
    pub fn unix_socket(self, path: impl AsRef<Path>) -> Self {
        self.option("unix_socket", path.as_ref().to_string_lossy().into_owned())
    }

    /// The address of the caller for whom this program acts, sent to services in the `Forwarded` header.
    pub fn original_ip(self, address: IpAddr) -> Self {
        self.option("original_ip", address.to_string())
    }

    /// Caches tokens on disk, in the user's cache folder.
    pub fn disk_cache(self) -> Self {
        self.option("token_cache", "disk")
    }

    /// Caches tokens on disk, in this folder.
    pub fn disk_cache_in(self, folder: impl AsRef<Path>) -> Self {
        self.option("token_cache", folder.as_ref().to_string_lossy().into_owned())
    }

    /// Uses a cloud of `clouds.yaml` as the base.
    pub fn cloud(mut self, name: impl Into<String>) -> Self {
        self.sources.cloud = Some(name.into());
        self
    }

    /// Takes the `OS_*` variables into account: `OS_CLOUD` names a cloud of `clouds.yaml`, and the
    /// others take precedence over that.
    pub fn environment(mut self) -> Self {
        self.sources.environment = true;
        self
    }

    /// Reads the configuration again at each login: environment, `clouds.yaml`, `secure.yaml` and the files they refer
    /// to. Changed credentials, or a changed scope, take effect at that login. Other changes take effect only in a new
    /// client, and are logged as a warning. Secrets in files, in the keyring and from commands are always read again.
    pub fn reload_config(self) -> Self {
        self.option("reload_config", "true")
    }

    /// Requests tokens without their catalog, which is long in large clouds. The catalog is then fetched in a separate
    /// request when an endpoint is first looked up.
    pub fn without_catalog(self) -> Self {
        self.option("include_catalog", "false")
    }

    /// Sets any option of [`OPTIONS`](config::OPTIONS) by its name, or a setting of a service such as
    /// `compute_endpoint_override`, as `clouds.yaml` spells it.
    pub fn option(self, name: &str, value: impl Into<Secret>) -> Self {
        self.option_from(name, value, Origin::Argument(name.to_owned()))
    }

    /// Sets an option together with the origin of its value, which error messages then name.
    pub fn option_from(mut self, name: &str, value: impl Into<Secret>, origin: Origin) -> Self {
        if let Err(error) = self.sources.arguments.set(name, value, origin) {
            self.problem.get_or_insert(error);
        }
        self
    }

    /// Sets a default value of an option: everything else takes precedence.
    pub fn default_option(mut self, name: &str, value: impl Into<Secret>) -> Self {
        if let Err(error) = self.sources.defaults.set(name, value, Origin::Default(name.to_owned())) {
            self.problem.get_or_insert(error);
        }
        self
    }

    /// Prompts for a secret that is missing, such as a user's password, if everything else is configured.
    ///
    /// It is called with the name of the secret's option, and returns `None` if nobody can be prompted. One-time
    /// secrets, such as a `passcode`, are prompted for at each login, and also when the identity service requires them
    /// as an additional factor; in that case it is called in a separate thread.
    pub fn ask(
        mut self,
        ask: impl Fn(&'static config::OptionSpec) -> Result<Option<Secret>> + Send + Sync + 'static,
    ) -> Self {
        self.person.ask = Some(Ask::new(ask));
        self
    }

    /// Shows a person the login page, instead of logging a warning with its URL.
    ///
    /// It is called in a separate thread, while the login waits for the person. If it returns an error, the login
    /// fails.
    ///
    /// ```
    /// # fn main() -> archstone::Result<()> {
    /// let client = archstone::Client::builder()
    ///     .auth_url("https://keystone.example:5000/v3")
    ///     .auth_type("v3oidcdeviceauthz")
    ///     .option("identity_provider", "sso")
    ///     .option("protocol", "openid")
    ///     .option("client_id", "keystone")
    ///     .option("discovery_endpoint", "https://login.example/.well-known/openid-configuration")
    ///     .on_login_page(|page| {
    ///         eprintln!("{page}");
    ///         Ok(())
    ///     })
    ///     .build()?;
    /// # let _ = client;
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_login_page(mut self, show: impl Fn(&LoginPage) -> Result<()> + Send + Sync + 'static) -> Self {
        self.person.show = Some(ShowPage::new(show));
        self
    }

    /// Gets tokens from a provider instead of logging in: credentials in the environment and in `clouds.yaml` are
    /// ignored.
    pub fn token_provider(mut self, provider: impl TokenProvider) -> Self {
        self.sources.arguments.set_provider(Provider::new(provider));
        self
    }

    /// Runs no commands, and requests no secret from a keyring or a person: a login that needs one fails with
    /// [`NotConfigured`](crate::ErrorKind::NotConfigured).
    pub fn unattended(mut self) -> Self {
        self.sources.unattended = true;
        self
    }

    /// The host to run on; tests pass their own.
    pub fn host(mut self, host: Host) -> Self {
        self.host = host;
        self
    }

    /// The token cache to use (default: the one of the process).
    pub fn token_cache(mut self, tokens: &TokenCache) -> Self {
        self.tokens = Some(tokens.clone());
        self
    }

    /// Applies a rate limit to requests to services.
    pub fn limiter(mut self, limiter: &Limiter) -> Self {
        self.limiter = Some(limiter.clone());
        self
    }

    /// Also sends another client's token, in `X-Service-Token`: that of a service that acts for the user whose token
    /// this client has or gets. With both tokens, services accept a user's token that has expired meanwhile, and allow
    /// what the user alone may not do. When they are rejected, both tokens are renewed, if possible.
    ///
    /// ```
    /// use archstone::Client;
    ///
    /// # let token_of_the_caller = "gAAAA";
    /// let service = Client::builder()
    ///     .auth_url("http://keystone.example:5000/v3")
    ///     .username("nova")
    ///     .password("a secret")
    ///     .project_name("service")
    ///     .build()?;
    /// let caller = Client::builder()
    ///     .auth_url("http://keystone.example:5000/v3")
    ///     .token_id(token_of_the_caller)
    ///     .service_user(&service)
    ///     .build()?;
    /// # let _ = caller;
    /// # Ok::<(), archstone::Error>(())
    /// ```
    pub fn service_user(mut self, client: &Client) -> Self {
        self.service_user = Some(client.clone());
        self
    }

    /// Builds the client. This sends nothing; it may read `clouds.yaml`.
    ///
    /// # Errors
    ///
    /// [`NotConfigured`](crate::ErrorKind::NotConfigured),
    /// [`InvalidConfig`](crate::ErrorKind::InvalidConfig) or
    /// [`ScopeConflict`](crate::ErrorKind::ScopeConflict), which say what to change, and where.
    pub fn build(self) -> Result<Client> {
        let tokens = self.tokens.clone().unwrap_or_else(|| TokenCache::shared().clone());
        let (host, limiter, service_user) = (self.host.clone(), self.limiter.clone(), self.service_user.clone());
        let config = self.config()?;
        Client::new(config, &host, &tokens, limiter.as_ref(), service_user)
    }

    /// A client with its own token, which is neither shared nor stored.
    pub(crate) fn build_apart(self) -> Result<Client> {
        let host = self.host.clone();
        let config = CloudConfig { token_store: None, ..self.config()? };
        Client::new(config, &host, &TokenCache::new(), None, None)
    }

    /// The host that the client will run on.
    pub(crate) fn machine(&self) -> &Host {
        &self.host
    }

    /// The store that would keep a client's token between runs, to list or clear it; this uses no credentials, and
    /// decrypts no token. `None` if tokens are kept only in memory, or the folder cannot be used. Nothing is sent.
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
    /// [`InvalidConfig`](crate::ErrorKind::InvalidConfig) when a file or a related option is invalid.
    pub fn token_store(self) -> Result<Option<TokenStore>> {
        let Self { sources, host, tokens, problem, .. } = self;
        if let Some(problem) = problem {
            return Err(problem);
        }
        let Some(address) = config::make_store(sources, &host)? else { return Ok(None) };
        let tokens = tokens.unwrap_or_else(|| TokenCache::shared().clone());
        Ok(tokens.token_store(address, &host))
    }

    /// The configuration of the client that would be built.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn config(self) -> Result<CloudConfig> {
        let Self { sources, host, person, problem, .. } = self;
        if let Some(problem) = problem {
            return Err(problem);
        }
        config::make(sources, &host, person)
    }

    /// The connection settings of the builder and the environment,
    /// which [`fetch_profile`](crate::config::fetch_profile) needs. `clouds.yaml` is ignored.
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
    /// [`InvalidConfig`](crate::ErrorKind::InvalidConfig) when a related setting is invalid.
    pub fn transport(self) -> Result<TransportSettings> {
        let Self { sources, host, problem, .. } = self;
        match problem {
            Some(problem) => Err(problem),
            None => config::make_transport(sources, &host),
        }
    }

    /// The configuration of the client that would be built: each value with its origin. The values are not validated;
    /// the files only have to be readable.
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
    /// [`NotConfigured`](crate::ErrorKind::NotConfigured) when there is no such cloud,
    /// [`InvalidConfig`](crate::ErrorKind::InvalidConfig) when a file is invalid.
    pub fn explain(self) -> Result<config::Explanation> {
        let Self { sources, host, problem, .. } = self;
        if let Some(problem) = problem {
            return Err(problem);
        }
        config::Explanation::of(sources, &host)
    }

    /// The configuration of the client that would be built, as `OS_*` variables for other programs, sorted by name.
    /// This includes secrets, which are fetched from their sources.
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
        let Self { sources, host, person, problem, .. } = self;
        if let Some(problem) = problem {
            return Err(problem);
        }
        config::make_variables(sources, &host, person.ask.as_ref())
    }
}
