//! The policy of an endpoint.

use super::{Endpoint, Policy};

resource! {
    /// The policies of endpoints: of the endpoint itself, of its service in its region, or of its service.
    EndpointPolicy { manager: "endpoint_policy" }
    operations {
        /// Makes an endpoint follow a policy.
        CreateForEndpoint: create_policy_association_for_endpoint(policy: String, endpoint: String)
            PUT "policies/{policy}/OS-ENDPOINT-POLICY/endpoints/{endpoint}" => nothing {}
        /// Whether an endpoint follows a policy.
        CheckForEndpoint: check_policy_association_for_endpoint(policy: String, endpoint: String)
            HEAD "policies/{policy}/OS-ENDPOINT-POLICY/endpoints/{endpoint}" => flag {}
        /// Ends it that an endpoint follows a policy.
        DeleteForEndpoint: delete_policy_association_for_endpoint(policy: String, endpoint: String)
            DELETE "policies/{policy}/OS-ENDPOINT-POLICY/endpoints/{endpoint}" => nothing {}
        /// Makes a service follow a policy.
        CreateForService: create_policy_association_for_service(policy: String, service: String)
            PUT "policies/{policy}/OS-ENDPOINT-POLICY/services/{service}" => nothing {}
        /// Whether a service follows a policy.
        CheckForService: check_policy_association_for_service(policy: String, service: String)
            HEAD "policies/{policy}/OS-ENDPOINT-POLICY/services/{service}" => flag {}
        /// Ends it that a service follows a policy.
        DeleteForService: delete_policy_association_for_service(policy: String, service: String)
            DELETE "policies/{policy}/OS-ENDPOINT-POLICY/services/{service}" => nothing {}
        /// Makes a service follow a policy in a region.
        CreateForRegion: create_policy_association_for_region_and_service(policy: String, region: String, service: String)
            PUT "policies/{policy}/OS-ENDPOINT-POLICY/services/{service}/regions/{region}" => nothing {}
        /// Whether a service follows a policy in a region.
        CheckForRegion: check_policy_association_for_region_and_service(policy: String, region: String, service: String)
            HEAD "policies/{policy}/OS-ENDPOINT-POLICY/services/{service}/regions/{region}" => flag {}
        /// Ends it that a service follows a policy in a region.
        DeleteForRegion: delete_policy_association_for_region_and_service(policy: String, region: String, service: String)
            DELETE "policies/{policy}/OS-ENDPOINT-POLICY/services/{service}/regions/{region}" => nothing {}
        /// Gets the policy that an endpoint follows.
        GetPolicyForEndpoint: get_policy_for_endpoint(endpoint: String)
            GET "endpoints/{endpoint}/OS-ENDPOINT-POLICY/policy" => one(Policy) {}
        /// Lists the endpoints that follow a policy.
        ListEndpointsForPolicy: list_endpoints_for_policy(policy: String)
            GET "policies/{policy}/OS-ENDPOINT-POLICY/endpoints" => many(Endpoint) {}
    }
}
