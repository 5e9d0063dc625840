//! `archstone versions show`: the API versions of the services in the catalog.

use archstone::{EndpointFilter, Interface, Result, VersionStatus};

use crate::{
    command::{Answers, Changes, Spec},
    output::{Answer, Value},
    resource::{Request, Special, option, switch},
};

pub(super) const SPEC: Spec = VERSIONS.command(
    &["versions", "show"],
    Answers::List,
    "archstone versions show --service identity\narchstone versions show --all-interfaces -f json",
);

static VERSIONS: Special = Special {
    about: "Show the API versions that services offer",
    arguments: &[
        switch("all-interfaces", "Endpoints of all interfaces").against(&["interface"]),
        option("interface", "interface", "Only endpoints of this interface [default: public]"),
        option("region-name", "region", "Only endpoints of this region"),
        option("service", "service", "Only this service, by its type"),
        option("status", "status", "Only versions of this status, such as CURRENT"),
    ],
    changes: Changes::Nothing,
    run: show,
};

fn show(request: &Request<'_>) -> Result<Answer> {
    let mut filter = request.text("service").map_or_else(EndpointFilter::default, EndpointFilter::from);
    if !request.is_on("all-interfaces") {
        filter = filter.interface(Interface::from(request.text("interface").unwrap_or("public")));
    }
    if let Some(region) = request.text("region-name") {
        filter = filter.region(region);
    }
    let client = request.session.client()?;
    let wanted = request.text("status").map(str::to_uppercase);
    let mut rows = Vec::new();
    for offer in client.wait(client.asynchronous().all_versions(filter))? {
        for version in &offer.versions {
            let status = match version.status {
                // A version that is only known from the URL counts as current.
                VersionStatus::Current | VersionStatus::Unknown => "CURRENT".to_owned(),
                _ => version.raw_status.as_deref().unwrap_or_default().to_uppercase(),
            };
            if wanted.as_ref().is_some_and(|wanted| *wanted != status) {
                continue;
            }
            let text = |value: Option<archstone::ApiVersion>| Value::from(value.map(|it| it.to_string()));
            rows.push(vec![
                offer.endpoint.region().into(),
                offer.service_type.as_str().into(),
                text(Some(version.version)),
                status.into(),
                version.url.as_str().into(),
                text(version.min_microversion),
                text(version.max_microversion),
            ]);
        }
    }
    let columns =
        ["Region Name", "Service Type", "Version", "Status", "Endpoint", "Min Microversion", "Max Microversion"];
    Ok(Answer::list(columns, rows))
}
