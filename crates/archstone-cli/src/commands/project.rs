//! `archstone project …`.

use std::collections::{BTreeMap, BTreeSet};

use archstone::{
    Error, ErrorKind, Result,
    identity::{Auth, OperationSpec, Project, Resource, ResourceSpec, User, ValueKind},
};
use serde_json::{Map, Value};

use crate::{
    command::Spec,
    resource::{
        Argument, Arguments, DOMAIN, Fields, Finder, Listed, Operation, Reads, Request, Shown, Verb, argument, column,
        common::{
            DESCRIPTION, DISABLE, DISABLED, ENABLE, ENABLED, IMMUTABLE, LIMIT, MARKER, MAX_ITEMS, NAME, NO_IMMUTABLE,
            OR_SHOW,
        },
        itself, operation_of, option, switch,
    },
};

const RESOURCE: &ResourceSpec = Project::SPEC;
static PROJECT: Finder = Finder::of(RESOURCE).or_as_given();
static PARENT: Finder = Finder::of(RESOURCE).in_domain("domain").or_as_given();
static ROLE_HOLDER: Finder = Finder::of(User::SPEC).in_domain("domain").or_as_given();
const ITSELF: Argument = itself("project", "Project (name or ID)", &PROJECT);
const WITHIN: Argument =
    option("domain", "domain", "Domain that owns the project (name or ID)").finds(&DOMAIN).within("domain");
const PROPERTY: Argument =
    option("property", "key=value", "Custom property (repeatable)").reads(Reads::Pair).repeated().sets_extra();

pub(super) const COMMANDS: &[Spec] = &[
    CREATE.command(
        &["project", "create"],
        "\
archstone project create web --description 'The shop window'
archstone project create web-test --parent web --tag test --property cost-centre=12
archstone project create web --domain acme --or-show -f value -c id",
    ),
    DELETE.command(
        &["project", "delete"],
        "archstone project delete web-test\narchstone project delete web shop --domain acme",
    ),
    LIST.command(
        &["project", "list"],
        "\
archstone project list --domain acme --long
archstone project list --my-projects
archstone project list --user alice --sort domain_id,name:desc
archstone project list --tags-any test,staging --enabled",
    ),
    SET.command(
        &["project", "set"],
        "\
archstone project set web --description 'The new shop window' --tag live --remove-tag test
archstone project set web --disable
archstone project set web --property cost-centre=13",
    ),
    SHOW.command(
        &["project", "show"],
        "archstone project show web\narchstone project show web --domain acme --parents --children -f json",
    ),
];

static CREATE: Operation = Operation {
    about: "Create a project",
    arguments: &[
        argument("project-name", "Name of the new project").sets("name"),
        option("domain", "domain", "Domain of the new project (name or ID)").finds(&DOMAIN).sets("domain"),
        option("parent", "project", "Parent project (name or ID)").finds(&PARENT).sets("parent"),
        DESCRIPTION,
        ENABLE,
        DISABLE,
        PROPERTY,
        OR_SHOW,
        IMMUTABLE,
        NO_IMMUTABLE,
        option("tag", "tag", "Tag (repeatable)").repeated().sets("tags"),
    ],
    adjust: |_, arguments| {
        // Options take precedence over properties of the same name.
        let options = arguments.clone();
        name_properties(operation_of(RESOURCE, "create")?, arguments);
        arguments.extend(options.into_iter().filter(|(name, _)| name != "extra"));
        if let Some(Value::Array(tags)) = arguments.get_mut("tags") {
            let mut seen = BTreeSet::new();
            tags.retain(|tag| tag.as_str().is_none_or(|tag| seen.insert(tag.to_owned())));
        }
        Ok(())
    },
    show: Some(shown),
    ..Operation::new(Verb::Create, RESOURCE)
};

static DELETE: Operation = Operation {
    about: "Delete projects. What other services keep in them, such as servers and volumes, is not deleted",
    arguments: &[ITSELF.repeated(), WITHIN],
    ..Operation::new(Verb::Delete, RESOURCE)
};

static LIST: Operation = Operation {
    about: "List projects: all, or your own if you may not see the others",
    arguments: &[
        option("domain", "domain", "Only projects of this domain (name or ID)").finds(&DOMAIN).sets("domain"),
        option("parent", "project", "Only projects directly below this one (name or ID)").finds(&PARENT).sets("parent"),
        option("user", "user", "Only projects in which this user has a role (name or ID)")
            .finds(&ROLE_HOLDER)
            .sets("user"),
        switch("my-projects", "Only projects in which you have a role; other filters are ignored").alias("mine"),
        option("sort", "key[:direction]", "Sort by fields, such as `name` or `domain_id:desc,name`"),
        ENABLED,
        DISABLED,
        option("tags", "tags", "Only projects with all of these tags (`a,b`)").reads(Reads::Commas).sets("tags"),
        option("tags-any", "tags", "Only projects with one of these tags (`a,b`)")
            .reads(Reads::Commas)
            .sets("tags_any"),
        option("not-tags", "tags", "Only projects that lack one of these tags (`a,b`)")
            .reads(Reads::Commas)
            .sets("not_tags"),
        option("not-tags-any", "tags", "Only projects with none of these tags (`a,b`)")
            .reads(Reads::Commas)
            .sets("not_tags_any"),
        LIMIT,
        MARKER,
        MAX_ITEMS,
    ],
    columns: &[column("ID", "id"), column("Name", "name")],
    long: &[column("Domain ID", "domain_id"), column("Description", "description"), column("Enabled", "enabled")],
    items: Some(listed),
    ..Operation::new(Verb::List, RESOURCE)
};

static SET: Operation = Operation {
    about: "Change a project",
    arguments: &[
        ITSELF,
        NAME,
        WITHIN,
        DESCRIPTION,
        ENABLE,
        DISABLE,
        PROPERTY,
        IMMUTABLE,
        NO_IMMUTABLE,
        option("tag", "tag", "Tag to add (repeatable)").repeated(),
        switch("clear-tags", "Remove all tags except those that `--tag` adds"),
        option("remove-tag", "tag", "Tag to remove (repeatable)").repeated(),
    ],
    adjust: |_, arguments| {
        name_properties(operation_of(RESOURCE, "update")?, arguments);
        Ok(())
    },
    amend: Some(change_tags),
    ..Operation::new(Verb::Set, RESOURCE)
};

static SHOW: Operation = Operation {
    about: "Show a project",
    arguments: &[
        ITSELF,
        WITHIN,
        switch("parents", "Also show the IDs of the projects above it").sets("parents_as_ids"),
        switch("children", "Also show the IDs of the projects below it").sets("subtree_as_ids"),
    ],
    show: Some(shown),
    ..Operation::new(Verb::Show, RESOURCE)
};

/// Every field by its name, including properties.
fn shown(fields: &Fields) -> Shown {
    const ALWAYS: [&str; 9] =
        ["description", "domain_id", "enabled", "id", "is_domain", "name", "options", "parent_id", "tags"];
    let mut shown = BTreeMap::from(ALWAYS.map(|name| (name, Value::Null)));
    shown.extend(fields.iter().filter(|(name, _)| *name != "links").map(|(name, it)| (name.as_str(), it.clone())));
    shown.into_iter().map(|(name, value)| (name.to_owned().into(), value.into())).collect()
}

/// A property with the name of a field sets that field: `is_domain=true`.
fn name_properties(operation: &OperationSpec, arguments: &mut Arguments) {
    let Some(Value::Object(extra)) = arguments.remove("extra") else { return };
    let (known, extra): (Map<_, _>, Map<_, _>) = extra.into_iter().partition(|(name, _)| operation.takes(name));
    for (name, value) in known {
        let is_switch = operation.fields.iter().any(|it| it.name == name && it.kind == ValueKind::Boolean);
        let value = match value.as_str().map(str::to_lowercase).as_deref() {
            Some("true") if is_switch => true.into(),
            Some("false") if is_switch => false.into(),
            Some("none") if is_switch => Value::Null,
            _ => value,
        };
        arguments.insert(name, value);
    }
    if !extra.is_empty() {
        arguments.insert("extra".to_owned(), extra.into());
    }
}

/// Keystone only accepts the complete list of tags.
fn change_tags(request: &Request<'_>, project: &Fields, arguments: &mut Arguments) -> Result<()> {
    let (add, remove) = (request.texts("tag"), request.texts("remove-tag"));
    let clears = request.is_on("clear-tags");
    if add.is_empty() && remove.is_empty() && !clears {
        return Ok(());
    }
    let before = match project.get("tags") {
        Some(Value::Array(tags)) => tags.iter().filter_map(Value::as_str).collect(),
        _ if clears => Vec::new(),
        _ => {
            let message = "the tags that the project has are not known, so none can be added or removed";
            return Err(Error::new(ErrorKind::Forbidden, message).with_hint("replace all of them, with `--clear-tags`"));
        }
    };
    let before = before.into_iter().filter(|_| !clears);
    let tags: BTreeSet<&str> = before.chain(add).filter(|tag| !remove.contains(tag)).collect();
    arguments.insert("tags".to_owned(), tags.into_iter().collect());
    Ok(())
}

fn listed(request: &Request<'_>, arguments: Arguments) -> Result<Listed> {
    let own = || request.listed(operation_of(Auth::SPEC, "projects")?, Arguments::new());
    let is_filtered = !arguments.is_empty();
    let projects = if request.is_on("my-projects") {
        own()?
    } else {
        match request.listed(operation_of(RESOURCE, "list")?, arguments) {
            Err(error) if error.kind() == ErrorKind::Forbidden && !is_filtered => own()?,
            projects => projects?,
        }
    };
    let Some(keys) = request.text("sort") else { return Ok(projects) };
    let mut projects = projects.all()?;
    for key in keys.rsplit(',') {
        sort(&mut projects, key.trim())?;
    }
    Ok(projects.into())
}

/// Sorts by a field, as `name` or `name:desc`.
fn sort(projects: &mut [Value], key: &str) -> Result<()> {
    let invalid = |message: String, hint: &str| Err(Error::new(ErrorKind::InvalidRequest, message).with_hint(hint));
    let (field, direction) = key.split_once(':').unwrap_or((key, "asc"));
    if !["asc", "desc"].contains(&direction) {
        return invalid(format!("`{direction}` is not a sort direction"), "use `asc` or `desc`");
    }
    // The name of the field in the Python SDK.
    let name = if field == "is_enabled" { "enabled" } else { field };
    if !projects.iter().all(|project| project.get(name).is_some()) {
        return invalid(
            format!("projects have no field `{field}` to sort by"),
            "the fields are `name`, `id`, `domain_id`, …",
        );
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    projects.sort_by(|one, other| {
        // Missing values come last in both directions.
        match (one[name].is_null(), other[name].is_null()) {
            (false, false) if direction == "desc" => text(&other[name]).cmp(&text(&one[name])),
            (false, false) => text(&one[name]).cmp(&text(&other[name])),
            (one, other) => one.cmp(&other),
        }
    });
    Ok(())
}
