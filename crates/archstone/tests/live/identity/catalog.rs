//! The parts of the catalog: regions, services, endpoints; and which endpoints a project sees.

use archstone::{
    ErrorKind,
    identity::{Endpoint, Identity, Match, Service},
};
use serde_json::json;

use super::{admin, assert_fields, assert_gone, unique};

#[tokio::test]
async fn regions_go_there_and_back() {
    let identity = admin();
    let regions = identity.regions();
    let (id, above) = (unique("region"), unique("above"));
    let parent = regions.create_with_id(&above).description("above").await.unwrap();
    assert_eq!(parent.id, above);

    let region = regions.create().id(&id).description("a test").parent_region(&parent).await.unwrap();
    assert_fields(&region, &json!({"id": id, "description": "a test", "parent_region_id": above}));
    assert_eq!(regions.get(&region).await.unwrap(), region);
    let changed = regions.update(&region).description("changed").parent_region(None::<String>).await.unwrap();
    assert_eq!((changed.description.as_deref(), changed.parent_region_id.as_deref()), (Some("changed"), None));
    regions.update(&region).parent_region(&parent).await.unwrap();
    let below = regions.list().parent_region(&parent).all().await.unwrap();
    assert_eq!(below.iter().map(|it| &it.id).collect::<Vec<_>>(), [&id]);
    assert_eq!(regions.list().find(&id).await.unwrap().id, id);
    regions.delete(&region).await.unwrap();
    assert_gone(regions.get(&region).await);
    regions.delete(&parent).await.unwrap();
}

async fn service_and_endpoint(identity: &Identity) -> (Service, Endpoint) {
    let service = identity.services().create(unique("type")).name(unique("service")).await.unwrap();
    let endpoint =
        identity.endpoints().create(&service, "public", "http://a.example").region("RegionOne").await.unwrap();
    (service, endpoint)
}

#[tokio::test]
async fn services_and_endpoints_go_there_and_back() {
    let identity = admin();
    let (services, endpoints) = (identity.services(), identity.endpoints());
    let (kind, name) = (unique("type"), unique("service"));

    let service = services.create(&kind).name(&name).description("a test").enabled(true).await.unwrap();
    assert_fields(&service, &json!({"type": kind, "name": name, "description": "a test", "enabled": true}));
    assert_eq!(services.get(&service).await.unwrap(), service);
    let (new_kind, new_name) = (unique("type"), unique("service"));
    let changed =
        services.update(&service).type_(&new_kind).name(&new_name).description("changed").enabled(false).await.unwrap();
    assert_fields(&changed, &json!({"type": new_kind, "name": new_name, "description": "changed", "enabled": false}));
    for list in [
        services.list().name(&new_name),
        services.list().type_(&new_kind),
        services.list().name(Match::ends_with(&new_name[7..])),
    ] {
        assert_eq!(list.all().await.unwrap(), std::slice::from_ref(&changed));
    }

    let endpoint = endpoints
        .create(&service, "public", "http://a.example/$(project_id)s")
        .region("RegionOne")
        .enabled(true)
        .name("an endpoint")
        .description("a test")
        .await
        .unwrap();
    assert_fields(
        &endpoint,
        &json!({"service_id": service.id, "interface": "public", "url": "http://a.example/$(project_id)s",
            "region_id": "RegionOne", "region": "RegionOne", "enabled": true, "name": "an endpoint"}),
    );
    assert_eq!(endpoints.get(&endpoint).await.unwrap(), endpoint);
    let changed = endpoints
        .update(&endpoint)
        .interface("internal")
        .url("http://b.example")
        .region("RegionTwo")
        .service(&service)
        .enabled(false)
        .name("other")
        .description("changed")
        .await
        .unwrap();
    assert_fields(
        &changed,
        &json!({"interface": "internal", "url": "http://b.example", "region_id": "RegionTwo", "enabled": false}),
    );
    // With the old name of this field, Keystone creates a missing region; with the new one it must exist.
    let (made, changed_to) = (format!("{}-made", service.id), format!("{}-changed", service.id));
    let refused = endpoints.create(&service, "public", "http://c.example").region(&*made).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidRequest, "{refused}");
    let other = endpoints.create(&service, "public", "http://c.example").region_name(&*made).await.unwrap();
    let other = endpoints.update(&other).region_name(&*changed_to).await.unwrap();
    assert_eq!(other.region_id.as_deref(), Some(&*changed_to));
    endpoints.delete(&other).await.unwrap();
    for region in [made, changed_to] {
        identity.regions().delete(&*region).await.unwrap();
    }
    let all = || endpoints.list().service(&service);
    for list in [all(), all().interface("internal"), all().region("RegionTwo")] {
        assert_eq!(list.all().await.unwrap(), std::slice::from_ref(&changed));
    }
    assert!(all().interface("admin").all().await.unwrap().is_empty());
    endpoints.delete(&endpoint).await.unwrap();
    assert_gone(endpoints.get(&endpoint).await);
    services.delete(&service).await.unwrap();
    assert_gone(services.get(&service).await);
}

#[tokio::test]
async fn endpoint_groups_go_there_and_back_and_are_shown_to_projects() {
    let identity = admin();
    let (groups, filter) = (identity.endpoint_groups(), identity.endpoint_filter());
    let (service, endpoint) = service_and_endpoint(&identity).await;
    let project = identity.projects().create(unique("shown")).domain("default").await.unwrap();
    let name = unique("group");

    let group = groups.create(&name, json!({"service_id": service.id})).description("a test").await.unwrap();
    assert_fields(&group, &json!({"name": name, "description": "a test", "filters": {"service_id": service.id}}));
    assert_eq!(groups.get(&group).await.unwrap(), group);
    assert!(groups.check(&group).await.unwrap());
    let new_name = unique("group");
    let filters = json!({"service_id": service.id, "interface": "public"});
    let changed = groups.update(&group).name(&new_name).description("changed").filters(filters).await.unwrap();
    assert_fields(&changed, &json!({"name": new_name, "description": "changed"}));
    assert_eq!(groups.list().name(&new_name).all().await.unwrap(), std::slice::from_ref(&changed));

    filter.add_endpoint_to_project(&project, &endpoint).await.unwrap();
    assert!(filter.check_endpoint_in_project(&project, &endpoint).await.unwrap());
    assert_eq!(filter.list_endpoints_for_project(&project).all().await.unwrap()[0].id, endpoint.id);
    assert_eq!(filter.list_projects_for_endpoint(&endpoint).all().await.unwrap()[0].id, project.id);
    filter.delete_endpoint_from_project(&project, &endpoint).await.unwrap();
    assert!(!filter.check_endpoint_in_project(&project, &endpoint).await.unwrap());

    filter.add_endpoint_group_to_project(&group, &project).await.unwrap();
    assert!(filter.check_endpoint_group_in_project(&group, &project).await.unwrap());
    assert_eq!(filter.list_endpoint_groups_for_project(&project).all().await.unwrap()[0].id, group.id);
    assert_eq!(filter.list_projects_for_endpoint_group(&group).all().await.unwrap()[0].id, project.id);
    assert_eq!(filter.list_endpoints_for_endpoint_group(&group).all().await.unwrap()[0].id, endpoint.id);
    filter.delete_endpoint_group_from_project(&group, &project).await.unwrap();
    assert!(!filter.check_endpoint_group_in_project(&group, &project).await.unwrap());

    groups.delete(&group).await.unwrap();
    assert_gone(groups.get(&group).await);
    assert!(!groups.check(&group).await.unwrap());
    identity.projects().delete(&project).await.unwrap();
    identity.services().delete(&service).await.unwrap();
}

#[tokio::test]
async fn policies_go_there_and_back_and_are_followed() {
    let identity = admin();
    let (policies, followed) = (identity.policies(), identity.endpoint_policy());
    let (service, endpoint) = service_and_endpoint(&identity).await;

    let policy = policies.create("{}", "application/json").await.unwrap();
    assert_fields(&policy, &json!({"blob": "{}", "type": "application/json"}));
    assert_eq!(policies.get(&policy).await.unwrap(), policy);
    let kind = unique("text/x");
    let changed = policies.update(&policy).blob("rules").type_(&kind).await.unwrap();
    assert_fields(&changed, &json!({"blob": "rules", "type": kind}));
    assert_eq!(policies.list().type_(&kind).all().await.unwrap(), std::slice::from_ref(&changed));

    followed.create_policy_association_for_endpoint(&policy, &endpoint).await.unwrap();
    assert!(followed.check_policy_association_for_endpoint(&policy, &endpoint).await.unwrap());
    assert_eq!(followed.get_policy_for_endpoint(&endpoint).await.unwrap().id, policy.id);
    assert_eq!(followed.list_endpoints_for_policy(&policy).all().await.unwrap()[0].id, endpoint.id);
    followed.delete_policy_association_for_endpoint(&policy, &endpoint).await.unwrap();
    assert!(!followed.check_policy_association_for_endpoint(&policy, &endpoint).await.unwrap());

    followed.create_policy_association_for_service(&policy, &service).await.unwrap();
    assert!(followed.check_policy_association_for_service(&policy, &service).await.unwrap());
    followed.delete_policy_association_for_service(&policy, &service).await.unwrap();
    assert!(!followed.check_policy_association_for_service(&policy, &service).await.unwrap());

    let region = "RegionOne";
    followed.create_policy_association_for_region_and_service(&policy, region, &service).await.unwrap();
    assert!(followed.check_policy_association_for_region_and_service(&policy, region, &service).await.unwrap());
    followed.delete_policy_association_for_region_and_service(&policy, region, &service).await.unwrap();
    assert!(!followed.check_policy_association_for_region_and_service(&policy, region, &service).await.unwrap());

    policies.delete(&policy).await.unwrap();
    assert_gone(policies.get(&policy).await);
    identity.services().delete(&service).await.unwrap();
}
