//! Domains: they own users, groups and projects.

use serde_json::{Map, Value};

use super::Match;

resource! {
    /// A domain, which owns users, groups and projects.
    Domain { member: "domain", members: "domains", manager: "domains", key: id }
    fields {
        /// The id.
        id: String,
        /// The name.
        name: String [Create Update],
        /// The description.
        description: Option<String> [Create Update],
        /// Whether its users can log in. Only a domain that is not enabled can be deleted.
        enabled: bool = true [Create Update],
        /// Its tags.
        tags: Vec<String> [Create Update],
        /// Options, such as `immutable`.
        options: Option<Map<String, Value>> [Create Update],
    }
    operations {
        /// Lists domains.
        List: list() GET "domains" [paged()] => many(Domain) {
            /// Only the one with this name.
            name: Match,
            /// Only enabled, or only disabled ones.
            enabled: bool,
        }
        /// Gets a domain.
        Get: get(domain: String) GET "domains/{domain}" => one(Domain) {}
        /// Creates a domain.
        Create: create(name: String) POST "domains" [create("domain")] => one(Domain) {}
        /// Changes a domain.
        Update: update(domain: String) PATCH "domains/{domain}" [update("domain")] => one(Domain) {}
        /// Deletes a domain that is not enabled, with all that it owns.
        Delete: delete(domain: String) DELETE "domains/{domain}" => nothing {}
    }
}
