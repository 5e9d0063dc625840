//! Names that are no options here, but that others give a meaning to: so that they can be told from
//! slips of the pen, and refused by name where dropping them would change what was meant.

/// Auth methods of keystoneauth that are not supported, each with its options that no supported method
/// has.
const METHODS: &[(&str, &[&str])] = &[
    (
        "v3adfspassword",
        &[
            "identity_provider",
            "protocol",
            "identity_provider_url",
            "service_provider_endpoint",
            "service_provider_entity_id",
        ],
    ),
    ("v3fedkerb", &["identity_provider", "protocol", "mutual_auth"]),
    ("v3kerberos", &["mutual_auth"]),
    ("v3oauth2mtlsclientcredential", &["oauth2_endpoint", "oauth2_client_id"]),
    ("v3oidcaccesstoken", &["identity_provider", "protocol", "access_token"]),
    ("v3oidcauthcode", OIDC),
    ("v3oidcclientcredentials", OIDC),
    ("v3oidcdeviceauthz", OIDC),
    ("v3oidcpassword", OIDC),
    ("v3samlpassword", &["identity_provider", "protocol", "identity_provider_url"]),
    ("v3tokenlessauth", &[]),
    ("v3websso", &["identity_provider", "protocol", "redirect_host", "redirect_port", "login_timeout"]),
];

const OIDC: &[&str] = &[
    "identity_provider",
    "protocol",
    "client_id",
    "client_secret",
    "openid_scope",
    "scope",
    "access_token_endpoint",
    "discovery_endpoint",
    "access_token_type",
    "redirect_uri",
    "code",
    "authorization_code",
    "device_authorization_endpoint",
    "code_challenge_method",
    "idp_otp_key",
];

/// Keys beside `auth` that openstacksdk, the `openstack` command, shade and Ansible give a meaning to, and
/// that say nothing about identity.
const OF_OTHERS: &[&str] = &[
    "additional_user_agent",
    "agent_sleep",
    "app_name",
    "app_version",
    "cache",
    "client",
    "collect_timing",
    "concurrency",
    "default_interface",
    "disable_vendor_agent",
    "external_network",
    "floating_ip_source",
    "force_ipv4",
    "image_api_use_tasks",
    "image_format",
    "internal_network",
    "message",
    "metrics",
    "nat_destination",
    "nat_source",
    "networks",
    "override_endpoint",
    "prefer_ipv6",
    "private",
    "rate_limit",
    "requires_floating_ip",
    "secgroup_source",
    "split_loggers",
    "status",
    "strict_proxies",
    "timing",
    "tls_ciphers",
    "use_direct_get",
    "vendor_hook",
    "verbose_level",
];

/// The methods that an option belongs to, none of them supported.
pub(crate) fn methods_of(option: &str) -> impl Iterator<Item = &'static str> {
    METHODS.iter().filter(move |(_, options)| options.contains(&option)).map(|(method, _)| *method)
}

/// Whether other programs keep something of theirs under this key, beside `auth`.
pub(crate) fn is_of_others(key: &str) -> bool {
    OF_OTHERS.contains(&key)
        || key.starts_with("has_")
        || key.starts_with("prometheus_")
        || key.starts_with("statsd_")
        || key.starts_with("influxdb_")
        || key.ends_with("_disabled_reason")
}

/// The keys of others, for schemas and suggestions.
pub(crate) fn keys_of_others() -> &'static [&'static str] {
    OF_OTHERS
}
