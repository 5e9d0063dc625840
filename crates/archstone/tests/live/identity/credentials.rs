//! Credentials, EC2's, and application credentials with their access rules.

use archstone::{ErrorKind, Secret, identity::Identified};
use ring::hmac;
use serde_json::json;

use super::{admin, assert_fields, assert_gone, unique};
use crate::keystone::Path;

#[tokio::test]
async fn credentials_go_there_and_back_and_their_secret_is_never_shown() {
    let identity = admin();
    let credentials = identity.credentials();
    let user = identity.users().create(unique("owner")).domain("default").await.unwrap();
    let project = identity.projects().create(unique("project")).domain("default").await.unwrap();

    let credential = credentials.create(&user, "certificate", "hush").project(&project).await.unwrap();
    assert_fields(
        &credential,
        &json!({"user_id": user.id, "type": "certificate", "blob": "hush", "project_id": project.id}),
    );
    assert!(!format!("{credential:?}").contains("hush"));
    assert_eq!(credentials.get(&credential).await.unwrap(), credential);
    let changed = credentials.update(&credential).blob("hush hush").await.unwrap();
    assert_eq!(changed.blob, Some(Secret::from("hush hush")));
    for list in [credentials.list().user(&user), credentials.list().user(&user).type_("certificate")] {
        assert_eq!(list.all().await.unwrap(), std::slice::from_ref(&changed));
    }
    assert!(credentials.list().user(&user).type_("totp").all().await.unwrap().is_empty());
    credentials.delete(&credential).await.unwrap();
    assert_gone(credentials.get(&credential).await);
    identity.users().delete(&user).await.unwrap();
    identity.projects().delete(&project).await.unwrap();
}

#[tokio::test]
async fn ec2_credentials_go_there_and_back_and_what_they_sign_is_a_token() {
    let client = Path::new("").user("bob").project_name("web").build().unwrap();
    let project = client.access().await.unwrap().project_id().unwrap().to_owned();
    let own = client.identity().ec2_credentials();

    let credential = own.create(&project).await.unwrap();
    assert_eq!(credential.tenant_id.as_ref(), Some(&project));
    assert_eq!(own.get(&credential).await.unwrap(), credential);
    assert!(own.list().all().await.unwrap().contains(&credential));
    let secret = credential.secret.clone().unwrap();
    assert!(!format!("{credential:?}").contains(secret.expose()));

    let service = Path::new("").user("admin").project_name("admin").build().unwrap().identity().ec2_credentials();
    let sign = |algorithm, text: &str| {
        base64(hmac::sign(&hmac::Key::new(algorithm, secret.expose().as_bytes()), text.as_bytes()).as_ref())
    };
    let signed = json!({
        "access": credential.access, "host": "h", "verb": "GET", "path": "/",
        "params": {"SignatureVersion": "2", "SignatureMethod": "HmacSHA256", "AWSAccessKeyId": credential.access},
        "signature": sign(hmac::HMAC_SHA256, &format!(
            "GET\nh\n/\nAWSAccessKeyId={}&SignatureMethod=HmacSHA256&SignatureVersion=2", credential.access)),
    });
    let issued = service.exchange(signed).await.unwrap();
    assert_eq!(issued.facts["user"]["name"], "bob");
    assert!(issued.token.is_some());
    let request = "GET\n\n\nThu, 01 Jan 2026 00:00:00 GMT\n/bucket";
    let signed = json!({
        "access": credential.access,
        "token": base64(request.as_bytes()),
        "signature": sign(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, request),
    });
    let checked = service.exchange_s3(signed).await.unwrap();
    assert_eq!(checked.facts["project"]["id"], project);

    own.delete(&credential).await.unwrap();
    assert_gone(own.get(&credential).await);
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = bytes.chunks(3).flat_map(|chunk| {
        let word = (0..3).fold(0, |word, at| word << 8 | usize::from(*chunk.get(at).unwrap_or(&0)));
        (0..4).map(move |at| if at > chunk.len() { '=' } else { char::from(ALPHABET[word >> (18 - 6 * at) & 63]) })
    });
    digits.collect()
}

/// Keystone quotes refused values, including secrets.
#[tokio::test]
async fn what_keystone_quotes_of_a_secret_is_in_no_error() {
    let client = Path::new("").user("carol").project_name("lab").build().unwrap();
    let own = client.identity().application_credentials();
    let user = client.access().await.unwrap().user_id().unwrap().to_owned();
    let users = Path::new("").user("admin").system_scope().build().unwrap().identity().users();

    for secret in ["MARK-of-a-secret", "MARK \"quoted\" 'twice' \\ back", "MARK"] {
        let refused = own.create("n").user(&user).secret(secret).extra("bogus", "x").await.unwrap_err();
        let text = format!("{refused} {refused:?} {:?} {:?}", refused.hint(), refused.causes().collect::<Vec<_>>());
        assert!(refused.kind() == ErrorKind::InvalidRequest && !text.contains("MARK"), "{text}");
        assert!(text.contains("***") || text.contains("withheld"), "Keystone quotes it: {text}");
        let raw = String::from_utf8_lossy(&refused.response().unwrap().body).into_owned();
        assert!(raw.contains("MARK"), "{raw}");

        let refused = users
            .create(unique("u"))
            .password(secret)
            .extra("bogus", "MARK?")
            .options(serde_json::Map::from_iter([("bogus".to_owned(), json!("x"))]))
            .await
            .unwrap_err();
        assert!(!refused.to_string().contains(secret), "{refused}");
    }
}

#[tokio::test]
async fn application_credentials_go_there_and_back_with_their_rules() {
    let client = Path::new("").user("carol").project_name("lab").build().unwrap();
    let own = client.identity().application_credentials();
    let rules = client.identity().access_rules();
    let name = unique("robot");
    let path = format!("/v2.1/{}", unique("servers"));

    let made = own
        .create(&name)
        .description("a test")
        .secret("robot secret")
        .expires_at("2999-01-01T00:00:00.000000")
        .roles(vec![json!({"name": "member"})])
        .unrestricted(false)
        .access_rules(vec![json!({"path": path, "method": "GET", "service": "compute"})])
        .await
        .unwrap();
    assert_fields(
        &made,
        &json!({"name": name, "description": "a test", "secret": "robot secret", "unrestricted": false,
            "expires_at": "2999-01-01T00:00:00.000000"}),
    );
    assert_eq!(made.roles.as_ref().unwrap()[0]["name"], "member");
    assert!(!format!("{made:?}").contains("robot secret"));
    let read = own.get(&made).await.unwrap();
    assert_eq!((&read.name, read.secret.as_ref()), (&name, None));
    assert_eq!(own.list().name(&name).all().await.unwrap(), std::slice::from_ref(&read));
    assert_eq!(own.list().find(&name).await.unwrap(), read);
    let user = client.access().await.unwrap().user_id().unwrap().to_owned();
    assert_eq!(own.list().user(&user).name(&name).all().await.unwrap().len(), 1);
    let robot = Path::new("").client().option("application_credential_id", made.key());
    let robot = robot.option("application_credential_secret", "robot secret").build().unwrap();
    assert_eq!(robot.access().await.unwrap().user_id(), Some(user.as_str()));

    let all = rules.list().path(&path).method("GET").service("compute").all().await.unwrap();
    let [rule] = &all[..] else { panic!("{all:?}") };
    assert_fields(rule, &json!({"path": path, "method": "GET", "service": "compute"}));
    assert_eq!(&rules.get(rule).await.unwrap(), rule);
    assert_eq!(rules.delete(rule).await.unwrap_err().kind(), ErrorKind::Forbidden, "it is in use");
    own.delete(&made).await.unwrap();
    assert_gone(own.get(&made).await);
    rules.delete(rule).await.unwrap();
    assert_gone(rules.get(rule).await);
}

/// These would outlive the credential, or have more rights than it has.
#[tokio::test]
async fn a_restricted_application_credential_makes_neither_another_nor_a_trust() {
    let client = Path::new("").user("carol").project_name("lab").build().unwrap();
    let own = client.identity().application_credentials();
    let access = client.access().await.unwrap();
    let (user, project) = (access.user_id().unwrap(), access.project_id().unwrap());
    for is_unrestricted in [false, true] {
        let made = own.create(unique("robot")).secret("robot secret").unrestricted(is_unrestricted).await.unwrap();
        let robot = Path::new("").client().option("application_credential_id", made.key());
        let robot = robot.option("application_credential_secret", "robot secret").build().unwrap();
        let name = unique("another");

        let another = robot.identity().application_credentials().create(&name).await;
        let trust = robot.identity().trusts().create(user, user, false).project(project);
        let trust = trust.roles(vec![json!({"name": "member"})]).await.unwrap_err();

        let mut errors = vec![(trust, "cannot manage trusts")];
        match another {
            Ok(another) if is_unrestricted => own.delete(&another).await.unwrap(),
            other => errors.push((other.unwrap_err(), "not allowed for managing additional application credentials")),
        }
        for (error, words) in errors {
            assert_eq!((error.kind(), error.status()), (ErrorKind::Forbidden, Some(403)), "{error:?}");
            assert!(error.to_string().contains(words), "{error}");
        }
        assert!(own.list().name(&name).all().await.unwrap().is_empty());
        own.delete(&made).await.unwrap();
    }
}
