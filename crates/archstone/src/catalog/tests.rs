//! Pitfalls of catalogs: aliases, filters that match nothing, missing keys, old forms.

use super::*;
use crate::error::ErrorKind;

fn catalog(json: serde_json::Value) -> Catalog {
    serde_json::from_value(json).expect("a catalog")
}

fn endpoint(id: &str, interface: &str, region: &str) -> serde_json::Value {
    serde_json::json!({"id": id, "interface": interface, "region_id": region, "region": region, "url": format!("http://{id}/")})
}

/// Two regions, with block storage under three types, and identity only internal in `south`.
fn small_cloud() -> Catalog {
    catalog(serde_json::json!([
        {"type": "compute", "name": "nova", "id": "s-compute", "endpoints": [
            endpoint("c-pub-n", "public", "north"), endpoint("c-int-n", "internal", "north"),
            endpoint("c-adm-n", "admin", "north"), endpoint("c-pub-s", "public", "south")]},
        {"type": "volumev2", "name": "cinderv2", "id": "s-v2", "endpoints": [endpoint("v2-pub-n", "public", "north")]},
        {"type": "volumev3", "name": "cinderv3", "id": "s-v3", "endpoints": [endpoint("v3-pub-n", "public", "north")]},
        {"type": "identity", "name": "keystone", "id": "s-id", "endpoints": [endpoint("id-int-s", "internal", "south")]},
        {"type": "workflowv2", "name": "mistral", "id": "s-wf", "endpoints": [endpoint("wf-pub-n", "public", "north")]},
    ]))
}

#[test]
fn lookups_find_the_endpoint_that_upstream_finds() {
    let by = |service_type| EndpointFilter::from(service_type);
    let both = [Interface::Internal, Interface::Public];
    let table = [
        (by("compute"), "c-pub-n"),
        (by("compute").interface(Interface::Internal), "c-int-n"),
        (by("compute").interface("private".into()), "c-int-n"),
        (by("compute").interface("adminURL".into()), "c-adm-n"),
        (by("compute").region("south"), "c-pub-s"),
        // There is an internal endpoint, but not in that region: the next interface is used.
        (by("compute").region("south").interfaces(both), "c-pub-s"),
        (by("compute").service_name("nova").service_id("s-compute"), "c-pub-n"),
        (by("compute").endpoint_id("c-adm-n"), "c-adm-n"),
        (EndpointFilter::default().endpoint_id("c-int-n"), "c-int-n"),
        (EndpointFilter::default().service_name("keystone").interface(Interface::Internal), "id-int-s"),
        // The official type prefers its newest alias; an alias finds itself.
        (by("block-storage"), "v3-pub-n"),
        (by("block_storage"), "v3-pub-n"),
        (by("volumev2"), "v2-pub-n"),
        (by("workflow"), "wf-pub-n"),
    ];
    let catalog = small_cloud();
    for (filter, id) in table {
        let found = catalog.url_for(filter.clone()).map(|url| url.to_string());
        assert_eq!(found.unwrap_or_else(|error| error.to_string()), format!("http://{id}/"), "{filter}");
    }
}

#[test]
fn a_failed_lookup_says_what_exists() {
    let table = [
        (EndpointFilter::from("compte"), "did you mean `compute`?"),
        // An alias never matches another alias: they are different versions.
        (EndpointFilter::from("volume"), "did you mean `volumev2`, `volumev3`?"),
        (EndpointFilter::from("dns"), "the catalog has `compute`, `identity`, `volumev2`, `volumev3`, `workflowv2`"),
        (EndpointFilter::from("identity"), "the interfaces `internal` in the regions `south`"),
        (EndpointFilter::from("compute").region("North"), "did you mean the region `north`?"),
        (EndpointFilter::from("compute").region("nrth"), "did you mean the region `north`?"),
        // The names of projects and of services.
        (EndpointFilter::from("nova"), "did you mean `compute`, the type of `nova`?"),
        (EndpointFilter::from("Keystone"), "did you mean `identity`, the type of `Keystone`?"),
        (EndpointFilter::from("cinder"), "did you mean `volumev2`, `volumev3`, the type of `cinder`?"),
        (EndpointFilter::from("cinderv3"), "did you mean `volumev3`, the type of `cinderv3`?"),
        (EndpointFilter::from("compute").service_name("nava"), "did you mean the name `nova`?"),
        // Several types match, and a filter excludes all of them.
        (EndpointFilter::from("block-storage").region("south"), "in the regions `north`"),
        (EndpointFilter::from("compute").service_name("nava"), "under the names `nova`"),
    ];
    let catalog = small_cloud();
    for (filter, hint) in table {
        let error = catalog.url_for(filter.clone()).expect_err("nothing to find");
        assert_eq!(error.kind(), ErrorKind::EndpointNotFound);
        assert!(error.hint().is_some_and(|it| it.contains(hint)), "{filter}: {:?}", error.hint());
    }
}

#[test]
fn what_is_missing_in_a_catalog_is_passed_over() {
    let catalog = catalog(serde_json::json!([
        {"name": "typeless", "endpoints": [endpoint("x", "public", "r")]},
        {"type": "image", "endpoints": [
            {"interface": "public"},
            {"url": "http://no-interface/"},
            {"interface": "public", "url": ""},
            {"interface": "public", "url": null},
            {"interface": "public", "url": "http://image/", "region": "old-style"}]},
        {"type": "dns", "name": null, "id": null, "endpoints": null},
    ]));

    let image = EndpointFilter::from("image").service_name("glance").service_id("any").region("old-style");
    assert_eq!(catalog.url_for(image).expect("a nameless service fits").as_str(), "http://image/");
    assert_eq!(catalog.endpoints("dns").len(), 0);
    assert_eq!(catalog.services().len(), 2);
}

#[test]
fn a_catalog_of_version_2_is_read_from_a_stored_token() {
    let stored = serde_json::json!({"auth_token": "t", "body": {"access": {
        "token": {"id": "t", "expires": "2099-01-01T01:00:00Z", "issued_at": "2099-01-01T00:00:00.000000",
            "tenant": {"id": "p1", "name": "web"}},
        "user": {"id": "u1", "name": "alice", "username": "alice", "roles": [{"name": "member"}]},
        "serviceCatalog": [
            {"type": "compute", "name": "nova", "endpoints": [
                {"id": "e1", "region": "north", "publicURL": "http://c-pub-n/", "internalURL": "http://c-int-n/"},
                {"region": "south", "publicURL": "http://c-pub-s/", "adminURL": "", "internalURL": null}]},
            {"type": "volumev3", "name": "cinder", "endpoints": [{"region": "north", "publicURL": "http://v3-pub-n/"}]},
            {"name": "typeless", "endpoints": [{"publicURL": "http://x/"}]},
            {"type": "dns", "endpoints": null}]}}});
    let access = crate::Access::from_reference(&stored.to_string(), &crate::host::Host::default()).expect("a token");
    let catalog = access.catalog().expect("a catalog");
    let compute = || EndpointFilter::from("compute");

    let table = [
        (compute(), "http://c-pub-n/"),
        (compute().interface("internalURL".into()), "http://c-int-n/"),
        (compute().region("south").interfaces([Interface::Admin, Interface::Public]), "http://c-pub-s/"),
        (compute().service_id("no v2 catalog has one").region("south"), "http://c-pub-s/"),
        (EndpointFilter::from("block-storage"), "http://v3-pub-n/"),
    ];
    for (filter, url) in table {
        assert_eq!(catalog.url_for(filter.clone()).expect("an endpoint").to_string(), url, "{filter}");
    }
    assert_eq!((access.user_name(), access.project_name()), (Some("alice"), Some("web")));
    assert_eq!((catalog.endpoints("compute").len(), catalog.services().len()), (3, 3));
    let error = catalog.url_for(compute().interface(Interface::Admin)).expect_err("an empty URL is none");
    assert!(error.hint().is_some_and(|it| it.contains("`internal`, `public`")), "{error:?}");
}

#[test]
fn a_listing_without_an_interface_has_all_of_them() {
    let catalog = small_cloud();

    assert_eq!(catalog.endpoints("compute").len(), 4);
    assert_eq!(catalog.endpoints(EndpointFilter::from("compute").region("north")).len(), 3);
    assert_eq!(catalog.endpoints(EndpointFilter::default()).len(), 8);
    assert_eq!(catalog.endpoints("nothing").len(), 0);
}

#[test]
fn the_same_region_in_other_letters_is_the_only_one_that_is_meant() {
    let regions = ["RegionOne", "RegionTwo"].map(|region| endpoint(region, "public", region));
    let catalog = catalog(serde_json::json!([{"type": "compute", "endpoints": regions}]));
    let hint = |region| {
        let error = catalog.url_for(EndpointFilter::from("compute").region(region)).expect_err("no such region");
        error.hint().unwrap_or_default().to_owned()
    };
    assert!(hint("regionone").ends_with("did you mean the region `RegionOne`?"), "{}", hint("regionone"));
    assert!(hint("RegionOn").contains("`RegionOne`"), "{}", hint("RegionOn"));
    assert!(!hint("elsewhere").contains("did you mean"), "{}", hint("elsewhere"));
}

#[test]
fn a_url_that_no_request_can_go_to_is_named_with_its_owner() {
    for url in [
        "controller:8774/v2.1",
        "192.0.2.10:9292",
        "javascript:alert(1)",
        "ftp://h/",
        "http://h/\r\nx",
        "h",
        "http://a b/",
    ] {
        let catalog = catalog(serde_json::json!([{"type": "compute", "name": "nova", "endpoints": [
            {"interface": "public", "url": url, "region_id": "north"},
            {"interface": "internal", "url": " http://internal:8774/v2.1\n", "region_id": "north"}]}]));

        for region in [None, Some("north")] {
            let filter =
                region.map_or_else(|| "compute".into(), |region| EndpointFilter::from("compute").region(region));
            let error = catalog.url_for(filter).expect_err("no such URL is handed out");
            let shown = format!("endpoint of service `nova` (type `compute`) is `{}`", crate::error::printable(url));
            assert!(error.to_string().contains(&shown) && error.hint().is_some(), "{error:?}");
        }
        let internal = catalog.url_for(EndpointFilter::from("compute").interface(Interface::Internal));
        assert_eq!(internal.expect("blanks around a URL are not of it").as_str(), "http://internal:8774/v2.1");
    }
}

#[test]
fn endpoints_without_a_region_serve_where_none_of_the_region_fits() {
    let nowhere = |id: &str| serde_json::json!({"id": id, "interface": "public", "url": format!("http://{id}/")});
    let catalog = catalog(serde_json::json!([
        {"type": "compute", "endpoints": [nowhere("c-any"), endpoint("c-n", "public", "north")]},
        {"type": "dns", "endpoints": [nowhere("d-any"), {"id": "d", "interface": "admin", "region": "", "url": "http://d/"}]}]));
    let table = [
        ("compute", "north", "http://c-n/", 1),
        ("compute", "south", "http://c-any/", 1),
        ("dns", "north", "http://d-any/", 2),
    ];
    for (service_type, region, url, all) in table {
        let filter = || EndpointFilter::from(service_type).region(region);
        assert_eq!(catalog.url_for(filter()).expect("an endpoint").as_str(), url, "{service_type} {region}");
        assert_eq!(catalog.endpoints(filter()).len(), all, "{service_type} {region}");
    }
}

#[test]
fn what_does_not_fit_in_a_catalog_costs_only_itself() {
    for odd in [
        serde_json::json!(null),
        serde_json::json!(7),
        serde_json::json!("x"),
        serde_json::json!([1]),
        serde_json::json!({}),
    ] {
        let catalog = catalog(
            serde_json::json!([odd, {"type": odd, "endpoints": odd}, {"type": "dns", "endpoints": odd},
            {"type": "compute", "name": odd, "id": odd, "endpoints": [
                odd, {"id": odd, "interface": "public", "region": odd, "region_id": odd, "url": "http://c/"}, {"url": odd}]}]),
        );
        let compute = catalog.url_for(EndpointFilter::from("compute").interface(Interface::Public));
        assert_eq!(compute.expect("an endpoint").as_str(), "http://c/", "{odd}");
    }
}
