//! A user and a password with each request, for services that run without the identity service.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{GivenToken, MethodSpec, Reads};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "http_basic",
    auth_types: &["http_basic"],
    help: "a user's password that is sent with each request (HTTP basic), with `mgmt_url` for every service",
    proof: "password",
    needs: &[&["username"], &["password"], &["mgmt_url"]],
    reads: Reads::Given(|settings| {
        let (user, password) = (settings.text("username")?, settings.secret("password")?);
        let proof = zeroize::Zeroizing::new(format!("{}:{}", user.value, password.value.expose()));
        let authorization = format!("Basic {}", STANDARD.encode(proof.as_bytes())).into();
        Some(GivenToken::Basic { authorization, password: password.value.clone() })
    }),
    ..MethodSpec::LOGIN
};
