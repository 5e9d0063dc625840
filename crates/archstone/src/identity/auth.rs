//! The scopes that the current token can be exchanged for, and its catalog.

use super::{Domain, Project};

resource! {
    /// What the current token can be exchanged for, and its catalog.
    Auth { manager: "auth" }
    operations {
        /// Lists the projects that the user can act in.
        Projects: projects() GET "auth/projects" => many(Project) {}
        /// Lists the domains that the user can act on.
        Domains: domains() GET "auth/domains" => many(Domain) {}
        /// Gets the systems that the user can act on: `[{"all": true}]`, or none.
        Systems: systems() GET "auth/system" => json("system") {}
        /// Gets the catalog of the token's project.
        Catalog: catalog() GET "auth/catalog" => json("catalog") {}
    }
}
