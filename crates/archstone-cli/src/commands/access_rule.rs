//! `archstone access rule …`: access rules of application credentials.

use archstone::identity::{AccessRule, Resource, ResourceSpec};

use crate::{
    command::Spec,
    resource::{Argument, Finder, Operation, USER, Verb, column, common::USER_DOMAIN, itself, option},
};

const RESOURCE: &ResourceSpec = AccessRule::SPEC;
static RULE: Finder = Finder::by_id(RESOURCE);
const ITSELF: Argument = itself("access-rule", "ID of the access rule", &RULE);

pub(super) const COMMANDS: &[Spec] = &[
    DELETE.command(&["access", "rule", "delete"], "archstone access rule delete 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a"),
    LIST.command(&["access", "rule", "list"], "archstone access rule list"),
    SHOW.command(&["access", "rule", "show"], "archstone access rule show 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a"),
];

static DELETE: Operation = Operation {
    about: "Delete access rules of your own that no application credential uses",
    arguments: &[ITSELF.repeated()],
    named: "with ID",
    ..Operation::new(Verb::Delete, RESOURCE)
};

static LIST: Operation = Operation {
    about: "List access rules",
    arguments: &[
        option("user", "user", "User who owns them (name or ID) [default: yourself]").finds(&USER).sets("user"),
        USER_DOMAIN,
    ],
    columns: &[column("ID", "id"), column("Service", "service"), column("Method", "method"), column("Path", "path")],
    ..Operation::new(Verb::List, RESOURCE)
};

static SHOW: Operation = Operation {
    about: "Show an access rule of your own",
    arguments: &[ITSELF],
    columns: &[column("ID", "id"), column("Method", "method"), column("Path", "path"), column("Service", "service")],
    ..Operation::new(Verb::Show, RESOURCE)
};
