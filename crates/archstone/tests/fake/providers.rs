//! Login methods that a program adds.

use std::{
    error::Error as _,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use archstone::{
    Client, ClientBuilder, Error, ErrorKind, ProvidedToken, ProviderError, Secret, TokenCache, TokenProvider,
    TokenRequest,
    config::{OptionSpec, ProviderMethod},
    host::Host,
};
use archstone_testing::{FakeKeystone, FakeServer, Reply};

use crate::demo;

type Outcome = Result<ProvidedToken, ProviderError>;
type Row = (fn() -> Outcome, ErrorKind, &'static str);
type Get = Arc<dyn Fn(&TokenRequest) -> Outcome + Send + Sync>;

/// Counts how often it is called.
#[derive(Clone)]
struct Made {
    get: Get,
    calls: Arc<AtomicUsize>,
    key: Option<Secret>,
}

impl Made {
    fn new(get: impl Fn(&TokenRequest) -> Result<ProvidedToken, ProviderError> + Send + Sync + 'static) -> Self {
        Self { get: Arc::new(get), calls: Arc::default(), key: None }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    fn client(&self, keystone: &FakeKeystone, cache: &TokenCache) -> ClientBuilder {
        Client::builder().auth_url(keystone.auth_url()).token_cache(cache).token_provider(self.clone())
    }
}

impl TokenProvider for Made {
    fn name(&self) -> String {
        "the made provider".into()
    }

    fn identity(&self) -> String {
        format!("{:p}", Arc::as_ptr(&self.calls))
    }

    fn secret(&self) -> Option<&Secret> {
        self.key.as_ref()
    }

    async fn token(&self, request: TokenRequest) -> Result<ProvidedToken, ProviderError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        (self.get)(&request)
    }
}

async fn unscoped(keystone: &FakeKeystone) -> String {
    demo(keystone).unscoped().build().unwrap().access().await.unwrap().token().expose().to_owned()
}

#[tokio::test]
async fn a_provider_logs_in_once_for_all_and_for_any_scope() {
    let keystone = FakeKeystone::start();
    let (token, auth_url) = (unscoped(&keystone).await, keystone.auth_url());
    let given = token.clone();
    let provider = Made::new(move |request| {
        assert_eq!(request.auth_url().as_str(), auth_url);
        let scope = request.scope_as_json().unwrap();
        assert!(scope == "unscoped" || scope["project"]["id"].is_string(), "{scope}");
        Ok(ProvidedToken::new(given.as_str()).expires_at("2999-01-01T00:00:00Z".parse()?))
    });
    let cache = TokenCache::new();

    let clients: Vec<_> = (0..8).map(|_| provider.client(&keystone, &cache).unscoped().build().unwrap()).collect();
    let tasks: Vec<_> = clients.iter().cloned().map(|it| tokio::spawn(async move { it.access().await })).collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap().token().expose(), token);
    }
    assert_eq!(provider.calls(), 1);
    clients[0].renew().await.unwrap();
    assert_eq!(provider.calls(), 2);
    // The token is exchanged for one of the requested project.
    let client = provider.client(&keystone, &cache).project_id("demo-id").build().unwrap();
    let scoped = client.access().await.unwrap();
    assert_eq!((scoped.project_id(), scoped.user_name()), (Some("demo-id"), Some("demo")));
    assert_ne!(scoped.token().expose(), token);
    assert_eq!(client.config().method().unwrap().subject(), "the made provider");
    let elsewhere = provider.client(&keystone, &cache).project_id("unknown").build().unwrap();
    let error = elsewhere.access().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ScopeNotAllowed, "{error:?}");
    assert!(error.to_string().contains("the token of the made provider is valid, but not for project"), "{error}");
}

#[tokio::test]
async fn what_a_provider_returns_is_checked_and_its_errors_are_the_cause() {
    let keystone = FakeKeystone::start();
    let own = || Error::new(ErrorKind::RateLimited, "the vault is busy");
    let table: [Row; 7] = [
        (|| Err(std::io::Error::other("the vault is sealed").into()), ErrorKind::ProviderFailed, "the vault is sealed"),
        (|| Err("the key MARKED-KEY is wrong".into()), ErrorKind::ProviderFailed, "the key *** is wrong"),
        (|| Ok(ProvidedToken::new("")), ErrorKind::ProviderFailed, "returned an empty token"),
        (|| Ok(ProvidedToken::new("MAR\nKED")), ErrorKind::ProviderFailed, "cannot be written in an HTTP header"),
        (
            || Ok(ProvidedToken::new("MARKED").expires_at("2020-01-01T00:00:00Z".parse()?)),
            ErrorKind::ProviderFailed,
            "returned a token that ended at 2020-01-01T00:00:00Z",
        ),
        (|| Ok(ProvidedToken::new("MARKED")), ErrorKind::TokenRejected, "the made provider returned it"),
        (|| Err(Error::new(ErrorKind::RateLimited, "the vault is busy").into()), ErrorKind::RateLimited, "is busy"),
    ];
    for (get, kind, words) in table {
        let provider = Made { key: Some("MARKED-KEY".into()), ..Made::new(move |_| get()) };
        let client = provider.client(&keystone, &TokenCache::new()).build().unwrap();
        let error = client.access().await.unwrap_err();
        let shown = format!("{error:#} {error:?} {client:?}");
        assert_eq!(error.kind(), kind, "{shown}");
        assert!(shown.contains(words), "{words}: {shown}");
        assert!(!shown.contains("MARKED") && !shown.contains("KED"), "{shown}");
    }
    // The original error is preserved, for programs that know its type.
    let provider = Made::new(|_| Err(std::io::Error::from(std::io::ErrorKind::AddrInUse).into()));
    let error = provider.client(&keystone, &TokenCache::new()).build().unwrap().access().await.unwrap_err();
    let cause = error.source().and_then(|it| it.downcast_ref::<std::io::Error>()).unwrap();
    assert_eq!(cause.kind(), std::io::ErrorKind::AddrInUse);
    let kept = Made::new(move |_| Err(own().into()));
    let error = kept.client(&keystone, &TokenCache::new()).build().unwrap().access().await.unwrap_err();
    assert_eq!(error.to_string(), "the vault is busy");
}

/// Requests the token from a server.
struct Asking(String);

impl TokenProvider for Asking {
    fn name(&self) -> String {
        "the vault".into()
    }

    fn identity(&self) -> String {
        self.0.clone()
    }

    async fn token(&self, request: TokenRequest) -> Result<ProvidedToken, ProviderError> {
        let question = http::Request::post(&self.0).header("x-key", "k").body(b"please".to_vec())?;
        let answer = request.send(question).await?;
        if !answer.status().is_success() {
            return Err(format!("HTTP {}", answer.status().as_u16()).into());
        }
        Ok(ProvidedToken::new(String::from_utf8(answer.into_body())?))
    }
}

#[tokio::test]
async fn a_provider_can_send_requests_which_are_not_redirected_and_have_an_end() {
    let (keystone, vault) = (FakeKeystone::start(), FakeServer::start());
    let token = unscoped(&keystone).await;
    vault.on("POST", "/token").reply(Reply::text(200, &token));
    vault.on("POST", "/moved").reply(Reply::new(307).header("location", "/token"));
    vault.on("POST", "/endless").reply(Reply::new(200).filler(2 << 20));
    let ask = async |path: &str| {
        let client = Client::builder().auth_url(keystone.auth_url()).token_cache(&TokenCache::new());
        client.token_provider(Asking(format!("{}{path}", vault.url()))).build().unwrap().access().await
    };

    assert_eq!(ask("/token").await.unwrap().user_name(), Some("demo"));
    let asked = &vault.requests()[0];
    assert_eq!((asked.text().as_str(), asked.header("x-key")), ("please", Some("k")));
    let causes = |error: &Error| format!("{error:#}");
    assert!(causes(&ask("/moved").await.unwrap_err()).contains("HTTP 307"));
    assert!(causes(&ask("/endless").await.unwrap_err()).contains("is larger than 1 MiB"));
    assert_eq!(vault.count("POST", "/token"), 1);
}

#[test]
fn a_provider_is_the_only_proof_and_no_variable() {
    let provider = || Made::new(|_| Err("unused".into()));
    let builder = || Client::builder().auth_url("http://keystone.example/v3").token_provider(provider());
    for two in [builder().password("p"), builder().auth_type("password"), builder().token("t")] {
        let error = two.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig);
        assert!(error.to_string().contains("two login methods are configured: by the made provider and"), "{error}");
    }
    // Credentials of lower layers are ignored.
    let host = Host::made([("OS_USERNAME", "alice"), ("OS_PASSWORD", "p"), ("OS_AUTH_TYPE", "v3password")]);
    let client = builder().host(host).environment().build().unwrap();
    assert_eq!(client.config().method().unwrap().name(), "token_provider");
    let error = builder().to_environment().unwrap_err();
    assert!(error.to_string().contains("cannot be passed on in variables"), "{error}");
    assert!(Client::builder().option("token_provider", "x").build().is_err());
}

/// A `clouds.yaml` with one entry.
fn clouds(name: &str, entry: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("archstone-providers-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("key"), "MARKED-KEY\n").unwrap();
    let text = format!("clouds:\n  demo:\n    {entry}\n").replace("FOLDER", &folder.display().to_string());
    std::fs::write(folder.join("clouds.yaml"), text).unwrap();
    folder
}

#[tokio::test]
async fn a_registered_method_is_chosen_in_clouds_yaml_and_in_the_environment() {
    let keystone = FakeKeystone::start();
    let token = unscoped(&keystone).await;
    ProviderMethod::new("vault", move |options| {
        assert_eq!((options.text("vault_url"), options.text("username")), ("https://vault.example", "demo"));
        assert_eq!(options.get("password"), None, "it is not declared");
        let (given, key) = (token.clone(), options.secret("vault_key"));
        if key.expose() == "WRONG" {
            return Err(options.wrong("vault_key", "does not look like a key").into());
        }
        if key.expose() == "OTHER-KEY" {
            return Err("OTHER-KEY is of another vault".into());
        }
        assert_eq!(key.expose(), "MARKED-KEY");
        Ok(Made { key: Some(key), ..Made::new(move |_| Ok(ProvidedToken::new(given.as_str()))) })
    })
    .help("the company's vault")
    .needs("vault_url", "where the vault is")
    .needs_secret("vault_key", "the key of the vault")
    .takes("username", "")
    .register()
    .unwrap();

    let auth = format!("auth_url: \"{}\", vault_url: \"https://vault.example\", username: demo", keystone.auth_url());
    let folder = clouds("file", &format!("auth: {{{auth}, vault_key_file: FOLDER/key}}\n    auth_type: vault"));
    let file = Host::made([("OS_CLIENT_CONFIG_FILE", folder.join("clouds.yaml"))]);
    let client = |host: &Host| Client::builder().host(host.clone()).token_cache(&TokenCache::new());
    let of_file = client(&file).cloud("demo").build().unwrap();
    assert_eq!(of_file.access().await.unwrap().user_name(), Some("demo"));
    assert_eq!(of_file.config().method().unwrap().name(), "vault");
    assert!(!format!("{of_file:?}").contains("MARKED"));
    let variables = [
        ("OS_AUTH_TYPE", "vault"),
        ("OS_AUTH_URL", &keystone.auth_url()),
        ("OS_VAULT_URL", "https://vault.example"),
        ("OS_VAULT_KEY", "MARKED-KEY"),
        ("OS_USERNAME", "demo"),
    ];
    let of_variables = client(&Host::made(variables)).environment().build().unwrap();
    assert_eq!(of_variables.access().await.unwrap().user_name(), Some("demo"));
    // Credentials of a higher layer hide it.
    let above = client(&file).cloud("demo").password("p").build().unwrap();
    assert_eq!(above.config().method().unwrap().name(), "password");
    // Errors are the same as for the library's own methods, with the place of the option.
    let wrong = client(&file).cloud("demo").option("vault_key", "WRONG").build().unwrap_err();
    assert!(wrong.to_string().ends_with("does not look like a key") && !wrong.to_string().contains("WRONG"), "{wrong}");
    let refused = client(&file).cloud("demo").option("vault_key", "OTHER-KEY").build().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidConfig);
    assert!(format!("{refused:#}").contains("`vault` refuses its options: *** is of another vault"), "{refused:#}");
    let missing = Client::builder().auth_url("http://k/v3").auth_type("vault").option("vault_url", "u").build();
    assert!(missing.unwrap_err().to_string().contains("lacks `vault_key`"));
    assert!(OptionSpec::find("vault-key").unwrap().secret);
    let unknown = Client::builder().auth_url("http://k/v3").auth_type("mycorp").build().unwrap_err();
    assert!(unknown.hint().unwrap().contains("`vault`"), "{unknown:?}");
    let near = Client::builder().option("vault_urll", "u").build().unwrap_err();
    assert!(near.hint().unwrap().contains("`vault_url`"), "{near:?}");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_method_that_would_be_ambiguous_is_not_registered() {
    let method = |name: &str| ProviderMethod::new(name, |_| Ok(Made::new(|_| Err("unused".into()))));
    method("ours").takes_secret("ours_key", "a key").register().unwrap();
    for (method, words) in [
        (method("v3password"), "the library has a method of that name"),
        (method("archstone"), "the library has a method of that name"),
        (method("My Corp"), "cannot be the name of an auth method"),
        (method("mine").takes("My-Option", ""), "`My-Option` of the auth method `mine` cannot be an option"),
        (method("mine").takes("ours_key", ""), "`ours_key` of the auth method `mine` is a secret in another method"),
    ] {
        let error = method.register().unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    // Registering a name again replaces the method.
    method("ours").takes_secret("ours_key", "a key").needs("ours_url", "where").register().unwrap();
    let error = Client::builder().auth_url("http://k/v3").auth_type("ours").build().unwrap_err();
    assert!(error.to_string().contains("lacks `ours_url`"), "{error}");
}
