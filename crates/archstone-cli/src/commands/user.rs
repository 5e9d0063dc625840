//! `archstone user …`; see `user_password_set.rs` for the user's own password.

use std::collections::BTreeSet;

use archstone::{
    Error, ErrorKind, Result,
    identity::{Group, Project, Resource, ResourceSpec, RoleAssignment, User},
};
use serde_json::{Map, Value};

use crate::{
    command::Spec,
    resource::{
        Argument, Arguments, Column, DOMAIN, Finder, Listed, Operation, Reads, Request, Verb, argument, column,
        common::{
            DESCRIPTION, DISABLE, DISABLED, ENABLE, ENABLED, LIMIT, MARKER, MAX_ITEMS, NAME, OR_SHOW, PROJECT_DOMAIN,
            warn_of_no_password,
        },
        fields, items, itself, operation_of, option, switch,
    },
};

const RESOURCE: &ResourceSpec = User::SPEC;
static USER: Finder = Finder::of(RESOURCE);
static DEFAULT_PROJECT: Finder = Finder::of(Project::SPEC).in_domain("project-domain");
static GROUP_OF_LIST: Finder = Finder::of(Group::SPEC).in_domain("domain");
static PROJECT_OF_LIST: Finder = Finder::of(Project::SPEC).in_domain("domain");
const ITSELF: Argument = itself("user", "User (name or ID)", &USER);
const WITHIN: Argument =
    option("domain", "domain", "Domain that owns the user (name or ID)").finds(&DOMAIN).within("domain");
const PROJECT: Argument =
    option("project", "project", "Default project (name or ID)").finds(&DEFAULT_PROJECT).sets("default_project");
const PASSWORD: Argument = option("password", "password", "Password; `-` reads it from standard input").secret();
const PASSWORD_PROMPT: Argument = switch("password-prompt", "Prompt for the password");
const EMAIL: Argument = option("email", "address", "Email address").sets("email");
const SHOWN: &[Column] = &fields([
    "default_project_id",
    "domain_id",
    "email",
    "enabled",
    "id",
    "name",
    "description",
    "password_expires_at",
    "options",
]);

pub(super) const COMMANDS: &[Spec] = &[
    CREATE.command(
        &["user", "create"],
        "\
archstone user create alice --password-prompt --project web
archstone user create bob --domain acme --password - --or-show < bob-password.txt
archstone user create carol --password-prompt --enable-multi-factor-auth --multi-factor-auth-rule password,totp",
    ),
    DELETE.command(&["user", "delete"], "archstone user delete alice\narchstone user delete bob carol --domain acme"),
    LIST.command(
        &["user", "list"],
        "\
archstone user list --domain acme --long
archstone user list --project web -f value -c Name
archstone user list --disabled --max-items 100",
    ),
    SET.command(
        &["user", "set"],
        "\
archstone user set alice --email alice@example.org --project web
archstone user set bob --domain acme --disable
archstone user set carol --password-prompt",
    ),
    SHOW.command(&["user", "show"], "archstone user show alice\narchstone user show bob --domain acme -f json"),
];

/// A switch for an exemption from a password rule, or for the end of that exemption.
const fn exception(name: &'static str, help: &'static str, field: &'static str) -> Argument {
    switch(name, help).sets_option(field)
}

const IGNORE_LOCKOUT: Argument = exception(
    "ignore-lockout-failure-attempts",
    "Never lock the user out after failed logins",
    "ignore_lockout_failure_attempts",
);
const NO_IGNORE_LOCKOUT: Argument = exception(
    "no-ignore-lockout-failure-attempts",
    "Lock the user out after too many failed logins",
    "ignore_lockout_failure_attempts",
)
.off();
const IGNORE_EXPIRY: Argument =
    exception("ignore-password-expiry", "Accept the password even when it has expired", "ignore_password_expiry");
const NO_IGNORE_EXPIRY: Argument =
    exception("no-ignore-password-expiry", "Refuse the password when it has expired", "ignore_password_expiry").off();
const IGNORE_FIRST_USE: Argument = exception(
    "ignore-change-password-upon-first-use",
    "Do not require a new password after the first login",
    "ignore_change_password_upon_first_use",
);
const NO_IGNORE_FIRST_USE: Argument = exception(
    "no-ignore-change-password-upon-first-use",
    "Require a new password after the first login, if the cloud does",
    "ignore_change_password_upon_first_use",
)
.off();
const LOCK_PASSWORD: Argument =
    exception("enable-lock-password", "Do not let users change their own password", "lock_password");
const UNLOCK_PASSWORD: Argument =
    exception("disable-lock-password", "Let users change their own password", "lock_password").off();
const MULTI_FACTOR: Argument =
    exception("enable-multi-factor-auth", "Require multi-factor authentication", "multi_factor_auth_enabled");
const NO_MULTI_FACTOR: Argument =
    exception("disable-multi-factor-auth", "Do not require multi-factor authentication", "multi_factor_auth_enabled")
        .off();
const MULTI_FACTOR_RULE: Argument = option(
    "multi-factor-auth-rule",
    "methods",
    "Login methods that suffice together, such as `password,totp` (repeatable: alternatives)",
)
.reads(Reads::Commas)
.repeated()
.sets_option("multi_factor_auth_rules");

static CREATE: Operation = Operation {
    about: "Create a user",
    arguments: &[
        argument("name", "Name of the new user").sets("name"),
        option("domain", "domain", "Domain of the new user (name or ID)").finds(&DOMAIN).sets("domain"),
        PROJECT,
        PROJECT_DOMAIN,
        PASSWORD,
        PASSWORD_PROMPT,
        EMAIL,
        DESCRIPTION,
        IGNORE_LOCKOUT,
        NO_IGNORE_LOCKOUT,
        IGNORE_EXPIRY,
        NO_IGNORE_EXPIRY,
        IGNORE_FIRST_USE,
        NO_IGNORE_FIRST_USE,
        LOCK_PASSWORD,
        UNLOCK_PASSWORD,
        MULTI_FACTOR,
        NO_MULTI_FACTOR,
        MULTI_FACTOR_RULE,
        ENABLE,
        DISABLE,
        OR_SHOW,
    ],
    columns: SHOWN,
    adjust: |request, arguments| {
        let given = request.secret("password")?.filter(|it| !it.expose().is_empty());
        let password = match given {
            None if request.is_on("password-prompt") => Some(request.session.ask_twice("User Password")?),
            given => given,
        };
        match password {
            Some(password) => drop(arguments.insert("password".to_owned(), password.expose().into())),
            None => warn_of_no_password(),
        }
        Ok(())
    },
    ..Operation::new(Verb::Create, RESOURCE)
};

static DELETE: Operation = Operation {
    about: "Delete users",
    arguments: &[ITSELF.repeated(), WITHIN],
    ..Operation::new(Verb::Delete, RESOURCE)
};

static LIST: Operation = Operation {
    about: "List users",
    arguments: &[
        option("domain", "domain", "Only users of this domain; with `--group` or `--project`, the domain that owns it")
            .finds(&DOMAIN)
            .sets("domain"),
        option("group", "group", "Only members of this group (name or ID)")
            .finds(&GROUP_OF_LIST)
            .sets("group")
            .against(&["project"]),
        option("project", "project", "Only users who have a role in this project (name or ID)")
            .finds(&PROJECT_OF_LIST)
            .against(&["group"]),
        ENABLED,
        DISABLED,
        LIMIT,
        MARKER,
        MAX_ITEMS,
    ],
    columns: &[column("ID", "id"), column("Name", "name")],
    long: &[
        column("Project", "default_project_id"),
        column("Domain", "domain_id"),
        column("Description", "description"),
        column("Email", "email"),
        column("Enabled", "enabled"),
    ],
    items: Some(listed),
    ..Operation::new(Verb::List, RESOURCE)
};

static SET: Operation = Operation {
    about: "Change a user",
    arguments: &[
        ITSELF,
        NAME,
        WITHIN,
        PROJECT,
        PROJECT_DOMAIN,
        PASSWORD,
        PASSWORD_PROMPT,
        EMAIL,
        DESCRIPTION,
        IGNORE_LOCKOUT,
        NO_IGNORE_LOCKOUT,
        IGNORE_EXPIRY,
        NO_IGNORE_EXPIRY,
        IGNORE_FIRST_USE,
        NO_IGNORE_FIRST_USE,
        LOCK_PASSWORD,
        UNLOCK_PASSWORD,
        MULTI_FACTOR,
        NO_MULTI_FACTOR,
        MULTI_FACTOR_RULE,
        ENABLE,
        DISABLE,
    ],
    adjust: |request, arguments| {
        let password = if request.is_on("password-prompt") {
            Some(request.session.ask_twice("User Password")?)
        } else {
            request.secret("password")?
        };
        match password {
            Some(password) if password.expose().is_empty() => warn_of_no_password(),
            Some(password) => drop(arguments.insert("password".to_owned(), password.expose().into())),
            None => {}
        }
        Ok(())
    },
    ..Operation::new(Verb::Set, RESOURCE)
};

static SHOW: Operation = Operation {
    about: "Show a user",
    arguments: &[ITSELF, WITHIN],
    columns: SHOWN,
    ..Operation::new(Verb::Show, RESOURCE)
};

/// Lists users; for a project, those who have a role there directly.
fn listed(request: &Request<'_>, arguments: Arguments) -> Result<Listed> {
    let list = operation_of(RESOURCE, "list")?;
    let Some(project) = request.text("project") else { return request.listed(list, arguments) };
    if request.integer("limit").is_some() || request.text("marker").is_some() {
        let message = "--limit and --marker are not supported with --project";
        return Err(Error::new(ErrorKind::InvalidRequest, message));
    }
    let assignments =
        items(request, RoleAssignment::SPEC, "list", [("project", PROJECT_OF_LIST.id(request, project)?.into())])?;
    let mut seen = BTreeSet::new();
    let ids: Vec<&str> =
        assignments.iter().filter_map(|it| it["user"]["id"].as_str()).filter(|id| seen.insert(*id)).collect();
    let mut users = users(request, &ids)?;
    if let Some(enabled) = arguments.get("enabled") {
        users.retain(|user| user["enabled"] == *enabled);
    }
    users.truncate(request.most().unwrap_or(usize::MAX));
    Ok(users.into())
}

/// The users with these IDs, except deleted ones. Many are looked up in the list of all users; a few are requested one
/// by one.
fn users(request: &Request<'_>, ids: &[&str]) -> Result<Vec<Value>> {
    const FEW: usize = 16;
    const AT_ONCE: usize = 8;
    if ids.len() > FEW {
        let all = items(request, RESOURCE, "list", Arguments::new())?;
        let wanted: BTreeSet<&str> = ids.iter().copied().collect();
        return Ok(all.into_iter().filter(|user| user["id"].as_str().is_some_and(|id| wanted.contains(id))).collect());
    }
    let get = operation_of(RESOURCE, "get")?;
    let all = ids.iter().map(|id| Map::from_iter([("user".to_owned(), (*id).into())])).collect();
    let client = request.session.client()?;
    let mut answers = client.identity().perform_many(get, all, AT_ONCE);
    let mut users: Vec<_> = ids.iter().map(|_| None).collect();
    client.wait(async {
        while let Some((position, answer)) = answers.next().await {
            match answer {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                answer => users[position] = Some(answer?),
            }
        }
        Ok(users.into_iter().flatten().collect())
    })
}
