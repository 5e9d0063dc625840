//! Application credentials: credentials for programs.

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
        /// The secret. Keystone returns it only once, when the credential is made.
        secret: Option<Secret> [Create],
        /// The description.
        description: Option<String> [Create],
        /// The user.
        user_id: Option<String>,
        /// The project.
        project_id: Option<String>,
        /// When it expires (default: never). As Keystone writes times: `2027-01-01T00:00:00.000000`.
        expires_at: Option<String> [Create],
        /// Its roles, each as `{"id": …}` or `{"name": …}`; by default, those of the token that creates it.
        roles: Option<Vec<Value>> [Create],
        /// Whether it may create further application credentials and trusts. So may then an attacker who takes
        /// over the program.
        unrestricted: Option<bool> [Create],
        /// The allowed requests, each as `{"path": …, "method": …, "service": …}` (default: everything that
        /// its roles allow).
        access_rules: Option<Vec<Value>> [Create],
        /// Whether it is for the system.
        system: Option<String>,
    }
    operations {
        /// Lists the application credentials of a user.
        List: list() GET "users/{user}/application_credentials" => many(ApplicationCredential) {
            /// The user (default: the token's own user).
            user: String,
            /// Only those with this name.
            name: Match,
        }
        /// Gets an application credential.
        Get: get(application_credential: String) GET "users/{user}/application_credentials/{application_credential}"
            => one(ApplicationCredential) {
            /// The user (default: the token's own user).
            user: String,
        }
        /// Creates an application credential for the token's own project.
        Create: create(name: String) POST "users/{user}/application_credentials" [create("application_credential")]
            => one(ApplicationCredential) {
            /// The user (default: the token's own user). They can be created only for oneself.
            user: String,
        }
        /// Deletes an application credential.
        Delete: delete(application_credential: String)
            DELETE "users/{user}/application_credentials/{application_credential}" => nothing {
            /// The user (default: the token's own user).
            user: String,
        }
    }
}
