//! Services behind keystonemiddleware, as in real clouds: `dev/lab_service.py` lists how each is protected.

use archstone::{Client, ClientBuilder, Error, ErrorKind, TokenCache};
use serde_json::{Value, json};

use super::{Form, Lab};
use crate::lab::hint;

/// The caller's identity, as seen by the service.
async fn caller(client: &Client, service: &str, path: &str) -> Result<Value, Error> {
    let answer = client.service(service).get(path).send().await?;
    Ok(serde_json::from_slice(&answer.bytes().await?).unwrap())
}

fn is(caller: &Value, user: &str, project: &str) -> bool {
    caller["user_name"] == user && caller["project_name"] == project
}

impl Lab {
    /// A client with its own token cache, without a certificate.
    fn plain(&self, auth_type: &str) -> ClientBuilder {
        let client = Client::builder().cacert(self.text("cacert")).option("proxy", "none").auth_type(auth_type);
        client.auth_url(self.text("auth_url")).token_cache(&TokenCache::new())
    }

    fn alice(&self) -> Client {
        let alice = self.plain("password").username("alice").password("alice-secret");
        alice.option("project_name", "web").build().unwrap()
    }
}

/// An application credential of alice; its id.
async fn credential(alice: &Client, secret: &str, access_rules: Option<Value>) -> String {
    let name = alice.renew().await.unwrap().audit_id().unwrap().to_owned();
    let create = alice.identity().application_credentials().create(name).secret(secret);
    let create = match access_rules {
        Some(rules) => create.access_rules(rules),
        None => create,
    };
    create.await.unwrap().id
}

#[tokio::test]
#[ignore = "needs `dev/lab x509 up`"]
async fn access_rules_are_enforced() {
    let lab = Lab::new();
    let alice = lab.alice();
    assert!(is(&caller(&alice, "compute", "servers").await.unwrap(), "alice", "web"));

    let rules = json!([{"service": "compute", "method": "GET", "path": "/compute/servers/**"}]);
    let id = credential(&alice, "a marked secret", Some(rules)).await;
    let client = lab.plain("v3applicationcredential").option("application_credential_id", id);
    let client = client.option("application_credential_secret", "a marked secret").build().unwrap();
    let shown = caller(&client, "compute", "servers/detail").await.unwrap();
    assert!(is(&shown, "alice", "web") && shown["path"] == "/compute/servers/detail", "{shown}");
    let token = client.token().await.unwrap();

    let another_path = caller(&client, "compute", "flavors").await.unwrap_err();
    let another_method = client.service("compute").delete("servers/one").send().await.unwrap_err();
    for error in [another_path, another_method] {
        assert_eq!((error.kind(), error.status()), (ErrorKind::TokenRejected, Some(401)), "{error:?}");
        assert!(hint(&error).contains("access rules"), "{error:?}");
        assert!(!format!("{error:?} {error}").contains(token.expose()), "{error:?}");
    }
    // Allowed requests still work.
    caller(&client, "compute", "servers/detail").await.unwrap();
}

#[tokio::test]
#[ignore = "needs `dev/lab x509 up`"]
async fn a_bearer_token_reaches_a_service() {
    let lab = Lab::new();
    let alice = lab.alice();
    let id = credential(&alice, "a marked secret", None).await;
    let oauth2 = |secret: &str| {
        let client = lab.plain("v3oauth2clientcredential").option("oauth2_client_id", &*id);
        client.option("oauth2_client_secret", secret).build().unwrap()
    };
    let client = oauth2("a marked secret");
    for service in ["network", "compute"] {
        let shown = caller(&client, service, "networks").await.unwrap_or_else(|error| panic!("{service}: {error:?}"));
        assert!(is(&shown, "alice", "web"), "{service}: {shown}");
    }
    let wrong = caller(&oauth2("another"), "network", "networks").await.unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::ApplicationCredentialRefused, "{wrong:?}");

    // The service reads only `Authorization`, which other methods do not send.
    let error = caller(&alice, "network", "networks").await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::TokenRejected, Some(401)), "{error:?}");
    assert!(hint(&error).contains("a new token was refused, too"), "{error:?}");
}

#[tokio::test]
#[ignore = "needs `dev/lab x509 up`"]
async fn a_token_that_is_bound_to_a_certificate_reaches_a_service_with_it_alone() {
    let lab = Lab::new();
    let mut token = String::new();
    for form in [Form::Pem, Form::Pkcs12] {
        let client = lab.oauth2("client", form).build().unwrap();
        let shown = caller(&client, "placement", "traits").await.unwrap_or_else(|error| panic!("{form:?}: {error:?}"));
        assert!(is(&shown, "client", lab.text("project")), "{form:?}: {shown}");
        client.token().await.unwrap().expose().clone_into(&mut token);
    }
    let placement = lab.admin().url_for("placement").await.unwrap();

    // A copy of the token is useless without the key.
    let bearer = format!("Bearer {token}");
    for (name, is_taken) in [(Some("client"), true), (Some("other"), false), (None, false)] {
        let client = match name {
            Some(name) => lab.client("none", name, Form::Pem),
            None => lab.plain("none"),
        };
        let client = client.option("mgmt_url", placement.as_str()).build().unwrap();
        let request = client.service("placement").get("traits").header("authorization", &bearer);
        let status = request.send().await.map_or_else(|error| error.status(), |answer| Some(answer.status().as_u16()));
        assert_eq!(status, Some(if is_taken { 200 } else { 401 }), "{name:?}");
    }
    // A token without a certificate is not accepted.
    let error = caller(&lab.alice(), "placement", "traits").await.unwrap_err();
    assert_eq!(error.status(), Some(401), "{error:?}");
}
