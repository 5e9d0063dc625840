//! Addresses of token stores: `token_cache` and its related options.

use std::{path::PathBuf, time::Duration};

use crate::{
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    host::Host,
    secret::Secret,
    settings::{Settings, Sourced},
};

/// The default timeout for a response of a shared store.
const ANSWER: Duration = Duration::from_millis(300);
/// The minimum timeout for a whole query.
const QUESTION: Duration = Duration::from_secs(1);

/// A store for tokens, in addition to the memory of the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StoreAddress {
    /// A folder on this machine.
    Folder { folder: PathBuf, key: FolderKey },
    /// Servers that many machines share.
    Shared(SharedAddress),
}

/// Where the key for encrypting a folder comes from, in addition to the login's secret, so that a copy of the folder is
/// useless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FolderKey {
    /// There is no such key.
    None,
    /// A file in this other folder.
    In(PathBuf),
    /// This machine's keyring.
    Keyring,
}

impl StoreAddress {
    /// The same store, for only listing its content, without decrypting anything.
    pub(crate) fn unopened(self) -> Self {
        match self {
            Self::Folder { folder, .. } => Self::Folder { folder, key: FolderKey::None },
            shared @ Self::Shared(_) => shared,
        }
    }
}

/// How to connect to a shared store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SharedAddress {
    pub(crate) engine: Engine,
    pub(crate) servers: Vec<Server>,
    pub(crate) tls: bool,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<Secret>,
    /// The CA bundle to use instead of the system's.
    pub(crate) cacert: Option<PathBuf>,
    /// Mixed into every key: without it, nothing can be decrypted.
    pub(crate) secret: Option<Secret>,
    /// The timeout for a response on an open connection.
    pub(crate) answer: Duration,
}

/// The kind of store, and how its servers work together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// One Redis or Valkey.
    Redis { database: i64 },
    /// One Redis or Valkey of several, chosen by Sentinels.
    Sentinel { master: String, database: i64 },
    /// A Redis or Valkey Cluster.
    Cluster,
    /// memcached, with the entries distributed over the servers.
    Memcached,
}

/// One server's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Server {
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl SharedAddress {
    /// The timeout for one whole query, including connecting.
    pub(crate) fn question(&self) -> Duration {
        QUESTION.max(self.answer.saturating_mul(3))
    }

    /// The address in a form that is safe to show: without any password.
    pub(crate) fn shown(&self) -> String {
        self.shown_with(&self.servers)
    }

    /// The same, for a single server.
    #[cfg(feature = "memcached")]
    pub(crate) fn shown_of(&self, server: &Server) -> String {
        self.shown_with(std::slice::from_ref(server))
    }

    fn shown_with(&self, servers: &[Server]) -> String {
        let (scheme, path) = match &self.engine {
            Engine::Redis { database } => ("redis", format!("/{database}")),
            Engine::Sentinel { master, database } => ("redis+sentinel", format!("/{master}/{database}")),
            Engine::Cluster => ("redis+cluster", String::new()),
            Engine::Memcached => ("memcached", String::new()),
        };
        let scheme = match (self.tls, scheme.split_once('+')) {
            (false, _) => scheme.to_owned(),
            (true, Some((engine, kind))) => format!("{engine}s+{kind}"),
            (true, None) => format!("{scheme}s"),
        };
        let servers: Vec<_> = servers.iter().map(Server::shown).collect();
        format!("{scheme}://{}{path}", servers.join(","))
    }
}

impl Server {
    pub(crate) fn shown(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

/// The store in the settings; `None` if tokens are kept only in memory.
pub(crate) fn store_address(settings: &Settings, host: &Host) -> Result<Option<StoreAddress>> {
    let Some(value) = settings.text("token_cache") else { return Ok(None) };
    if let Some((scheme, rest)) = value.value.split_once("://") {
        let mut address = shared(scheme, rest, &value)?;
        let given = |name: &str| settings.secret(name).map(|it| it.value.clone());
        address.password = given("token_cache_password").or(address.password);
        address.secret = given("token_cache_secret");
        address.cacert = settings.text("token_cache_cacert").map(|it| host.path(it.value));
        address.answer = settings.seconds("token_cache_timeout")?.unwrap_or(ANSWER);
        return Ok(Some(StoreAddress::Shared(address)));
    }
    let own = |key| Some(StoreAddress::Folder { folder: host.cache_home()?.join("archstone"), key });
    match value.value {
        "none" => Ok(None),
        "disk" => Ok(own(host.state_home().map_or(FolderKey::None, |home| FolderKey::In(home.join("archstone"))))),
        "keyring" if !cfg!(feature = "keyring") => Err(invalid(
            &value,
            "is `keyring`, which this build does not support",
            "build with the feature `keyring`, or use `disk`",
        )),
        "keyring" => Ok(own(FolderKey::Keyring)),
        folder => {
            let folder = host.path(folder);
            if folder.is_absolute() {
                return Ok(Some(StoreAddress::Folder { folder, key: FolderKey::None }));
            }
            let what = format!("is `{}`, which is not an absolute path", printable(value.value));
            Err(invalid(
                &value,
                &what,
                "write `disk`, `keyring`, `none`, the absolute path of a folder, or the URL of a store such as `redis://host:6379`",
            ))
        }
    }
}

/// Whether a store's URL has a password.
pub(crate) fn has_password(url: &str) -> bool {
    let authority = url.split_once("://").and_then(|(_, rest)| rest.split('/').next()).unwrap_or_default();
    authority.rsplit_once('@').is_some_and(|(userinfo, _)| userinfo.contains(':'))
}

/// The URL without any password, to show what was configured.
pub(crate) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    match authority.rsplit_once('@') {
        Some((userinfo, servers)) => {
            let user = userinfo.split_once(':').map_or(userinfo, |(user, _)| user);
            format!("{scheme}://{user}:***@{servers}{path}")
        }
        None => url.to_owned(),
    }
}

const SCHEMES: &str = "the stores are `redis://`, `rediss://` (with TLS), `redis+sentinel://`, `redis+cluster://`, the same with `valkey`, `memcached://` and `memcacheds://`";

/// Parses `scheme://[user[:password]@]host[:port][,host[:port]…][/path]`. The rest may contain a password, so errors
/// show no more of it than necessary.
fn shared(scheme: &str, rest: &str, value: &Sourced<&str>) -> Result<SharedAddress> {
    let lower = scheme.to_ascii_lowercase().replace("valkey", "redis");
    let (tls, kind) = match lower.as_str() {
        "redis" | "redis+sentinel" | "redis+cluster" | "memcached" => (false, lower),
        "rediss" | "rediss+sentinel" | "rediss+cluster" => (true, lower.replacen("rediss", "redis", 1)),
        "memcacheds" => (true, "memcached".into()),
        _ => {
            return Err(invalid(
                value,
                &format!("begins with `{}://`, which is not a store", printable(scheme)),
                SCHEMES,
            ));
        }
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (userinfo, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
    if path.contains(['?', '#']) || hosts.contains(['?', '#']) {
        return Err(invalid(value, "has something after `?` or `#`", "set the rest with the options `token_cache_…`"));
    }
    let default_port = match kind.as_str() {
        "memcached" => 11211,
        "redis+sentinel" => 26379,
        _ => 6379,
    };
    let servers = hosts.split(',').map(|it| server(it, default_port, value)).collect::<Result<Vec<_>>>()?;
    let (user, password) = match userinfo.split_once(':') {
        Some((user, password)) => (decoded(user), Some(Secret::from(decoded(password)))),
        None => (decoded(userinfo), None),
    };
    let feature = if kind == "memcached" { "memcached" } else { "redis" };
    if (feature == "memcached" && !cfg!(feature = "memcached")) || (feature == "redis" && !cfg!(feature = "redis")) {
        let what = format!("begins with `{}://`, which this build does not support", printable(scheme));
        return Err(invalid(value, &what, format!("build `archstone` with the feature `{feature}`, or write `disk`")));
    }
    let engine = engine(&kind, path, value)?;
    if servers.len() > 1 && matches!(engine, Engine::Redis { .. }) {
        let hint = "write `redis+sentinel://` or `redis+cluster://` for several";
        return Err(invalid(value, "names several servers, and `redis://` is one", hint));
    }
    if engine == Engine::Memcached && !userinfo.is_empty() {
        let hint = "memcached has no users: keep its servers in a network of their own, and set "
            + Hint::option("token_cache_secret");
        return Err(invalid(value, "names a user of memcached", hint));
    }
    let user = Some(user).filter(|user| !user.is_empty());
    Ok(SharedAddress { engine, servers, tls, user, password, cacert: None, secret: None, answer: ANSWER })
}

fn engine(kind: &str, path: &str, value: &Sourced<&str>) -> Result<Engine> {
    let database = |text: &str| match text {
        "" => Ok(0),
        text => text.parse().ok().filter(|it| *it >= 0).ok_or_else(|| {
            let what = format!("names the database `{}`, which is not a number", printable(text));
            invalid(value, &what, "write `/0` or another number at the end, or nothing")
        }),
    };
    match kind {
        "redis+sentinel" => {
            let (master, number) = path.split_once('/').unwrap_or((path, ""));
            if master.is_empty() {
                let hint = "write its name as the Sentinels know it: `redis+sentinel://host1,host2/mymaster`";
                return Err(invalid(value, "does not name the master", hint));
            }
            Ok(Engine::Sentinel { master: decoded(master), database: database(number)? })
        }
        "redis" => Ok(Engine::Redis { database: database(path)? }),
        _ if !matches!(path, "" | "0") => {
            Err(invalid(value, "has a path, and these servers have no databases", "remove what follows the servers"))
        }
        "redis+cluster" => Ok(Engine::Cluster),
        _ => Ok(Engine::Memcached),
    }
}

fn server(text: &str, default_port: u16, value: &Sourced<&str>) -> Result<Server> {
    let text = text.trim();
    let (host, port) = match text.strip_prefix('[').and_then(|it| it.split_once(']')) {
        Some((host, rest)) => (host, rest.strip_prefix(':')),
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let hint = "write `host:port`, several with commas; an IPv6 address in brackets";
    if host.is_empty() {
        return Err(invalid(value, "has no host where one is needed", hint));
    }
    let port = port.map_or(Some(default_port), |port| port.parse().ok().filter(|it| *it > 0));
    match port {
        Some(port) => Ok(Server { host: host.to_owned(), port }),
        None => Err(invalid(value, "has a port that is not a number from 1 to 65535", hint)),
    }
}

/// Decodes percent-encoding, as far as it is valid.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let byte = digits.and_then(|it| u8::from_str_radix(it, 16).ok());
        decoded.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

fn invalid(value: &Sourced<&str>, what: &str, hint: impl Into<Hint>) -> Error {
    Error::new(ErrorKind::InvalidConfig, format!("{} {what}", value.origin)).with_hint(hint)
}

// Without the features for stores, each of these is refused.
#[cfg(all(test, feature = "memcached", feature = "redis"))]
mod tests {
    use super::*;
    use crate::settings::Origin;

    fn parsed(url: &str) -> Result<Option<StoreAddress>> {
        let mut settings = Settings::default();
        settings.set("token_cache", url, Origin::Argument("token_cache".into()))?;
        store_address(&settings, &Host::made([("HOME", "/home/demo")]))
    }

    #[test]
    fn a_store_is_waited_for_as_long_as_is_configured() {
        let waited = |time: &str| -> Result<_> {
            let mut settings = Settings::default();
            settings.set("token_cache", "redis://cache", Origin::Argument("token_cache".into()))?;
            settings.set("token_cache_timeout", time, Origin::Argument("token_cache_timeout".into()))?;
            match store_address(&settings, &Host::made([("HOME", "/home/demo")]))? {
                Some(StoreAddress::Shared(address)) => Ok((address.answer.as_millis(), address.question().as_millis())),
                other => panic!("{other:?}"),
            }
        };

        assert_eq!(waited("2").unwrap(), (2000, 6000));
        assert_eq!(waited("0.1").unwrap(), (100, 1000));
        for wrong in ["0", "-1", "soon"] {
            let expected = format!("`token_cache_timeout` is `{wrong}`, which is not a number of seconds");
            assert_eq!(waited(wrong).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn every_kind_of_store_has_its_url() {
        let table = [
            ("redis://cache", "redis://cache:6379/0"),
            ("valkeys://cache:7000/3", "rediss://cache:7000/3"),
            ("rediss://fleet:p%40ss@[2001:db8::7]:7000", "rediss://[2001:db8::7]:7000/0"),
            ("redis+sentinel://one,two:26380/main/2", "redis+sentinel://one:26379,two:26380/main/2"),
            ("rediss+cluster://one:1,two:2", "rediss+cluster://one:1,two:2"),
            ("memcached://one,two:11212", "memcached://one:11211,two:11212"),
            ("memcacheds://one", "memcacheds://one:11211"),
        ];
        for (url, shown) in table {
            let Ok(Some(StoreAddress::Shared(address))) = parsed(url) else { panic!("{url}") };
            assert_eq!(address.shown(), shown);
        }
        let Ok(Some(StoreAddress::Shared(address))) = parsed("redis://fleet:p%40ss@cache") else { panic!("a store") };
        assert_eq!((address.user.as_deref(), address.password), (Some("fleet"), Some("p@ss".into())));
    }

    #[test]
    fn a_wrong_store_says_what_is_wrong_and_shows_no_password() {
        let table = [
            ("etcd://hidden@host", "`etcd://`, which is not a store"),
            ("redis://u:hidden@one,two", "several servers"),
            ("redis://u:hidden@one:port", "a port that is not a number"),
            ("redis://u:hidden@", "no host"),
            ("redis://u:hidden@one/x", "the database `x`"),
            ("redis://u:hidden@one?a=b", "after `?`"),
            ("redis+sentinel://u:hidden@one", "does not name the master"),
            ("redis+cluster://u:hidden@one/1", "no databases"),
            ("memcached://u:hidden@one", "a user of memcached"),
            ("somewhere", "not an absolute path"),
        ];
        for (url, what) in table {
            let error = parsed(url).expect_err(url);
            let said = format!("{error} {}", error.hint().unwrap_or_default());
            assert!(said.contains(what) && said.contains("token_cache") && !said.contains("hidden"), "{url}: {said}");
        }
    }

    #[test]
    fn a_password_in_the_url_is_not_shown() {
        let table = [
            ("redis://u:hidden@one/1", "redis://u:***@one/1"),
            ("redis://:hid@den@one,two", "redis://:***@one,two"),
            ("redis://hidden.example", "redis://hidden.example"),
            ("disk", "disk"),
        ];
        for (url, shown) in table {
            assert_eq!(without_password(url), shown);
        }
    }
}
