//! Which method is meant, and what it lacks.

use super::{AuthMethod, METHODS, MethodSpec, Reads, admin_token, password};
use crate::{
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    settings::{Settings, Sourced},
    spelling::nearest,
};

/// How keystoneauth1's users ask for this library. It says nothing about the method.
const ARCHSTONE: &str = "archstone";

/// The method that `auth_type` names, or else the one whose options are there.
pub(crate) fn chosen(settings: &Settings) -> Result<&'static MethodSpec> {
    if let Some(named_one) = settings.text("auth_type").filter(|it| it.value != ARCHSTONE) {
        return named(&named_one);
    }
    // What is made of others has their options, too.
    let whole = METHODS.iter().find(|method| method.parts.is_some() && method.named_by(settings).is_some());
    if let Some(whole) = whole {
        return Ok(whole);
    }
    let logins = METHODS.iter().filter(|method| !method.is_given());
    let mut asked: Vec<_> = logins.filter_map(|method| Some((method.named_by(settings)?, *method))).collect();
    // What works once is a further factor where there is another proof.
    if asked.len() > 1 {
        asked.retain(|(_, method)| !method.works_once());
    }
    match *asked {
        // `OS_TOKEN` with an endpoint and nowhere to exchange it: use it as it is.
        [("token", _)] if settings.has("mgmt_url") && !settings.has("auth_url") => Ok(&admin_token::SPEC),
        [] if admin_token::SPEC.named_by(settings).is_some() => Ok(&admin_token::SPEC),
        [] => Ok(&password::SPEC),
        [(_, method)] => Ok(method),
        [(one, _), (other, _), ..] => {
            let place = |name| settings.origin(name).map(ToString::to_string).unwrap_or_default();
            let message = format!("two ways to prove who you are: {} and {}", place(one), place(other));
            Err(Error::new(ErrorKind::InvalidConfig, message)
                .with_hint("remove one of them, or choose with " + Hint::option("auth_type")))
        }
    }
}

/// The method of this name.
pub(super) fn known(name: &str) -> Option<&'static MethodSpec> {
    METHODS.iter().find(|method| method.auth_types.contains(&name)).copied()
}

/// The method that a value of `auth_type` names.
pub(crate) fn named(value: &Sourced<&str>) -> Result<&'static MethodSpec> {
    if value.value == ARCHSTONE {
        return Ok(&password::SPEC);
    }
    known(value.value).ok_or_else(|| {
        let message =
            format!("{} asks for the auth method `{}`, which is not supported", value.origin, printable(value.value));
        let names = METHODS.iter().flat_map(|method| method.auth_types).copied().chain([ARCHSTONE]);
        Error::new(ErrorKind::InvalidConfig, message).with_hint(match nearest(value.value, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let usual: Vec<_> = METHODS.iter().map(|method| format!("`{}`", method.auth_types[0])).collect();
                format!("the methods are {}", usual.join(", "))
            }
        })
    })
}

/// The method with what its options say; `None` where a token is given, and nothing is exchanged.
pub(crate) fn read(method: &MethodSpec, settings: &Settings) -> Result<Option<AuthMethod>> {
    if let Some(login) = method.login(settings)? {
        return Ok(Some(login));
    }
    let is_given = match method.reads {
        Reads::Login(_) => false,
        Reads::Given(read) => read(settings).is_some() || settings.has("token_ref"),
    };
    if is_given { Ok(None) } else { Err(missing(method, settings)) }
}

/// The factors that are configured beside a user's method, for an identity service that wants more than one.
pub(crate) fn further(method: &MethodSpec, settings: &Settings) -> Result<Vec<AuthMethod>> {
    further_methods(method, settings).filter_map(|other| other.login(settings).transpose()).collect()
}

fn further_methods<'a>(
    method: &'a MethodSpec,
    settings: &'a Settings,
) -> impl Iterator<Item = &'static MethodSpec> + use<'a> {
    let others = METHODS.iter().filter(|other| other.adds.is_some() && other.name != method.name);
    others.filter(|other| method.adds.is_some() && other.named_by(settings).is_some()).copied()
}

type Group = &'static [&'static str];

/// What is needed, with the URL of the identity service where something is exchanged: of each group, one.
pub(crate) fn needs(method: &MethodSpec, settings: &Settings) -> Vec<Group> {
    const WHERE: Group = &["auth_url"];
    let mut needs = if method.is_given() { Vec::new() } else { vec![WHERE] };
    needs.extend(method.needs);
    let parts = method.parts.map(|parts| parts(settings).unwrap_or_default()).unwrap_or_default();
    for group in parts.iter().flat_map(|part| part.needs) {
        if !needs.contains(group) {
            needs.push(group);
        }
    }
    needs
}

/// The groups of which nothing is there.
pub(crate) fn lacking(method: &MethodSpec, settings: &Settings) -> Vec<Group> {
    let mut lacking = needs(method, settings);
    lacking.retain(|names| !names.iter().any(|name| settings.has(name)));
    lacking
}

/// The options that are not set and that a login, with its further factors, could do with.
pub(crate) fn lacking_secrets(method: &MethodSpec, settings: &Settings) -> Vec<&'static str> {
    let further = further_methods(method, settings).flat_map(|other| other.needs.iter().copied());
    let mut groups = lacking(method, settings);
    groups.extend(further.filter(|names| !names.iter().any(|name| settings.has(name))));
    groups.into_iter().flatten().copied().collect()
}

/// All that is missing, in one error.
pub(crate) fn missing(method: &MethodSpec, settings: &Settings) -> Error {
    const OWNER: &[&str] = &["username", "user_id"];
    let lacking = lacking(method, settings);
    // A user's name alone does not name an application credential's owner.
    let lacking = if lacking.is_empty() { vec![OWNER] } else { lacking };
    let everything = lacking.len() == needs(method, settings).len();
    let message = if everything {
        "no cloud and no credentials are configured".to_owned()
    } else {
        let names = lacking.iter().map(|names| format!("`{}`", names.join("` or `")));
        format!("the configuration lacks {}", names.collect::<Vec<_>>().join(", "))
    };
    let beginning = if everything {
        "name a cloud of `clouds.yaml` with " + Hint::option("cloud") + ", or give "
    } else {
        "give ".into()
    };
    let hint = lacking.iter().enumerate().fold(beginning, |hint, (position, names)| {
        hint + if position == 0 { "" } else { ", " } + Hint::options(names.iter().copied(), "or")
    });
    Error::new(ErrorKind::NotConfigured, message).with_hint(hint)
}
