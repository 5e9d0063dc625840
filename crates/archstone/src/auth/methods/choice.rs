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
    let logins = METHODS.iter().filter(|method| !method.is_given());
    let asked: Vec<_> = logins.filter_map(|method| Some((method.named_by(settings)?, *method))).collect();
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

/// The method that a value of `auth_type` names.
pub(crate) fn named(value: &Sourced<&str>) -> Result<&'static MethodSpec> {
    if value.value == ARCHSTONE {
        return Ok(&password::SPEC);
    }
    METHODS.iter().find(|method| method.auth_types.contains(&value.value)).copied().ok_or_else(|| {
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
    let is_given = match method.reads {
        Reads::Login(read) => match read(settings)? {
            Some(method) => return Ok(Some(method)),
            None => false,
        },
        Reads::Given(read) => read(settings).is_some() || settings.has("token_ref"),
    };
    if is_given { Ok(None) } else { Err(missing(method, settings)) }
}

/// What is needed, with the URL of the identity service where something is exchanged.
fn needs(method: &MethodSpec) -> impl Iterator<Item = &'static [&'static str]> {
    const WHERE: &[&str] = &["auth_url"];
    (!method.is_given()).then_some(WHERE).into_iter().chain(method.needs.iter().copied())
}

/// The groups of which nothing is there.
pub(crate) fn lacking(method: &MethodSpec, settings: &Settings) -> Vec<&'static [&'static str]> {
    needs(method).filter(|names| !names.iter().any(|name| settings.has(name))).collect()
}

/// All that is missing, in one error.
pub(crate) fn missing(method: &MethodSpec, settings: &Settings) -> Error {
    const OWNER: &[&str] = &["username", "user_id"];
    let lacking = lacking(method, settings);
    // A user's name alone does not name an application credential's owner.
    let lacking = if lacking.is_empty() { vec![OWNER] } else { lacking };
    let everything = lacking.len() == needs(method).count();
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
