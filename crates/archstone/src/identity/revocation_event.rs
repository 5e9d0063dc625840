//! Revocation events: the tokens that were revoked.

resource! {
    /// A revocation event: all tokens that fit it, and were issued before, were ended early.
    RevocationEvent { member: "event", members: "events", manager: "revocation_events" }
    fields {
        /// Tokens issued before.
        issued_before: Option<String>,
        /// Tokens of this user.
        user_id: Option<String>,
        /// Tokens for this project.
        project_id: Option<String>,
        /// Tokens for this domain, or of its users.
        domain_id: Option<String>,
        /// Tokens with this role.
        role_id: Option<String>,
        /// Tokens under this trust.
        trust_id: Option<String>,
        /// Tokens of this consumer of OAuth 1.0a.
        consumer_id: Option<String>,
        /// Tokens of this access token of OAuth 1.0a.
        access_token_id: Option<String>,
        /// The token with this audit id.
        audit_id: Option<String>,
        /// All tokens that come of the one with this audit id.
        audit_chain_id: Option<String>,
        /// Tokens that expire then.
        expires_at: Option<String>,
    }
    operations {
        /// Lists revocation events.
        List: list() GET "OS-REVOKE/events" => many(RevocationEvent) {
            /// Only those since this time.
            since: String,
        }
    }
}
