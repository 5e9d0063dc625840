//! OAuth 2.0: tokens for clients.

use super::Body;
use crate::secret::Secret;

resource! {
    /// OAuth 2.0: tokens for clients. A client is an application credential.
    Oauth2 { manager: "oauth2" }
    operations {
        /// Gets a token for a client: `access_token`, `token_type`, `expires_in`.
        CreateToken: create_token(client_id: String, client_secret: Secret) POST "OS-OAUTH2/token"
            [body(Body::Form("client_credentials")), anonymous()] => json {}
    }
}
