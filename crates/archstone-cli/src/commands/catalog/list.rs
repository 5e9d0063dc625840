//! `archstone catalog list`: the services and endpoints of the cloud.

use archstone::{Result, Service};
use clap::{ArgMatches, Command};

use super::services;
use crate::{
    command::{Answers, Own, Spec},
    output::Answer,
    session::Session,
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["catalog", "list"],
    answers: Answers::List,
    examples: "\
archstone catalog list
archstone catalog list -f value -c Type",
    more: "\
The catalog is read from the identity service, as it is now. `url` uses the one that came with the token.",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("list").about("List the services with their endpoints").arg(services::cached())
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let access = services::access(session, options)?;
    let row =
        |service: &Service| vec![service.name().into(), service.service_type().into(), services::endpoints(service)];
    let services = access.scoped_catalog()?.services();
    services::warn_of_overrides(session, services)?;
    Ok(Answer::list(["Name", "Type", "Endpoints"], services.iter().map(row)))
}
