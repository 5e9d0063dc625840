//! Every auth method with every scope.

use archstone::{ClientBuilder, ErrorKind, Scope};
use serde_json::{Value, json};

use crate::keystone::{Path, call};

/// Creates an application credential for alice in `web`.
async fn application_credential(name: &str, more: Value) -> (String, String) {
    let path = Path::new("");
    let alice = path.user("alice").project_name("web").build().unwrap();
    let access = alice.access().await.unwrap();
    let url = format!("{}/users/{}/application_credentials", path.auth_url(), access.user_id().unwrap());
    let mut body = json!({"name": format!("{name}-{}", access.audit_id().unwrap()), "secret": "marked-ac-secret"});
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    let made = call("POST", &url, access.token(), json!({"application_credential": body})).await;
    let text = |key: &str| made["application_credential"][key].as_str().unwrap().to_owned();
    (text("id"), text("name"))
}

#[tokio::test]
async fn passwords_by_id_and_by_name_in_a_domain() {
    let path = Path::new("");
    let acme = path.client().username("alice").user_domain_name("acme").password("acme-alice-secret");
    let known = acme.clone().build().unwrap().access().await.unwrap();
    let table: [(&str, ClientBuilder); 4] = [
        ("default", path.user("alice")),
        ("default", path.user("alice").user_domain_id("default")),
        (known.user_domain_id().unwrap(), acme),
        (
            known.user_domain_id().unwrap(),
            path.client().user_id(known.user_id().unwrap()).password("acme-alice-secret"),
        ),
    ];
    for (domain, builder) in table {
        let access = builder.build().unwrap().access().await.unwrap();
        assert_eq!((access.user_name(), access.user_domain_id()), (Some("alice"), Some(domain)));
    }

    let zoe = path.client().username("zoe").password("p@ss:w0rd/{}%\"'\\ é漢").build().unwrap();
    assert_eq!(zoe.access().await.unwrap().user_name(), Some("zoe"));
}

#[tokio::test]
async fn every_scope() {
    let path = Path::new("");
    let lab = path.user("carol").build().unwrap().access().await.unwrap();
    let lab_id = lab.project_id().unwrap();
    let admin = || path.user("admin");
    let table: Vec<(ClientBuilder, &str, Option<&str>)> = vec![
        (path.user("bob").project_id(lab_id), "project", Some("lab")),
        (path.user("bob").project_name("lab"), "project", Some("lab")),
        (path.user("bob").tenant_name("lab"), "project", Some("lab")),
        (path.user("bob").tenant_id(lab_id), "project", Some("lab")),
        (
            path.client()
                .username("alice")
                .user_domain_name("acme")
                .password("acme-alice-secret")
                .project_name("web")
                .project_domain_name("acme"),
            "project",
            Some("web"),
        ),
        (admin().domain_name("Default"), "domain", Some("Default")),
        (admin().domain_id("default"), "domain", Some("Default")),
        (admin().system_scope(), "system", None),
        (path.user("alice").unscoped(), "unscoped", None),
    ];
    for (builder, kind, name) in table {
        let access = builder.build().unwrap().access().await.unwrap();
        let (found, found_name) = match access.scope() {
            Scope::Project(_) => ("project", access.project_name()),
            Scope::Domain(_) => ("domain", access.domain_name()),
            Scope::System => ("system", None),
            Scope::Unscoped => ("unscoped", None),
            other => panic!("an unexpected scope: {other}"),
        };
        assert_eq!((found, found_name), (kind, name));
        assert_eq!(access.catalog().is_some(), kind != "unscoped");
    }
}

#[tokio::test]
async fn the_same_project_name_in_two_domains_is_not_mixed_up() {
    let path = Path::new("");
    let here = path.user("alice").project_name("web").build().unwrap().access().await.unwrap();
    let acme = path.client().username("alice").user_domain_name("acme").password("acme-alice-secret");
    let there = acme.clone().project_name("web").project_domain_name("acme").build().unwrap().access().await.unwrap();
    assert_ne!(here.project_id(), there.project_id());

    // alice of the domain acme has no role in the project of the same name in the other domain.
    let error = acme.project_name("web").project_domain_id("default").build().unwrap().access().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
}

#[tokio::test]
async fn a_token_is_exchanged_for_another_scope_and_keeps_its_expiry() {
    let path = Path::new("");
    let first = path.user("bob").unscoped().build().unwrap().access().await.unwrap();

    let client = path.client().token(first.token().expose()).project_name("lab").build().unwrap();
    let second = client.access().await.unwrap();

    assert_eq!(second.project_name(), Some("lab"));
    assert_ne!(second.token(), first.token());
    assert_eq!(second.expires_at(), first.expires_at());
    assert_eq!(second.audit_chain_id(), first.audit_id());
    assert_eq!(second.methods().len(), 2);
}

#[tokio::test]
async fn application_credentials_by_id_and_by_name() {
    let path = Path::new("");
    let (id, name) = application_credential("by-id", json!({})).await;
    let secret = "marked-ac-secret";
    let table = [
        path.client().application_credential_id(&id).application_credential_secret(secret),
        path.client().application_credential_name(&name).username("alice").application_credential_secret(secret),
        path.client()
            .application_credential_name(&name)
            .username("alice")
            .user_domain_name("Default")
            .application_credential_secret(secret),
    ];
    for builder in table {
        let access = builder.build().unwrap().access().await.unwrap();
        assert_eq!(access.project_name(), Some("web"));
        assert_eq!(access.methods(), ["application_credential"]);
        let credential = access.application_credential().unwrap();
        assert_eq!((credential.id.as_deref(), credential.restricted), (Some(id.as_str()), Some(true)));
    }
}

#[tokio::test]
async fn application_credentials_that_are_wrong_or_expired_are_told_from_wrong_passwords() {
    let path = Path::new("");
    let (id, _) = application_credential("wrong", json!({})).await;
    // Late enough for Keystone to create it, however busy the other tests keep it.
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(10);
    let expiry = soon.to_string();
    let (expired, _) = application_credential("expired", json!({"expires_at": expiry.trim_end_matches('Z')})).await;
    // Waits until Keystone's clock has passed the expiry, which nothing reports.
    let rest = soon.duration_since(jiff::Timestamp::now()) + jiff::SignedDuration::from_secs(1);
    tokio::time::sleep(rest.try_into().unwrap_or_default()).await;

    for (id, secret) in [(id.as_str(), "wrong"), (&expired, "marked-ac-secret"), ("no-such-id", "any")] {
        let builder = path.client().application_credential_id(id).application_credential_secret(secret);
        let error = builder.build().unwrap().access().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ApplicationCredentialRefused, "{id}");
        assert!(error.to_string().contains(id), "{error}");
    }
}

#[tokio::test]
async fn a_trust_lets_the_trustee_act_for_the_trustor() {
    let path = Path::new("");
    let trustor = path.user("alice").project_name("db").build().unwrap().access().await.unwrap();
    let trustee = path.user("dave").build().unwrap().access().await.unwrap();
    let trust = json!({"trust": {
        "trustor_user_id": trustor.user_id(), "trustee_user_id": trustee.user_id(),
        "project_id": trustor.project_id(), "impersonation": true, "roles": [{"name": "member"}]}});
    let made = call("POST", &format!("{}/OS-TRUST/trusts", path.auth_url()), trustor.token(), trust).await;
    let id = made["trust"]["id"].as_str().unwrap();

    let access = path.user("dave").trust_id(id).build().unwrap().access().await.unwrap();

    assert_eq!((access.project_name(), access.user_name()), (Some("db"), Some("alice")));
    let trust = access.trust().unwrap();
    assert_eq!(trust.id, id);
    assert!(trust.impersonation);
    assert_eq!(trust.trustee.id.as_deref(), trustee.user_id());
    assert_eq!(trust.trustor.id.as_deref(), trustor.user_id());
    assert_eq!(access.scope(), Scope::Trust(id.to_owned()));
}

#[tokio::test]
async fn contradictions_are_refused_before_anything_is_sent() {
    let path = Path::new("");
    let credential = || path.client().application_credential_id("i").application_credential_secret("s");
    let table = [
        (
            path.user("alice").project_name("web").system_scope(),
            ErrorKind::ScopeConflict,
            "`project_name` and by `system_scope`",
        ),
        (
            path.user("alice").project_id("p").domain_id("d"),
            ErrorKind::ScopeConflict,
            "`project_id` and by `domain_id`",
        ),
        (path.user("alice").trust_id("t").unscoped(), ErrorKind::ScopeConflict, "`trust_id` and by `unscoped`"),
        (credential().project_name("web"), ErrorKind::ScopeConflict, "`project_name`"),
        (credential().system_scope(), ErrorKind::ScopeConflict, "`system_scope`"),
        (
            path.user("alice").user_domain_name("acme").project_name("web"),
            ErrorKind::InvalidConfig,
            "`project_name` is a project's name without its domain",
        ),
        (
            path.user("alice").project_domain_name("acme").project_name("web"),
            ErrorKind::InvalidConfig,
            "`username` is a user's name without its domain",
        ),
        (credential().password("p"), ErrorKind::InvalidConfig, "two login methods are configured"),
    ];
    for (builder, kind, words) in table {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(error.hint().is_some(), "{error}");
    }
    assert_eq!(path.requests(), 0);
}
