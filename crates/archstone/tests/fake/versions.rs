//! All steps of a request to a service: login, catalog, discovery, request.

use archstone::{ApiVersion, VersionRange};
use archstone_testing::{CatalogBuilder, FakeKeystone, Reply, VersionsBuilder};
use serde_json::json;

use crate::demo;

#[tokio::test]
async fn every_form_of_version_document_leads_to_the_service_and_is_read_once() {
    let keystone = FakeKeystone::start();
    let url = format!("{}/nova", keystone.url());
    let versions = VersionsBuilder::new(&url)
        .version("v2.0")
        .status("SUPPORTED")
        .version("v2.1")
        .microversions("2.1", "2.96")
        .field("updated", json!("2013-07-23T11:33:21Z"));
    keystone.change(|cloud| cloud.catalog(CatalogBuilder::new().service("compute", "nova", "/nova")));
    keystone.on("GET", "/nova/v2.1/servers").with_token().reply(Reply::json(200, r#"{"servers": []}"#));
    let forms = [
        ("list", versions.list()),
        ("choices", versions.choices()),
        ("single", versions.single("v2.1")),
        ("bare", versions.bare("v2.1")),
    ];
    for (form, document) in forms {
        keystone.on("GET", "/nova/").reply(document);
        keystone.forget_requests();
        let client = demo(&keystone).build().unwrap();
        let compute = client.service("compute").versions(VersionRange::of("2".parse().unwrap()));

        for _ in 0..3 {
            assert_eq!(compute.get("servers").send().await.unwrap().status(), 200, "{form}");
        }

        let info = client.versions("compute").await.unwrap().remove(0);
        assert_eq!(
            (info.version, info.max_microversion),
            (ApiVersion::new(2, 1), Some(ApiVersion::new(2, 96))),
            "{form}"
        );
        let asked: Vec<_> = keystone.requests().iter().map(|it| it.path().to_owned()).collect();
        let servers = "/nova/v2.1/servers";
        assert_eq!(asked, ["/v3/auth/tokens", "/nova/", servers, servers, servers], "{form}");
    }
    assert_eq!(format!("{:?} {:?}", versions.single("v9"), versions.bare("v9")).matches("404").count(), 2);
}
