//! `archstone config show`: what counts, and where it comes from.

use archstone::Result;
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::{
    command::{Answers, Spec},
    output::{Answer, Value},
    session::Session,
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["config", "show"],
    answers: Answers::List,
    describe,
    more: "\
Examples:
  archstone config show
  archstone --os-cloud mycloud config show -f json
  archstone config show -f value -c value --option auth_url",
    run,
};

fn describe() -> Command {
    Command::new("show").about("Show the options that count, and where each comes from").args([
        Arg::new("only").long("option").value_name("OPTION").action(ArgAction::Append).help("Only this option"),
        Arg::new("unmask").long("unmask").action(ArgAction::SetTrue).help("Show secrets, too"),
    ])
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let only: Vec<_> =
        options.get_many::<String>("only").into_iter().flatten().map(|it| it.replace('-', "_")).collect();
    let explanation = session.explain()?;
    let values = explanation.values.iter().filter(|it| only.is_empty() || only.contains(&it.name));
    let rows = values.map(|it| {
        let value = if options.get_flag("unmask") { it.value().expose().to_owned() } else { it.shown() };
        vec![it.name.clone().into(), value.into(), Value::from(it.origin.to_string())]
    });
    Ok(Answer::List { columns: vec!["Option", "Value", "Origin"], rows: rows.collect() })
}
