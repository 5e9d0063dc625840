//! Lists of the identity service's resources, in responses that no real one sends.

use std::pin::pin;

use archstone::{Client, ErrorKind, identity::Identity};
use archstone_testing::{FakeKeystone, FakeServer, Reply, TokenBuilder};
use futures_util::TryStreamExt;

use crate::demo;

/// The resources of a server, with a token that is not validated.
fn identity(server: &FakeServer) -> Identity {
    Client::builder().token_id("the-token").mgmt_url(format!("{}/v3", server.url())).build().unwrap().identity()
}

#[tokio::test]
async fn items_are_there_before_the_answer_has_ended() {
    // The list never ends: there is no closing bracket, and the connection stays open.
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n";
    let body = r#"{"users": [{"id": "1", "name": "one", "x": null}, {"id": "2", "name": "two"}, "#;
    let server = FakeServer::replying([Reply::raw(format!("{head}{body}"))]);

    let mut users = identity(&server).users().list();
    let (one, two) = (users.next().await.unwrap().unwrap(), users.next().await.unwrap().unwrap());

    assert_eq!((one.name.as_str(), two.name.as_str()), ("one", "two"));
    assert!(one.extra["x"].is_null());
}

#[tokio::test]
async fn answers_that_are_no_list_are_errors() {
    for body in
        ["", "nonsense", "[]", "{\"users\": [{\"id\": 1", "{\"users\": [{\"name\": \"x\"}]}", "{\"users\": [7]}"]
    {
        let server = FakeServer::replying([Reply::json(200, body)]);
        let error = identity(&server).users().list().all().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{body}");
    }
}

#[tokio::test]
async fn what_does_not_fit_in_a_resource_costs_only_itself() {
    for odd in ["null", "7", "[1]", "{}", "\"x\""] {
        let user = format!(r#"{{"id": "1", "name": {odd}, "enabled": {odd}, "domain_id": {odd}, "options": {odd}}}"#);
        let server = FakeServer::replying([
            Reply::json(200, format!(r#"{{"users": [{user}], "links": {odd}}}"#)),
            Reply::json(200, format!(r#"{{"project": {user}}}"#)),
        ]);
        let identity = identity(&server);

        let users = identity.users().list().all().await.unwrap();
        let project = identity.projects().get("1").await.unwrap();

        assert_eq!((users[0].id.as_str(), project.id.as_str()), ("1", "1"), "{odd}");
        let text = serde_json::from_str::<String>(odd).unwrap_or_default();
        assert_eq!((users[0].name.as_str(), project.name.as_str()), (text.as_str(), text.as_str()), "{odd}");
        // The raw value is still available.
        let written = serde_json::to_value(&users[0]).unwrap();
        assert_eq!(written["name"], serde_json::from_str::<serde_json::Value>(odd).unwrap());
    }
}

#[tokio::test]
async fn of_a_link_only_the_query_is_believed() {
    let page =
        r#"{"users": [{"id": "1", "name": "one"}], "links": {"next": "http://elsewhere.invalid/v3/users?marker=1"}}"#;
    let last = r#"{"users": [{"id": "2", "name": "two"}], "links": {"next": null}}"#;
    let server = FakeServer::replying([Reply::json(200, page), Reply::json(200, last)]);

    let users = identity(&server).users().list().all().await.unwrap();

    assert_eq!(users.len(), 2);
    let targets: Vec<_> = server.requests().iter().map(|it| it.target().to_owned()).collect();
    assert_eq!(targets, ["/v3/users?limit=1000", "/v3/users?marker=1"]);
}

#[tokio::test]
async fn pages_are_asked_for_where_there_are_some_and_only_there() {
    let page = |members: &str| Reply::json(200, format!("{{\"{members}\": []}}"));
    let pages = ["users", "users", "users", "groups", "groups", "projects", "domains", "roles"].map(page);
    let server = FakeServer::replying(pages);
    let identity = identity(&server);

    identity.users().list().all().await.unwrap();
    identity.users().list().page_size(7).all().await.unwrap();
    identity.users().list().group("g").page_size(7).all().await.unwrap();
    identity.groups().list().all().await.unwrap();
    identity.groups().list().user("u").all().await.unwrap();
    identity.projects().list().all().await.unwrap();
    identity.domains().list().all().await.unwrap();
    identity.roles().list().page_size(7).all().await.unwrap();

    let targets: Vec<_> = server.requests().iter().map(|it| it.target().to_owned()).collect();
    let expected = [
        "users?limit=1000",
        "users?limit=7",
        "groups/g/users",
        "groups?limit=1000",
        "users/u/groups",
        "projects?limit=1000",
        "domains?limit=1000",
        "roles",
    ];
    assert_eq!(targets, expected.map(|it| format!("/v3/{it}")));
}

#[tokio::test]
async fn a_list_is_a_stream_too_which_ends_after_an_error() {
    let page = r#"{"users": [{"id": "1", "name": "one"}, {"name": "two"}]}"#;
    let server = FakeServer::replying([Reply::json(200, page)]);
    let mut stream = pin!(identity(&server).users().list().stream());

    assert_eq!(stream.try_next().await.unwrap().unwrap().name, "one");
    assert_eq!(stream.try_next().await.unwrap_err().to_string(), "the answer's user lacks `id`");
    assert!(stream.try_next().await.unwrap().is_none());
}

/// Keystone's response to any request with a token of a deleted application credential.
fn no_credential(id: &str) -> Reply {
    Reply::error(404, format!("Could not find Application Credential: {id}."))
}

/// Lets successive logins use application credentials with these ids.
fn logins_by(keystone: &FakeKeystone, ids: &[&str]) {
    let login = |id: &&str| {
        let part = serde_json::json!({"id": id, "name": "robot", "restricted": true});
        let token = TokenBuilder::new().user("demo-id", "demo").project("p1", "p1");
        token.member("application_credential", part).reply(&format!("token-of-{id}"))
    };
    keystone.on("POST", "/v3/auth/tokens").replies(ids.iter().map(login));
}

/// The different kinds of requests to the identity service.
const PATHS: [&str; 3] = ["/v3/users/demo-id", "/v3/auth/projects", "/v3/things/*"];

async fn ask(client: &Client, path: &str) -> archstone::Result<()> {
    match path {
        "/v3/users/demo-id" => client.user().await.map(drop),
        "/v3/auth/projects" => client.projects().await.map(drop),
        _ => client.service("identity").get("things/1").send().await.map(drop),
    }
}

#[tokio::test]
async fn a_token_whose_application_credential_was_deleted_is_replaced_once() {
    let projects = Reply::json(200, r#"{"projects": []}"#);
    let user = Reply::json(200, r#"{"user": {"id": "demo-id", "name": "demo", "domain_id": "default"}}"#);
    for path in PATHS {
        let good = if path.contains("users") { &user } else { &projects };
        for (id, logins) in [("credential-1", 2), ("credential-of-others", 1)] {
            let keystone = FakeKeystone::start();
            logins_by(&keystone, &["credential-1", "credential-2"]);
            keystone.on("GET", path).replies([no_credential(id), good.clone()]);
            let client = demo(&keystone).option("identity_endpoint_override", keystone.auth_url()).build().unwrap();

            let outcome = ask(&client, path).await;

            if logins == 2 {
                outcome.unwrap_or_else(|error| panic!("{path}: {error:?}"));
            } else {
                assert_eq!(outcome.unwrap_err().kind(), ErrorKind::NotFound, "{path}");
            }
            assert_eq!(keystone.count("POST", "/v3/auth/tokens"), logins, "{path}");
        }
    }
}

#[tokio::test]
async fn an_identity_service_that_finds_no_credential_again_and_again_costs_one_login() {
    for path in PATHS {
        let keystone = FakeKeystone::start();
        logins_by(&keystone, &["credential-1", "credential-2", "credential-3", "credential-4"]);
        keystone
            .on("GET", path)
            .replies((0..8).map(|number| no_credential(&format!("credential-{}", number.clamp(1, 2)))));
        let client = demo(&keystone).option("identity_endpoint_override", keystone.auth_url()).build().unwrap();
        for _ in 0..5 {
            assert_eq!(ask(&client, path).await.unwrap_err().kind(), ErrorKind::NotFound, "{path}");
        }
        assert_eq!(keystone.count("POST", "/v3/auth/tokens"), 2, "{path}");
    }
}

/// Services other than Keystone respond with 401 if Keystone does not find the token's credential.
#[tokio::test]
async fn another_service_that_finds_no_credential_causes_no_login() {
    let keystone = FakeKeystone::start();
    logins_by(&keystone, &["credential-1", "credential-2"]);
    keystone.on("GET", "/compute/v2.1/servers/*").reply(no_credential("credential-1"));
    let elsewhere = FakeServer::replying([no_credential("credential-1")]);
    let client = demo(&keystone).build().unwrap();

    let compute = client.service("compute").endpoint_override(format!("{}/compute/v2.1", keystone.url()));
    let at_one_place = compute.get("servers/1").send().await.map(drop);
    let url = format!("{}/things", elsewhere.url()).parse().unwrap();
    let at_another = client.request(http::Method::GET, url).send().await.map(drop);

    for outcome in [at_one_place, at_another] {
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::NotFound);
    }
    assert_eq!(keystone.count("POST", "/v3/auth/tokens"), 1);
}
