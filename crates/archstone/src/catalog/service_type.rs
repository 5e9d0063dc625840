//! Official service types and their aliases.
//!
//! The table is OpenStack's service-types authority (as in os-service-types 1.9.0, data version
//! 2024-05-08); official types without an alias need no row.

/// Each official type with its aliases, in the authority's order of preference.
const ALIASES: &[(&str, &[&str])] = &[
    ("admin-logic", &["registration"]),
    ("alarm", &["alarming"]),
    ("application-container", &["container"]),
    ("application-deployment", &["application_deployment"]),
    ("baremetal", &["bare-metal"]),
    ("block-storage", &["volumev3", "volumev2", "volume", "block-store"]),
    ("clustering", &["resource-cluster", "cluster"]),
    ("container-infrastructure-management", &["container-infrastructure", "container-infra"]),
    ("event", &["events"]),
    ("instance-ha", &["ha"]),
    ("message", &["messaging"]),
    ("meter", &["metering", "telemetry"]),
    ("monitoring-logging", &["monitoring-log-api"]),
    ("multi-region-network-automation", &["tricircle"]),
    ("operator-policy", &["policy"]),
    ("resource-optimization", &["infra-optim"]),
    ("root-cause-analysis", &["rca"]),
    ("shared-file-system", &["sharev2", "share"]),
    ("workflow", &["workflowv2"]),
];

/// Project names that users may mistake for types, with their official types, as in the authority.
const PROJECTS: &[(&str, &str)] = &[
    ("adjutant", "admin-logic"),
    ("aodh", "alarm"),
    ("barbican", "key-manager"),
    ("blazar", "reservation"),
    ("ceilometer", "meter"),
    ("cinder", "block-storage"),
    ("cloudkitty", "rating"),
    ("cyborg", "accelerator"),
    ("designate", "dns"),
    ("freezer", "backup"),
    ("glance", "image"),
    ("gnocchi", "metric"),
    ("heat", "orchestration"),
    ("ironic", "baremetal"),
    ("keystone", "identity"),
    ("magnum", "container-infrastructure-management"),
    ("manila", "shared-file-system"),
    ("masakari", "instance-ha"),
    ("mistral", "workflow"),
    ("murano", "application-catalog"),
    ("neutron", "network"),
    ("nova", "compute"),
    ("octavia", "load-balancer"),
    ("sahara", "data-processing"),
    ("senlin", "clustering"),
    ("solum", "application-deployment"),
    ("swift", "object-store"),
    ("tacker", "nfv-orchestration"),
    ("trove", "database"),
    ("vitrage", "root-cause-analysis"),
    ("watcher", "resource-optimization"),
    ("zaqar", "message"),
    ("zun", "application-container"),
];

/// The official type for a project's service: `compute` for `nova`.
pub(crate) fn of_project(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    PROJECTS.iter().find(|(project, _)| *project == name).map(|(_, official)| *official)
}

/// The official type and its aliases, when `name` is one of them.
pub(crate) fn family(name: &str) -> Option<(&'static str, &'static [&'static str])> {
    ALIASES.iter().find(|(official, aliases)| *official == name || aliases.contains(&name)).copied()
}

/// The official type for a type or an alias; an unknown type is returned as it is.
pub(crate) fn official(name: &str) -> &str {
    family(name).map_or(name, |(official, _)| official)
}

/// The catalog types that match a request for `requested`, the preferred first: the type itself, then the official type
/// of an alias, or the aliases of an official type. An alias never matches another alias: `volume` and `volumev3` are
/// different versions.
pub(crate) fn candidates(requested: &str) -> Vec<&str> {
    match family(requested) {
        Some((official, aliases)) if official == requested => {
            std::iter::once(official).chain(aliases.iter().copied()).collect()
        }
        Some((official, _)) => vec![requested, official],
        None => vec![requested],
    }
}

/// Normalizes a type for comparison: `block_storage` becomes `block-storage`.
pub(crate) fn normalised(name: &str) -> std::borrow::Cow<'_, str> {
    if name.contains('_') { name.replace('_', "-").into() } else { name.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_follow_the_authority() {
        let table: &[(&str, &[&str])] = &[
            ("compute", &["compute"]),
            ("block-storage", &["block-storage", "volumev3", "volumev2", "volume", "block-store"]),
            ("volumev3", &["volumev3", "block-storage"]),
            ("volume", &["volume", "block-storage"]),
            ("share", &["share", "shared-file-system"]),
            ("my-own-service", &["my-own-service"]),
        ];
        for (requested, served_by) in table {
            assert_eq!(candidates(requested), *served_by, "{requested}");
        }
        assert_eq!(normalised("block_storage"), "block-storage");
    }
}
