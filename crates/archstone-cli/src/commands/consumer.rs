//! `archstone consumer …`: OAuth 1.0a consumers.

use archstone::identity::{Consumer, Resource, ResourceSpec};

use crate::{
    command::Spec,
    resource::{Argument, Finder, Operation, Verb, column, common::DESCRIPTION, fields, itself},
};

const RESOURCE: &ResourceSpec = Consumer::SPEC;
static CONSUMER: Finder = Finder::by_id(RESOURCE);
const ITSELF: Argument = itself("consumer", "ID of the consumer", &CONSUMER);

pub(super) const COMMANDS: &[Spec] = &[
    CREATE.command(&["consumer", "create"], "archstone consumer create --description 'Nightly reports'"),
    DELETE.command(&["consumer", "delete"], "archstone consumer delete 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a"),
    LIST.command(&["consumer", "list"], "archstone consumer list"),
    SET.command(
        &["consumer", "set"],
        "archstone consumer set 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a --description 'Hourly reports'",
    ),
    SHOW.command(&["consumer", "show"], "archstone consumer show 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a"),
];

static CREATE: Operation = Operation {
    about: "Create an OAuth consumer; its secret is shown only once",
    arguments: &[DESCRIPTION],
    columns: &fields(["description", "id", "secret"]),
    ..Operation::new(Verb::Create, RESOURCE)
};

static DELETE: Operation = Operation {
    about: "Delete OAuth consumers",
    arguments: &[ITSELF.repeated()],
    ..Operation::new(Verb::Delete, RESOURCE)
};

static LIST: Operation = Operation {
    about: "List OAuth consumers",
    columns: &[column("ID", "id"), column("Description", "description")],
    ..Operation::new(Verb::List, RESOURCE)
};

static SET: Operation = Operation {
    about: "Change an OAuth consumer",
    arguments: &[ITSELF, DESCRIPTION],
    ..Operation::new(Verb::Set, RESOURCE)
};

static SHOW: Operation = Operation {
    about: "Show an OAuth consumer",
    arguments: &[ITSELF],
    columns: &fields(["description", "id"]),
    ..Operation::new(Verb::Show, RESOURCE)
};
