//! The service's public description of itself.

resource! {
    /// What the service says about itself, to everyone.
    Discovery { manager: "discovery" }
    operations {
        /// Gets the list of the API's versions.
        Versions: versions() GET "/" [anonymous()] => json {}
        /// Gets what there is to know of this version: `id`, `status`, `updated`, `links`.
        Version: version() GET "" [anonymous()] => json("version") {}
        /// Gets the list of all resources with their paths, as JSON Home.
        Home: home() GET "" [anonymous(), accept("application/json-home")] => json {}
        /// Asks whether the service is well. What it says is text for people, often none; an error when it is not.
        Health: health() GET "/healthcheck" [anonymous(), accept("text/plain")] => text {}
    }
}
