//! Tokens, what they can be exchanged for, and information about the service.

use archstone::ErrorKind;
use serde_json::json;

use super::admin;
use crate::keystone::Path;

#[tokio::test]
async fn tokens_are_issued_checked_and_ended() {
    let tokens = admin().tokens();
    let auth = json!({
        "identity": {"methods": ["password"], "password": {"user": {
            "name": "bob", "domain": {"id": "default"}, "password": "bob-secret"}}},
        "scope": "unscoped",
    });

    let issued = tokens.issue(auth).nocatalog(true).await.unwrap();
    let token = issued.token.clone().unwrap();
    assert_eq!(issued.facts["user"]["name"], "bob");
    assert!(!format!("{issued:?}").contains(token.expose()));
    assert!(tokens.check(&token).await.unwrap());
    assert!(tokens.check(&token).allow_expired(true).await.unwrap());
    let known = tokens.get_token_data(&token).nocatalog(true).allow_expired(true).await.unwrap();
    assert_eq!(known.facts["user"]["name"], "bob");
    tokens.revoke_token(&token).cascade(false).await.unwrap();
    assert!(!tokens.check(&token).await.unwrap());
    let gone = tokens.get_token_data(&token).await.unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);

    assert_eq!(tokens.get_revoked().audit_id_only(true).await.unwrap_err().kind(), ErrorKind::Forbidden);
    let events = admin().revocation_events().list().since("2020-01-01T00:00:00Z").all().await.unwrap();
    assert!(events.iter().any(|it| it.audit_id.is_some()), "{events:?}");
}

#[tokio::test]
async fn a_service_learns_what_a_token_is_worth() {
    let tokens = admin().tokens();
    let issued = Path::new("").user("bob").project_name("web").build().unwrap().access().await.unwrap();

    let known = tokens.validate(issued.token()).await.unwrap();

    assert_eq!(known.token(), issued.token());
    assert_eq!((known.user_name(), known.project_name()), (Some("bob"), Some("web")));
    assert_eq!(known.roles(), issued.roles());
    assert!(known.catalog().is_some_and(|it| it.services().iter().any(|it| it.service_type() == "compute")));
    assert!(known.remaining() <= issued.remaining() + std::time::Duration::from_secs(2), "{known:?}");
    let bare = tokens.validate(issued.token()).nocatalog(true).allow_expired(true).await.unwrap();
    assert!(bare.catalog().is_none());
    let gone = tokens.validate("gAAAAABmno-token").await.unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_token_with_access_rules_is_known_only_to_those_who_enforce_them() {
    let path = Path::new("");
    let own = path.user("bob").project_name("web").build().unwrap().identity();
    let rules = json!([{"path": "/v2.1/servers", "method": "GET", "service": "compute"}]);
    let robot = own.application_credentials().create(super::unique("robot")).access_rules(rules).await.unwrap();
    let client = path.client().option("application_credential_id", robot.id.as_str());
    let client =
        client.option("application_credential_secret", robot.secret.clone().unwrap().expose()).build().unwrap();
    let token = client.token().await.unwrap();
    let tokens = admin().tokens();

    assert_eq!(tokens.validate(&token).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert!(!tokens.check(&token).await.unwrap());
    let known = tokens.validate(&token).access_rules_support("1.0").await.unwrap();
    assert!(known.application_credential().unwrap().access_rules.is_some());
    assert!(tokens.check(&token).access_rules_support("1.0").await.unwrap());
    let facts = tokens.get_token_data(&token).access_rules_support("1.0").await.unwrap().facts;
    assert_eq!(facts["application_credential"]["id"], json!(robot.id));

    // Keystone refuses the catalog's list as if the token were wrong: the token is kept, with the catalog it came with.
    let current = client.current_catalog().await.unwrap();
    assert_eq!(current.refusal().and_then(archstone::Error::status), Some(401));
    assert!(current.url_for("compute").is_ok());
    assert_eq!(client.token().await.unwrap(), token);

    own.application_credentials().delete(&robot).await.unwrap();
}

#[tokio::test]
async fn a_token_lists_the_scopes_that_it_can_be_exchanged_for() {
    let auth = Path::new("").user("bob").project_name("web").build().unwrap().identity().auth();

    let projects = auth.projects().all().await.unwrap();
    assert_eq!(projects.len(), 3);
    assert!(auth.domains().all().await.unwrap().is_empty());
    assert_eq!(auth.systems().await.unwrap(), json!([]));
    let catalog = auth.catalog().await.unwrap();
    assert!(catalog.as_array().unwrap().iter().any(|it| it["type"] == "compute"));
    assert_eq!(admin().auth().systems().await.unwrap(), json!([{"all": true}]));
}

#[tokio::test]
async fn the_service_describes_itself_without_a_token() {
    let path = Path::new("");
    let nobody = path.client().username("nobody").password("nothing").build().unwrap().identity().discovery();

    let versions = nobody.versions().await.unwrap();
    assert_eq!(versions["versions"]["values"][0]["status"], "stable");
    assert_eq!(nobody.version().await.unwrap()["status"], "stable");
    assert!(nobody.home().await.unwrap()["resources"].as_object().unwrap().len() > 100);
    assert_eq!(nobody.health().await.unwrap(), "");
    assert_eq!(path.logins(), 0);
}

#[tokio::test]
async fn a_given_token_and_a_given_url_are_enough_for_everything() {
    let path = Path::new("");
    let token = path.user("admin").system_scope().build().unwrap().token().await.unwrap();
    let own = Path::new("");
    let identity = archstone::Client::builder()
        .option("token_id", token.expose())
        .option("mgmt_url", own.auth_url())
        .build()
        .unwrap()
        .identity();

    let name = super::unique("bootstrapped");
    let user = identity.users().create(&name).domain("default").await.unwrap();
    assert_eq!(identity.users().list().domain("default").find(&name).await.unwrap().id, user.id);
    identity.users().update(&user).description("changed").await.unwrap();
    identity.users().delete(&user).await.unwrap();
    assert_eq!(own.logins(), 0);
}
