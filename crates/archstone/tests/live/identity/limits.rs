//! Limits and registered limits.

use archstone::identity::Match;
use serde_json::json;

use super::{admin, assert_fields, assert_gone, unique};

#[tokio::test]
async fn limits_go_there_and_back() {
    let identity = admin();
    let (limits, registered) = (identity.limits(), identity.registered_limits());
    let service = identity.services().create(unique("type")).await.unwrap();
    let project = identity.projects().create(unique("limited")).domain("default").await.unwrap();
    let name = unique("servers");

    let default = registered.create(&service, &name, 10).region("RegionOne").description("a test").await.unwrap();
    assert_fields(
        &default,
        &json!({"service_id": service.id, "resource_name": name, "default_limit": 10, "region_id": "RegionOne",
            "description": "a test"}),
    );
    assert_eq!(registered.get(&default).await.unwrap(), default);
    let new_name = unique("servers");
    let changed = registered
        .update(&default)
        .service(&service)
        .region("RegionTwo")
        .resource_name(&new_name)
        .default_limit(20)
        .description("changed")
        .await
        .unwrap();
    assert_fields(&changed, &json!({"resource_name": new_name, "default_limit": 20, "region_id": "RegionTwo"}));
    let all = || registered.list().service(&service);
    for list in [
        all(),
        all().region("RegionTwo"),
        all().resource_name(&new_name),
        all().resource_name(Match::contains("servers")),
    ] {
        assert_eq!(list.all().await.unwrap(), std::slice::from_ref(&changed));
    }

    let limit = limits
        .create(&service, &new_name, 5)
        .project(&project)
        .region("RegionTwo")
        .description("a test")
        .await
        .unwrap();
    assert_fields(
        &limit,
        &json!({"service_id": service.id, "project_id": project.id, "resource_name": new_name, "resource_limit": 5}),
    );
    assert_eq!(limits.get(&limit).await.unwrap(), limit);
    let changed = limits.update(&limit).resource_limit(6).description("changed").await.unwrap();
    assert_fields(&changed, &json!({"resource_limit": 6, "description": "changed"}));
    let all = || limits.list().service(&service);
    for list in [all().region("RegionTwo"), all().resource_name(&new_name), all().project(&project)] {
        assert_eq!(list.all().await.unwrap(), std::slice::from_ref(&changed));
    }
    let of_domain = limits.create(&service, &new_name, 7).domain("default").region("RegionTwo").await.unwrap();
    assert_eq!(all().domain("default").all().await.unwrap(), std::slice::from_ref(&of_domain));
    assert_eq!(limits.get_model().await.unwrap()["name"], "flat");

    for limit in [&limit, &of_domain] {
        limits.delete(limit).await.unwrap();
        assert_gone(limits.get(limit).await);
    }
    registered.delete(&default).await.unwrap();
    assert_gone(registered.get(&default).await);
    identity.projects().delete(&project).await.unwrap();
    identity.services().delete(&service).await.unwrap();
}
