//! Where a service is looked for: by what the caller asks, then by what is configured for the service, then by what is
//! configured for all of them.

use std::sync::Arc;

use url::Url;

use super::Client;
use crate::{
    access::Access,
    catalog::{EndpointFilter, EndpointUrl},
    config::{CloudConfig, ServiceSettings},
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
};

/// Where a service is looked for.
#[derive(Debug)]
pub(super) struct Place<'a> {
    /// Finds the service in the catalog.
    pub(super) filter: EndpointFilter<'a>,
    /// Used instead of the catalog.
    instead: Option<Instead<'a>>,
}

/// What is used instead of the catalog.
#[derive(Debug)]
enum Instead<'a> {
    /// An endpoint override; it may hold `%(project_id)s`.
    Override(&'a str),
    /// `mgmt_url`.
    Url(&'a Url),
}

impl<'a> Place<'a> {
    /// An endpoint override that the program gives.
    pub(super) fn at(template: &'a str, filter: EndpointFilter<'a>) -> Self {
        Self { filter, instead: Some(Instead::Override(template)) }
    }

    /// Whether it is an endpoint override.
    pub(super) fn is_override(&self) -> bool {
        matches!(self.instead, Some(Instead::Override(_)))
    }
}

impl Client {
    /// What is configured for the service that a filter asks for.
    #[inline]
    pub(super) fn configured_for(&self, filter: &EndpointFilter<'_>) -> ServiceSettings {
        let services = &self.0.config.services;
        match filter.wanted_type() {
            Some(service_type) if !services.is_empty() => services.of(service_type),
            _ => ServiceSettings::default(),
        }
    }

    /// Where to look for what a filter asks for. What it says comes first: a configured override is for whoever asks for
    /// the service and no more, and not for another region, interface or name.
    #[inline]
    pub(super) fn place<'a>(&'a self, filter: EndpointFilter<'a>, configured: &'a ServiceSettings) -> Place<'a> {
        let config = &self.0.config;
        let of_service = configured.endpoint_override.as_deref().filter(|_| filter.is_type_alone());
        let instead = match of_service {
            Some(template) => Some(Instead::Override(template)),
            None => config.url_of(&filter).map(Instead::Url),
        };
        let filter = filter
            .or_service(configured.service_type.as_deref(), configured.service_name.as_deref())
            .or_defaults(configured.region.as_deref(), &configured.interfaces)
            .or_defaults(config.region(), config.interfaces());
        Place { filter, instead }
    }

    /// The URL at a place when nothing needs to be asked for it. Never waits, never sends.
    pub(super) fn current_url_at(&self, place: Place<'_>) -> Option<Arc<EndpointUrl>> {
        let slot = &self.0.slot;
        match place.instead {
            Some(Instead::Url(url)) => Some(Arc::new(url.clone().into())),
            Some(Instead::Override(template)) if needs_token(template) => {
                slot.with_current(|access| filled(template, &place.filter, access).ok()).flatten()
            }
            Some(Instead::Override(template)) => url_of(template, &place.filter).ok(),
            None => slot.with_current(|access| access.catalog()?.url_for(place.filter).ok()).flatten(),
        }
    }

    /// The URL at a place.
    ///
    /// # Errors
    ///
    /// [`EndpointNotFound`](ErrorKind::EndpointNotFound), [`InvalidConfig`](ErrorKind::InvalidConfig) for an override that
    /// is not a URL, or why there is no token.
    pub(super) async fn url_at(&self, place: Place<'_>) -> Result<Arc<EndpointUrl>> {
        match place.instead {
            Some(Instead::Url(url)) => Ok(Arc::new(url.clone().into())),
            Some(Instead::Override(template)) if needs_token(template) => {
                filled(template, &place.filter, &*self.access().await?)
            }
            Some(Instead::Override(template)) => url_of(template, &place.filter),
            None => Ok(self.in_catalog(&place.filter, |endpoint| Arc::clone(endpoint.url())).await?.1),
        }
    }
}

impl CloudConfig {
    /// The URL that the configuration says for all services, or for the identity service.
    fn url_of(&self, filter: &EndpointFilter<'_>) -> Option<&Url> {
        let Self { mgmt_url, endpoint, .. } = self;
        endpoint.as_ref().or_else(|| mgmt_url.as_ref().filter(|_| filter.wanted_type() == Some("identity")))
    }
}

/// The names in an override that stand for something of the token, and whether that is the project.
const NAMES: [(&str, bool); 3] = [("%(project_id)s", true), ("%(tenant_id)s", true), ("%(user_id)s", false)];

fn needs_token(template: &str) -> bool {
    NAMES.iter().any(|(name, _)| template.contains(name))
}

/// The URL of an override with its names filled in.
fn filled(template: &str, filter: &EndpointFilter<'_>, access: &Access) -> Result<Arc<EndpointUrl>> {
    let mut text = template.to_owned();
    for (name, is_project) in NAMES.into_iter().filter(|(name, _)| template.contains(name)) {
        let id = if is_project { access.project_id() } else { access.user_id() };
        let id = id.ok_or_else(|| {
            let service_type = filter.wanted_type().unwrap_or_default();
            let message = format!("the endpoint override of `{service_type}` needs `{name}`, which the token lacks");
            Error::new(ErrorKind::InvalidConfig, message)
                .with_hint("choose a project with " + Hint::options(["project_id", "project_name"], "or"))
        })?;
        text = text.replace(name, id);
    }
    url_of(&text, filter)
}

fn url_of(text: &str, filter: &EndpointFilter<'_>) -> Result<Arc<EndpointUrl>> {
    EndpointUrl::parse(text).ok_or_else(|| {
        let shown = printable(text.split(['?', '#']).next().unwrap_or_default());
        let service_type = filter.wanted_type().unwrap_or_default();
        let message = format!("the endpoint override of `{service_type}` is not an HTTP URL: `{shown}`");
        Error::new(ErrorKind::InvalidConfig, message).with_hint("write it whole: `https://image.example:9292`")
    })
}
