//! Federation: identity providers, mappings, protocols and service providers.

use archstone::{ErrorKind, identity::Match};
use serde_json::json;

use super::{admin, assert_fields, assert_gone, unique};
use crate::keystone::Path;

#[tokio::test]
async fn providers_protocols_and_mappings_go_there_and_back() {
    let identity = admin();
    let (providers, protocols, mappings) = (identity.identity_providers(), identity.protocols(), identity.mappings());
    let (provider, mapping) = (unique("idp"), unique("mapping"));
    let domain = identity.domains().create(unique("of-idp")).await.unwrap();
    let rules = vec![json!({"local": [{"user": {"name": "{0}"}}], "remote": [{"type": "REMOTE_USER"}]})];

    let made = mappings.create(&mapping, rules.clone()).schema_version("1.0").await.unwrap();
    assert_fields(&made, &json!({"id": mapping, "rules": rules, "schema_version": "1.0"}));
    assert_eq!(mappings.get(&mapping).await.unwrap(), made);
    let rules = vec![json!({"local": [{"user": {"name": "x {0}"}}], "remote": [{"type": "REMOTE_USER"}]})];
    assert_eq!(mappings.update(&mapping).rules(rules.clone()).await.unwrap().rules, rules);
    assert!(mappings.list().all().await.unwrap().iter().any(|it| it.id == mapping));

    let remote = unique("https://idp");
    let made = providers
        .create(&provider)
        .domain(&domain)
        .description("a test")
        .enabled(true)
        .remote_ids([remote.as_str()])
        .authorization_ttl(60)
        .await
        .unwrap();
    assert_fields(
        &made,
        &json!({"id": provider, "domain_id": domain.id, "description": "a test", "enabled": true,
            "remote_ids": [remote], "authorization_ttl": 60}),
    );
    assert_eq!(providers.get(&provider).await.unwrap(), made);
    let other = unique("https://idp");
    let changed = providers.update(&provider).description("changed").enabled(false).remote_ids([other.as_str()]);
    let changed = changed.authorization_ttl(30).await.unwrap();
    assert_fields(&changed, &json!({"description": "changed", "enabled": false, "remote_ids": [other]}));
    for list in [providers.list().id(&provider), providers.list().enabled(false).id(Match::contains(&provider[2..]))] {
        assert_eq!(list.all().await.unwrap().iter().map(|it| &it.id).collect::<Vec<_>>(), [&changed.id]);
    }

    let made = protocols.create("mapped", &provider, &mapping).remote_id_attribute("X").await.unwrap();
    assert_fields(&made, &json!({"id": "mapped", "mapping_id": mapping}));
    assert_eq!(protocols.get(&provider, "mapped").await.unwrap(), made);
    let changed = protocols.update(&provider, "mapped").mapping(&mapping).remote_id_attribute("Y").await.unwrap();
    assert_fields(&changed, &json!({"mapping_id": mapping}));
    assert_eq!(protocols.list(&provider).all().await.unwrap()[0].id, "mapped");
    protocols.delete(&provider, "mapped").await.unwrap();
    assert_gone(protocols.get(&provider, "mapped").await);
    providers.delete(&provider).await.unwrap();
    assert_gone(providers.get(&provider).await);
    mappings.delete(&mapping).await.unwrap();
    assert_gone(mappings.get(&mapping).await);
    identity.domains().update(&domain).enabled(false).await.unwrap();
    identity.domains().delete(&domain).await.unwrap();
}

#[tokio::test]
async fn service_providers_go_there_and_back_and_this_cloud_describes_itself() {
    let identity = admin();
    let providers = identity.service_providers();
    let id = unique("sp");

    let made = providers
        .create(&id, "https://b.example/auth", "https://b.example/sp")
        .description("a test")
        .enabled(true)
        .relay_state_prefix("ss:x:")
        .await
        .unwrap();
    assert_fields(
        &made,
        &json!({"id": id, "auth_url": "https://b.example/auth", "sp_url": "https://b.example/sp", "enabled": true,
            "description": "a test", "relay_state_prefix": "ss:x:"}),
    );
    assert_eq!(providers.get(&id).await.unwrap(), made);
    let changed = providers
        .update(&id)
        .auth_url("https://c.example/auth")
        .sp_url("https://c.example/sp")
        .description("changed")
        .enabled(false)
        .relay_state_prefix("ss:y:")
        .await
        .unwrap();
    assert_fields(&changed, &json!({"auth_url": "https://c.example/auth", "enabled": false, "description": "changed"}));
    for list in [providers.list().id(&id), providers.list().id(&id).enabled(false)] {
        assert_eq!(list.all().await.unwrap(), std::slice::from_ref(&changed));
    }
    assert!(identity.saml().metadata().await.unwrap().starts_with("<EntityDescriptor"));
    let refused = identity.saml().create_assertion(json!({
        "identity": {"methods": ["token"], "token": {"id": "none"}}, "scope": {"service_provider": {"id": id}},
    }));
    assert_eq!(refused.await.unwrap_err().kind(), ErrorKind::Forbidden, "it is disabled");
    let refused = identity.saml().create_ecp(json!({
        "identity": {"methods": ["token"], "token": {"id": "none"}}, "scope": {"service_provider": {"id": id}},
    }));
    assert_eq!(refused.await.unwrap_err().kind(), ErrorKind::Forbidden, "it is disabled");
    providers.delete(&id).await.unwrap();
    assert_gone(providers.get(&id).await);
}

#[tokio::test]
async fn who_is_vouched_for_gets_a_token_and_sees_where_to_go() {
    let identity = admin();
    let (provider, mapping, name) = (unique("idp"), unique("mapping"), unique("visitor"));
    let project = identity.projects().create(unique("visited")).domain("default").await.unwrap();
    let rules = json!([{
        "local": [
            {"user": {"name": "{0}"}},
            {"projects": [{"name": project.name, "roles": [{"name": "member"}]}]},
        ],
        "remote": [{"type": "REMOTE_USER"}],
    }]);
    identity.mappings().create(&mapping, rules).await.unwrap();
    let remote = format!("idp-of-{name}");
    // In the domain Default, which the project is in.
    let made = identity.identity_providers().create(&provider).domain("default").enabled(true);
    made.remote_ids([remote.as_str()]).await.unwrap();
    // It must be the name of one of Keystone's auth methods.
    let protocol = "mapped";
    identity.protocols().create(protocol, &provider, &mapping).remote_id_attribute("REMOTE_IDP").await.unwrap();

    let path = Path::new(&format!("federated={name}"));
    let visitor = path.client().username("nobody").password("nothing").build().unwrap().identity();
    let issued = visitor.federation().authenticate(&provider, protocol).await.unwrap();
    assert_eq!(issued.facts["user"]["name"], name);
    let again = visitor.federation().authenticate_by_get(&provider, protocol).await.unwrap();
    assert_eq!(again.facts["user"]["id"], issued.facts["user"]["id"]);
    let federation = visitor.federation();
    let dashboard = "http://dashboard.example/auth/websso/";
    let pages = [
        federation.web_sso(protocol).origin(dashboard).await.unwrap(),
        federation.web_sso(protocol).origin(dashboard).identity_provider(&provider).await.unwrap(),
        federation.web_sso_by_post(protocol).origin(dashboard).await.unwrap(),
        federation.web_sso_by_post(protocol).origin(dashboard).identity_provider(&provider).await.unwrap(),
    ];
    for page in pages {
        assert!(page.contains(&format!("action='{dashboard}'")) && page.contains("name='token'"), "{page}");
    }

    let token = issued.token.unwrap();
    let here = Path::new("");
    let as_visitor = here.client().option("token_id", token).option("mgmt_url", here.auth_url()).build().unwrap();
    let projects = as_visitor.identity().federation().list_projects().all().await.unwrap();
    assert_eq!(projects.iter().map(|it| &it.id).collect::<Vec<_>>(), [&project.id]);
    assert!(as_visitor.identity().federation().list_domains().all().await.unwrap().is_empty());

    identity.identity_providers().delete(&provider).await.unwrap();
    identity.mappings().delete(&mapping).await.unwrap();
    identity.projects().delete(&project).await.unwrap();
}
