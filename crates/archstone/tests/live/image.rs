//! Requests to a real Glance from the catalog: images of a gigabyte, paginated lists, revoked tokens.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use archstone::{Client, ErrorKind, ServiceClient, VersionRange};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use serde_json::{Value, json};

use crate::keystone::Path;

const SIZE: u64 = 1 << 30;
const PIECE: usize = 1 << 18;
/// A gigabyte in memory would exceed this; everything else in this process is small.
const FLAT: u64 = 150 << 20;

/// Bytes that are generated on demand, different in each chunk.
struct Made {
    given: u64,
    size: u64,
}

/// The byte at an offset: another one in each chunk.
fn byte(at: u64) -> u8 {
    u8::try_from(at / PIECE as u64 % 251).unwrap()
}

impl Body for Made {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let left = self.size - self.given;
        if left == 0 {
            return Poll::Ready(None);
        }
        let piece = Bytes::from(vec![byte(self.given); usize::try_from(left.min(PIECE as u64)).unwrap()]);
        self.given += piece.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.size - self.given)
    }
}

/// The peak memory of this process in bytes. The kernel counts in batches, so a later value may be slightly smaller.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

fn glance(client: &Client) -> ServiceClient {
    client.service("image").region("RegionOne").versions(VersionRange::of("2".parse().unwrap()))
}

async fn new_image(images: &ServiceClient, name: &str) -> String {
    let image = json!({"name": name, "disk_format": "raw", "container_format": "bare"});
    let made: Value = images.post("images").json(&image).send().await.unwrap().json().await.unwrap();
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_gigabyte_goes_up_and_down_through_little_memory_though_the_token_was_revoked() {
    let path = Path::with_services();
    let client = path.user("admin").project_name("admin").build().unwrap();
    let images = glance(&client);
    let id = new_image(&images, "a gigabyte").await;
    let before = peak();

    revoke_elsewhere(&client).await;
    let upload = images.put(format!("images/{id}/file")).header("content-type", "application/octet-stream");
    let uploaded = upload.stream_again(|| Made { given: 0, size: SIZE }).send().await.unwrap();
    assert_eq!(uploaded.status(), 204);
    revoke_elsewhere(&client).await;
    let mut download = images.get(format!("images/{id}/file")).send().await.unwrap();
    assert_eq!(download.content_length(), Some(SIZE));
    let mut received = 0;
    while let Some(chunk) = download.chunk().await.unwrap() {
        for (offset, found) in chunk.iter().enumerate().step_by(4096) {
            assert_eq!(*found, byte(received + offset as u64));
        }
        received += chunk.len() as u64;
    }

    assert_eq!(received, SIZE);
    let more = peak().saturating_sub(before);
    assert!(more < FLAT, "{} MB more", more >> 20);
    images.delete(format!("images/{id}")).send().await.unwrap();
    let gone = images.get(format!("images/{id}")).send().await.unwrap_err();
    assert_eq!((gone.kind(), gone.status()), (ErrorKind::NotFound, Some(404)));
    assert_eq!(path.logins(), 3);
}

#[tokio::test]
async fn images_are_listed_page_by_page_though_the_token_was_revoked_between() {
    let path = Path::with_services();
    let client = path.user("admin").project_name("admin").build().unwrap();
    let images = glance(&client);
    let tag = format!("paged-{}", std::process::id());
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(new_image(&images, &format!("{tag}-{number}")).await);
    }

    let mut pages = images.list::<Value>("images", "images").query("sort", "name:asc").limit(2);
    let mut listed = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        listed.extend(page.into_iter().filter(|it| it["name"].as_str().is_some_and(|name| name.starts_with(&tag))));
        if listed.len() == 2 {
            revoke_elsewhere(&client).await;
        }
    }

    let found: Vec<_> = listed.iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(found, ids);
    for id in &ids {
        images.delete(format!("images/{id}")).send().await.unwrap();
    }
}

/// Revokes a token behind the client's back.
async fn revoke_elsewhere(client: &Client) {
    let other = Path::with_services().user("admin").system_scope().build().unwrap();
    other.revoke(&client.token().await.unwrap()).await.unwrap();
}
