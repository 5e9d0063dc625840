//! `archstone group …`.

use archstone::{
    Error, ErrorKind, Result,
    identity::{Group, Resource, ResourceSpec, User},
};

use crate::{
    command::{Answers, Changes, Spec},
    events::failure,
    output::Answer,
    program::Program,
    resource::{
        Argument, Column, DOMAIN, Finder, Operation, Request, Special, USER, Verb, argument, column,
        common::{DESCRIPTION, NAME, OR_SHOW, USER_DOMAIN},
        fields, itself, option, perform,
    },
};

const RESOURCE: &ResourceSpec = Group::SPEC;
static GROUP: Finder = Finder::of(RESOURCE).or_as_given();
static GROUP_OF_DOMAIN: Finder = Finder::of(RESOURCE).in_domain("group-domain").or_as_given();
const ITSELF: Argument = itself("group", "Group (name or ID)", &GROUP);
const WITHIN: Argument =
    option("domain", "domain", "Domain that owns the group (name or ID)").finds(&DOMAIN).within("domain");
const SHOWN: &[Column] = &fields(["description", "domain_id", "id", "name"]);

pub(super) const COMMANDS: &[Spec] = &[
    ADD_USER.command(&["group", "add", "user"], Answers::Text, "archstone group add user developers alice bob"),
    CONTAINS_USER.command(
        &["group", "contains", "user"],
        Answers::Text,
        "archstone group contains user developers alice",
    ),
    CREATE.command(&["group", "create"], "archstone group create developers --domain acme --or-show"),
    DELETE.command(&["group", "delete"], "archstone group delete developers --domain acme"),
    LIST.command(&["group", "list"], "archstone group list --user alice\narchstone group list --long -f json"),
    REMOVE_USER.command(&["group", "remove", "user"], Answers::Text, "archstone group remove user developers bob"),
    SET.command(&["group", "set"], "archstone group set developers --name engineers"),
    SHOW.command(&["group", "show"], "archstone group show developers --domain acme"),
];

static CREATE: Operation = Operation {
    about: "Create a group",
    arguments: &[
        argument("group-name", "Name of the new group").sets("name"),
        option("domain", "domain", "Domain of the new group (name or ID)").finds(&DOMAIN).sets("domain"),
        DESCRIPTION,
        OR_SHOW,
    ],
    columns: SHOWN,
    ..Operation::new(Verb::Create, RESOURCE)
};

static DELETE: Operation = Operation {
    about: "Delete groups",
    arguments: &[ITSELF.repeated(), WITHIN],
    ..Operation::new(Verb::Delete, RESOURCE)
};

static LIST: Operation = Operation {
    about: "List groups",
    arguments: &[
        option("domain", "domain", "Only groups of this domain (name or ID)").finds(&DOMAIN).sets("domain"),
        option("user", "user", "Only groups that this user is in (name or ID)").finds(&USER).sets("user"),
        USER_DOMAIN,
    ],
    columns: &[column("ID", "id"), column("Name", "name")],
    long: &[column("Domain ID", "domain_id"), column("Description", "description")],
    ..Operation::new(Verb::List, RESOURCE)
};

static SET: Operation = Operation {
    about: "Change a group",
    arguments: &[ITSELF, WITHIN, NAME, DESCRIPTION],
    ..Operation::new(Verb::Set, RESOURCE)
};

static SHOW: Operation = Operation {
    about: "Show a group",
    arguments: &[ITSELF, WITHIN],
    columns: SHOWN,
    ..Operation::new(Verb::Show, RESOURCE)
};

const THE_GROUP: Argument = argument("group", "Group (name or ID)").finds(&GROUP_OF_DOMAIN);
const THE_USERS: Argument = argument("user", "Users (names or IDs)").repeated();
const GROUP_DOMAIN: Argument = option("group-domain", "domain", "Domain that owns the group (name or ID)");

static ADD_USER: Special = Special {
    about: "Add users to a group",
    arguments: &[THE_GROUP, THE_USERS, GROUP_DOMAIN, USER_DOMAIN],
    changes: Changes::Something,
    run: |request| each_user(request, "add_to_group", "added to"),
};

static REMOVE_USER: Special = Special {
    about: "Remove users from a group",
    arguments: &[THE_GROUP, THE_USERS, GROUP_DOMAIN, USER_DOMAIN],
    changes: Changes::Something,
    run: |request| each_user(request, "remove_from_group", "removed from"),
};

static CONTAINS_USER: Special = Special {
    about: "Check whether a user is in a group",
    arguments: &[THE_GROUP, argument("user", "User (name or ID)").finds(&USER), GROUP_DOMAIN, USER_DOMAIN],
    changes: Changes::Nothing,
    run: contains_user,
};

/// Does the same with each user. A failure does not stop the others, and is reported.
fn each_user(request: &Request<'_>, operation: &str, what: &str) -> Result<Answer> {
    let group = request.value("group")?.unwrap_or_default();
    let (name, users) = (request.text("group").unwrap_or_default(), request.texts("user"));
    let mut failures = Vec::new();
    for user in &users {
        let done = USER
            .id(request, user)
            .and_then(|id| perform(request, User::SPEC, operation, [("group", group.clone()), ("user", id.into())]));
        if let Err(error) = done {
            failure!("{user} not {what} group {name}: {error}");
            failures.push(error);
        }
    }
    let Some(first) = failures.first() else { return Ok(Answer::Text(String::new())) };
    let message = format!("{} of {} users not {what} group {name}.", failures.len(), users.len());
    Err(Error::new(first.kind(), message))
}

fn contains_user(request: &Request<'_>) -> Result<Answer> {
    let id = |name: &str| match request.value(name) {
        // In `openstack`, a user who does not exist is in no group.
        Err(error) if error.kind() == ErrorKind::NotFound && request.session.program() == Program::Openstack => {
            Ok(request.text(name).into())
        }
        found => found.map(Option::unwrap_or_default),
    };
    let (group, user) = (request.text("group").unwrap_or_default(), request.text("user").unwrap_or_default());
    let is_in = perform(request, User::SPEC, "check_in_group", [("group", id("group")?), ("user", id("user")?)])?;
    if is_in.as_bool() == Some(true) {
        return Ok(Answer::Text(format!("{user} in group {group}\n")));
    }
    // As in `openstack`, this is not a failure, but there is no output on stdout either.
    crate::console::tell(&format!("{user} not in group {group}"));
    Ok(Answer::Text(String::new()))
}
