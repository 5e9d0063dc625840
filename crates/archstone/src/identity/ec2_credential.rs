//! EC2 credentials: pairs of access key and secret, and tokens in exchange for requests signed with them.

use serde_json::{Map, Value};

use super::Body;
use crate::secret::Secret;

resource! {
    /// An EC2 credential: an access key and a secret that signs requests.
    Ec2Credential { member: "credential", members: "credentials", manager: "ec2", key: access }
    fields {
        /// The access key: its id.
        access: String,
        /// The secret.
        secret: Option<Secret>,
        /// The user.
        user_id: Option<String>,
        /// The project, by its old name.
        tenant_id: Option<String>,
        /// The trust with which it was created.
        trust_id: Option<String>,
    }
    operations {
        /// Lists the EC2 credentials of a user.
        List: list() GET "users/{user}/credentials/OS-EC2" => many(Ec2Credential) {
            /// The user (default: the token's own user).
            user: String,
        }
        /// Gets an EC2 credential.
        Get: get(access: String) GET "users/{user}/credentials/OS-EC2/{access}" => one(Ec2Credential) {
            /// The user (default: the token's own user).
            user: String,
        }
        /// Creates an EC2 credential for a project.
        Create: create(project as "tenant_id": String) POST "users/{user}/credentials/OS-EC2" [body(Body::Bare)]
            => one(Ec2Credential) {
            /// The user (default: the token's own user).
            user: String,
        }
        /// Deletes an EC2 credential.
        Delete: delete(access: String) DELETE "users/{user}/credentials/OS-EC2/{access}" => nothing {
            /// The user (default: the token's own user).
            user: String,
        }
        /// Exchanges a request that was signed as EC2 has it for a token. It takes the right to validate tokens: it
        /// is what a service does that speaks EC2's language.
        Exchange: exchange(credentials: Map<String, Value>) POST "ec2tokens" [body(Body::Document("credentials"))]
            => token {}
        /// The same for a request that was signed as S3 has it; the answer has no token.
        ExchangeS3: exchange_s3(credentials: Map<String, Value>) POST "s3tokens" [body(Body::Document("credentials"))]
            => token {}
    }
}
