//! Domains and their configuration.

use archstone::identity::Match;
use serde_json::json;

use super::{admin, assert_fields, assert_gone, unique};

#[tokio::test]
async fn domains_go_there_and_back() {
    let identity = admin();
    let domains = identity.domains();
    let name = unique("domain");

    let domain = domains
        .create(&name)
        .description("a test")
        .enabled(true)
        .tags(["blue"])
        .options(json!({"immutable": false}))
        .await
        .unwrap();
    assert_fields(&domain, &json!({"name": name, "description": "a test", "enabled": true, "tags": ["blue"]}));
    assert_eq!(domains.get(&domain).await.unwrap(), domain);
    let new_name = unique("domain");
    let changed = domains
        .update(&domain)
        .name(&new_name)
        .description("changed")
        .enabled(false)
        .tags(["red"])
        .options(json!({"immutable": null}))
        .await
        .unwrap();
    assert_fields(&changed, &json!({"name": new_name, "description": "changed", "enabled": false, "tags": ["red"]}));

    for list in [domains.list().name(&new_name), domains.list().name(Match::ends_with(&new_name[4..])).enabled(false)] {
        assert_eq!(list.all().await.unwrap(), std::slice::from_ref(&changed));
    }
    assert_eq!(domains.list().find(&new_name).await.unwrap(), changed);
    domains.delete(&domain).await.unwrap();
    assert_gone(domains.get(&domain).await);
}

#[tokio::test]
async fn settings_of_a_domain_are_read_and_changed_at_each_level() {
    let identity = admin();
    let configs = identity.domain_configs();
    let domain = identity.domains().create(unique("configured")).await.unwrap();
    let whole = json!({"identity": {"driver": "ldap"}, "ldap": {"url": "ldap://a", "user_tree_dn": "ou=a"}});

    assert_eq!(configs.create(&domain, whole.clone()).await.unwrap(), whole);
    assert_eq!(configs.get(&domain).await.unwrap(), whole);
    assert_eq!(configs.get(&domain).group("ldap").await.unwrap(), json!({"ldap": whole["ldap"]}));
    assert_eq!(configs.get(&domain).group("ldap").option("url").await.unwrap(), json!({"url": "ldap://a"}));

    configs.update(&domain, json!({"ldap": {"url": "ldap://b"}})).await.unwrap();
    configs.update(&domain, json!({"ldap": {"user_tree_dn": "ou=b"}})).group("ldap").await.unwrap();
    configs.update(&domain, json!({"driver": "sql"})).group("identity").option("driver").await.unwrap();
    let changed = json!({"identity": {"driver": "sql"}, "ldap": {"url": "ldap://b", "user_tree_dn": "ou=b"}});
    assert_eq!(configs.get(&domain).await.unwrap(), changed);

    configs.delete(&domain).group("ldap").option("url").await.unwrap();
    configs.delete(&domain).group("ldap").await.unwrap();
    assert_eq!(configs.get(&domain).await.unwrap(), json!({"identity": {"driver": "sql"}}));
    configs.delete(&domain).await.unwrap();
    assert_gone(configs.get(&domain).await);

    assert!(configs.get_default().await.unwrap()["ldap"].is_object());
    assert!(configs.get_default().group("ldap").await.unwrap()["ldap"].is_object());
    assert!(configs.get_default().group("ldap").option("url").await.unwrap()["url"].is_string());
    identity.domains().update(&domain).enabled(false).await.unwrap();
    identity.domains().delete(&domain).await.unwrap();
}
