//! Checks the catalog, and whether its endpoints respond.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures_util::{StreamExt, stream};
use tokio::time::timeout;
use url::Url;

use super::{Check, Step, Visit, counted};
use crate::{
    access::Access,
    catalog::{Catalog, Service},
    client::Client,
    error::{Error, ErrorKind, public_url},
    hint::Hint,
    transport::{Request, Transport, TransportSettings},
};

/// How many endpoints are queried at once.
const AT_ONCE: usize = 16;

/// A URL of a service, and its entries in the catalog.
pub(super) struct Listed {
    service_type: String,
    url: Url,
    /// Interfaces with their regions.
    places: Vec<String>,
    /// Whether this client's requests are sent there.
    is_used: bool,
}

impl Visit {
    /// The URLs of the catalog; `None` if there is none.
    pub(super) fn catalog(&mut self, client: &Client, access: &Access) -> Option<Vec<Listed>> {
        const STEP: Step = Step::Catalog;
        let catalog = access.catalog()?;
        let services = catalog.services();
        let endpoints: usize = services.iter().map(|service| service.endpoints().len()).sum();
        if services.is_empty() {
            let check = Check::failed(STEP, "", ErrorKind::EndpointNotFound, "the catalog is empty");
            self.add(check.remedy("ask for another project, or tell the operator"));
            return Some(Vec::new());
        }
        let types: BTreeSet<_> = services.iter().map(Service::service_type).collect();
        let types: Vec<_> = types.into_iter().collect();
        let evidence =
            format!("{}, {}: {}", counted(services.len(), "service"), counted(endpoints, "endpoint"), types.join(", "));
        self.add(Check::ok(STEP, "", evidence));
        self.unusable(catalog);
        self.duplicates(catalog);
        self.plain(client, catalog);
        self.region(client, catalog);
        Some(listed(client, catalog))
    }

    fn unusable(&mut self, catalog: &Catalog) {
        for service in catalog.services() {
            for (interface, url) in service.unusable() {
                let what = format!("the {interface} endpoint has a URL that no request can go to: `{}`", hidden(url));
                self.add(
                    Check::warning(Step::Catalog, service.service_type(), what)
                        .remedy("the URL of an endpoint begins with `http://` or `https://`: tell the operator"),
                );
            }
        }
    }

    /// Finds endpoints with the same type, interface and region: only the first is used.
    fn duplicates(&mut self, catalog: &Catalog) {
        let mut places: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for service in catalog.services() {
            for endpoint in service.endpoints() {
                let region = endpoint.region().unwrap_or("no region");
                let place = (service.service_type(), endpoint.interface().to_string(), region);
                places.entry(place).or_default().push(public_url(endpoint.url()));
            }
        }
        for ((service_type, interface, region), urls) in places.into_iter().filter(|(_, urls)| urls.len() > 1) {
            let what = format!("{} endpoints are {interface} in {region}: {}", urls.len(), urls.join(", "));
            self.add(
                Check::warning(Step::Catalog, service_type, what)
                    .remedy("the first is used, unless a service name is given: tell the operator"),
            );
        }
    }

    /// Finds plain-HTTP endpoints if the login is over HTTPS.
    fn plain(&mut self, client: &Client, catalog: &Catalog) {
        if client.config().auth_url().is_none_or(|url| url.scheme() != "https") {
            return;
        }
        for service in catalog.services() {
            let plain: BTreeSet<_> = service
                .endpoints()
                .iter()
                .filter(|endpoint| endpoint.url().scheme() == "http")
                .map(|endpoint| format!("`{}`", public_url(endpoint.url())))
                .collect();
            if !plain.is_empty() {
                let plain: Vec<_> = plain.into_iter().collect();
                let what = format!("plain HTTP, and the login is over HTTPS: {}", plain.join(", "));
                self.add(
                    Check::warning(Step::Catalog, service.service_type(), what).remedy(
                        "tell the operator, or refuse such endpoints with " + Hint::option("insecure_endpoints"),
                    ),
                );
            }
        }
    }

    fn region(&mut self, client: &Client, catalog: &Catalog) {
        let Some(wanted) = client.config().region() else { return };
        let endpoints = catalog.services().iter().flat_map(Service::endpoints);
        let regions: BTreeSet<_> = endpoints.filter_map(|endpoint| endpoint.region()).collect();
        if !regions.is_empty() && !regions.contains(wanted) {
            let regions: Vec<_> = regions.iter().map(|region| format!("`{region}`")).collect();
            let what = format!("the catalog has no region `{wanted}`: it has {}", regions.join(", "));
            let check = Check::failed(Step::Catalog, wanted, ErrorKind::EndpointNotFound, what);
            self.add(check.remedy("correct " + Hint::option("region_name")));
        }
    }

    /// Queries every endpoint, several at once.
    pub(super) async fn endpoints(&mut self, client: &Client, listed: Vec<Listed>, patience: Duration) {
        let config = client.config().transport();
        let settings = TransportSettings {
            // The time limit here applies first, and has its own message.
            timeout: patience * 2,
            connect_timeout: patience * 2,
            ..config.clone()
        };
        let transport = Transport::new(settings, self.host.clone());
        let ask = async |listed: Listed| {
            let began = self.host.now();
            let outcome = timeout(patience, transport.send(Request::get(listed.url.clone()))).await;
            let took = began.until(self.host.now());
            let outcome = outcome.unwrap_or_else(|_| {
                Err(Error::new(ErrorKind::Timeout, format!("no answer within {patience:?}")).with_hint(
                    "check the network, and that no firewall drops packets; slow services may need a longer limit",
                ))
            });
            listed.check(outcome.map(|answer| answer.status), took)
        };
        let checks: Vec<_> = stream::iter(listed).map(ask).buffered(AT_ONCE).collect().await;
        if checks.is_empty() {
            self.add(Check::skipped(Step::Endpoint, "", "the catalog has no endpoint"));
        }
        self.checks.extend(checks);
    }
}

impl Listed {
    fn check(&self, outcome: Result<u16, Error>, took: Duration) -> Check {
        const STEP: Step = Step::Endpoint;
        let Self { service_type, url, places, is_used } = self;
        let subject = format!("{service_type} {}", public_url(url));
        let places = places.join(", ");
        let check = match outcome {
            Ok(status @ ..500) => Check::ok(STEP, subject, format!("HTTP {status}; {places}")),
            Ok(status) => Check::failed(STEP, subject, ErrorKind::ServerError, format!("HTTP {status}; {places}"))
                .remedy("the service fails: tell the operator"),
            Err(error) => {
                let check = Check::error(STEP, subject, &error);
                Check { evidence: format!("{}; {places}", check.evidence), ..check }
            }
        };
        if *is_used || check.verdict == super::Verdict::Ok {
            return check.took(took);
        }
        // The admin endpoint of a cloud is often reachable only from its own network.
        let evidence = format!("{}; not used by this client", check.evidence);
        Check { verdict: super::Verdict::Warning, kind: None, evidence, ..check }.took(took)
    }
}

/// Every URL once for each type, in the order of the catalog; then the configured overrides.
fn listed(client: &Client, catalog: &Catalog) -> Vec<Listed> {
    let mut all: Vec<Listed> = Vec::new();
    for service in catalog.services() {
        let service_type = service.service_type();
        let used = client.current_url_for(service_type);
        for endpoint in service.endpoints() {
            let place = match endpoint.region() {
                Some(region) => format!("{} in {region}", endpoint.interface()),
                None => endpoint.interface().to_string(),
            };
            let url = Url::clone(endpoint.url());
            match all.iter_mut().find(|it| it.service_type == service_type && it.url == url) {
                Some(listed) => listed.places.push(place),
                None => {
                    let is_used = used.as_ref().is_some_and(|used| ***used == url);
                    let service_type = service_type.to_owned();
                    all.push(Listed { service_type, url, places: vec![place], is_used });
                }
            }
        }
        if let Some(used) = used
            && !all.iter().any(|it| it.service_type == service_type && it.url == **used)
        {
            let places = vec!["the configured endpoint override".to_owned()];
            all.push(Listed { service_type: service_type.to_owned(), url: Url::clone(&*used), places, is_used: true });
        }
    }
    all
}

/// An invalid URL, without parts that may be a password.
fn hidden(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    match url.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => url.to_owned(),
    }
}
