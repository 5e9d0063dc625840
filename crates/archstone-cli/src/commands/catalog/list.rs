//! `archstone catalog list`: the services and endpoints of the cloud.

use archstone::{Endpoint, Result, Service};
use clap::{ArgMatches, Command};

use crate::{
    command::{Answers, Spec},
    output::{Answer, Value},
    session::Session,
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["catalog", "list"],
    answers: Answers::List,
    describe,
    more: "\
Examples:
  archstone catalog list
  archstone catalog list -f value -c Type",
    run,
};

fn describe() -> Command {
    Command::new("list").about("List the services with their endpoints")
}

fn run(session: &Session<'_>, _: &ArgMatches) -> Result<Answer> {
    let access = session.client()?.authenticate()?;
    let row = |service: &Service| vec![service.name().into(), service.service_type().into(), endpoints(service)];
    let rows = access.scoped_catalog()?.services().iter().map(row).collect();
    Ok(Answer::List { columns: vec!["Name", "Type", "Endpoints"], rows })
}

/// For people, each endpoint on two lines; for programs, with all that is known of it.
pub(super) fn endpoints(service: &Service) -> Value {
    let lines = |it: &Endpoint| format!("{}\n  {}: {}\n", it.region().unwrap_or("<none>"), it.interface(), it.url());
    let object = |it: &Endpoint| {
        Value::Object(vec![
            ("id", it.id().into()),
            ("interface", it.interface().as_str().into()),
            ("region_id", it.region().into()),
            ("url", it.url().as_str().into()),
            ("region", it.region().into()),
        ])
    };
    let for_people = service.endpoints().iter().map(lines).collect();
    Value::Shown(for_people, Box::new(Value::List(service.endpoints().iter().map(object).collect())))
}
