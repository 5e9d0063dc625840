//! No authentication, for services that run without the identity service.

use super::{GivenToken, MethodSpec, Reads};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "none",
    auth_types: &["none"],
    help: "no authentication, for services without an identity service, with `mgmt_url` for every service",
    proof: "nothing",
    needs: &[&["mgmt_url"]],
    reads: Reads::Given(|_| Some(GivenToken::Nothing)),
    ..MethodSpec::LOGIN
};
