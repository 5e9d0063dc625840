//! `archstone url`: the URL of a service, for scripts.

use archstone::{EndpointFilter, Interface, Result};
use clap::{Arg, ArgMatches, Command};

use crate::{
    command::{Answers, Own, Spec},
    output::Answer,
    session::Session,
};

pub(super) const SPEC: Spec = Spec {
    words: &["url"],
    answers: Answers::Text,
    examples: "\
archstone url compute
archstone url image --interface internal --region RegionTwo
curl -H \"X-Auth-Token: $(archstone token issue -f value -c id)\" \"$(archstone url compute)/servers\"",
    more: "\
Settings of the service, such as `compute_endpoint_override` or OS_COMPUTE_REGION_NAME, apply; an \
argument takes precedence. An override is used where neither interface, region, name nor ID is given.",
    work: &Own { describe, run },
};

fn describe() -> Command {
    let option = |id: &'static str, value: &'static str| Arg::new(id).value_name(value).overrides_with(id);
    Command::new("url").about("Print the URL of a service").args([
        option("service", "SERVICE")
            .required_unless_present("of_endpoint")
            .help("The service's type, such as `compute`, or an alias of it"),
        option("of_interface", "INTERFACE")
            .long("interface")
            .help("public, internal or admin; several with commas, in order of preference"),
        option("of_region", "REGION").long("region").help("Region ID (case-sensitive)"),
        option("of_name", "NAME").long("service-name").help("Service name, if several services have the type"),
        option("of_endpoint", "ID").long("endpoint-id").help("Endpoint ID (no other filter needed)"),
    ])
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let option = |id: &str| options.get_one::<String>(id).map(String::as_str);
    let mut filter = option("service").map_or_else(EndpointFilter::default, EndpointFilter::from);
    if let Some(interfaces) = option("of_interface") {
        let interfaces = interfaces.split(',').map(str::trim).filter(|name| !name.is_empty());
        filter = filter.interfaces(interfaces.map(Interface::from));
    }
    if let Some(region) = option("of_region") {
        filter = filter.region(region);
    }
    if let Some(name) = option("of_name") {
        filter = filter.service_name(name);
    }
    if let Some(id) = option("of_endpoint") {
        filter = filter.endpoint_id(id);
    }
    let client = session.client()?;
    let has_token = client.asynchronous().why_no_token().is_none();
    if has_token && client.asynchronous().current_url_for(filter.clone()).is_none() {
        client.authenticate()?;
    }
    Ok(Answer::Text(format!("{}\n", client.url_for(filter)?)))
}
