//! Chooses the method, and reports the options that it lacks.

use super::{AuthMethod, METHODS, MethodSpec, Reads, admin_token, all, k2k, multi_factor, password, provided};
use crate::{
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    settings::{Origin, Settings, Sourced},
    spelling::nearest,
};

/// The `auth_type` with which users of keystoneauth1 choose this library. It does not name a method.
const ARCHSTONE: &str = "archstone";

/// The method that `auth_type` names, or else the one whose options are set.
pub(crate) fn chosen(settings: &Settings) -> Result<&'static MethodSpec> {
    // If a login continues to another cloud, `auth_type` names the method of its first step.
    if k2k::SPEC.named_by(settings).is_some() { Ok(&k2k::SPEC) } else { with(settings, &[ARCHSTONE]) }
}

/// The same for the home login, if the login continues to another cloud.
pub(super) fn at_home(settings: &Settings) -> Result<&'static MethodSpec> {
    with(settings, &[ARCHSTONE, k2k::SPEC.auth_types[0]])
}

/// The chosen method. The values of `auth_type` in `nothing` do not name one.
fn with(settings: &Settings, nothing: &[&str]) -> Result<&'static MethodSpec> {
    let named_one = settings.text("auth_type").filter(|it| !nothing.contains(&it.value));
    if let Some(passed) = settings.provider() {
        let others = all().filter_map(|method| settings.origin(method.named_by(settings)?).cloned());
        return match named_one.map(|it| it.origin).into_iter().chain(others).next() {
            None => Ok(&provided::SPEC),
            Some(other) => Err(two_ways(&passed.name(), &other.to_string())),
        };
    }
    if let Some(receipt) = settings.origin(multi_factor::RECEIPT) {
        return continued(receipt, named_one);
    }
    if let Some(named_one) = named_one {
        return named(&named_one);
    }
    // A combined method has the options of its parts, too.
    let whole = METHODS
        .iter()
        .find(|method| method.parts.is_some() && method.name != k2k::SPEC.name && method.named_by(settings).is_some());
    if let Some(whole) = whole {
        return Ok(whole);
    }
    let logins = all().filter(|method| !method.is_given() && method.name != k2k::SPEC.name);
    let mut asked: Vec<_> = logins.filter_map(|method| Some((method.named_by(settings)?, method))).collect();
    // A one-time secret is an additional factor if there is another proof.
    if asked.len() > 1 {
        asked.retain(|(_, method)| !method.works_once());
    }
    match *asked {
        // `OS_TOKEN` with an endpoint and no URL to exchange it at: use it as it is.
        [("token", _)] if settings.has("mgmt_url") && !settings.has("auth_url") => Ok(&admin_token::SPEC),
        [] if admin_token::SPEC.named_by(settings).is_some() => Ok(&admin_token::SPEC),
        [] => Ok(&password::SPEC),
        [(_, method)] => Ok(method),
        [(one, _), (other, _), ..] => {
            let place = |name| settings.origin(name).map(ToString::to_string).unwrap_or_default();
            Err(two_ways(&place(one), &place(other))
                .with_hint("remove one of them, or choose with " + Hint::option("auth_type")))
        }
    }
}

/// The method that continues a login, whichever factor `auth_type` names.
fn continued(receipt: &Origin, named_one: Option<Sourced<&str>>) -> Result<&'static MethodSpec> {
    if let Some(named_one) = named_one {
        let method = named(&named_one)?;
        if !method.is_factor() && method.name != multi_factor::SPEC.name {
            let message = format!(
                "{receipt} continues a login with several factors, and {} is `{}`, which cannot be one of them",
                named_one.origin,
                printable(named_one.value)
            );
            return Err(Error::new(ErrorKind::InvalidConfig, message).with_hint("remove one of them"));
        }
    }
    Ok(&multi_factor::SPEC)
}

/// The factors that are configured for a receipt that does not say which are missing: those that work in addition to
/// another method, or else the method itself.
pub(super) fn further_factors(settings: &Settings) -> Result<Vec<&'static MethodSpec>> {
    let mut without = settings.clone();
    without.take(multi_factor::RECEIPT);
    let method = at_home(&without)?;
    let further: Vec<_> = further_methods(method, &without).collect();
    let is_named = without.has("auth_type") || method.named_by(&without).is_some();
    Ok(if further.is_empty() && is_named && method.is_factor() { vec![method] } else { further })
}

fn two_ways(one: &str, other: &str) -> Error {
    let message = format!("two login methods are configured: by {one} and by {other}");
    Error::new(ErrorKind::InvalidConfig, message).with_hint("remove one of them")
}

/// The method with this name.
pub(super) fn known(name: &str) -> Option<&'static MethodSpec> {
    all().find(|method| method.auth_types.contains(&name))
}

/// Whether a login of this `auth_type` reads an option as its proof, or reads its secret from where the option says.
pub(crate) fn takes(auth_type: &str, option: &str) -> bool {
    let Some(method) = known(auth_type) else { return false };
    let secret = ["_file", "_command", "_keyring"].iter().find_map(|ending| option.strip_suffix(ending));
    let is_needed = |name: &str| method.needs.iter().any(|names| names.contains(&name));
    let mut own = method.options.iter().chain(method.shared.iter().copied().flatten());
    own.any(|own| own.name == option) || is_needed(option) || secret.is_some_and(is_needed)
}

/// The method that a value of `auth_type` names.
pub(crate) fn named(value: &Sourced<&str>) -> Result<&'static MethodSpec> {
    if value.value == ARCHSTONE {
        return Ok(&password::SPEC);
    }
    known(value.value).ok_or_else(|| {
        let message =
            format!("{} selects the auth method `{}`, which is not supported", value.origin, printable(value.value));
        let names = all().flat_map(|method| method.auth_types).copied().chain([ARCHSTONE]);
        Error::new(ErrorKind::InvalidConfig, message).with_hint(match nearest(value.value, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let usual: Vec<_> = all().map(|method| format!("`{}`", method.auth_types[0])).collect();
                format!("the methods are {}", usual.join(", "))
            }
        })
    })
}

/// The method as its options configure it; `None` if a token is given, and nothing is exchanged.
pub(crate) fn read(method: &MethodSpec, settings: &Settings) -> Result<Option<AuthMethod>> {
    if let Some(login) = method.login(settings)? {
        return Ok(Some(login));
    }
    let is_given = match method.reads {
        Reads::Login(_) | Reads::Provided(_) => false,
        Reads::Given(read) => read(settings).is_some() || settings.has("token_ref"),
    };
    if is_given { Ok(None) } else { Err(missing(method, settings)) }
}

/// The factors that are configured in addition to a user's method, for an identity service that requires more than one.
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

/// The required options, with the URL of the identity service if something is exchanged: one of each group.
pub(crate) fn needs(method: &MethodSpec, settings: &Settings) -> Vec<Group> {
    const WHERE: Group = &["auth_url"];
    let mut needs = if method.is_given() { Vec::new() } else { vec![WHERE] };
    needs.extend(method.needs);
    for group in parts(method, settings).iter().flat_map(|part| part.needs) {
        if !needs.contains(group) {
            needs.push(group);
        }
    }
    needs
}

/// The parts of a combined method; empty if it is not combined.
fn parts(method: &MethodSpec, settings: &Settings) -> Vec<&'static MethodSpec> {
    method.parts.map(|parts| parts(settings).unwrap_or_default()).unwrap_or_default()
}

/// Whether a method, or a part of it, satisfies a condition.
pub(crate) fn has_part(method: &MethodSpec, settings: &Settings, is_it: fn(&MethodSpec) -> bool) -> bool {
    is_it(method) || parts(method, settings).into_iter().any(is_it)
}

/// The groups of which no option is set.
pub(crate) fn lacking(method: &MethodSpec, settings: &Settings) -> Vec<Group> {
    let mut lacking = needs(method, settings);
    lacking.retain(|names| !names.iter().any(|name| settings.has(name)));
    lacking
}

/// The options that are not set and that a login, with its additional factors, could use.
pub(crate) fn lacking_secrets(method: &MethodSpec, settings: &Settings) -> Vec<&'static str> {
    let further = further_methods(method, settings).flat_map(|other| other.needs.iter().copied());
    let mut groups = lacking(method, settings);
    groups.extend(further.filter(|names| !names.iter().any(|name| settings.has(name))));
    let mut names: Vec<_> = groups.into_iter().flatten().copied().collect();
    // A secret that several methods share is optional, such as that of a client.
    let parts = parts(method, settings);
    let shared = method.shared.iter().chain(parts.iter().flat_map(|part| part.shared)).copied().flatten();
    names.extend(shared.filter(|option| option.secret && !settings.has(option.name)).map(|option| option.name));
    names
}

/// All missing options, in one error.
pub(crate) fn missing(method: &MethodSpec, settings: &Settings) -> Error {
    const OWNER: &[&str] = &["username", "user_id"];
    let lacking = lacking(method, settings);
    // A user's name alone does not identify the owner of an application credential.
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
