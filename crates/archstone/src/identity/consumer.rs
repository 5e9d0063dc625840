//! OAuth 1.0a consumers: programs that may request a user's consent.

use crate::secret::Secret;

resource! {
    /// An OAuth 1.0a consumer: a program that may request a user's consent.
    Consumer { member: "consumer", members: "consumers", manager: "oauth1.consumers", key: id }
    fields {
        /// The id: its key.
        id: String,
        /// The description.
        description: Option<String> [Create Update],
        /// The secret. Keystone returns it only once, when the consumer is made.
        secret: Option<Secret>,
    }
    operations {
        /// Lists consumers.
        List: list() GET "OS-OAUTH1/consumers" => many(Consumer) {}
        /// Gets a consumer.
        Get: get(consumer: String) GET "OS-OAUTH1/consumers/{consumer}" => one(Consumer) {}
        /// Creates a consumer.
        Create: create() POST "OS-OAUTH1/consumers" [create("consumer")] => one(Consumer) {}
        /// Changes a consumer.
        Update: update(consumer: String) PATCH "OS-OAUTH1/consumers/{consumer}" [update("consumer")]
            => one(Consumer) {}
        /// Deletes a consumer.
        Delete: delete(consumer: String) DELETE "OS-OAUTH1/consumers/{consumer}" => nothing {}
    }
}
