//! A domain's own settings, in addition to those in Keystone's configuration files.

use serde_json::{Map, Value};

use super::Body;

resource! {
    /// Settings of a domain of its own: groups of options, as in Keystone's configuration file.
    DomainConfig { manager: "domain_configs" }
    operations {
        /// Gets the settings of a domain: all, a group, or one option.
        Get: get(domain: String) GET "domains/{domain}/config" | "domains/{domain}/config/{group}"
            | "domains/{domain}/config/{group}/{option}" => json("config") {
            /// Only this group, such as `ldap`.
            group: String,
            /// Only this option of the group.
            option: String,
        }
        /// Replaces the settings of a domain.
        Create: create(domain: String, config: Map<String, Value>) PUT "domains/{domain}/config"
            [body(Body::Document("config"))] => json("config") {}
        /// Changes settings of a domain: all, a group, or one option. Either way they are named with their group and
        /// option, as far as the path does not.
        Update: update(domain: String, config: Map<String, Value>) PATCH "domains/{domain}/config"
            | "domains/{domain}/config/{group}" | "domains/{domain}/config/{group}/{option}"
            [body(Body::Document("config"))] => json("config") {
            /// Only this group.
            group: String,
            /// Only this option of the group.
            option: String,
        }
        /// Deletes settings of a domain: all, a group, or one option.
        Delete: delete(domain: String) DELETE "domains/{domain}/config" | "domains/{domain}/config/{group}"
            | "domains/{domain}/config/{group}/{option}" => nothing {
            /// Only this group.
            group: String,
            /// Only this option of the group.
            option: String,
        }
        /// Gets the settings of a domain that has none: all, a group, or one option.
        GetDefault: get_default() GET "domains/config/default" | "domains/config/{group}/default"
            | "domains/config/{group}/{option}/default" => json("config") {
            /// Only this group.
            group: String,
            /// Only this option of the group.
            option: String,
        }
    }
}
