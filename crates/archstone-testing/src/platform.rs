//! A platform that issues tokens to its workloads.

use std::{fmt, ops::Deref, sync::Arc};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{FakeServer, Reply, SeenRequest, jwt::Key, oidc::decoded};

/// The credential with which a job requests a token.
const REQUEST_TOKEN: &str = "request-token-of-job";
/// The workload's subject.
const SUBJECT: &str = "repo:demo/demo:ref:refs/heads/main";

/// A platform in this process that issues signed tokens to its workloads, as Kubernetes, GitHub Actions and GitLab do:
/// in files, in variables, or at a URL.
///
/// It is a stub, but a strict one: its URL requires what GitHub's requires, and a Keystone that
/// [trusts](crate::FakeKeystone::trust_platform) it checks signature, issuer, audience, subject and expiry of its
/// tokens.
///
/// ```
/// use archstone_testing::{FakeKeystone, FakePlatform};
///
/// let (keystone, platform) = (FakeKeystone::start(), FakePlatform::start());
/// keystone.trust_platform("ci", "jwt", &platform, "keystone");
/// assert_eq!(platform.token("keystone").split('.').count(), 3);
/// ```
pub struct FakePlatform {
    server: FakeServer,
    issuer: Arc<Issuer>,
}

struct Issuer {
    url: String,
    key: Key,
}

impl FakePlatform {
    /// Starts a platform.
    ///
    /// # Panics
    ///
    /// As [`FakeServer::start`].
    #[must_use]
    pub fn start() -> Self {
        let server = FakeServer::start();
        let issuer = Arc::new(Issuer { url: server.url().to_owned(), key: Key::generate() });
        let asked = Arc::clone(&issuer);
        server.on("GET", "/token").reply_with(move |request| asked.answer(request));
        Self { server, issuer }
    }

    /// The URL where a job requests a token, like GitHub's `ACTIONS_ID_TOKEN_REQUEST_URL`.
    #[must_use]
    pub fn request_url(&self) -> String {
        format!("{}/token?api-version=2.0", self.issuer.url)
    }

    /// The credential for it, like GitHub's `ACTIONS_ID_TOKEN_REQUEST_TOKEN`.
    #[must_use]
    pub fn request_token(&self) -> &'static str {
        REQUEST_TOKEN
    }

    /// A token for an audience, as it would be in a file. It is valid for an hour, and different each time.
    #[must_use]
    pub fn token(&self, audience: &str) -> String {
        self.issuer.token(audience, 3600)
    }

    /// The same, but expired.
    #[must_use]
    pub fn expired_token(&self, audience: &str) -> String {
        self.issuer.token(audience, -60)
    }

    /// The subject of a token for an audience, or what is wrong with it.
    pub(crate) fn vouches(
        &self,
        audience: &str,
    ) -> impl Fn(&str) -> Result<String, &'static str> + Send + Sync + 'static {
        let (issuer, audience) = (Arc::clone(&self.issuer), audience.to_owned());
        move |token| issuer.check(token, &audience)
    }
}

impl Issuer {
    fn token(&self, audience: &str, life: i64) -> String {
        let now = Timestamp::now().as_second();
        self.key.sign(&json!({
            "iss": self.url,
            "sub": SUBJECT,
            "aud": audience,
            "iat": now,
            "exp": now + life,
        }))
    }

    fn check(&self, token: &str, audience: &str) -> Result<String, &'static str> {
        let (_, claims) = self.key.verify(token)?;
        let expiry = claims["exp"].as_i64().ok_or("has no expiry")?;
        match () {
            () if claims["iss"] != *self.url => Err("is of another issuer"),
            () if claims["aud"] != *audience => Err("is for another audience"),
            () if claims["sub"] != SUBJECT => Err("is of another workload"),
            () if expiry <= Timestamp::now().as_second() => Err("has expired"),
            () => Ok("demo".to_owned()),
        }
    }

    /// Responds to a job like GitHub.
    fn answer(&self, request: &SeenRequest) -> Reply {
        let refuse = |status, what: &str| Reply::json(status, json!({ "message": what }));
        if request.header("authorization") != Some(&format!("Bearer {REQUEST_TOKEN}")) {
            return refuse(401, "not the request token of a job");
        }
        let mut pairs = request.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        if !pairs.clone().any(|pair| pair == ("api-version", "2.0")) {
            return refuse(400, "no version of the API");
        }
        match pairs.find(|(name, _)| *name == "audience") {
            Some((_, audience)) => {
                let value: Value = self.token(&decoded(audience), 3600).into();
                Reply::json(200, json!({ "count": 1, "value": value }))
            }
            None => refuse(400, "no audience"),
        }
    }
}

impl Deref for FakePlatform {
    type Target = FakeServer;

    fn deref(&self) -> &FakeServer {
        &self.server
    }
}

impl fmt::Debug for FakePlatform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FakePlatform").field(&self.server.url()).finish()
    }
}
