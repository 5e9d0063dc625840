//! Service providers: other clouds that trust this one.

use super::Match;

resource! {
    /// A service provider: another cloud that trusts this one to vouch for users.
    ServiceProvider {
        member: "service_provider", members: "service_providers", manager: "federation.service_providers", key: id
    }
    fields {
        /// The id, which is also its name.
        id: String,
        /// The URL at which tokens are issued for the users of this cloud.
        auth_url: String [Create Update],
        /// The URL that accepts assertions.
        sp_url: String [Create Update],
        /// The description.
        description: Option<String> [Create Update],
        /// Whether it is enabled.
        enabled: bool = false [Create Update],
        /// The beginning of the relay state in assertions.
        relay_state_prefix: Option<String> [Create Update],
    }
    operations {
        /// Lists service providers.
        List: list() GET "OS-FEDERATION/service_providers" => many(ServiceProvider) {
            /// Only the one with this id.
            id: Match,
            /// Only enabled, or only disabled ones.
            enabled: bool,
        }
        /// Gets a service provider.
        Get: get(service_provider: String) GET "OS-FEDERATION/service_providers/{service_provider}"
            => one(ServiceProvider) {}
        /// Creates a service provider.
        Create: create(service_provider: String, auth_url: String, sp_url: String)
            PUT "OS-FEDERATION/service_providers/{service_provider}" [create("service_provider")]
            => one(ServiceProvider) {}
        /// Changes a service provider.
        Update: update(service_provider: String) PATCH "OS-FEDERATION/service_providers/{service_provider}"
            [update("service_provider")] => one(ServiceProvider) {}
        /// Deletes a service provider.
        Delete: delete(service_provider: String) DELETE "OS-FEDERATION/service_providers/{service_provider}"
            => nothing {}
    }
}
