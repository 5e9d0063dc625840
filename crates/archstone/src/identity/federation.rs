//! Logins through an identity provider, and the projects and domains of such a user.

use super::{Domain, Project};

resource! {
    /// Logins by way of an identity provider. The web server in front of Keystone does the talking to it; these are
    /// the requests that it passes on.
    Federation { manager: "federation" }
    operations {
        /// Gets a token without a scope for the user whom the identity provider vouches for.
        Authenticate: authenticate(identity_provider: String, protocol: String)
            POST "OS-FEDERATION/identity_providers/{identity_provider}/protocols/{protocol}/auth" [anonymous()]
            => token {}
        /// The same by GET, as after a redirect.
        AuthenticateByGet: authenticate_by_get(identity_provider: String, protocol: String)
            GET "OS-FEDERATION/identity_providers/{identity_provider}/protocols/{protocol}/auth" [anonymous()]
            => token {}
        /// Gets the page that carries the token to a dashboard.
        WebSso: web_sso(protocol: String) GET "auth/OS-FEDERATION/websso/{protocol}"
            | "auth/OS-FEDERATION/identity_providers/{identity_provider}/protocols/{protocol}/websso"
            [anonymous(), accept("*/*")] => text {
            /// The identity provider; else it is found by what it calls itself.
            identity_provider: String,
            /// The dashboard. Keystone must trust it.
            origin: String,
        }
        /// The same by POST.
        WebSsoByPost: web_sso_by_post(protocol: String) POST "auth/OS-FEDERATION/websso/{protocol}"
            | "auth/OS-FEDERATION/identity_providers/{identity_provider}/protocols/{protocol}/websso"
            [anonymous(), accept("*/*")] => text {
            /// The identity provider; else it is found by what it calls itself.
            identity_provider: String,
            /// The dashboard. Keystone must trust it.
            origin: String,
        }
        /// Lists the projects that the user can act in; the older way to `auth`.
        ListProjects: list_projects() GET "OS-FEDERATION/projects" => many(Project) {}
        /// Lists the domains that the user can act in; the older way to `auth`.
        ListDomains: list_domains() GET "OS-FEDERATION/domains" => many(Domain) {}
    }
}
