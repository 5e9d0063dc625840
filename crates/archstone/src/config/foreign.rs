//! Names that are not Archstone options, but that other programs use, so that they are not reported as typos.

/// Keys next to `auth` that openstacksdk, the `openstack` command, shade and Ansible use, and that do not concern
/// identity.
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

/// Whether other programs use this key, next to `auth`.
pub(crate) fn is_of_others(key: &str) -> bool {
    OF_OTHERS.contains(&key)
        || key.starts_with("has_")
        || key.starts_with("prometheus_")
        || key.starts_with("statsd_")
        || key.starts_with("influxdb_")
        || key.ends_with("_disabled_reason")
}

/// The keys of other programs, for schemas and suggestions.
pub(crate) fn keys_of_others() -> &'static [&'static str] {
    OF_OTHERS
}
