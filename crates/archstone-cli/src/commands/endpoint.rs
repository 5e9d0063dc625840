//! `archstone endpoint …`: endpoints, and their association with projects.

use std::collections::HashMap;

use archstone::{
    Result,
    identity::{Endpoint, EndpointFilter, Resource, ResourceSpec, Service},
};
use serde_json::Value as Json;

use super::{region::CHECKED as REGION, service::SERVICE};
use crate::{
    command::{Answers, Changes, Spec},
    output::Answer,
    resource::{
        Argument, Arguments, Column, Fields, Finder, Operation, PROJECT, Reads, Request, Special, Verb, argument,
        column,
        common::{DISABLE, ENABLE, PROJECT_DOMAIN},
        fields, items, itself, listed, option, perform, shown,
    },
};

const RESOURCE: &ResourceSpec = Endpoint::SPEC;
static ENDPOINT: Finder = Finder::by_id(RESOURCE);
const INTERFACES: Reads = Reads::OneOf(&["admin", "public", "internal"]);
const SHOWN: &[Column] =
    &fields(["enabled", "id", "interface", "region", "region_id", "service_id", "url", "service_name", "service_type"]);

pub(super) const COMMANDS: &[Spec] = &[
    ADD_PROJECT.command(
        &["endpoint", "add", "project"],
        Answers::Text,
        "archstone endpoint add project 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a web",
    ),
    CREATE.command(
        &["endpoint", "create"],
        Answers::Show,
        "archstone endpoint create glance public https://image.example.com --region RegionOne",
    ),
    DELETE.command(&["endpoint", "delete"], "archstone endpoint delete 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a"),
    LIST.command(
        &["endpoint", "list"],
        Answers::List,
        "archstone endpoint list --service image --interface public\narchstone endpoint list --region RegionOne -f json",
    ),
    REMOVE_PROJECT.command(
        &["endpoint", "remove", "project"],
        Answers::Text,
        "archstone endpoint remove project 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a web",
    ),
    SET.command(
        &["endpoint", "set"],
        "archstone endpoint set 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a --url https://new.example.com",
    ),
    SHOW.command(&["endpoint", "show"], Answers::Show, "archstone endpoint show 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a"),
];

static CREATE: Special = Special {
    about: "Create an endpoint",
    arguments: &[
        argument("service", "Service of the endpoint (name, type or ID)"),
        argument("interface", "Interface of the endpoint").reads(INTERFACES).sets("interface"),
        argument("url", "URL of the endpoint; `$(project_id)s` is replaced in each catalog").sets("url"),
        option("region", "region-id", "ID of the region, which must exist").finds(&REGION).sets("region"),
        ENABLE,
        DISABLE,
    ],
    changes: Changes::Something,
    run: |request| {
        let service = SERVICE.find(request, request.text("service").unwrap_or_default(), Arguments::new())?;
        let (mut arguments, _) = request.read()?;
        arguments.insert("service".into(), service.get("id").cloned().unwrap_or_default());
        let mut made = perform(request, RESOURCE, "create", arguments)?;
        add_service(&mut made, &service);
        Ok(shown(SHOWN, &made))
    },
};

static DELETE: Operation = Operation {
    about: "Delete endpoints",
    arguments: &[itself("endpoint-id", "ID of the endpoint", &ENDPOINT).repeated()],
    named: "with ID",
    ..Operation::new(Verb::Delete, RESOURCE)
};

static SET: Operation = Operation {
    about: "Change an endpoint",
    arguments: &[
        itself("endpoint-id", "ID of the endpoint", &ENDPOINT),
        option("region", "region-id", "New region").sets("region"),
        option("interface", "interface", "New interface").reads(INTERFACES).sets("interface"),
        option("url", "url", "New URL").sets("url"),
        option("service", "service", "New service (name, type or ID)").finds(&SERVICE).sets("service"),
        ENABLE,
        DISABLE,
    ],
    ..Operation::new(Verb::Set, RESOURCE)
};

static SHOW: Special = Special {
    about: "Show an endpoint",
    arguments: &[argument("endpoint", "ID of the endpoint")],
    changes: Changes::Nothing,
    run: |request| {
        let id = request.text("endpoint").unwrap_or_default();
        let mut endpoint = perform(request, RESOURCE, "get", [("endpoint", id.into())])?;
        let service = endpoint["service_id"].clone();
        if let Json::Object(service) = perform(request, Service::SPEC, "get", [("service", service)])? {
            add_service(&mut endpoint, &service);
        }
        Ok(shown(SHOWN, &endpoint))
    },
};

static LIST: Special = Special {
    about: "List endpoints",
    arguments: &[
        option("service", "service", "Only endpoints of this service (name, type or ID)")
            .finds(&SERVICE)
            .sets("service"),
        option("interface", "interface", "Only endpoints of this interface").reads(INTERFACES).sets("interface"),
        option("region", "region-id", "Only endpoints of this region").finds(&REGION).sets("region"),
        option("endpoint", "endpoint-id", "List the projects associated with this endpoint instead")
            .against(&["project"]),
        option("project", "project", "Only endpoints associated with this project (name or ID)").finds(&PROJECT),
        PROJECT_DOMAIN,
    ],
    changes: Changes::Nothing,
    run: list,
};

fn list(request: &Request<'_>) -> Result<Answer> {
    const COLUMNS: &[Column] = &[
        column("ID", "id"),
        column("Region", "region"),
        column("Service Name", "service_name"),
        column("Service Type", "service_type"),
        column("Enabled", "enabled"),
        column("Interface", "interface"),
        column("URL", "url"),
    ];
    const PROJECTS: &[Column] = &[column("ID", "id"), column("Name", "name")];
    if let Some(endpoint) = request.text("endpoint") {
        let projects =
            items(request, EndpointFilter::SPEC, "list_projects_for_endpoint", [("endpoint", endpoint.into())])?;
        return Ok(listed(PROJECTS, &[], false, projects));
    }
    let (arguments, _) = request.read()?;
    let mut endpoints = match request.value("project")? {
        Some(project) => items(request, EndpointFilter::SPEC, "list_endpoints_for_project", [("project", project)])?,
        None => items(request, RESOURCE, "list", arguments)?,
    };
    let services: HashMap<String, Fields> = items(request, Service::SPEC, "list", [])?
        .into_iter()
        .filter_map(|service| match service {
            Json::Object(service) => Some((service.get("id")?.as_str()?.to_owned(), service)),
            _ => None,
        })
        .collect();
    for endpoint in &mut endpoints {
        if let Some(service) = endpoint["service_id"].as_str().and_then(|id| services.get(id)) {
            add_service(endpoint, service);
        }
    }
    Ok(listed(COLUMNS, &[], false, endpoints))
}

/// Adds the fields of an endpoint's service that are shown with it.
fn add_service(endpoint: &mut Json, service: &Fields) {
    if let Json::Object(endpoint) = endpoint {
        for (name, field) in [("service_name", "name"), ("service_type", "type")] {
            endpoint.insert(name.into(), service.get(field).cloned().unwrap_or_default());
        }
    }
}

const FILTER: &[Argument] = &[
    argument("endpoint", "ID of the endpoint"),
    argument("project", "Project (name or ID)").finds(&PROJECT),
    PROJECT_DOMAIN,
];

static ADD_PROJECT: Special = Special {
    about: "Associate an endpoint with a project",
    arguments: FILTER,
    changes: Changes::Something,
    run: |request| filter(request, "add_endpoint_to_project"),
};

static REMOVE_PROJECT: Special = Special {
    about: "Dissociate an endpoint from a project",
    arguments: FILTER,
    changes: Changes::Something,
    run: |request| filter(request, "delete_endpoint_from_project"),
};

fn filter(request: &Request<'_>, operation: &str) -> Result<Answer> {
    let endpoint = request.text("endpoint").unwrap_or_default();
    let project = request.value("project")?.unwrap_or_default();
    perform(request, EndpointFilter::SPEC, operation, [("endpoint", endpoint.into()), ("project", project)])?;
    Ok(Answer::Text(String::new()))
}
