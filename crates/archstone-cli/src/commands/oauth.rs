//! `archstone request token …` and `archstone access token create`: the steps of an OAuth 1.0a authorization.

use archstone::{
    Result,
    identity::{AccessToken, Project, RequestToken, Resource, ResourceSpec, Role},
};
use serde_json::{Value, json};

use crate::{
    command::{Answers, Changes, Spec},
    output::Answer,
    resource::{Argument, Arguments, Column, Finder, Request, Special, column, fields, option, perform, shown},
};

static PROJECT: Finder = Finder::of(Project::SPEC).in_domain("domain").or_as_given();
static ROLE: Finder = Finder::of(Role::SPEC).or_as_given();
const CONSUMER_KEY: Argument =
    option("consumer-key", "consumer-key", "Key (ID) of the consumer").sets("consumer_key").required();
const CONSUMER_SECRET: Argument =
    option("consumer-secret", "consumer-secret", "Secret of the consumer; `-` reads it from standard input")
        .secret()
        .sets("consumer_secret")
        .required();
const TOKEN: &[Column] = &fields(["expires", "id", "key", "secret"]);

pub(super) const COMMANDS: &[Spec] = &[
    CREATE_ACCESS.command(
        &["access", "token", "create"],
        Answers::Show,
        "archstone access token create --consumer-key KEY --consumer-secret - \
         --request-key KEY --request-secret SECRET --verifier VERIFIER < consumer-secret",
    ),
    AUTHORIZE.command(
        &["request", "token", "authorize"],
        Answers::Show,
        "archstone request token authorize --request-key KEY --role member",
    ),
    CREATE_REQUEST.command(
        &["request", "token", "create"],
        Answers::Show,
        "archstone request token create --consumer-key KEY --consumer-secret - --project web < consumer-secret",
    ),
];

static CREATE_REQUEST: Special = Special {
    about: "Create an OAuth request token",
    arguments: &[
        CONSUMER_KEY,
        CONSUMER_SECRET,
        option("project", "project", "Project that the consumer requests access to (name or ID)")
            .finds(&PROJECT)
            .sets("project")
            .required(),
        option("domain", "domain", "Domain that owns the project (name or ID)"),
    ],
    changes: Changes::Something,
    run: |request| create(request, RequestToken::SPEC),
};

static CREATE_ACCESS: Special = Special {
    about: "Create an OAuth access token",
    arguments: &[
        CONSUMER_KEY,
        CONSUMER_SECRET,
        option("request-key", "request-key", "Key (ID) of the request token").sets("request_key").required(),
        option("request-secret", "request-secret", "Secret of the request token; `-` reads it from standard input")
            .secret()
            .sets("request_secret")
            .required(),
        option("verifier", "verifier", "Verifier that `request token authorize` printed").sets("verifier").required(),
    ],
    changes: Changes::Something,
    run: |request| create(request, AccessToken::SPEC),
};

fn create(request: &Request<'_>, resource: &'static ResourceSpec) -> Result<Answer> {
    let (arguments, _) = request.read()?;
    let made = perform(request, resource, "create", arguments)?;
    let key = &made["oauth_token"];
    let token = json!({
        "expires": made["oauth_expires_at"],
        "id": key,
        "key": key,
        "secret": made["oauth_token_secret"],
    });
    Ok(shown(TOKEN, &token))
}

static AUTHORIZE: Special = Special {
    about: "Authorize an OAuth request token",
    arguments: &[
        option("request-key", "request-key", "Key (ID) of the request token").sets("request_token").required(),
        option("role", "role", "Role that the consumer gets (name or ID, repeatable)")
            .finds(&ROLE)
            .repeated()
            .required(),
    ],
    changes: Changes::Something,
    run: |request| {
        let (mut arguments, _) = request.read()?;
        arguments.extend(roles(request)?);
        let verifier = perform(request, RequestToken::SPEC, "authorize", arguments)?;
        Ok(shown(&[column("oauth_verifier", "oauth_verifier")], &verifier))
    },
};

/// Roles in the service's format.
fn roles(request: &Request<'_>) -> Result<Arguments> {
    let ids = request.value("role")?.unwrap_or_default();
    let roles: Vec<Value> = ids.as_array().into_iter().flatten().map(|id| json!({ "id": id })).collect();
    Ok(Arguments::from_iter([("roles".to_owned(), roles.into())]))
}
