//! Streamed request bodies, and errors that contain the whole response.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use archstone::{Client, ErrorKind, Method};
use archstone_testing::{Failure, FakeKeystone, FakeServer, Reply, SeenRequest};
use http_body::{Body, Frame};
use serde_json::{Value, json};

use crate::{at, demo};

/// A body in several chunks.
struct Pieces(VecDeque<&'static str>);

impl Pieces {
    fn new() -> Self {
        Self(["one ", "two ", "three"].into())
    }
}

impl Body for Pieces {
    type Data = bytes::Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<bytes::Bytes>, Self::Error>>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(bytes::Bytes::from_static(piece.as_bytes())))))
    }
}

fn with_images() -> FakeKeystone {
    let keystone = FakeKeystone::start();
    keystone.on("PUT", "/image/v2/images/7/file").with_token().reply(Reply::new(204));
    keystone.on("POST", "/image/v2/images").with_token().reply(Reply::new(204));
    keystone
}

#[tokio::test]
async fn a_stream_that_can_be_made_again_is_sent_again_whole() {
    let keystone = with_images();
    let client = demo(&keystone).build().unwrap();
    let image = client.service("image").endpoint_override(format!("{}/image", keystone.url()));
    client.token().await.unwrap();
    keystone.revoke_all();

    image.put("v2/images/7/file").stream_again(Pieces::new).send().await.unwrap();
    keystone.on("PUT", "/image/v2/images/7/file").fail_next(1, Failure::Status(503));
    image.put("v2/images/7/file").stream_again(Pieces::new).send().await.unwrap();

    let uploads: Vec<_> = keystone.requests().into_iter().filter(|it| it.method() == "PUT").collect();
    assert_eq!(uploads.len(), 4);
    assert!(uploads.iter().all(|it| it.text() == "one two three"), "{uploads:?}");
    assert_eq!(keystone.logins(), 2);
}

#[tokio::test]
async fn a_stream_that_was_begun_is_never_sent_again() {
    let keystone = with_images();
    let client = demo(&keystone).build().unwrap();
    let image = client.service("image").endpoint_override(format!("{}/image", keystone.url()));
    client.token().await.unwrap();
    keystone.revoke_all();

    let refused = image.request(Method::PUT, "v2/images/7/file").stream(Pieces::new()).send().await.unwrap_err();

    assert_eq!((refused.kind(), keystone.count("PUT", "/image/v2/images/7/file")), (ErrorKind::TokenRejected, 1));
}

/// A body that yields a chunk every 400 milliseconds.
struct Slow(Pieces, Pin<Box<tokio::time::Sleep>>);

impl Body for Slow {
    type Data = bytes::Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<bytes::Bytes>, Self::Error>>> {
        std::task::ready!(self.1.as_mut().poll(context));
        self.1 = Box::pin(tokio::time::sleep(Duration::from_millis(400)));
        Pin::new(&mut self.0).poll_frame(context)
    }
}

#[tokio::test]
async fn an_upload_takes_as_long_as_it_takes() {
    let keystone = with_images();
    let client = demo(&keystone).build().unwrap();
    let image = client.service("image").endpoint_override(format!("{}/image", keystone.url()));
    let slow = Slow(Pieces::new(), Box::pin(tokio::time::sleep(Duration::ZERO)));

    let upload = image.put("v2/images/7/file").stream(slow).read_timeout(Duration::from_secs(1));
    assert_eq!(upload.send().await.unwrap().status(), 204);
    // Large enough to be sent in several chunks.
    let whole = bytes::Bytes::from(vec![7; 3 << 20]);
    assert_eq!(image.put("v2/images/7/file").body(whole.clone()).send().await.unwrap().status(), 204);

    let sent: Vec<_> =
        keystone.requests().iter().filter(|it| it.method() == "PUT").map(SeenRequest::body_length).collect();
    assert_eq!(sent, [13, 3 << 20]);
}

#[tokio::test]
async fn an_error_has_the_services_whole_answer() {
    let keystone = with_images();
    let conflict =
        json!({"errors": [{"title": "Conflict", "detail": "in use", "code": "placement.concurrent_update"}]});
    let answer = Reply::json(409, &conflict).header("x-openstack-request-id", "req-7").header("x-marked", "secret-8");
    keystone.on("POST", "/image/v2/images").fail_next(1, answer);
    let client = demo(&keystone).build().unwrap();
    let image = client.service("image").endpoint_override(format!("{}/image", keystone.url()));

    let error = image.post("v2/images").json(&json!({})).send().await.unwrap_err();

    assert_eq!((error.kind(), error.request_id()), (ErrorKind::Conflict, Some("req-7")));
    let response = error.response().unwrap();
    assert_eq!(response.status, 409);
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&response.body).unwrap(), conflict);
    assert_eq!(response.headers["x-marked"], "secret-8");
    assert!(!format!("{error:?} {response:?}").contains("secret-8"));
}

/// Deeply nested JSON must not overflow the stack.
#[tokio::test]
async fn json_that_is_very_deep_is_an_error_of_ours() {
    let arrays = "[".repeat(200_000);
    let objects = r#"{"x":"#.repeat(200_000);
    for deep in [arrays.clone() + &"]".repeat(200_000), arrays, objects.clone() + "1" + &"}".repeat(200_000), objects] {
        let server = FakeServer::start();
        server.on("GET", "/servers").reply(Reply::json(200, deep.clone()));
        let error = at(&server).get("servers").send().await.unwrap().json::<Value>().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error:?}");

        server.on("GET", "/refused").reply(Reply::json(400, deep.clone()));
        let error = at(&server).get("refused").send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);

        let keystone = FakeKeystone::start();
        for body in [deep.clone(), format!(r#"{{"token": {{"user": {{"id": "u", "name": "demo", "x": {deep}}}}}}}"#)] {
            let reply = Reply::json(201, body).header("x-subject-token", "the-token");
            keystone.on("POST", "/v3/auth/tokens").reply(reply);
            let error = demo(&keystone).build().unwrap().access().await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::InvalidResponse | ErrorKind::NotIdentityService), "{error:?}");
        }
        let users = FakeServer::start();
        users
            .on("GET", "/v3/users")
            .reply(Reply::json(200, format!(r#"{{"users": [{{"id": "u", "name": {deep}}}]}}"#)));
        let client = Client::builder().token_id("t").mgmt_url(format!("{}/v3", users.url())).build().unwrap();
        let error = client.identity().users().list().all().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error:?}");
    }
}
