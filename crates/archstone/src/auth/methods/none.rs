//! No proof at all, for services that run without the identity service.

use super::{GivenToken, MethodSpec, Reads};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "none",
    auth_types: &["none"],
    help: "no proof, for services without an identity service, with `mgmt_url` for every service",
    proof: "nothing",
    needs: &[&["mgmt_url"]],
    // What keystoneauth1 sends: some services want to see a token, whichever.
    reads: Reads::Given(|_| Some(GivenToken::Id("notused".into()))),
    ..MethodSpec::LOGIN
};
