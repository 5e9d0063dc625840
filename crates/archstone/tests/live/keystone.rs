//! The development servers.

use std::{
    path::PathBuf,
    process::Command,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use archstone::{Client, ClientBuilder, Token, TokenCache};
use serde_json::Value;

/// The auth URL of the instance `default`, without `/v3`.
static ROOT: LazyLock<String> = LazyLock::new(|| root(&["up"]));

/// The same for the instance that has a real Placement and Glance.
static SERVICES_ROOT: LazyLock<String> = LazyLock::new(|| without_version(&run("services", &["up"])));

/// Runs a command in `dev`, and returns its output.
fn run(command: &str, arguments: &[&str]) -> String {
    let program = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../dev").join(command);
    let output = Command::new(program).args(arguments).output().expect("the command runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "dev/{command} {arguments:?} failed: {said}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Runs `dev/keystone`, and returns its output.
pub(crate) fn dev(arguments: &[&str]) -> String {
    run("keystone", arguments)
}

/// Runs `dev/stores`, and returns its output.
#[cfg(all(feature = "memcached", feature = "redis"))]
pub(crate) fn stores(arguments: &[&str]) -> String {
    run("stores", arguments)
}

/// Starts a store, and returns the options for using it.
#[cfg(all(feature = "memcached", feature = "redis"))]
pub(crate) fn store(name: &str) -> Vec<(String, String)> {
    stores(&["up", name]);
    let environment = stores(&["env", name]);
    let options = environment.lines().filter_map(|line| line.strip_prefix("export ARCHSTONE_")?.split_once('='));
    let options = options.map(|(name, value)| (name.to_ascii_lowercase(), value.trim_matches('\'').to_owned()));
    // On a busy machine a store may be slow, too, and a client that continues without it logs in.
    let patience = (!name.ends_with(".failing")).then(|| ("token_cache_timeout".to_owned(), "20".to_owned()));
    options.chain(patience).collect()
}

fn without_version(auth_url: &str) -> String {
    auth_url.strip_suffix("/v3").expect("a URL that ends in /v3").to_owned()
}

/// Starts an instance, and returns its URL without `/v3`.
pub(crate) fn root(arguments: &[&str]) -> String {
    without_version(&dev(arguments))
}

/// How many requests with this method and path reached Placement (`placement`) or Glance (`image`).
pub(crate) fn service_requests(service: &str, method: &str, path: &str) -> usize {
    run("services", &["requests", service, "--method", method, "--path", path, "--count"]).parse().unwrap()
}

/// A tag with these options, used by nothing else.
fn own_tag(options: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let own = format!("t{}x{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    if options.is_empty() { own } else { format!("{options}+{own}") }
}

/// A path to the server for this test only.
pub(crate) struct Path {
    instance: &'static str,
    root: &'static str,
    tag: String,
}

impl Path {
    /// With options for the server, such as `delay=300`; see `dev/README.md`.
    pub(crate) fn new(options: &str) -> Self {
        Self { instance: "default", root: &ROOT, tag: own_tag(options) }
    }

    /// A path to the Keystone whose catalog names a real Placement and Glance.
    pub(crate) fn with_services() -> Self {
        Self { instance: "services", root: &SERVICES_ROOT, tag: own_tag("") }
    }

    /// The tag that its requests are counted by.
    pub(crate) fn tag(&self) -> &str {
        &self.tag
    }

    /// The URL without a version.
    pub(crate) fn unversioned(&self) -> String {
        format!("{}/{}", self.root, self.tag)
    }

    pub(crate) fn auth_url(&self) -> String {
        format!("{}/v3", self.unversioned())
    }

    fn count(&self, method: &str, path: &str) -> usize {
        self.counted(&["--method", method, "--path", path])
    }

    fn counted(&self, filter: &[&str]) -> usize {
        let all = ["requests", self.instance, "--tag", &self.tag, "--count"];
        dev(&[&all, filter].concat()).parse().unwrap()
    }

    /// How many logins reached the server.
    pub(crate) fn logins(&self) -> usize {
        self.count("POST", "/v3/auth/tokens")
    }

    /// How many requests of any kind reached the server.
    pub(crate) fn requests(&self) -> usize {
        self.counted(&[])
    }

    /// A client that shares its token with no other test.
    pub(crate) fn client(&self) -> ClientBuilder {
        Client::builder().auth_url(self.auth_url()).token_cache(&TokenCache::new())
    }

    /// The same, as one of the seeded users.
    pub(crate) fn user(&self, name: &str) -> ClientBuilder {
        self.client().username(name).password(format!("{name}-secret"))
    }
}

/// A request to Keystone's API for which the library has no method.
pub(crate) async fn call(method: &str, url: &str, token: &Token, body: Value) -> Value {
    // The test's own connections use no TLS, but reqwest needs a provider; the library has its own.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let method = method.parse().unwrap();
    let mut request = reqwest::Client::new().request(method, url).header("x-auth-token", token.header());
    if !body.is_null() {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    let answer = request.send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert!(status.is_success(), "{url}: {status}: {text}");
    serde_json::from_str(&text).unwrap_or_default()
}

/// A folder for a test's own files.
pub(crate) fn folder(name: &str) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let own = format!("archstone-{name}-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let folder = std::env::temp_dir().join(own);
    let _ = std::fs::remove_dir_all(&folder);
    folder
}
