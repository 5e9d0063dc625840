//! Prompts for the options of a login that the configuration lacks.

use archstone::{
    Error, ErrorKind, Result,
    blocking::Client,
    config::{ExplainedValue, METHODS, MethodSpec, OptionSpec, Origin},
};

use crate::{input, prompt, session::Session};

/// A client of the cloud. Prompts for missing options that its method needs and that are not secret; the client prompts
/// for secrets.
pub(super) fn client(session: &Session<'_>, cloud: Option<&str>) -> Result<Client> {
    let mut builder = session.builder_of(cloud)?;
    if !session.is_on("no_input") && input::is_terminal() {
        let explanation = builder.clone().explain()?;
        let has = |name: &str| explanation.values.iter().any(|value| value.name == name);
        let method =
            method(explanation.values.iter().find(|it| it.name == "auth_type").map(ExplainedValue::shown), &has);
        let is_given = ["token_id", "token_ref"].iter().any(|name| has(name));
        for group in [&["auth_url"][..]].iter().chain(method.needs).filter(|_| !is_given) {
            let is_there = group.iter().any(|name| has(name) || kin(name).iter().any(|name| has(name)));
            let asked = group.first().and_then(|name| OptionSpec::find(name)).filter(|spec| !spec.secret && !is_there);
            if let Some(spec) = asked {
                builder = builder.option_from(spec.name, ask(spec)?, Origin::Argument(spec.name.to_owned()));
            }
        }
    }
    builder.build().map(Client::from)
}

/// The options that give other sources of a secret.
fn kin(name: &str) -> [String; 3] {
    ["file", "command", "keyring"].map(|place| format!("{name}_{place}"))
}

/// The given method, or the one whose options are set.
fn method(named: Option<String>, has: &dyn Fn(&str) -> bool) -> &'static MethodSpec {
    let by_name = named.and_then(|name| METHODS.iter().find(|it| it.auth_types.contains(&&*name)));
    let by_option = || METHODS.iter().find(|it| it.options.iter().any(|option| has(option.name)));
    by_name.or_else(by_option).unwrap_or(&METHODS[0])
}

fn ask(spec: &OptionSpec) -> Result<String> {
    let answer = prompt::line(&format!("{} ({}): ", spec.name, spec.help))?.filter(|answer| !answer.is_empty());
    answer.ok_or_else(|| Error::new(ErrorKind::NotConfigured, format!("no `{}` was entered", spec.name)))
}
