//! Credentials that Keystone stores for users, such as TOTP secrets.

use super::Match;
use crate::secret::Secret;

resource! {
    /// A credential that Keystone stores for a user, such as a TOTP secret or an EC2 key.
    Credential { member: "credential", members: "credentials", manager: "credentials", key: id }
    fields {
        /// The id.
        id: String,
        /// The user.
        user_id: Option<String> [Create] as user,
        /// What it is: `ec2`, `totp`, `cert`, or a custom type.
        type_ as "type": String [Create],
        /// The credential data.
        blob: Option<Secret> [Create Update],
        /// The project that it belongs to; EC2 keys need one.
        project_id: Option<String> [Create] as project,
    }
    operations {
        /// Lists credentials.
        List: list() GET "credentials" => many(Credential) {
            /// Only those of this user.
            user as "user_id": String,
            /// Only those of this type.
            type_ as "type": Match,
        }
        /// Gets a credential.
        Get: get(credential: String) GET "credentials/{credential}" => one(Credential) {}
        /// Creates a credential.
        Create: create(user as "user_id": String, type_ as "type": String, blob: Secret) POST "credentials"
            [create("credential")] => one(Credential) {}
        /// Changes a credential.
        Update: update(credential: String) PATCH "credentials/{credential}" [update("credential")]
            => one(Credential) {}
        /// Deletes a credential.
        Delete: delete(credential: String) DELETE "credentials/{credential}" => nothing {}
    }
}
