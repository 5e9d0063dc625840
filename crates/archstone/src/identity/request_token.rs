//! OAuth 1.0a request tokens: requests for a user's consent.

use serde_json::Value;

use super::Body;
use crate::secret::Secret;

resource! {
    /// A request of OAuth 1.0a for a user's consent: a consumer makes it, and the user authorizes it.
    RequestToken { manager: "oauth1.request_tokens" }
    operations {
        /// Asks for consent, as a consumer, for a project: `oauth_token`, `oauth_token_secret`, `oauth_expires_at`.
        Create: create(consumer_key: String, consumer_secret: Secret, project: String)
            POST "OS-OAUTH1/request_token" [body(Body::Bare), signed()] => form {}
        /// Consents, as the user, to these roles, each as `{"id": …}`: `oauth_verifier`.
        Authorize: authorize(request_token: String, roles: Vec<Value>) PUT "OS-OAUTH1/authorize/{request_token}"
            [body(Body::Bare)] => json("token") {}
    }
}
