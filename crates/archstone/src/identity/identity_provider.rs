//! Identity providers: external services that authenticate users.

use super::Match;

resource! {
    /// An identity provider: an external service that authenticates users.
    IdentityProvider {
        member: "identity_provider", members: "identity_providers", manager: "federation.identity_providers", key: id
    }
    fields {
        /// The id, which is also its name.
        id: String,
        /// The domain of its users (default: Keystone creates one).
        domain_id: Option<String> [Create] as domain,
        /// The description.
        description: Option<String> [Create Update],
        /// Whether it is enabled.
        enabled: bool = false [Create Update],
        /// The names that it has at its end.
        remote_ids: Vec<String> [Create Update],
        /// For how many minutes the groups that it gives a user are kept.
        authorization_ttl: Option<i64> [Create Update],
    }
    operations {
        /// Lists identity providers.
        List: list() GET "OS-FEDERATION/identity_providers" => many(IdentityProvider) {
            /// Only the one with this id.
            id: Match,
            /// Only enabled, or only disabled ones.
            enabled: bool,
        }
        /// Gets an identity provider.
        Get: get(identity_provider: String) GET "OS-FEDERATION/identity_providers/{identity_provider}"
            => one(IdentityProvider) {}
        /// Creates an identity provider.
        Create: create(identity_provider: String) PUT "OS-FEDERATION/identity_providers/{identity_provider}"
            [create("identity_provider")] => one(IdentityProvider) {}
        /// Changes an identity provider.
        Update: update(identity_provider: String) PATCH "OS-FEDERATION/identity_providers/{identity_provider}"
            [update("identity_provider")] => one(IdentityProvider) {}
        /// Deletes an identity provider.
        Delete: delete(identity_provider: String) DELETE "OS-FEDERATION/identity_providers/{identity_provider}"
            => nothing {}
    }
}
