//! Explains the configuration, value by value, each with its origin.

use super::{OptionSpec, Origin, Sourced, Sources, ValueKind, resolve};
use crate::{
    auth::store::without_password,
    error::{Result, public_url},
    host::Host,
    secret::Secret,
    settings::Settings,
    transport::Way,
};

/// A merged configuration, value by value.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Explanation {
    /// The cloud's name in `clouds.yaml`, if one is used.
    pub cloud: Option<String>,
    /// The effective values, by name.
    pub values: Vec<ExplainedValue>,
}

/// An effective value and its origin.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExplainedValue {
    /// The option, or the key of a service's setting.
    pub name: String,
    /// Whether the value is never shown. This does not include the URL of a token store, which is shown without its
    /// password.
    pub secret: bool,
    /// The origin of the value.
    pub origin: Origin,
    value: Secret,
}

impl ExplainedValue {
    /// The value in a form that is safe to show: a secret is `***`, and a URL has no password.
    #[must_use]
    pub fn shown(&self) -> String {
        let text = self.value.expose();
        // A key instead of the path of its file is refused later, and must not be shown before that.
        if self.secret || text.contains("-----BEGIN") {
            return "***".into();
        }
        if self.name == "token_cache" {
            return without_password(text);
        }
        match url::Url::parse(text) {
            Ok(url) if is_url(&self.name) && (url.password().is_some() || !url.username().is_empty()) => {
                public_url(&url)
            }
            _ => text.to_owned(),
        }
    }

    /// The value itself, which may be a secret.
    #[must_use]
    pub fn value(&self) -> &Secret {
        &self.value
    }
}

impl Explanation {
    pub(crate) fn of(sources: Sources, host: &Host) -> Result<Self> {
        let (cloud, settings) = sources.merge(host)?;
        let values = settings.all().map(|(name, it)| {
            let spec = OptionSpec::find(name);
            let text = Sourced { value: it.value.expose(), origin: it.origin.clone() };
            // A URL with a placeholder that has no value is shown as it is written.
            let filled = is_url(name).then(|| resolve::filled(&text, &settings).ok()).flatten();
            ExplainedValue {
                name: name.to_owned(),
                secret: spec.is_some_and(|spec| spec.hides(it.value.expose()) && spec.name != "token_cache"),
                origin: it.origin.clone(),
                value: filled.map_or_else(|| it.value.clone(), Secret::from),
            }
        });
        let mut values: Vec<_> = values.collect();
        values.extend(proxy_of_variables(&settings, host));
        Ok(Self { cloud, values })
    }
}

/// Whether the value of an option or a service's setting is a URL.
fn is_url(name: &str) -> bool {
    OptionSpec::find(name).map_or_else(|| name.ends_with("endpoint_override"), |spec| spec.kind == ValueKind::Url)
}

/// The proxy for the identity service from an environment variable, if no option sets a proxy.
fn proxy_of_variables(settings: &Settings, host: &Host) -> Option<ExplainedValue> {
    let Ok(Some((_, Way::Through(proxy)))) = resolve::way(settings, host) else { return None };
    if settings.has("proxy") {
        return None;
    }
    let origin = Origin::Variable(proxy.variable()?.to_owned());
    Some(ExplainedValue { name: "proxy".into(), secret: false, origin, value: proxy.shown().into() })
}

#[cfg(test)]
mod tests {
    use crate::Client;

    #[test]
    fn no_url_is_shown_with_a_password() {
        let client = Client::builder()
            .option("compute_endpoint_override", "https://user:marked@nova.example/%(project_id)s")
            .option("mgmt_url", "https://user:marked@keystone.example/v3")
            .option("proxy", "http://user:marked@proxy.example:3128")
            .option("token_cache", "redis://:marked@cache.example");
        let explanation = client.explain().expect("values");
        assert_eq!(explanation.values.len(), 4);
        for value in explanation.values {
            assert!(!value.shown().contains("marked") && !format!("{value:?}").contains("marked"), "{value:?}");
        }
    }
}
