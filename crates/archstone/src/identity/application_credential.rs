//! Application credentials: proofs of identity for programs.

use serde_json::Value;

use super::Match;
use crate::secret::Secret;

resource! {
    /// An application credential: a proof of identity for a program, for one project, with some of a user's roles.
    ApplicationCredential {
        member: "application_credential", members: "application_credentials", manager: "application_credentials",
        key: id
    }
    fields {
        /// The id.
        id: String,
        /// The name, unique among the user's.
        name: String [Create],
        /// The secret. Keystone tells it once, when the credential is made.
        secret: Option<Secret> [Create],
        /// What people wrote about it.
        description: Option<String> [Create],
        /// The user.
        user_id: Option<String>,
        /// The project.
        project_id: Option<String>,
        /// When it ends; never unless said. As Keystone writes times: `2027-01-01T00:00:00.000000`.
        expires_at: Option<String> [Create],
        /// Its roles, each as `{"id": …}` or `{"name": …}`; those of the token that makes it, unless said.
        roles: Option<Vec<Value>> [Create],
        /// Whether it may make further application credentials and trusts. A program that is broken into then can,
        /// too.
        unrestricted: Option<bool> [Create],
        /// What it may do, each as `{"path": …, "method": …, "service": …}`; everything that its roles may, unless
        /// said.
        access_rules: Option<Vec<Value>> [Create],
        /// Whether it is for the system.
        system: Option<String>,
    }
    operations {
        /// Lists the application credentials of a user.
        List: list() GET "users/{user}/application_credentials" => many(ApplicationCredential) {
            /// Whose; the token's own user unless said.
            user: String,
            /// Only those with this name.
            name: Match,
        }
        /// Gets an application credential.
        Get: get(application_credential: String) GET "users/{user}/application_credentials/{application_credential}"
            => one(ApplicationCredential) {
            /// Whose; the token's own user unless said.
            user: String,
        }
        /// Makes an application credential for the token's own project.
        Create: create(name: String) POST "users/{user}/application_credentials" [create("application_credential")]
            => one(ApplicationCredential) {
            /// Whose; the token's own user unless said. Only one's own can be made.
            user: String,
        }
        /// Deletes an application credential.
        Delete: delete(application_credential: String)
            DELETE "users/{user}/application_credentials/{application_credential}" => nothing {
            /// Whose; the token's own user unless said.
            user: String,
        }
    }
}
