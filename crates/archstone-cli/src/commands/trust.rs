//! `archstone trust …`.

use archstone::{
    Error, ErrorKind, Result,
    identity::{Resource, ResourceSpec, Role, Trust, User},
};
use serde_json::{Value, json};

use crate::{
    command::{Answers, Changes, Spec},
    output::Answer,
    resource::{
        Argument, Column, Finder, Operation, PROJECT, Reads, Request, Special, Verb, argument, column,
        common::PROJECT_DOMAIN, items, itself, listed, option, switch,
    },
};

const RESOURCE: &ResourceSpec = Trust::SPEC;
static TRUST: Finder = Finder::by_id(RESOURCE);
static ROLE: Finder = Finder::of(Role::SPEC).or_as_given();
static TRUSTOR: Finder = Finder::of(User::SPEC).in_domain("trustor-domain").or_as_given();
static TRUSTEE: Finder = Finder::of(User::SPEC).in_domain("trustee-domain").or_as_given();
const ITSELF: Argument = itself("trust", "ID of the trust", &TRUST);
const TRUSTOR_DOMAIN: Argument = option("trustor-domain", "domain", "Domain that owns the trustor (name or ID)");
const TRUSTEE_DOMAIN: Argument = option("trustee-domain", "domain", "Domain that owns the trustee (name or ID)");
const SHOWN: &[Column] = &[
    column("expires_at", "expires_at"),
    column("id", "id"),
    column("is_impersonation", "impersonation"),
    column("project_id", "project_id"),
    column("redelegated_trust_id", "redelegated_trust_id"),
    column("redelegation_count", "redelegation_count"),
    column("remaining_uses", "remaining_uses"),
    column("roles", "roles"),
    column("trustee_user_id", "trustee_user_id"),
    column("trustor_user_id", "trustor_user_id"),
];

pub(super) const COMMANDS: &[Spec] = &[
    CREATE.command(
        &["trust", "create"],
        "archstone trust create alice backup --project web --role member\n\
         archstone trust create alice backup --project web --role reader --expiration 2030-01-01T00:00:00",
    ),
    DELETE.command(&["trust", "delete"], "archstone trust delete 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a"),
    LIST.command(
        &["trust", "list"],
        Answers::List,
        "archstone trust list --trustor alice\narchstone trust list --auth-user",
    ),
    SHOW.command(&["trust", "show"], "archstone trust show 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a"),
];

static CREATE: Operation = Operation {
    about: "Create a trust: the trustor delegates roles to the trustee",
    arguments: &[
        argument("trustor-user", "User who delegates the roles (name or ID): yourself")
            .finds(&TRUSTOR)
            .sets("trustor_user"),
        argument("trustee-user", "User to whom the roles are delegated (name or ID)")
            .finds(&TRUSTEE)
            .sets("trustee_user"),
        option("project", "project", "Project that the roles are for (name or ID)")
            .finds(&PROJECT)
            .sets("project")
            .required(),
        option("role", "role", "Role to delegate (name or ID, repeatable)")
            .finds(&ROLE)
            .sets("roles")
            .repeated()
            .required(),
        switch("impersonate", "Tokens of the trust are issued for the trustor (impersonation)").sets("impersonation"),
        option("expiration", "time", "When the trust expires, in UTC, such as 2030-01-31T23:59:59 [default: never]")
            .reads(Reads::Time)
            .sets("expires_at"),
        PROJECT_DOMAIN,
        TRUSTOR_DOMAIN,
        TRUSTEE_DOMAIN,
    ],
    columns: SHOWN,
    adjust: |_, arguments| {
        arguments.entry("impersonation").or_insert(Value::Bool(false));
        if let Some(Value::Array(roles)) = arguments.get_mut("roles") {
            for id in roles {
                *id = json!({ "id": id });
            }
        }
        Ok(())
    },
    ..Operation::new(Verb::Create, RESOURCE)
};

static DELETE: Operation =
    Operation { about: "Delete trusts", arguments: &[ITSELF.repeated()], ..Operation::new(Verb::Delete, RESOURCE) };

static SHOW: Operation =
    Operation { about: "Show a trust", arguments: &[ITSELF], columns: SHOWN, ..Operation::new(Verb::Show, RESOURCE) };

static LIST: Special = Special {
    about: "List trusts",
    arguments: &[
        option("trustor", "user", "Only trusts of this trustor (name or ID)").finds(&TRUSTOR).sets("trustor_user"),
        option("trustee", "user", "Only trusts of this trustee (name or ID)").finds(&TRUSTEE).sets("trustee_user"),
        TRUSTOR_DOMAIN,
        TRUSTEE_DOMAIN,
        switch("auth-user", "Only trusts of the current user, as trustor or trustee"),
    ],
    changes: Changes::Nothing,
    run: list,
};

fn list(request: &Request<'_>) -> Result<Answer> {
    const COLUMNS: &[Column] = &[
        column("ID", "id"),
        column("Expires At", "expires_at"),
        column("Impersonation", "impersonation"),
        column("Project ID", "project_id"),
        column("Trustee User ID", "trustee_user_id"),
        column("Trustor User ID", "trustor_user_id"),
    ];
    for who in ["trustor", "trustee"] {
        if request.text(&format!("{who}-domain")).is_some() && request.text(who).is_none() {
            let message = format!("`--{who}-domain` is the domain of a user whom `--{who}` names, and there is none");
            return Err(Error::new(ErrorKind::InvalidRequest, message));
        }
    }
    let trusts = if request.is_on("auth-user") {
        if request.text("trustor").or(request.text("trustee")).is_some() {
            let message = "`--auth-user` cannot be used with `--trustor` or `--trustee`";
            return Err(Error::new(ErrorKind::InvalidRequest, message));
        }
        let access = request.session.authenticate()?;
        let me = access.user_id().unwrap_or_default();
        let mut trusts = items(request, RESOURCE, "list", [("trustor_user", me.into())])?;
        for trust in items(request, RESOURCE, "list", [("trustee_user", me.into())])? {
            if !trusts.iter().any(|it| it["id"] == trust["id"]) {
                trusts.push(trust);
            }
        }
        trusts
    } else {
        items(request, RESOURCE, "list", request.read()?.0)?
    };
    Ok(listed(COLUMNS, &[], false, trusts))
}
