//! The list of all options: names, aliases, and descriptions.
//!
//! The same names are used in the builder, keyword arguments, `clouds.yaml`, `OS_*` variables (in upper case) and on
//! the command line (`--os-…`, with dashes).

use super::secret_source;
use crate::{
    auth::{methods, store::has_password},
    settings::{OptionSpec, ValueKind},
    transport::Route,
};

impl OptionSpec {
    /// The environment variable for the option, under its name or an alias of it.
    pub(crate) fn variable_of(name: &str) -> String {
        // Options that only Archstone has must not be set by a variable that is meant for other programs.
        let prefix = match name {
            "token_id" | "token_ref" | "user_agent" | "proxy" | "no_proxy" | "unix_socket" | "connect_timeout"
            | "original_ip" | "profile" | "insecure_endpoints" | "reload_config" | "key_password"
            | "include_catalog" => "ARCHSTONE",
            _ if name.starts_with("token_cache") || secret_source::is_elsewhere(name) => "ARCHSTONE",
            _ => "OS",
        };
        format!("{prefix}_{}", name.to_ascii_uppercase())
    }

    /// The environment variable for the option.
    #[must_use]
    pub fn variable(&self) -> String {
        Self::variable_of(self.name)
    }

    /// Whether a value of the option must not be shown as it is: the URL of a store only if it contains a password, and
    /// that of a proxy only if it contains a user name or a password.
    ///
    /// ```
    /// use archstone::config::OptionSpec;
    ///
    /// let place = OptionSpec::find("token_cache").unwrap();
    /// assert!(place.hides("redis://fleet:secret@cache") && !place.hides("redis://fleet@cache"));
    /// let proxy = OptionSpec::find("proxy").unwrap();
    /// assert!(proxy.hides("http://user:secret@proxy:3128") && !proxy.hides("http://proxy:3128") && !proxy.hides("none"));
    /// ```
    #[must_use]
    pub fn hides(&self, value: &str) -> bool {
        match self.name {
            "token_cache" => has_password(value),
            // A value that is not a URL may be a part of one, with the password.
            "proxy" => value != "none" && Route::parse(value, "").map_or(true, |route| route.has_credentials()),
            _ => self.secret,
        }
    }

    /// Whether the option sets the scope of a token: a project, a domain, the system, a trust, or unscoped.
    ///
    /// ```
    /// use archstone::config::OptionSpec;
    ///
    /// let is_of_scope = |name| OptionSpec::find(name).unwrap().is_of_scope();
    /// assert!(is_of_scope("project_id") && !is_of_scope("username"));
    /// ```
    #[must_use]
    pub fn is_of_scope(&self) -> bool {
        SCOPE.iter().any(|spec| spec.name == self.name)
    }

    /// The option with this name or alias, spelled with dashes or underscores.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        let name = name.replace('-', "_").to_ascii_lowercase();
        Self::all().find(|spec| spec.name == name || spec.aliases.contains(&name.as_str()))
    }

    /// Every option: those in [`OPTIONS`], and those of methods that the program has
    /// [registered](super::ProviderMethod::register).
    pub fn all() -> impl Iterator<Item = &'static Self> {
        let registered = std::iter::once_with(methods::registered_options).flatten();
        OPTIONS.iter().flat_map(|group| group.iter()).chain(registered)
    }
}

/// Every option, in groups: the cloud, the scope, and those of each auth method.
pub const OPTIONS: &[&[OptionSpec]] = &{
    let mut groups: [&[OptionSpec]; 3 + methods::OPTIONS.len()] = [&[]; 3 + methods::OPTIONS.len()];
    (groups[0], groups[1], groups[2]) = (CLOUD, TOKEN_CACHE, SCOPE);
    let mut position = 0;
    while position < methods::OPTIONS.len() {
        groups[3 + position] = methods::OPTIONS[position];
        position += 1;
    }
    groups
};

const CLOUD: &[OptionSpec] = &[
    OptionSpec::plain("auth_url", "the URL of the identity service").kind(ValueKind::Url),
    OptionSpec::plain("auth_type", methods::HELP).aliases(&["auth_plugin"]),
    OptionSpec::plain("mgmt_url", "the identity service's own URL, used instead of the catalog's")
        .aliases(&["endpoint", "url"])
        .kind(ValueKind::Url),
    OptionSpec::plain("profile", "vendor profile to use as a base"),
    OptionSpec::plain("region_name", "the region of the endpoints").aliases(&["region"]),
    OptionSpec::plain(
        "interface",
        "the interface of the endpoints; several in order of preference, separated by commas",
    )
    .aliases(&["endpoint_type"])
    .kind(ValueKind::Words),
    OptionSpec::plain("default_domain_id", "default domain (ID) for users and projects")
        .aliases(&["default_domain"])
        .choices(&[("default_domain", "id")]),
    OptionSpec::plain("default_domain_name", "default domain (name) for users and projects")
        .choices(&[("default_domain", "name")]),
    OptionSpec::plain("cacert", "CA bundle: a PEM file, or a folder of them").kind(ValueKind::Path),
    OptionSpec::plain("cert", "client certificate: a PEM file, or a PKCS#12 file with its key").kind(ValueKind::Path),
    OptionSpec::plain("key", "a PEM file with the key of `cert`").kind(ValueKind::Path),
    OptionSpec::plain("key_password", "the passphrase of that key, or of the PKCS#12 file")
        .secret()
        .choices(&[("key_password", "itself")]),
    OptionSpec::plain("key_password_file", "a file with that passphrase in its first line")
        .choices(&[("key_password", "file")])
        .kind(ValueKind::Path),
    OptionSpec::plain("key_password_command", "a command that prints that passphrase")
        .choices(&[("key_password", "command")])
        .kind(ValueKind::Command),
    OptionSpec::plain("key_password_keyring", "the place of that passphrase in the system keyring")
        .choices(&[("key_password", "keyring")]),
    OptionSpec::plain("verify", "whether to verify the server's certificate, or a CA bundle to verify it with")
        .choices(&[("trust", "verify")])
        .kind(ValueKind::SwitchOrPath),
    OptionSpec::plain("insecure", "disable TLS certificate verification (insecure)")
        .choices(&[("trust", "insecure")])
        .kind(ValueKind::Switch),
    OptionSpec::plain("timeout", "the timeout of a request, in seconds")
        .aliases(&["api_timeout"])
        .kind(ValueKind::Seconds),
    OptionSpec::plain("connect_timeout", "the timeout of connecting to a server, in seconds").kind(ValueKind::Seconds),
    OptionSpec::plain("tls_min_version", "minimum TLS version: 1.2 or 1.3"),
    OptionSpec::plain(
        "insecure_endpoints",
        "how to treat plain-HTTP endpoints after a login over HTTPS: warn, allow or refuse",
    ),
    OptionSpec::plain("proxy", "the proxy for all requests, or `none`").secret(),
    OptionSpec::plain("no_proxy", "hosts to connect to without the proxy, separated by commas").kind(ValueKind::Words),
    OptionSpec::plain("unix_socket", "a UNIX socket to use for every connection").kind(ValueKind::Path),
    OptionSpec::plain(
        "original_ip",
        "the address of the caller on whose behalf requests are made; it is sent to services",
    ),
    OptionSpec::plain("user_agent", "the name and version of the calling program, for the `User-Agent` header"),
    OptionSpec::plain(
        "reload_config",
        "whether to read the configuration again at each login, so that changes take effect",
    )
    .kind(ValueKind::Switch),
    OptionSpec::plain("include_catalog", "whether tokens include the catalog; otherwise it is read when first needed")
        .kind(ValueKind::Switch),
];

/// Options that are also allowed in the `cache` section of a file, for all its clouds.
pub(crate) const TOKEN_CACHE: &[OptionSpec] = &[
    OptionSpec::plain(
        "token_cache",
        "where to cache tokens between runs: a folder, `disk` for the default folder, `keyring` for the default folder with a key from the system keyring, a store such as `redis://host`, or `none`",
    )
    .kind(ValueKind::Path),
    OptionSpec::plain("token_cache_password", "the password for the token store")
        .secret()
        .choices(&[("token_cache_password", "itself")]),
    OptionSpec::plain("token_cache_password_file", "a file with that password in its first line")
        .choices(&[("token_cache_password", "file")])
        .kind(ValueKind::Path),
    OptionSpec::plain("token_cache_password_command", "a command that prints that password")
        .choices(&[("token_cache_password", "command")])
        .kind(ValueKind::Command),
    OptionSpec::plain("token_cache_password_keyring", "the place of that password in the system keyring")
        .choices(&[("token_cache_password", "keyring")]),
    OptionSpec::plain("token_cache_secret", "a secret shared by all hosts that use the store, needed to decrypt its tokens")
        .secret()
        .choices(&[("token_cache_secret", "itself")]),
    OptionSpec::plain("token_cache_secret_file", "a file with that secret in its first line")
        .choices(&[("token_cache_secret", "file")])
        .kind(ValueKind::Path),
    OptionSpec::plain("token_cache_secret_command", "a command that prints that secret")
        .choices(&[("token_cache_secret", "command")])
        .kind(ValueKind::Command),
    OptionSpec::plain("token_cache_secret_keyring", "the place of that secret in the system keyring")
        .choices(&[("token_cache_secret", "keyring")]),
    OptionSpec::plain("token_cache_cacert", "CA bundle (PEM) for the token store")
        .kind(ValueKind::Path),
    OptionSpec::plain("token_cache_timeout", "the timeout of the token store, in seconds")
        .kind(ValueKind::Seconds),
];

const SCOPE: &[OptionSpec] = &[
    OptionSpec::plain("project_id", "the id of the project to act in")
        .aliases(&["tenant_id"])
        .choices(&[("scope", "project"), ("project", "id")]),
    OptionSpec::plain("project_name", "the name of the project to act in")
        .aliases(&["tenant_name", "project", "tenant"])
        .choices(&[("scope", "project"), ("project", "name")]),
    OptionSpec::plain("project_domain_id", "the id of the domain that owns the project")
        .choices(&[("project_domain", "id")]),
    OptionSpec::plain("project_domain_name", "the name of the domain that owns the project")
        .choices(&[("project_domain", "name")]),
    OptionSpec::plain("domain_id", "the id of the domain to act on").choices(&[("scope", "domain"), ("domain", "id")]),
    OptionSpec::plain("domain_name", "the name of the domain to act on")
        .choices(&[("scope", "domain"), ("domain", "name")]),
    OptionSpec::plain("system_scope", "`all`, for system scope").choices(&[("scope", "system")]),
    OptionSpec::plain("trust_id", "the id of the trust to use").choices(&[("scope", "trust")]),
    OptionSpec::plain("unscoped", "whether to request an unscoped token")
        .choices(&[("scope", "unscoped")])
        .kind(ValueKind::Switch),
];
