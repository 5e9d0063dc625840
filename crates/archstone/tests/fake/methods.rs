//! What each login does with a hostile identity service.

use archstone::{Client, ClientBuilder, ErrorKind, TokenCache};
use archstone_testing::{FakeServer, Reply, SeenRequest};

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

/// All that a request says which may prove something.
fn proofs(request: &SeenRequest) -> Vec<String> {
    let mut proofs =
        Vec::from(["authorization", "x-auth-token"].map(|it| request.header(it).unwrap_or_default().to_owned()));
    let body = request.json();
    for place in
        ["/auth/identity/totp/user/passcode", "/auth/identity/password/user/password", "/credentials/signature"]
    {
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
        // What it sends now may be another proof, for another moment.
        for proof in sent.iter().filter(|it| again.contains(it)) {
            assert!(!shown.contains(proof.as_str()), "{auth_type}: {proof} in {shown}");
        }
    }
}
