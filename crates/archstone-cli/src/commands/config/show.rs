//! `archstone config show`: effective options, and their origins.

use archstone::{Error, ErrorKind, Result, config::OptionSpec};
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::{
    command::{Answers, Own, Spec},
    output::{Answer, Value},
    session::Session,
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["config", "show"],
    answers: Answers::List,
    examples: "\
archstone config show
archstone --os-cloud mycloud config show -f json
archstone config show -f value -c value --option auth_url",
    more: "",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("show").about("Show effective options, and where each comes from").args([
        Arg::new("only")
            .long("option")
            .value_name("OPTION")
            .action(ArgAction::Append)
            .help("Only this option (repeatable)"),
        Arg::new("unmask").long("unmask").action(ArgAction::SetTrue).help("Also show secrets"),
    ])
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let only: Vec<String> =
        options.get_many::<String>("only").into_iter().flatten().map(|name| canonical(name)).collect();
    let explanation = session.explain()?;
    let is_known =
        |name: &String| OptionSpec::find(name).is_some() || explanation.values.iter().any(|it| it.name == *name);
    if let Some(unknown) = only.iter().find(|name| !is_known(name)) {
        let set: Vec<_> = explanation.values.iter().map(|it| format!("`{}`", it.name)).collect();
        return Err(Error::new(ErrorKind::InvalidRequest, format!("unknown option `{unknown}`"))
            .with_hint(format!("the options that are set are {}", set.join(", "))));
    }
    let values = explanation.values.iter().filter(|it| only.is_empty() || only.contains(&it.name));
    let rows = values.map(|it| {
        let value = if options.get_flag("unmask") { it.value().expose().to_owned() } else { it.shown() };
        vec![it.name.clone().into(), value.into(), Value::from(it.origin.to_string())]
    });
    Ok(Answer::list(["Option", "Value", "Origin"], rows))
}

/// The name of an option as in files, from any spelling.
fn canonical(name: &str) -> String {
    let name = name.trim_start_matches('-').replace('-', "_");
    let spec = OptionSpec::find(&name).or_else(|| OptionSpec::find(name.strip_prefix("os_")?));
    spec.map_or(name, |spec| spec.name.to_owned())
}
