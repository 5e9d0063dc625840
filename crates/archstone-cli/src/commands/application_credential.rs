//! `archstone application credential …`.

mod place;
mod rotate;

use archstone::{
    Error, ErrorKind, Result,
    identity::{ApplicationCredential, Resource, ResourceSpec},
};
use serde_json::{Value, json};

use crate::{
    command::Spec,
    output,
    resource::{
        Argument, Arguments, Column, Finder, Operation, Reads, Request, USER, Verb, argument, column,
        common::{DESCRIPTION, USER_DOMAIN},
        itself, option, read_file, sorted_names, switch,
    },
};

const RESOURCE: &ResourceSpec = ApplicationCredential::SPEC;
static CREDENTIAL: Finder = Finder::of(RESOURCE);
const ITSELF: Argument = itself("application-credential", "Application credential (name or ID)", &CREDENTIAL);
const ROLES: Column = column("Roles", "roles").by(|fields, field| sorted_names(fields.get(field), Some("name")));
const SHOWN: &[Column] = &[
    column("ID", "id"),
    column("Name", "name"),
    column("Description", "description"),
    column("Project ID", "project_id"),
    ROLES,
    column("Unrestricted", "unrestricted"),
    column("Access Rules", "access_rules"),
    column("Expires At", "expires_at"),
];
/// Keystone omits the rules, or sends null, if there are none.
const RULES: Column = column("Access Rules", "access_rules").by(|fields, field| match fields.get(field) {
    None | Some(Value::Null) => output::Value::List(Vec::new()),
    Some(rules) => rules.clone().into(),
});
const CREATED: &[Column] = &[
    column("ID", "id"),
    column("Name", "name"),
    column("Description", "description"),
    column("Project ID", "project_id"),
    ROLES,
    column("Unrestricted", "unrestricted"),
    RULES,
    column("Expires At", "expires_at"),
    column("Secret", "secret"),
];

pub(super) const COMMANDS: &[Spec] = &[
    CREATE.command(
        &["application", "credential", "create"],
        "archstone application credential create backup --role reader\n\
         archstone application credential create ci --expiration 2030-01-01T00:00:00 -f json",
    ),
    DELETE.command(&["application", "credential", "delete"], "archstone application credential delete backup"),
    LIST.command(&["application", "credential", "list"], "archstone application credential list"),
    rotate::SPEC,
    SHOW.command(&["application", "credential", "show"], "archstone application credential show backup"),
];

static CREATE: Operation = Operation {
    about: "Create an application credential of your own for the current project; its secret is shown only once",
    arguments: &[
        argument("name", "Name of the new application credential").sets("name"),
        option("secret", "secret", "Secret; `-` reads it from standard input [default: generated]")
            .secret()
            .sets("secret"),
        option("role", "role", "Role of the credential (name or ID, repeatable) [default: all of yours]").repeated(),
        option("expiration", "time", "When it expires, in UTC, such as 2030-01-31T23:59:59 [default: never]")
            .reads(Reads::Time)
            .sets("expires_at"),
        DESCRIPTION,
        switch("unrestricted", "Allow it to create and delete application credentials and trusts (a risk)")
            .sets("unrestricted"),
        switch("restricted", "Do not allow it to create application credentials or trusts (default)"),
        option("access-rules", "access-rules", "Requests that it can be used for: JSON, or a file with JSON"),
    ],
    columns: CREATED,
    adjust,
    ..Operation::new(Verb::Create, RESOURCE)
};

static DELETE: Operation = Operation {
    about: "Delete application credentials of your own",
    arguments: &[ITSELF.repeated()],
    ..Operation::new(Verb::Delete, RESOURCE)
};

static LIST: Operation = Operation {
    about: "List application credentials",
    arguments: &[
        option("user", "user", "User who owns them (name or ID) [default: yourself]").finds(&USER).sets("user"),
        USER_DOMAIN,
    ],
    columns: SHOWN,
    ..Operation::new(Verb::List, RESOURCE)
};

static SHOW: Operation = Operation {
    about: "Show an application credential of your own",
    arguments: &[ITSELF],
    columns: SHOWN,
    ..Operation::new(Verb::Show, RESOURCE)
};

fn adjust(request: &Request<'_>, arguments: &mut Arguments) -> Result<()> {
    if request.is_on("restricted") || !arguments.contains_key("unrestricted") {
        arguments.insert("unrestricted".into(), false.into());
    }
    // Users who may use a role are not necessarily allowed to look it up.
    let is_id = |text: &str| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let named = |role: &str| if is_id(role) { json!({ "id": role }) } else { json!({ "name": role }) };
    let roles: Vec<Value> = request.texts("role").into_iter().map(named).collect();
    if !roles.is_empty() {
        arguments.insert("roles".into(), roles.into());
    }
    if let Some(rules) = request.text("access-rules") {
        arguments.insert("access_rules".into(), access_rules(rules)?);
    }
    Ok(())
}

/// Parses JSON, given inline or as the path of a file.
fn access_rules(given: &str) -> Result<Value> {
    if let Ok(rules) = serde_json::from_str(given) {
        return Ok(rules);
    }
    let text = read_file(given).map_err(|error| {
        error.with_hint("`--access-rules` takes JSON, such as '[{\"path\": …}]', or a file with JSON")
    })?;
    serde_json::from_str(&text).map_err(|error| {
        Error::new(ErrorKind::InvalidRequest, format!("the access rules in `{given}` are not JSON: {error}"))
    })
}
