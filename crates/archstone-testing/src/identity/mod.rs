//! The identity service.

mod cloud;
mod login;
mod onward;
mod service;
mod state;
mod user;
mod v2;

use std::{
    fmt,
    ops::Deref,
    sync::{Arc, Mutex},
};

pub use cloud::{FakeCloud, FakeProject, FakeTrust};
pub use user::FakeUser;

use service::{Beside, Identity};
use state::State;

use crate::{
    FakeServer, Reply, SeenRequest, locked,
    server::{Application, Setup},
};

/// An identity service in this process. See the [crate's documentation](crate) for an example.
///
/// It is also a [`FakeServer`], with routes, failures and recorded requests.
pub struct FakeKeystone {
    server: FakeServer,
    identity: Arc<Identity>,
}

impl FakeCloud {
    /// Starts an identity service for this cloud.
    ///
    /// # Panics
    ///
    /// As [`FakeServer::start`].
    #[must_use]
    pub fn start(self) -> FakeKeystone {
        FakeKeystone::launch(self, Setup::default())
    }

    /// The same over HTTPS, with this certificate.
    ///
    /// # Panics
    ///
    /// As [`FakeServer::start`].
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn start_tls(self, certificate: &crate::Certificate) -> FakeKeystone {
        FakeKeystone::launch(self, Setup { tls: Some(certificate.server_config()), ..Setup::default() })
    }
}

impl FakeKeystone {
    /// Starts an identity service for the cloud [`demo`](FakeCloud::demo).
    ///
    /// # Panics
    ///
    /// As [`FakeServer::start`].
    #[must_use]
    pub fn start() -> Self {
        FakeCloud::demo().start()
    }

    fn launch(cloud: FakeCloud, setup: Setup) -> Self {
        let clock = Arc::clone(&setup.clock);
        let mut made = None;
        let server = FakeServer::launch(setup, |url| {
            let identity = Arc::new(Identity { clock, state: Mutex::new(State::new(cloud, url)) });
            made = Some(Arc::clone(&identity));
            identity
        });
        let Some(identity) = made else { unreachable!("a server asks for its application") };
        Self { server, identity }
    }

    /// The auth URL for clients: `http://127.0.0.1:41234/v3`.
    #[must_use]
    pub fn auth_url(&self) -> String {
        format!("{}/v3", self.url())
    }

    /// The `OS_*` variables for a login as this user, who is given by name or ID.
    ///
    /// ```
    /// use archstone::{Client, host::Host};
    /// use archstone_testing::FakeKeystone;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> archstone::Result<()> {
    /// let keystone = FakeKeystone::start();
    /// let host = Host::made(keystone.environment("demo"));
    /// let client = Client::builder().environment().host(host).build()?;
    /// assert_eq!(client.access().await?.user_name(), Some("demo"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no such user.
    #[must_use]
    pub fn environment(&self, user: &str) -> Vec<(&'static str, String)> {
        let user = self.known_user(user);
        vec![
            ("OS_AUTH_URL", self.auth_url()),
            ("OS_USERNAME", user.name),
            ("OS_PASSWORD", user.password),
            ("OS_USER_DOMAIN_ID", user.domain_id),
        ]
    }

    /// A user, by name or ID, for example to change and replace it.
    ///
    /// ```
    /// use archstone_testing::FakeKeystone;
    ///
    /// let keystone = FakeKeystone::start();
    /// let locked_out = keystone.user("demo").unwrap().disabled();
    /// keystone.change(|cloud| cloud.user(locked_out));
    /// ```
    #[must_use]
    pub fn user(&self, called: &str) -> Option<FakeUser> {
        locked(&self.identity.state).cloud.user_called(called).cloned()
    }

    /// The number of login attempts.
    #[must_use]
    pub fn logins(&self) -> usize {
        self.count("POST", "/v3/auth/tokens")
    }

    /// Trusts a provider: its access tokens are exchanged for unscoped tokens at the federated URL of this identity
    /// provider and protocol.
    pub fn trust(&self, identity_provider: &str, protocol: &str, provider: &crate::FakeProvider) {
        let vouches = provider.vouches();
        let bearer = |request: &SeenRequest| Some(request.header("authorization")?.strip_prefix("Bearer ")?.to_owned());
        self.vouch(identity_provider, protocol, move |request| Ok(bearer(request).and_then(|it| vouches(&it))));
    }

    /// Trusts a platform: its workload tokens for an audience are exchanged for unscoped tokens at the federated URL of
    /// this identity provider and protocol.
    pub fn trust_platform(
        &self,
        identity_provider: &str,
        protocol: &str,
        platform: &crate::FakePlatform,
        audience: &str,
    ) {
        let vouches = platform.vouches(audience);
        let bearer = |request: &SeenRequest| Some(request.header("authorization")?.strip_prefix("Bearer ")?.to_owned());
        self.vouch(identity_provider, protocol, move |request| Ok(bearer(request).and_then(|it| vouches(&it).ok())));
    }

    /// Trusts a SAML identity provider: this server is its service provider, with a session for each login, at the
    /// federated URL of this identity provider and protocol.
    pub fn trust_saml(&self, identity_provider: &str, protocol: &str, provider: &crate::FakeSamlProvider) {
        let (vouches, consumes) = provider.service_provider(self.server.url(), identity_provider, protocol);
        self.vouch(identity_provider, protocol, vouches);
        self.on("POST", crate::FakeSamlProvider::CONSUMER).reply_with(consumes);
    }

    fn vouch(
        &self,
        identity_provider: &str,
        protocol: &str,
        voucher: impl Fn(&SeenRequest) -> Result<Option<String>, Reply> + Send + Sync + 'static,
    ) {
        locked(&self.identity.state).vouchers.insert((identity_provider.into(), protocol.into()), Arc::new(voucher));
    }

    fn known_user(&self, called: &str) -> FakeUser {
        self.user(called).unwrap_or_else(|| panic!("the fake cloud has no user `{called}`"))
    }

    /// Issues a token without a login: to a user, given by name or ID, for their default project.
    ///
    /// # Panics
    ///
    /// If there is no such user.
    #[must_use]
    pub fn issue(&self, user: &str) -> String {
        let user = self.known_user(user);
        login::issue_unasked(&mut locked(&self.identity.state), self.identity.clock.now(), &user)
    }

    /// Whether a token is currently valid.
    #[must_use]
    pub fn accepts(&self, token: &str) -> bool {
        self.identity.accepts(token)
    }

    /// Revokes a token.
    pub fn revoke(&self, token: &str) {
        locked(&self.identity.state).revoke(token);
    }

    /// Revokes all tokens.
    ///
    /// ```
    /// use archstone_testing::FakeKeystone;
    ///
    /// let keystone = FakeKeystone::start();
    /// let token = keystone.issue("demo");
    /// assert!(keystone.accepts(&token));
    /// keystone.revoke_all();
    /// assert!(!keystone.accepts(&token));
    /// ```
    pub fn revoke_all(&self) {
        locked(&self.identity.state).revoke_all();
    }

    /// Changes the content of the cloud. Tokens that were already issued stay the same.
    ///
    /// ```
    /// use archstone_testing::{FakeKeystone, FakeUser};
    ///
    /// let keystone = FakeKeystone::start();
    /// keystone.change(|cloud| cloud.user(FakeUser::new("bob", "bob-secret").member_of("demo")));
    /// let token = keystone.issue("bob");
    /// # assert!(keystone.accepts(&token));
    /// ```
    pub fn change(&self, change: impl FnOnce(FakeCloud) -> FakeCloud) {
        let mut state = locked(&self.identity.state);
        state.cloud = change(state.cloud.clone());
    }

    /// Starts a server that accepts this one's tokens: a service on another port, and therefore of another origin.
    ///
    /// ```
    /// use archstone_testing::{FakeKeystone, Reply};
    ///
    /// let keystone = FakeKeystone::start();
    /// let placement = keystone.beside();
    /// placement.on("GET", "/resource_providers").with_token().reply(Reply::json(200, r#"{"resource_providers": []}"#));
    /// ```
    ///
    /// # Panics
    ///
    /// As [`FakeServer::start`].
    #[must_use]
    pub fn beside(&self) -> FakeServer {
        let identity = Arc::clone(&self.identity);
        let setup = Setup::with_clock(Arc::clone(&identity.clock));
        FakeServer::launch(setup, |_| Arc::new(Beside(identity)))
    }
}

impl Deref for FakeKeystone {
    type Target = FakeServer;

    fn deref(&self) -> &FakeServer {
        &self.server
    }
}

impl fmt::Debug for FakeKeystone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeKeystone").field("url", &self.url()).finish_non_exhaustive()
    }
}
