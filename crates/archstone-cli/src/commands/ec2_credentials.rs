//! `archstone ec2 credentials …`.

use archstone::{
    Result,
    identity::{Ec2Credential, Resource, ResourceSpec},
};

use crate::{
    command::Spec,
    output::Value,
    resource::{
        Argument, Arguments, Fields, Finder, Operation, PROJECT, Request, Shown, USER, Verb, column,
        common::{PROJECT_DOMAIN, USER_DOMAIN},
        itself, option,
    },
};

const RESOURCE: &ResourceSpec = Ec2Credential::SPEC;
static CREDENTIAL: Finder = Finder::by_id(RESOURCE);
const ITSELF: Argument = itself("access-key", "Access key", &CREDENTIAL);
const OWNER: Argument = option("user", "user", "User who owns the credentials (name or ID) [default: yourself]")
    .finds(&USER)
    .within("user");

pub(super) const COMMANDS: &[Spec] = &[
    CREATE.command(&["ec2", "credentials", "create"], "archstone ec2 credentials create --project web"),
    DELETE.command(
        &["ec2", "credentials", "delete"],
        "archstone ec2 credentials delete 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a",
    ),
    LIST.command(&["ec2", "credentials", "list"], "archstone ec2 credentials list"),
    SHOW.command(&["ec2", "credentials", "show"], "archstone ec2 credentials show 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a"),
];

static CREATE: Operation = Operation {
    about: "Create EC2 credentials",
    arguments: &[
        option("project", "project", "Project of the credentials (name or ID) [default: the current one]")
            .finds(&PROJECT)
            .sets("project"),
        OWNER.sets("user"),
        USER_DOMAIN,
        PROJECT_DOMAIN,
    ],
    adjust: own_project,
    show: Some(keys),
    ..Operation::new(Verb::Create, RESOURCE)
};

static DELETE: Operation = Operation {
    about: "Delete EC2 credentials",
    arguments: &[ITSELF.repeated(), OWNER, USER_DOMAIN],
    one: "EC2 credentials",
    named: "with access key",
    many: "EC2 keys",
    ..Operation::new(Verb::Delete, RESOURCE)
};

static LIST: Operation = Operation {
    about: "List the EC2 credentials of a user",
    arguments: &[OWNER.sets("user"), USER_DOMAIN],
    columns: &[
        column("Access", "access"),
        column("Secret", "secret"),
        column("Project ID", "tenant_id"),
        column("User ID", "user_id"),
    ],
    ..Operation::new(Verb::List, RESOURCE)
};

static SHOW: Operation = Operation {
    about: "Show EC2 credentials",
    arguments: &[ITSELF, OWNER, USER_DOMAIN],
    show: Some(keys),
    ..Operation::new(Verb::Show, RESOURCE)
};

/// Inserts the token's own project if none is given.
fn own_project(request: &Request<'_>, arguments: &mut Arguments) -> Result<()> {
    if !arguments.contains_key("project") {
        let access = request.session.authenticate()?;
        arguments.insert("project".into(), access.project_id().into());
    }
    Ok(())
}

/// All fields of the response, sorted by name, with `tenant` renamed to `project`.
fn keys(fields: &Fields) -> Shown {
    let name = |name: &String| if name == "tenant_id" { "project_id".to_owned() } else { name.clone() };
    let mut shown: Shown = fields.iter().map(|(key, value)| (name(key).into(), Value::from(value.clone()))).collect();
    shown.sort_by(|(one, _), (other, _)| one.cmp(other));
    shown
}
