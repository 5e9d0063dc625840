//! Every option there is, once: its name, its other names, and what it stands for.
//!
//! The same names serve builder, keyword arguments, `clouds.yaml`, `OS_*` variables (in capitals)
//! and command line (`--os-…`, with dashes).

use super::secret_source;
use crate::{
    auth::{methods, store::has_password},
    settings::{OptionSpec, ValueKind},
};

impl OptionSpec {
    /// The environment variable for the option, under its name or an alias of it.
    pub(crate) fn variable_of(name: &str) -> String {
        // What only Archstone knows must not be taken from a variable of somebody else's.
        let prefix = match name {
            "token_id" | "token_ref" | "user_agent" | "proxy" | "no_proxy" | "unix_socket" | "connect_timeout"
            | "original_ip" | "profile" | "insecure_endpoints" => "ARCHSTONE",
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

    /// Whether a value of the option must not be shown as it is: of a store's URL, only where it has a password.
    ///
    /// ```
    /// use archstone::config::OptionSpec;
    ///
    /// let place = OptionSpec::find("token_cache").unwrap();
    /// assert!(place.hides("redis://fleet:secret@cache") && !place.hides("redis://fleet@cache"));
    /// ```
    #[must_use]
    pub fn hides(&self, value: &str) -> bool {
        self.secret || self.name == "token_cache" && has_password(value)
    }

    /// The option of this name or alias, however it spells its dashes.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        let name = name.replace('-', "_").to_ascii_lowercase();
        OPTIONS
            .iter()
            .flat_map(|group| group.iter())
            .find(|spec| spec.name == name || spec.aliases.contains(&name.as_str()))
    }
}

/// Every option, in groups: the cloud, the scope, and what each auth method asks for.
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
    OptionSpec::plain("auth_url", "where the identity service is").kind(ValueKind::Url),
    OptionSpec::plain("auth_type", methods::HELP).aliases(&["auth_plugin"]),
    OptionSpec::plain("mgmt_url", "the identity service's own URL, used instead of the catalog's")
        .aliases(&["endpoint", "url"])
        .kind(ValueKind::Url),
    OptionSpec::plain("profile", "vendor profile to use as a base"),
    OptionSpec::plain("region_name", "the region to take endpoints from").aliases(&["region"]),
    OptionSpec::plain("interface", "the interface to take endpoints from; several, the preferred first, with commas")
        .aliases(&["endpoint_type"])
        .kind(ValueKind::Words),
    OptionSpec::plain("default_domain_id", "default domain (ID) for users and projects")
        .aliases(&["default_domain"])
        .choices(&[("default_domain", "id")]),
    OptionSpec::plain("default_domain_name", "default domain (name) for users and projects")
        .choices(&[("default_domain", "name")]),
    OptionSpec::plain("cacert", "CA bundle: a PEM file, or a folder of them").kind(ValueKind::Path),
    OptionSpec::plain("cert", "client certificate (PEM)").kind(ValueKind::Path),
    OptionSpec::plain("key", "a PEM file with the key of `cert`").kind(ValueKind::Path),
    OptionSpec::plain("verify", "whether the server's certificate must be trusted")
        .choices(&[("trust", "verify")])
        .kind(ValueKind::SwitchOrPath),
    OptionSpec::plain("insecure", "disable TLS certificate verification (insecure)")
        .choices(&[("trust", "insecure")])
        .kind(ValueKind::Switch),
    OptionSpec::plain("timeout", "how long one request may take, in seconds")
        .aliases(&["api_timeout"])
        .kind(ValueKind::Seconds),
    OptionSpec::plain("connect_timeout", "how long reaching a server may take, in seconds").kind(ValueKind::Seconds),
    OptionSpec::plain("tls_min_version", "minimum TLS version: 1.2 or 1.3"),
    OptionSpec::plain(
        "insecure_endpoints",
        "what becomes of endpoints over plain HTTP after a login over HTTPS: warn, allow or refuse",
    ),
    OptionSpec::plain("proxy", "the proxy that all requests go through, or `none`").secret(),
    OptionSpec::plain("no_proxy", "hosts that are reached without the proxy, with commas").kind(ValueKind::Words),
    OptionSpec::plain("unix_socket", "a UNIX socket that every connection goes to").kind(ValueKind::Path),
    OptionSpec::plain(
        "original_ip",
        "the address of the caller on whose behalf requests are made; it is sent to services",
    ),
    OptionSpec::plain("user_agent", "names the calling program to the services"),
];

/// What may stand in the `cache` section of a file, too, for all its clouds.
pub(crate) const TOKEN_CACHE: &[OptionSpec] = &[
    OptionSpec::plain(
        "token_cache",
        "where tokens are kept between runs: a folder, `disk` for the usual one, `keyring` for it and a key from the keyring of this system, a store such as `redis://host`, or `none`",
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
    OptionSpec::plain("token_cache_password_keyring", "where that password is in the keyring of this system")
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
    OptionSpec::plain("token_cache_secret_keyring", "where that secret is in the keyring of this system")
        .choices(&[("token_cache_secret", "keyring")]),
    OptionSpec::plain("token_cache_cacert", "CA bundle (PEM) for the token store")
        .kind(ValueKind::Path),
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
    OptionSpec::plain("system_scope", "`all`, to act on the system itself").choices(&[("scope", "system")]),
    OptionSpec::plain("trust_id", "the id of the trust to act under").choices(&[("scope", "trust")]),
    OptionSpec::plain("unscoped", "whether to ask for a token without any scope")
        .choices(&[("scope", "unscoped")])
        .kind(ValueKind::Switch),
];
