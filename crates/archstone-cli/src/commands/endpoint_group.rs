//! `archstone endpoint group …`.

use archstone::{
    Result,
    identity::{EndpointFilter, EndpointGroup, Project, Resource, ResourceSpec},
};

use crate::{
    command::{Answers, Changes, Spec},
    output::Answer,
    resource::{
        Argument, Column, Finder, Operation, PROJECT, Reads, Request, Special, Verb, argument, column,
        common::{DESCRIPTION, NAME, PROJECT_DOMAIN},
        fields, items, itself, listed, option, perform,
    },
};

const RESOURCE: &ResourceSpec = EndpointGroup::SPEC;
static GROUP: Finder = Finder::of(RESOURCE);
static PROJECT_OF_DOMAIN: Finder = Finder::of(Project::SPEC).in_domain("domain").or_as_given();
const ITSELF: Argument = itself("endpoint-group", "Endpoint group (name or ID)", &GROUP);
const SHOWN: &[Column] = &fields(["description", "filters", "id", "name"]);

pub(super) const COMMANDS: &[Spec] = &[
    ADD_PROJECT.command(
        &["endpoint", "group", "add", "project"],
        Answers::Text,
        "archstone endpoint group add project internal web",
    ),
    CREATE.command(
        &["endpoint", "group", "create"],
        "archstone endpoint group create internal filters.json\n\
         echo '{\"interface\": \"internal\"}' | archstone endpoint group create internal -",
    ),
    DELETE.command(&["endpoint", "group", "delete"], "archstone endpoint group delete internal"),
    LIST.command(
        &["endpoint", "group", "list"],
        Answers::List,
        "archstone endpoint group list\narchstone endpoint group list --project web",
    ),
    REMOVE_PROJECT.command(
        &["endpoint", "group", "remove", "project"],
        Answers::Text,
        "archstone endpoint group remove project internal web",
    ),
    SET.command(&["endpoint", "group", "set"], "archstone endpoint group set internal --filters filters.json"),
    SHOW.command(&["endpoint", "group", "show"], "archstone endpoint group show internal"),
];

static CREATE: Operation = Operation {
    about: "Create an endpoint group",
    arguments: &[
        argument("name", "Name of the new endpoint group").sets("name"),
        argument("filename", "File with the filters as JSON; `-` is standard input")
            .reads(Reads::JsonFile)
            .sets("filters"),
        DESCRIPTION,
    ],
    columns: SHOWN,
    ..Operation::new(Verb::Create, RESOURCE)
};

static DELETE: Operation = Operation {
    about: "Delete endpoint groups",
    arguments: &[ITSELF.repeated()],
    named: "with ID",
    many: "endpointgroups",
    ..Operation::new(Verb::Delete, RESOURCE)
};

static SET: Operation = Operation {
    about: "Change an endpoint group",
    arguments: &[
        ITSELF,
        NAME,
        option("filters", "filename", "File with the new filters as JSON; `-` is standard input")
            .reads(Reads::JsonFile)
            .sets("filters"),
        DESCRIPTION,
    ],
    ..Operation::new(Verb::Set, RESOURCE)
};

static SHOW: Operation = Operation {
    about: "Show an endpoint group",
    arguments: &[ITSELF],
    columns: SHOWN,
    ..Operation::new(Verb::Show, RESOURCE)
};

static LIST: Special = Special {
    about: "List endpoint groups, or the projects associated with one",
    arguments: &[
        option("endpointgroup", "endpoint-group", "List the projects associated with this group (name or ID) instead")
            .finds(&GROUP)
            .against(&["project"]),
        option("project", "project", "Only groups associated with this project (name or ID)").finds(&PROJECT_OF_DOMAIN),
        option("domain", "domain", "Domain that owns the project (name or ID)"),
    ],
    changes: Changes::Nothing,
    run: list,
};

fn list(request: &Request<'_>) -> Result<Answer> {
    const COLUMNS: &[Column] = &[column("ID", "id"), column("Name", "name"), column("Description", "description")];
    let filter = EndpointFilter::SPEC;
    let found = match (request.value("endpointgroup")?, request.value("project")?) {
        (Some(group), _) => items(request, filter, "list_projects_for_endpoint_group", [("endpoint_group", group)]),
        (_, Some(project)) => items(request, filter, "list_endpoint_groups_for_project", [("project", project)]),
        _ => items(request, RESOURCE, "list", []),
    };
    Ok(listed(COLUMNS, &[], false, found?))
}

const FILTER: &[Argument] = &[
    argument("endpoint-group", "Endpoint group (name or ID)").finds(&GROUP),
    argument("project", "Project (name or ID)").finds(&PROJECT),
    PROJECT_DOMAIN,
];

static ADD_PROJECT: Special = Special {
    about: "Associate an endpoint group with a project",
    arguments: FILTER,
    changes: Changes::Something,
    run: |request| filter(request, "add_endpoint_group_to_project"),
};

static REMOVE_PROJECT: Special = Special {
    about: "Dissociate an endpoint group from a project",
    arguments: FILTER,
    changes: Changes::Something,
    run: |request| filter(request, "delete_endpoint_group_from_project"),
};

fn filter(request: &Request<'_>, operation: &str) -> Result<Answer> {
    let group = request.value("endpoint-group")?.unwrap_or_default();
    let project = request.value("project")?.unwrap_or_default();
    perform(request, EndpointFilter::SPEC, operation, [("endpoint_group", group), ("project", project)])?;
    Ok(Answer::Text(String::new()))
}
