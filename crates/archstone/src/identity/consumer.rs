//! OAuth 1.0a: consumers, who may ask for a user's consent.

use crate::secret::Secret;

resource! {
    /// A consumer of OAuth 1.0a: who may ask for a user's consent.
    Consumer { member: "consumer", members: "consumers", manager: "oauth1.consumers", key: id }
    fields {
        /// The id: its key.
        id: String,
        /// What people wrote about it.
        description: Option<String> [Create Update],
        /// The secret. Keystone tells it once, when the consumer is made.
        secret: Option<Secret>,
    }
    operations {
        /// Lists consumers.
        List: list() GET "OS-OAUTH1/consumers" => many(Consumer) {}
        /// Gets a consumer.
        Get: get(consumer: String) GET "OS-OAUTH1/consumers/{consumer}" => one(Consumer) {}
        /// Makes a consumer.
        Create: create() POST "OS-OAUTH1/consumers" [create("consumer")] => one(Consumer) {}
        /// Changes a consumer.
        Update: update(consumer: String) PATCH "OS-OAUTH1/consumers/{consumer}" [update("consumer")]
            => one(Consumer) {}
        /// Deletes a consumer.
        Delete: delete(consumer: String) DELETE "OS-OAUTH1/consumers/{consumer}" => nothing {}
    }
}
