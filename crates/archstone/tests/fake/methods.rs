//! Every login method with a hostile identity service.

use archstone::{Client, ClientBuilder, ErrorKind, InsecureEndpoints, TokenCache};
use archstone_testing::{FakeServer, Reply, SeenRequest};
use serde_json::json;

const SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

/// Options with their values.
type Options = &'static [(&'static str, &'static str)];

/// The secrets and the other options of each login.
const LOGINS: &[(&str, Options, Options)] = &[
    ("v3password", &[("password", "marked-password")], &[("username", "alice")]),
    (
        "v3oauth1",
        &[("consumer_secret", "marked-consumer"), ("access_secret", "marked-access")],
        &[("consumer_key", "the-consumer"), ("access_key", "the-access")],
    ),
    ("v3ec2", &[("ec2_secret", "marked-ec2"), ("token", "marked-token")], &[("ec2_access", "the-access")]),
    ("v3oauth2clientcredential", &[("oauth2_client_secret", "marked-client")], &[("oauth2_client_id", "the-client")]),
    ("v2password", &[("password", "marked-password")], &[("username", "alice")]),
    ("v2token", &[("token", "marked-token")], &[]),
    ("v3totp", &[("totp_secret", SEED)], &[("username", "alice")]),
    (
        "v3multifactor",
        &[("totp_secret", SEED), ("password", "marked-password")],
        &[("username", "alice"), ("auth_methods", "v3password,v3totp")],
    ),
];

fn clients(server: &FakeServer) -> impl Iterator<Item = (&'static str, ClientBuilder)> {
    LOGINS.iter().map(|(auth_type, secrets, options)| {
        let client = Client::builder().auth_url(format!("{}/v3", server.url())).auth_type(*auth_type);
        let client = client.token_cache(&TokenCache::new());
        (*auth_type, secrets.iter().chain(*options).fold(client, |client, (name, value)| client.option(name, *value)))
    })
}

/// Everything in a request that may be a credential.
fn proofs(request: &SeenRequest) -> Vec<String> {
    let mut proofs =
        Vec::from(["authorization", "x-auth-token"].map(|it| request.header(it).unwrap_or_default().to_owned()));
    if !request.text().starts_with('{') {
        proofs.retain(|it| !it.is_empty());
        return proofs;
    }
    let body = request.json();
    for place in [
        "/auth/identity/totp/user/passcode",
        "/auth/identity/password/user/password",
        "/credentials/signature",
        "/auth/passwordCredentials/password",
        "/auth/token/id",
    ] {
        proofs.extend(body.pointer(place).and_then(|it| it.as_str()).map(str::to_owned));
    }
    proofs.retain(|it| !it.is_empty());
    proofs
}

#[tokio::test]
async fn a_redirect_gets_nothing() {
    for status in [301, 302, 303, 307, 308] {
        let (server, other) = (FakeServer::start(), FakeServer::start());
        server.on("*", "/*").reply(Reply::new(status).header("location", format!("{}/v3/auth/tokens", other.url())));
        for (auth_type, client) in clients(&server) {
            let error = client.build().unwrap().access().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotIdentityService, "{auth_type}, {status}: {error:?}");
        }
        assert!(server.requests().iter().filter(|it| it.method() == "POST").count() >= LOGINS.len(), "{status}");
        assert!(other.requests().is_empty(), "{status}: {:?}", other.requests());
    }
}

#[tokio::test]
async fn what_a_refusal_quotes_is_not_shown() {
    for (position, (auth_type, ..)) in LOGINS.iter().enumerate() {
        let server = FakeServer::start();
        server.on("*", "/*").reply(Reply::error(401, "no"));
        let (_, first) = clients(&server).nth(position).unwrap();
        first.build().unwrap().access().await.unwrap_err();
        let sent = proofs(server.requests().last().unwrap());
        assert!(!sent.is_empty(), "{auth_type}");

        server.on("*", "/*").reply(Reply::error(401, format!("you sent {}", sent.join(" and "))));
        let (_, client) = clients(&server).nth(position).unwrap();
        let error = client.build().unwrap().access().await.unwrap_err();
        let shown = format!("{error:?} {error} {:?}", error.hint());
        let again = proofs(server.requests().last().unwrap());
        // A repeated request may contain another proof, for example one with a timestamp.
        for proof in sent.iter().filter(|it| again.contains(it)) {
            assert!(!shown.contains(proof.as_str()), "{auth_type}: {proof} in {shown}");
        }
    }
}

/// A token document with a user.
fn token() -> Reply {
    Reply::json(
        200,
        json!({"token": {
            "methods": ["application_credential"],
            "user": {"id": "u", "name": "alice", "domain": {"id": "default", "name": "Default"}},
            "issued_at": "2026-01-01T00:00:00.000000Z",
            "expires_at": "2036-01-01T00:00:00.000000Z",
            "project": {"id": "p", "name": "web", "domain": {"id": "default", "name": "Default"}},
            "audit_ids": ["a"],
        }}),
    )
}

fn oauth2(server: &FakeServer) -> ClientBuilder {
    clients(server).find(|it| it.0 == "v3oauth2clientcredential").unwrap().1
}

#[tokio::test]
async fn an_oauth2_token_is_got_once_and_is_in_both_headers_of_a_request() {
    let (server, service) = (FakeServer::start(), FakeServer::start());
    let bearer = json!({"access_token": "marked-bearer", "token_type": "bearer", "expires_in": 3600});
    server.on("POST", "/oauth2").reply(Reply::json(200, bearer));
    server.on("GET", "/v3/auth/tokens").reply(token());
    service.on("GET", "/*").reply(Reply::json(200, "{}"));
    let client = oauth2(&server).option("oauth2_endpoint", format!("{}/oauth2", server.url())).build().unwrap();

    for _ in 0..3 {
        client.request(http::Method::GET, format!("{}/servers", service.url()).parse().unwrap()).send().await.unwrap();
    }

    assert!(client.sends_bearer());
    let asked = server.requests();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].header("authorization"), Some("Basic dGhlLWNsaWVudDptYXJrZWQtY2xpZW50"));
    assert_eq!(asked[0].text(), "grant_type=client_credentials");
    for request in service.requests() {
        let sent = ["authorization", "x-auth-token"].map(|name| request.header(name));
        assert_eq!(sent, [Some("Bearer marked-bearer"), Some("marked-bearer")]);
    }
}

#[tokio::test]
async fn an_oauth2_answer_that_is_malformed_is_named() {
    for (answer, expected) in [
        (Reply::text(200, "<html>"), "not JSON"),
        (Reply::json(200, json!({"access_token": "x", "token_type": "mac"})), "type `Bearer`"),
        (Reply::json(200, json!({"token_type": "Bearer", "access_token": ""})), "no token"),
        (Reply::json(200, json!({"token_type": "Bearer", "access_token": "a\nb"})), "cannot be written"),
    ] {
        let server = FakeServer::start();
        server.on("POST", "/v3/OS-OAUTH2/token").reply(answer);
        let error = oauth2(&server).build().unwrap().access().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error:?}");
        assert!(error.to_string().contains(expected), "{error:?}");
    }
}

#[tokio::test]
async fn nothing_of_oauth2_goes_over_plain_http_to_another_machine() {
    let server = FakeServer::start();
    let elsewhere = "http://oauth2.invalid/token";
    for client in
        [oauth2(&server).option("oauth2_endpoint", elsewhere), oauth2(&server).auth_url("http://oauth2.invalid/v3")]
    {
        let error = client.build().unwrap().access().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{error:?}");
        assert!(error.to_string().contains("plain HTTP"), "{error:?}");
    }
    assert!(server.requests().is_empty());

    let bearer = json!({"access_token": "marked-bearer", "token_type": "Bearer"});
    server.on("POST", "/v3/OS-OAUTH2/token").reply(Reply::json(200, bearer));
    server.on("GET", "/v3/auth/tokens").reply(token());
    let client = oauth2(&server).insecure_endpoints(InsecureEndpoints::Allow).build().unwrap();
    let error = client.request(http::Method::GET, "http://service.invalid/".parse().unwrap()).send().await.unwrap_err();
    assert!(error.to_string().contains("is plain HTTP, over which no OAuth2 token is sent"), "{error:?}");
}
