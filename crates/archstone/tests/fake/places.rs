//! Which endpoint is used: configured per service, or requested by the caller.

use archstone::{Allow, Client, EndpointFilter, ErrorKind, Interface, TokenCache, VersionRange, blocking};
use archstone_testing::{CatalogBuilder, FakeKeystone, VersionsBuilder};

use crate::demo;

/// Two regions, two services of one type, and a service with a type of its own.
fn cloud() -> FakeKeystone {
    let keystone = FakeKeystone::start();
    let mut catalog = CatalogBuilder::new();
    for region in ["North", "South"] {
        for interface in ["public", "internal", "admin"] {
            let url = |service: &str| format!("http://{service}.{interface}.{}.example", region.to_lowercase());
            for service in ["compute", "volumev3", "image", "own-images", "identity"] {
                catalog = catalog.endpoint(service, interface, region, &url(service));
            }
        }
    }
    let catalog = catalog.regions(["North"]).service("image", "second", "http://second.example");
    keystone.change(|cloud| cloud.catalog(catalog));
    keystone
}

type Ask = fn() -> EndpointFilter<'static>;
/// The options, the requested endpoint, and the URL.
type Case<'a> = (&'a [(&'a str, &'a str)], Ask, &'a str);

#[tokio::test]
async fn what_is_configured_for_a_service_counts_for_every_way_to_look_it_up() {
    const OVERRIDE: (&str, &str) = ("compute_endpoint_override", "http://own.example:8774/%(project_id)s/a%2Fb");
    let project = "http://own.example:8774/PROJECT/a%2Fb";
    let compute: Ask = || "compute".into();
    let image: Ask = || "image".into();
    let volume: Ask = || "block-storage".into();
    let table: &[Case<'_>] = &[
        (&[], compute, "http://compute.public.north.example"),
        (&[("compute_region_name", "South")], compute, "http://compute.public.south.example"),
        (&[("compute_region_name", "South")], image, "http://image.public.north.example"),
        (&[("region_name", "South"), ("compute_region_name", "North")], compute, "http://compute.public.north.example"),
        (&[("region_name", "South"), ("compute_region_name", "North")], image, "http://image.public.south.example"),
        (&[("compute_interface", "internal")], compute, "http://compute.internal.north.example"),
        (&[("compute_endpoint_type", "adminURL")], compute, "http://compute.admin.north.example"),
        (&[("interface", "admin"), ("compute_interface", "nope,internal")], compute, ""),
        // Under any name of the type, whichever one the catalog has.
        (&[("volume_interface", "internal")], volume, "http://volumev3.internal.north.example"),
        (&[("block_storage_region_name", "South")], || "volumev3".into(), "http://volumev3.public.south.example"),
        (&[("image_service_name", "second")], image, "http://second.example"),
        (&[("image_service_type", "own-images")], image, "http://own-images.public.north.example"),
        (&[("image_service_type", "own-images")], || "own-images".into(), "http://own-images.public.north.example"),
        (&[OVERRIDE], compute, project),
        (&[("identity_endpoint_override", "http://own.example/v3")], || "identity".into(), "http://own.example/v3"),
        // The caller's request takes precedence over the configuration.
        (&[OVERRIDE], || EndpointFilter::from("compute").region("South"), "http://compute.public.south.example"),
        (
            &[OVERRIDE],
            || EndpointFilter::from("compute").interface(Interface::Internal),
            "http://compute.internal.north.example",
        ),
        (
            &[OVERRIDE],
            || EndpointFilter::from("compute").interfaces([Interface::Admin]),
            "http://compute.admin.north.example",
        ),
        (
            &[OVERRIDE],
            || EndpointFilter::from("compute").service_name("compute"),
            "http://compute.public.north.example",
        ),
        (
            &[("compute_region_name", "South"), ("compute_interface", "internal")],
            || EndpointFilter::from("compute").region("North"),
            "http://compute.internal.north.example",
        ),
        (
            &[("image_service_name", "second")],
            || EndpointFilter::from("image").service_name("image"),
            "http://image.public.north.example",
        ),
    ];
    let keystone = cloud();
    for (options, ask, expected) in table {
        let client = || {
            let client = demo(&keystone);
            options.iter().fold(client, |client, (name, value)| client.option(name, *value)).build()
        };
        if expected.is_empty() {
            assert_eq!(client().unwrap_err().kind(), ErrorKind::InvalidConfig, "{options:?}");
            continue;
        }
        let client = client().unwrap();
        let url = client.url_for(ask()).await.unwrap();
        let project = client.access().await.unwrap().project_id().unwrap().to_owned();
        let expected = expected.replace("PROJECT", &project);
        assert_eq!(url.as_str(), expected, "{options:?} {:?}", ask());
        assert_eq!(client.current_url_for(ask()).unwrap().as_str(), expected, "{options:?} {:?}", ask());
        let versioned = client.versioned_endpoint(ask(), None, Allow::default()).await;
        if !expected.contains("volumev3") {
            assert_eq!(versioned.unwrap().url, **url, "{options:?} {:?}", ask());
        }
        if !expected.contains("own.example") {
            let (_, endpoint) = client.endpoint(ask()).await.unwrap();
            assert_eq!(endpoint.url().as_str(), expected, "{options:?} {:?}", ask());
        }
    }
}

#[tokio::test]
async fn a_service_client_finds_the_same_place() {
    let keystone = cloud();
    let at = "http://own.example:8774/v2.1";
    let client = demo(&keystone)
        .option("compute_endpoint_override", at)
        .option("compute_region_name", "South")
        .option("image_service_type", "own-images")
        .build()
        .unwrap();
    let compute = || client.service("compute").skip_discovery();
    let image = client.service("image").skip_discovery();
    let table = [
        (compute(), at),
        (compute().endpoint_override("http://given.example/"), "http://given.example/"),
        (compute().endpoint_override("http://given.example/").region("North"), "http://given.example/"),
        (compute().region("North"), "http://compute.public.north.example/"),
        (compute().interface(Interface::Internal), "http://compute.internal.south.example/"),
        (image.clone(), "http://own-images.public.north.example/"),
    ];
    for (service, expected) in table {
        assert_eq!(service.endpoint().await.unwrap().url.as_str(), expected);
    }
    assert_eq!((image.service_type(), compute().service_type()), ("own-images", "compute"));
}

#[tokio::test]
async fn a_version_that_is_configured_is_found_unless_another_is_asked_for() {
    let keystone = FakeKeystone::start();
    let nova = archstone_testing::FakeServer::start();
    let versions = VersionsBuilder::new(nova.url()).version("v2.0").version("v2.1").version("v3.0");
    nova.on("GET", "/").reply(versions.list());
    let client = demo(&keystone)
        .option("compute_endpoint_override", nova.url())
        .option("compute_api_version", "2")
        .build()
        .unwrap();
    let versioned = async |versions: Option<&str>| {
        let versions = versions.map(|version| VersionRange::of(version.parse().unwrap()));
        client.versioned_endpoint("compute", versions, Allow::default()).await.unwrap().version.unwrap().to_string()
    };

    assert_eq!((&*versioned(None).await, &*versioned(Some("3")).await), ("2.1", "3.0"));
    // The configured URL is used exactly as it is.
    assert_eq!(client.url_for("compute").await.unwrap().as_str(), nova.url());
    assert_eq!(keystone.logins(), 0);
}

#[tokio::test]
async fn the_management_url_is_what_is_configured_for_identity() {
    let keystone = cloud();
    for (options, expected) in [
        (&[][..], "http://identity.admin.north.example/"),
        (&[("interface", "public")], "http://identity.admin.north.example/"),
        (
            &[("identity_interface", "internal"), ("identity_region_name", "South")],
            "http://identity.internal.south.example/",
        ),
        (&[("identity_endpoint_override", "http://own.example/v3")], "http://own.example/v3"),
        (
            &[("identity_endpoint_override", "http://own.example/v3"), ("mgmt_url", "http://m.example/v3")],
            "http://m.example/v3",
        ),
    ] {
        let client = options.iter().fold(demo(&keystone), |client, (name, value)| client.option(name, *value));
        assert_eq!(client.build().unwrap().mgmt_url().await.unwrap().as_str(), expected, "{options:?}");
    }
}

#[tokio::test]
async fn an_override_that_no_request_can_go_to_is_an_error_that_says_so() {
    let keystone = cloud();
    for (text, named) in
        [("own.example:8774", "not an HTTP URL: `own.example:8774`"), ("http://h/%(project_id)s", "%(project_id)s")]
    {
        let client = demo(&keystone).unscoped().option("compute_endpoint_override", text).build().unwrap();
        let error = client.url_for("compute").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{error:?}");
        assert!(error.to_string().contains("the endpoint override of `compute`"), "{error}");
        assert!(error.to_string().contains(named), "{error}");
        assert_eq!(client.current_url_for("compute"), None);
    }
}

#[test]
fn an_override_needs_no_token_and_no_runtime() {
    let client = Client::builder().auth_url("http://127.0.0.1:9/v3").username("demo").password("secret");
    let client = client.token_cache(&TokenCache::new()).option("compute_endpoint_override", "http://own.example:8774");
    let client = blocking::Client::from(client.build().unwrap());

    assert_eq!(client.asynchronous().current_url_for("compute").unwrap().as_str(), "http://own.example:8774");
    assert_eq!(client.url_for("compute").unwrap().as_str(), "http://own.example:8774");
}
