//! Where to look for a service: first as the caller requests, then as configured for the service, then as configured
//! for all services.

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

/// Where to look for a service.
#[derive(Debug)]
pub(super) struct Place<'a> {
    /// Finds the service in the catalog.
    pub(super) filter: EndpointFilter<'a>,
    /// Used instead of the catalog.
    instead: Option<Instead<'a>>,
}

/// A URL that is used instead of the catalog.
#[derive(Debug)]
enum Instead<'a> {
    /// An endpoint override; it may contain `%(project_id)s`.
    Override(&'a str),
    /// `mgmt_url`.
    Url(&'a Url),
}

impl<'a> Place<'a> {
    /// An endpoint override that the program sets.
    pub(super) fn at(template: &'a str, filter: EndpointFilter<'a>) -> Self {
        Self { filter, instead: Some(Instead::Override(template)) }
    }

    /// Whether it is an endpoint override.
    pub(super) fn is_override(&self) -> bool {
        matches!(self.instead, Some(Instead::Override(_)))
    }
}

impl Client {
    /// The configuration of the service that a filter requests.
    #[inline]
    pub(super) fn configured_for(&self, filter: &EndpointFilter<'_>) -> ServiceSettings {
        let services = &self.0.config.services;
        match filter.wanted_type() {
            Some(service_type) if !services.is_empty() => services.of(service_type),
            _ => ServiceSettings::default(),
        }
    }

    /// Where to look for the service that a filter requests. The filter takes precedence: a configured override is used
    /// only for filters that set nothing but the service, and no region, interface or name.
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

    /// The URL at a place, if it is known without a request. Never waits and never sends.
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
    /// [`EndpointNotFound`](ErrorKind::EndpointNotFound), [`InvalidConfig`](ErrorKind::InvalidConfig) for an override
    /// that is not a URL, or the reason why there is no token.
    pub(super) async fn url_at(&self, place: Place<'_>) -> Result<Arc<EndpointUrl>> {
        match place.instead {
            Some(Instead::Url(url)) => Ok(Arc::new(url.clone().into())),
            Some(Instead::Override(template)) if needs_token(template) => {
                filled(template, &place.filter, &*self.access().await?)
            }
            Some(Instead::Override(template)) => url_of(template, &place.filter),
            // Without a token, there is no catalog.
            None if self.scope_headers().is_some() && place.filter.wanted_type() == Some("identity") => {
                Ok(Arc::new(self.identity_api().await?.clone().into()))
            }
            None => Ok(self.in_catalog(&place.filter, |endpoint| Arc::clone(endpoint.url())).await?.1),
        }
    }
}

impl CloudConfig {
    /// The URL that is configured for all services, or for the identity service.
    fn url_of(&self, filter: &EndpointFilter<'_>) -> Option<&Url> {
        let Self { mgmt_url, endpoint, .. } = self;
        endpoint.as_ref().or_else(|| mgmt_url.as_ref().filter(|_| filter.wanted_type() == Some("identity")))
    }
}

/// The placeholders of an override, and whether each is the project's id.
const NAMES: [(&str, bool); 3] = [("%(project_id)s", true), ("%(tenant_id)s", true), ("%(user_id)s", false)];

fn needs_token(template: &str) -> bool {
    NAMES.iter().any(|(name, _)| template.contains(name))
}

/// The URL of an override with its placeholders filled in.
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
