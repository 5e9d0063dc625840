//! The federation protocols of an identity provider.

resource! {
    /// A protocol: a way in which an identity provider vouches, and the mapping that reads what it says.
    Protocol { member: "protocol", members: "protocols", manager: "federation.protocols", key: id }
    fields {
        /// The id, such as `openid` or `mapped`.
        id: String,
        /// The mapping.
        mapping_id: Option<String> [Create Update] as mapping,
        /// Where the web server says which identity provider vouches. It is set, and never answered.
        remote_id_attribute: Option<String> [Create Update],
    }
    operations {
        /// Lists the protocols of an identity provider.
        List: list(identity_provider: String) GET "OS-FEDERATION/identity_providers/{identity_provider}/protocols"
            => many(Protocol) {}
        /// Gets a protocol.
        Get: get(identity_provider: String, protocol: String)
            GET "OS-FEDERATION/identity_providers/{identity_provider}/protocols/{protocol}" => one(Protocol) {}
        /// Creates a protocol.
        Create: create(protocol: String, identity_provider: String, mapping as "mapping_id": String)
            PUT "OS-FEDERATION/identity_providers/{identity_provider}/protocols/{protocol}" [create("protocol")]
            => one(Protocol) {}
        /// Changes a protocol.
        Update: update(identity_provider: String, protocol: String)
            PATCH "OS-FEDERATION/identity_providers/{identity_provider}/protocols/{protocol}" [update("protocol")]
            => one(Protocol) {}
        /// Deletes a protocol.
        Delete: delete(identity_provider: String, protocol: String)
            DELETE "OS-FEDERATION/identity_providers/{identity_provider}/protocols/{protocol}" => nothing {}
    }
}
