//! Client certificates with a real server: Keystone behind Apache, with `OAuth2` clients authenticated by a
//! certificate, and requests without a token.

mod service;

use archstone::{Client, ClientBuilder, ErrorKind, TokenCache};
use serde_json::Value;

use crate::lab::{SAID, facts, hint, validated};

struct Lab(Value);

impl Lab {
    fn new() -> Self {
        Self(facts("x509"))
    }

    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap()
    }

    fn file(&self, name: &str) -> String {
        format!("{}/{name}", self.text("folder"))
    }

    /// A client with its own token cache, and a certificate in one of its formats.
    fn client(&self, auth_type: &str, name: &str, form: Form) -> ClientBuilder {
        let client = Client::builder().cacert(self.text("cacert")).option("proxy", "none").auth_type(auth_type);
        let client = client.auth_url(self.text("auth_url")).token_cache(&TokenCache::new());
        match form {
            Form::Pem => client
                .option("cert", self.file(&format!("{name}.pem")))
                .option("key", self.file(&format!("{name}.key"))),
            Form::Encrypted => client
                .option("cert", self.file(&format!("{name}.pem")))
                .option("key", self.file(&format!("{name}.encrypted.key")))
                .option("key_password", self.text("passphrase")),
            Form::Pkcs12 => {
                client.option("cert", self.file(&format!("{name}.p12"))).option("key_password", self.text("passphrase"))
            }
        }
    }

    fn oauth2(&self, name: &str, form: Form) -> ClientBuilder {
        self.client("v3oauth2mtlsclientcredential", name, form)
            .option("oauth2_client_id", self.text("oauth2_client_id"))
    }

    fn tokenless(&self, name: &str, form: Form) -> ClientBuilder {
        let client = self.client("v3tokenlessauth", name, form);
        client.option("project_name", self.text("project")).option("project_domain_id", "default")
    }

    fn admin(&self) -> Client {
        let client = Client::builder().cacert(self.text("cacert")).option("proxy", "none");
        let client = client.auth_url(self.text("auth_url")).username("admin").password("admin-secret");
        client.option("project_name", "admin").build().unwrap()
    }
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Pem,
    Encrypted,
    Pkcs12,
}

const FORMS: [Form; 3] = [Form::Pem, Form::Encrypted, Form::Pkcs12];

#[tokio::test]
#[ignore = "needs `dev/lab x509 up`"]
async fn an_oauth2_client_logs_in_with_a_certificate_in_each_form_and_its_token_is_bound_to_it() {
    let lab = Lab::new();
    let admin = lab.admin();
    let mut thumbprints = Vec::new();
    for form in FORMS {
        let client = lab.oauth2("client", form).build().unwrap();
        let access = client.access().await.unwrap_or_else(|error| panic!("{form:?}: {error:?}"));
        assert_eq!((access.user_name(), access.project_name()), (Some("client"), Some(lab.text("project"))));
        assert_eq!(access.user_id(), Some(lab.text("oauth2_client_id")));
        let token = validated(&admin, access.token()).await;
        assert_eq!(token["project"]["name"], lab.text("project"));
        thumbprints.push(token["oauth2_credential"]["x5t#S256"].as_str().unwrap().to_owned());
        // The catalog, the user and the project are those of a normal token.
        assert_eq!(client.user().await.unwrap().name, "client");
        assert_eq!(client.project().await.unwrap().unwrap().name, lab.text("project"));
        assert!(!client.projects().await.unwrap().is_empty());

        // Replaces a token that a service has refused.
        let replaced = client.replace(access.token()).await.unwrap();
        assert_ne!(replaced, *access.token());
        assert_eq!(validated(&admin, &replaced).await["user"]["name"], "client");
        let renewed = client.renew().await.unwrap();
        assert_eq!(validated(&admin, renewed.token()).await["user"]["name"], "client");
        let said = SAID.lock().unwrap().clone();
        for secret in [access.token().expose(), replaced.expose(), renewed.token().expose(), lab.text("passphrase")] {
            assert!(!said.contains(secret) && !format!("{client:?}").contains(secret), "{form:?}");
        }
    }
    assert!(thumbprints.iter().all(|it| *it == thumbprints[0]), "{thumbprints:?}");
}

#[tokio::test]
#[ignore = "needs `dev/lab x509 up`"]
async fn what_is_wrong_with_an_oauth2_client_is_told() {
    let lab = Lab::new();
    let error = lab.oauth2("other", Form::Pem).build().unwrap().access().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error:?}");
    assert!(hint(&error).contains("oauth2_client_id"), "{error:?}");
    let unknown = lab.oauth2("client", Form::Pem).option("oauth2_client_id", "nobody").build().unwrap();
    assert_eq!(unknown.access().await.unwrap_err().kind(), ErrorKind::Unauthenticated);
    let rogue = lab.oauth2("rogue", Form::Pkcs12).build().unwrap().access().await.unwrap_err();
    assert_eq!(rogue.kind(), ErrorKind::TlsNotTrusted, "{rogue:?}");
    assert!(rogue.to_string().contains("client certificate"), "{rogue}");
    let wrong = lab.oauth2("client", Form::Pkcs12).option("key_password", "another").build().unwrap();
    let error = wrong.access().await.unwrap_err();
    assert!(error.to_string().contains("passphrase does not open"), "{error}");
    let nowhere =
        lab.oauth2("client", Form::Pem).option("oauth2_endpoint", "https://127.0.0.1:9/token").build().unwrap();
    assert_eq!(nowhere.access().await.unwrap_err().kind(), ErrorKind::ConnectionFailed);
    // Requested after the handshake, as in Keystone's guide.
    let late = lab.oauth2("client", Form::Pem).auth_url(lab.text("location_auth_url")).build().unwrap();
    let error = late.access().await.unwrap_err();
    assert!(hint(&error).contains("SSLVerifyClient"), "{error:?}");
}

#[tokio::test]
#[ignore = "needs `dev/lab x509 up`"]
async fn a_certificate_replaces_a_token() {
    let lab = Lab::new();
    let foreign = lab.admin().token().await.unwrap();
    let unversioned = lab.text("auth_url").trim_end_matches("/v3").to_owned();
    for (form, url) in FORMS.into_iter().zip([lab.text("auth_url"), lab.text("auth_url"), &unversioned]) {
        let client = lab.tokenless("admin", form).auth_url(url).build().unwrap();
        assert_eq!(validated(&client, &foreign).await["user"]["name"], "admin", "{form:?}");
        let users: Vec<_> = client.identity().users().list().all().await.unwrap();
        assert!(users.iter().any(|user| user.name == "admin"), "{form:?}");
        let error = client.access().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotAuthenticated, "{error:?}");
        assert!(error.to_string().contains("there is no token"), "{error}");
    }
    let by_domain = lab.client("v3tokenlessauth", "admin", Form::Pem).option("domain_id", "default").build().unwrap();
    by_domain.service("identity").get("users").send().await.unwrap();
}

#[tokio::test]
#[ignore = "needs `dev/lab x509 up`"]
async fn a_certificate_of_an_unknown_user_is_refused() {
    let lab = Lab::new();
    // Not issued by the authority that Keystone trusts.
    let other = lab.tokenless("other", Form::Pem).build().unwrap();
    let error = other.service("identity").get("users").send().await.unwrap_err();
    assert_eq!(error.status(), Some(401), "{error:?}");
    assert!(hint(&error).contains("trusted_issuer"), "{error:?}");
    let rogue = lab.tokenless("rogue", Form::Pem).build().unwrap();
    let error = rogue.service("identity").get("users").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TlsNotTrusted, "{error:?}");
    let elsewhere = lab.tokenless("admin", Form::Pem).option("project_name", "no-such-project").build().unwrap();
    let error = elsewhere.service("identity").get("users").send().await.unwrap_err();
    assert!(matches!(error.status(), Some(400..=404)), "{error:?}");
}

#[tokio::test]
#[ignore = "needs `dev/lab x509 up`"]
async fn without_a_certificate_there_is_no_request_without_a_token() {
    let lab = Lab::new();
    // Without a certificate, nothing is sent.
    let bare = Client::builder().cacert(lab.text("cacert")).option("proxy", "none").auth_type("v3tokenlessauth");
    let bare = bare.auth_url(lab.text("auth_url")).option("project_name", lab.text("project"));
    let error = bare.build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConfigured, "{error:?}");
    assert!(error.to_string().contains("lacks `cert`"), "{error}");
    // If the server does not request it, Keystone does not see it.
    let client = lab.tokenless("admin", Form::Pem).auth_url(lab.text("location_auth_url")).build().unwrap();
    let error = client.service("identity").get("users").send().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::TokenRejected, Some(401)), "{error:?}");
    assert!(hint(&error).contains("client certificate"), "{error:?}");
}
