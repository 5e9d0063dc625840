//! Requests of a service on behalf of a user, with the tokens of both.

use archstone::{Client, ErrorKind, ServiceClient};
use archstone_testing::{Failure, FakeKeystone, FakeServer, Reply};

use crate::demo;

/// A client that passes a caller's token on to a server, with a service user of its own.
fn passing_on(token: &str, keystone: &FakeKeystone, server: &FakeServer) -> ServiceClient {
    let service_user = demo(keystone).build().unwrap();
    let caller = Client::builder().token_id(token).auth_url(keystone.auth_url()).service_user(&service_user);
    caller.build().unwrap().service("network").endpoint_override(server.url())
}

/// The tokens of each request: the user's and the service's.
fn shown(server: &FakeServer) -> Vec<(String, String)> {
    let header = |request: &archstone_testing::SeenRequest, name: &str| request.header(name).unwrap_or("-").to_owned();
    server.requests().iter().map(|it| (header(it, "x-auth-token"), header(it, "x-service-token"))).collect()
}

#[tokio::test]
async fn both_tokens_are_shown_and_the_one_of_the_service_is_renewed() {
    let (keystone, server) = (FakeKeystone::start(), FakeServer::start());
    server.on("GET", "/ports").replies([Reply::json(200, "{}"), Reply::error(401, "no"), Reply::json(200, "{}")]);
    let service = passing_on("the-callers", &keystone, &server);

    for _ in 0..2 {
        service.get("ports").send().await.unwrap();
    }

    let shown = shown(&server);
    assert!(shown.iter().all(|(user, _)| user == "the-callers"), "{shown:?}");
    assert_eq!((&shown[0].1, keystone.logins()), (&shown[1].1, 2));
    assert!(shown[2].1 != shown[1].1 && shown[2].1.len() > 20, "{shown:?}");
}

#[tokio::test]
async fn a_service_that_refuses_every_pair_of_tokens_costs_one_more_login() {
    let (keystone, server) = (FakeKeystone::start(), FakeServer::start());
    server.on("GET", "/ports").reply_with(|request| {
        Reply::error(401, format!("`{}` is unknown", request.header("x-service-token").unwrap_or_default()))
    });
    let service = passing_on("the-callers", &keystone, &server);

    for _ in 0..3 {
        let error = service.get("ports").send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TokenRejected);
        let tokens = shown(&server);
        assert!(tokens.iter().all(|(_, token)| !error.to_string().contains(token.as_str())), "{error}");
    }
    assert_eq!(keystone.logins(), 2);
}

#[tokio::test]
async fn a_user_that_logs_in_is_renewed_with_the_service() {
    let (keystone, server) = (FakeKeystone::start(), FakeServer::start());
    server.on("GET", "/ports").replies([Reply::error(401, "no"), Reply::json(200, "{}")]);
    let (user, service_user) = (demo(&keystone), demo(&keystone).build().unwrap());
    let client = user.service_user(&service_user).build().unwrap();

    client.service("network").endpoint_override(server.url()).get("ports").send().await.unwrap();

    let [before, after] = &shown(&server)[..] else { panic!("{:?}", shown(&server)) };
    assert!(before.0 != after.0 && before.1 != after.1 && after.0 != after.1);
    assert_eq!(keystone.logins(), 4);
}

#[tokio::test]
async fn neither_token_goes_to_another_origin_nor_where_none_is_to_be_shown() {
    let (keystone, server, other) = (FakeKeystone::start(), FakeServer::start(), FakeServer::start());
    server.on("GET", "/moved").reply(Reply::json(302, "").header("location", format!("{}/x", other.url())));
    server.on("GET", "/open").reply(Reply::json(200, "{}"));
    other.on("GET", "/x").reply(Reply::json(200, "{}"));
    let service = passing_on("the-callers", &keystone, &server);

    service.get("open").without_token().send().await.unwrap();
    assert_eq!(keystone.logins(), 0);
    service.get("moved").send().await.unwrap();

    let nothing = ("-".to_owned(), "-".to_owned());
    assert_eq!((&shown(&server)[0], &shown(&other)[..]), (&nothing, &[nothing.clone()][..]));
}

#[tokio::test]
async fn why_the_service_has_no_token_is_said() {
    let (keystone, server) = (FakeKeystone::start(), FakeServer::start());
    keystone.on("POST", "/v3/auth/tokens").fail(Failure::Status(401));

    let error = passing_on("the-callers", &keystone, &server).get("ports").send().await.unwrap_err();

    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::Unauthenticated, 0));
    assert!(error.to_string().contains("user `demo`"), "{error}");
}
