//! OAuth 1.0a and 2.0.

use archstone::Secret;
use serde_json::{Value, json};

use super::{admin, assert_fields, assert_gone, unique};
use crate::keystone::Path;

#[tokio::test]
async fn a_consumer_gets_a_users_consent_and_an_access_token() {
    let identity = admin();
    let consumers = identity.consumers();
    let consumer = consumers.create().description("a test").await.unwrap();
    assert_fields(&consumer, &json!({"description": "a test"}));
    let secret = consumer.secret.clone().unwrap();
    assert!(!format!("{consumer:?}").contains(secret.expose()));
    assert_eq!(consumers.get(&consumer).await.unwrap().id, consumer.id);
    assert_eq!(
        consumers.update(&consumer).description("changed").await.unwrap().description.as_deref(),
        Some("changed")
    );
    assert!(consumers.list().all().await.unwrap().iter().any(|it| it.id == consumer.id));

    let client = Path::new("").user("admin").project_name("admin").build().unwrap();
    let access = client.access().await.unwrap();
    let project = access.project_id().unwrap();
    let own = client.identity();
    let text = |answer: &Value, key: &str| answer[key].as_str().unwrap().to_owned();
    let asked = own.request_tokens().create(&consumer, &secret, project).await.unwrap();
    let (key, request_secret) = (text(&asked, "oauth_token"), Secret::from(text(&asked, "oauth_token_secret")));
    let role = identity.roles().list().find("admin").await.unwrap();
    let consented = own.request_tokens().authorize(&key, vec![json!({"id": role.id})]).await.unwrap();
    let verifier = text(&consented, "oauth_verifier");
    let got = own.access_tokens().create(&consumer, &secret, &key, request_secret, &verifier).await.unwrap();
    let id = text(&got, "oauth_token");
    let wrong = own.request_tokens().create(&consumer, "not the secret", project).await.unwrap_err();
    assert_eq!(wrong.status(), Some(401));

    let tokens = own.access_tokens();
    let token = tokens.get(&id).await.unwrap();
    assert_fields(&token, &json!({"id": id, "consumer_id": consumer.id, "project_id": project}));
    assert!(tokens.list().all().await.unwrap().iter().any(|it| it.id == id));
    assert_eq!(tokens.list_roles(&id).all().await.unwrap()[0].id, role.id);
    assert_eq!(tokens.get_role(&id, &role).await.unwrap().id, role.id);
    tokens.delete(&id).await.unwrap();
    assert_gone(tokens.get(&id).await);
    consumers.delete(&consumer).await.unwrap();
    assert_gone(consumers.get(&consumer).await);
}

#[tokio::test]
async fn an_oauth2_client_gets_a_token() {
    let client = Path::new("").user("bob").project_name("db").build().unwrap();
    let credentials = client.identity().application_credentials();
    let credential = credentials.create(unique("oauth2")).secret("client secret").await.unwrap();

    let issued = client.identity().oauth2().create_token(&credential, "client secret").await.unwrap();
    assert_eq!(issued["token_type"], "Bearer");
    let token = Secret::from(issued["access_token"].as_str().unwrap());
    assert!(admin().tokens().check(&token).await.unwrap());
    let wrong = client.identity().oauth2().create_token(&credential, "wrong").await.unwrap_err();
    assert_eq!(wrong.status(), Some(401));
    credentials.delete(&credential).await.unwrap();
}
