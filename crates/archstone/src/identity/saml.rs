//! SAML assertions for other clouds.

use serde_json::{Map, Value};

use super::Body;

resource! {
    /// Assertions for other clouds, in the form of SAML 2.0. What is asked for is an `auth` object: a token in
    /// `identity`, and a `service_provider` in `scope`.
    Saml { manager: "federation.saml" }
    operations {
        /// Gets an assertion, as XML.
        CreateAssertion: create_assertion(auth: Map<String, Value>) POST "auth/OS-FEDERATION/saml2"
            [body(Body::Document("auth"))] => text {}
        /// Gets an assertion wrapped for ECP, as XML.
        CreateEcp: create_ecp(auth: Map<String, Value>) POST "auth/OS-FEDERATION/saml2/ecp"
            [body(Body::Document("auth"))] => text {}
        /// Gets what this cloud is as an identity provider, as XML.
        Metadata: metadata() GET "OS-FEDERATION/saml2/metadata" [accept("*/*")] => text {}
    }
}
