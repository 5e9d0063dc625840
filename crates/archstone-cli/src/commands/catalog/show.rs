//! `archstone catalog show`: one service and its endpoints.

use archstone::{Catalog, EndpointFilter, Error, ErrorKind, Result, Service, config::ServiceSettings};
use clap::{Arg, ArgMatches, Command};

use super::services;
use crate::{
    command::{Answers, Own, Spec},
    output::Answer,
    session::Session,
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["catalog", "show"],
    answers: Answers::Show,
    examples: "\
archstone catalog show compute
archstone catalog show nova -f json",
    more: "\
A service name or type that is configured for the service, such as `image_service_name`, applies.",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("show")
        .about("Show one service with its endpoints")
        .arg(
            Arg::new("service")
                .value_name("SERVICE")
                .required(true)
                .help("The service's type, an alias of it, its name or its ID"),
        )
        .arg(services::cached())
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let wanted = options.get_one::<String>("service").map_or("", String::as_str);
    let access = services::access(session, options)?;
    let configured = session.client()?.config().service(wanted);
    let service = find(access.scoped_catalog()?, wanted, &configured)?;
    services::warn_of_overrides(session, [service])?;
    Ok(Answer::show([
        ("endpoints", services::endpoints(service)),
        ("id", service.id().into()),
        ("name", service.name().into()),
        ("type", service.service_type().into()),
    ]))
}

/// Finds a service as configured for a type; by exact type, name or ID; then by an alias of its type.
fn find<'a>(catalog: &'a Catalog, wanted: &str, configured: &ServiceSettings) -> Result<&'a Service> {
    if configured.service_type.is_some() || configured.service_name.is_some() {
        let filter = EndpointFilter::from(configured.service_type.as_deref().unwrap_or(wanted));
        let filter = configured.service_name.iter().fold(filter, |filter, name| filter.service_name(name));
        if let Some((service, _)) = catalog.endpoints(filter).first() {
            return Ok(service);
        }
    }
    let is_it = |service: &&Service| {
        service.service_type() == wanted || service.name() == Some(wanted) || service.id() == Some(wanted)
    };
    if let Some(service) = catalog.services().iter().find(is_it) {
        return Ok(service);
    }
    let filter = EndpointFilter::from(wanted);
    if let Some((service, _)) = catalog.endpoints(filter.clone()).first() {
        return Ok(service);
    }
    let error = Error::new(ErrorKind::EndpointNotFound, format!("no service has the type, name or id `{wanted}`"));
    let hint = catalog.endpoint(filter).err().and_then(|error| error.hint_parts().cloned());
    Err(hint.into_iter().fold(error, Error::with_hint))
}
