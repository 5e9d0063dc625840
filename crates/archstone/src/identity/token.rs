//! Tokens as a service sees them: validated, and revoked.

use serde_json::{Map, Value};

use super::{Body, Flag, Header, Subject};

resource! {
    /// Tokens as a service sees them: validated, and revoked.
    Tokens { manager: "tokens" }
    operations {
        /// Gets what is known of a token.
        GetTokenData: get_token_data(token: Subject) GET "auth/tokens" => token {
            /// Without the catalog.
            nocatalog: Flag,
            /// Also accepts a token that has expired recently.
            allow_expired: Flag,
            /// The version of access rules that the caller enforces, `1.0`. A token with access rules is not found by
            /// who does not say.
            access_rules_support as "openstack-identity-access-rules": Header,
        }
        /// Gets what is known of a token, as a service does that was handed it: user, scope, roles, and how much life it
        /// has.
        Validate: validate(token: Subject) GET "auth/tokens" => access {
            /// Without the catalog.
            nocatalog: Flag,
            /// Also accepts a token that has expired recently.
            allow_expired: Flag,
            /// The version of access rules that the caller enforces, `1.0`. A token with access rules is not found by
            /// who does not say.
            access_rules_support as "openstack-identity-access-rules": Header,
        }
        /// Whether a token is valid.
        Check: check(token: Subject) HEAD "auth/tokens" => flag {
            /// Also one that has expired not long ago.
            allow_expired: Flag,
            /// The version of access rules that the caller enforces, `1.0`.
            access_rules_support as "openstack-identity-access-rules": Header,
        }
        /// Ends a token early.
        RevokeToken: revoke_token(token: Subject) DELETE "auth/tokens" => nothing {
            /// Whether the tokens that were obtained from it end, too. They do by default.
            cascade: bool,
        }
        /// Logs in, with an `auth` object as the Identity API has it: for logins that a client does not know.
        Issue: issue(auth: Map<String, Value>) POST "auth/tokens" [body(Body::Document("auth")), anonymous()]
            => token {
            /// Without the catalog.
            nocatalog: Flag,
        }
        /// Lists revoked tokens. Keystone has ended this: it always refuses.
        GetRevoked: get_revoked() GET "auth/tokens/OS-PKI/revoked" => json {
            /// Only their audit ids.
            audit_id_only: Flag,
        }
    }
}
