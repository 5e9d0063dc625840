//! The catalog that a command shows, and the format of its endpoints.

use std::sync::Arc;

use archstone::{Access, Endpoint, Result, Service};
use clap::{Arg, ArgAction, ArgMatches};

use crate::{events::warning, output::Value, session::Session};

pub(super) fn cached() -> Arg {
    Arg::new("cached")
        .long("cached")
        .action(ArgAction::SetTrue)
        .help("Show the catalog of the cached token, without a request")
}

/// The token with the current catalog; or with that of the login, if `--cached` is given or Keystone refuses to show
/// it.
pub(super) fn access(session: &Session<'_>, options: &ArgMatches) -> Result<Arc<Access>> {
    let client = session.client()?;
    if options.get_flag("cached") {
        return client.authenticate();
    }
    let current = client.current_catalog()?;
    if session.advises()
        && let Some(refusal) = current.refusal()
    {
        warning!("this is the catalog of the login, which may be out of date: {refusal}");
    }
    Ok(Arc::clone(current.access()))
}

/// Warns if the configuration overrides the endpoints of services in the catalog.
pub(super) fn warn_of_overrides<'s>(
    session: &Session<'_>,
    services: impl IntoIterator<Item = &'s Service>,
) -> Result<()> {
    if !session.advises() {
        return Ok(());
    }
    let config = session.client()?.config();
    let types = services.into_iter().map(Service::service_type);
    for of_type in types.filter(|of_type| config.service(of_type).endpoint_override.is_some()) {
        warning!("an endpoint override is configured for `{of_type}`: `archstone url {of_type}` prints the URL in use");
    }
    Ok(())
}

/// For people, each endpoint on two lines; for programs, with all details.
pub(super) fn endpoints(service: &Service) -> Value {
    let lines = |it: &Endpoint| format!("{}\n  {}: {}\n", it.region().unwrap_or("<none>"), it.interface(), it.url());
    let object = |it: &Endpoint| {
        Value::object([
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
