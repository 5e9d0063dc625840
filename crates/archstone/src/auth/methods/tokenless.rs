//! A client certificate instead of a token (X.509), for Keystone's own API.
//!
//! Keystone takes the identity from TLS; each request carries its scope in headers.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{GivenToken, MethodSpec, Reads};
use crate::{
    error::{Error, ErrorKind, Result},
    hint::Hint,
    reference::{DomainRef, ProjectRef},
    scope::Scope,
    settings::Settings,
};

const SCOPE: &[&str] = &["project_id", "project_name", "domain_id", "domain_name"];

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "tokenless",
    auth_types: &["v3tokenlessauth"],
    help: "a client certificate with each request and no token (X.509), for the identity service alone",
    proof: "client certificate",
    needs: &[&["auth_url"], &["cert"], SCOPE],
    reads: Reads::Given(|settings| is_whole(settings).then(|| GivenToken::Certificate(HeaderMap::new()))),
    ..MethodSpec::LOGIN
};

fn is_whole(settings: &Settings) -> bool {
    let is_said = |names: &&[&str]| names.iter().any(|name| settings.has(name));
    // Any other scope is refused, with its name.
    let is_scoped = is_said(&SCOPE) || is_said(&["system_scope", "trust_id", "unscoped"].as_slice());
    settings.has("auth_url") && settings.has("cert") && is_scoped
}

/// The headers for the scope of requests.
pub(super) fn headers(scope: &Scope) -> Result<HeaderMap> {
    let of_domain = |domain: &DomainRef, [id, name]: [&'static str; 2]| match domain {
        DomainRef::Id(it) => header(id, it, "project_domain_id"),
        DomainRef::Name(it) => header(name, it, "domain_id"),
    };
    let headers = match scope {
        Scope::Project(ProjectRef::Id(id)) => vec![header("x-project-id", id, "project_id")?],
        Scope::Project(ProjectRef::Name { name, domain }) => vec![
            header("x-project-name", name, "project_id")?,
            of_domain(domain, ["x-project-domain-id", "x-project-domain-name"])?,
        ],
        Scope::Domain(domain) => vec![of_domain(domain, ["x-domain-id", "x-domain-name"])?],
        Scope::Default | Scope::System | Scope::Trust(_) | Scope::Unscoped => {
            let message = format!("`v3tokenlessauth` is for a project or a domain, and not for {scope}");
            return Err(Error::new(ErrorKind::ScopeConflict, message)
                .with_hint("name one with " + Hint::options(SCOPE.iter().copied(), "or")));
        }
    };
    Ok(headers.into_iter().collect())
}

/// A header in Latin-1, as Keystone decodes it.
fn header(name: &'static str, text: &str, instead: &'static str) -> Result<(HeaderName, HeaderValue)> {
    let bytes: Option<Vec<u8>> = text.chars().map(|it| u8::try_from(u32::from(it)).ok()).collect();
    let value = bytes.and_then(|bytes| HeaderValue::from_bytes(&bytes).ok()).ok_or_else(|| {
        let message =
            format!("`v3tokenlessauth` sends names in headers, which cannot hold `{}`", crate::error::printable(text));
        Error::new(ErrorKind::InvalidConfig, message)
            .with_hint("give the id in place of the name: see " + Hint::option(instead))
    })?;
    Ok((HeaderName::from_static(name), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Headers with their values.
    type Expected = &'static [(&'static str, &'static [u8])];

    #[test]
    fn headers_say_what_requests_are_for() {
        let domain = |id: &str| DomainRef::Id(id.into());
        let project = |name: &str| Scope::Project(ProjectRef::Name { name: name.into(), domain: domain("d") });
        let table: [(Scope, Expected); 5] = [
            (Scope::Project(ProjectRef::Id("p".into())), &[("x-project-id", b"p")]),
            (project("web"), &[("x-project-name", b"web"), ("x-project-domain-id", b"d")]),
            // Keystone decodes it as `b\u{fc}ro`.
            (project("b\u{fc}ro"), &[("x-project-name", b"b\xfcro"), ("x-project-domain-id", b"d")]),
            (Scope::Domain(domain("d")), &[("x-domain-id", b"d")]),
            (Scope::Domain(DomainRef::Name("n".into())), &[("x-domain-name", b"n")]),
        ];
        for (scope, expected) in table {
            let headers = headers(&scope).expect("headers");
            let seen: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
            assert_eq!(seen, expected, "{scope}");
        }
        for scope in [Scope::Default, Scope::System, Scope::Unscoped, Scope::Trust("t".into())] {
            assert_eq!(headers(&scope).expect_err("a refusal").kind(), ErrorKind::ScopeConflict, "{scope}");
        }
        for name in ["\u{65e5}\u{672c}", "a\nx-roles: admin"] {
            let error = headers(&project(name)).expect_err("a refusal");
            assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{name}");
            assert!(error.hint_parts().is_some(), "{error:?}");
        }
    }
}
