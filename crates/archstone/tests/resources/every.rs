//! Every kind of resource that has fields: deserialized from JSON as its type, and serialized again.

use archstone::identity::{
    AccessRule, AccessToken, ApplicationCredential, Consumer, Credential, Domain, Ec2Credential, Endpoint,
    EndpointGroup, Group, IdentityProvider, InferenceRule, Limit, Mapping, Policy, Project, Protocol, Record, Region,
    RegisteredLimit, Resource, ResourceSpec, RevocationEvent, Role, RoleAssignment, Service, ServiceProvider, Trust,
    User,
};
use serde_json::{Map, Value};

/// Deserializes and serializes a resource; `None` if a required field is missing.
pub(crate) type Rewrite = fn(Map<String, Value>) -> Option<Map<String, Value>>;

fn rewrite<R: Resource + Record + PartialEq + std::fmt::Debug>(map: Map<String, Value>) -> Option<Map<String, Value>> {
    let resource = R::from_json(map).ok()?;
    let written = resource.to_json();
    let again = R::from_json(written.clone()).ok();
    assert_eq!(again.as_ref(), Some(&resource), "what is written is read as the same");
    assert!(format!("{resource:?}").starts_with(R::NAMES.class));
    Some(written)
}

macro_rules! every {
    ($( $kind:ident ),+ $( , )?) => {
        /// All of them, with their descriptions.
        pub(crate) const EVERY: &[(&ResourceSpec, Rewrite)] = &[$( ($kind::SPEC, rewrite::<$kind>) ),+];
    };
}

every! {
    AccessRule, AccessToken, ApplicationCredential, Consumer, Credential, Domain, Ec2Credential, Endpoint, EndpointGroup,
    Group, IdentityProvider, InferenceRule, Limit, Mapping, Policy, Project, Protocol, Region, RegisteredLimit,
    RevocationEvent, Role, RoleAssignment, Service, ServiceProvider, Trust, User,
}
