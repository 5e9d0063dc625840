//! The configuration of a single service: `compute_endpoint_override`, `image_region_name` and similar options.

use std::{collections::BTreeMap, time::Duration};

use super::{foreign, resolve};
use crate::{
    catalog::{ApiVersion, Interface, VersionRange, family, normalised},
    error::{Error, ErrorKind, Result, printable},
    settings::{OptionSpec, Settings, Sourced, ValueKind, asks_for_microversion},
    transport::RetryPolicy,
};

/// A setting that each service can have: its key is the service's type, an underscore, and this name.
#[derive(Debug)]
pub struct ServiceOption {
    /// The name, as in `clouds.yaml`, after the service's type.
    pub name: &'static str,
    /// Aliases of the name.
    pub aliases: &'static [&'static str],
    /// The type of its value.
    pub kind: ValueKind,
    /// Whether it can be used without a service type, for all services.
    pub general: bool,
    /// A description, in one line.
    pub help: &'static str,
}

const fn own(name: &'static str, kind: ValueKind, help: &'static str) -> ServiceOption {
    ServiceOption { name, aliases: &[], kind, general: false, help }
}

const fn general(name: &'static str, kind: ValueKind, help: &'static str) -> ServiceOption {
    ServiceOption { general: true, ..own(name, kind, help) }
}

/// Every setting that a service can have.
///
/// ```
/// assert!(archstone::config::SERVICE_OPTIONS.iter().any(|it| it.name == "endpoint_override"));
/// ```
pub const SERVICE_OPTIONS: &[ServiceOption] = &[
    ServiceOption {
        aliases: &["endpoint"],
        ..own("endpoint_override", ValueKind::Text, "the service's URL, used instead of the catalog's")
    },
    ServiceOption {
        aliases: &["endpoint_type"],
        ..own("interface", ValueKind::Words, "the interface of the service's endpoint")
    },
    own("region_name", ValueKind::Text, "the region of the service's endpoint"),
    own("service_name", ValueKind::Text, "the service's name in the catalog"),
    own("service_type", ValueKind::Text, "the service's type in the catalog, if it differs"),
    own("api_version", ValueKind::Version, "the version of the service's API; `2.79` requests a microversion, too"),
    own("default_microversion", ValueKind::Version, "the microversion to request"),
    general("connect_retries", ValueKind::Number, "the number of retries after failed connections"),
    general("connect_retry_delay", ValueKind::Seconds, "the delay before such a retry, in seconds"),
    general(
        "status_code_retries",
        ValueKind::Number,
        "the number of retries after a status of `retriable_status_codes`",
    ),
    general("status_code_retry_delay", ValueKind::Seconds, "the delay before such a retry, in seconds"),
    general("retriable_status_codes", ValueKind::Words, "the HTTP statuses to retry after"),
];

/// The service and the setting for a key; the service is empty if the setting is for all services.
pub(crate) fn find(name: &str) -> Option<(String, &'static ServiceOption)> {
    let name = name.replace('-', "_").to_ascii_lowercase();
    if OptionSpec::find(&name).is_some() || foreign::is_of_others(&name) {
        return None;
    }
    SERVICE_OPTIONS.iter().find_map(|option| {
        std::iter::once(&option.name).chain(option.aliases).find_map(|known| {
            let service = name.strip_suffix(known)?;
            match service.strip_suffix('_') {
                Some(service) if !service.is_empty() => Some((service.to_owned(), option)),
                None if service.is_empty() && option.general => Some((String::new(), option)),
                _ => None,
            }
        })
    })
}

/// The canonical key of a setting, for any alias.
pub(crate) fn key(service: &str, option: &ServiceOption) -> String {
    if service.is_empty() { option.name.to_owned() } else { format!("{service}_{}", option.name) }
}

/// The configuration of one service; unset values are `None` or empty.
///
/// ```
/// # fn main() -> archstone::Result<()> {
/// let config = archstone::Client::builder()
///     .auth_url("https://keystone.example:5000/v3")
///     .username("alice")
///     .password("correct horse")
///     .option("compute_api_version", "2.79")
///     .option("volume_region_name", "north")
///     .config()?;
/// assert_eq!(config.service("compute").microversion, Some("2.79".parse()?));
/// // By any of the type's names.
/// assert_eq!(config.service("block-storage").region.as_deref(), Some("north"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceSettings {
    /// The service's URL, used instead of the catalog's; it may contain `%(project_id)s`.
    pub endpoint_override: Option<String>,
    /// The interfaces of the endpoint, the preferred first.
    pub interfaces: Vec<Interface>,
    /// The region of the endpoint.
    pub region: Option<String>,
    /// The service's name in the catalog.
    pub service_name: Option<String>,
    /// The service's type in the catalog, if it is a different one.
    pub service_type: Option<String>,
    /// The acceptable versions of the API.
    pub versions: Option<VersionRange>,
    /// The microversion to request.
    pub microversion: Option<ApiVersion>,
    /// The number of retries after a failed connection.
    pub connect_retries: Option<u32>,
    /// The delay before such a retry.
    pub connect_retry_delay: Option<Duration>,
    /// The number of retries after a response with a retriable status.
    pub status_code_retries: Option<u32>,
    /// The delay before such a retry.
    pub status_code_retry_delay: Option<Duration>,
    /// The statuses that are retried.
    pub retriable_status_codes: Vec<u16>,
}

impl ServiceSettings {
    /// The retry policy, if one is configured. It has a single number of attempts: the greater of those that are
    /// configured.
    pub(crate) fn retries(&self) -> Option<RetryPolicy> {
        let again = self.connect_retries.max(self.status_code_retries);
        let pause = self.connect_retry_delay.max(self.status_code_retry_delay);
        if again.is_none() && pause.is_none() && self.retriable_status_codes.is_empty() {
            return None;
        }
        let usual = RetryPolicy::default();
        let statuses = match &*self.retriable_status_codes {
            [] => usual.statuses,
            codes => codes.to_vec(),
        };
        let attempts = again.map_or(usual.attempts, |again| again.saturating_add(1));
        Some(RetryPolicy { attempts, statuses, pause: pause.unwrap_or(usual.pause), ..RetryPolicy::default() })
    }
}

impl ServiceSettings {
    /// These settings, with unset values taken from the others.
    fn or(self, other: &Self) -> Self {
        let or = |own: Option<String>, other: &Option<String>| own.or_else(|| other.clone());
        Self {
            endpoint_override: or(self.endpoint_override, &other.endpoint_override),
            interfaces: if self.interfaces.is_empty() { other.interfaces.clone() } else { self.interfaces },
            region: or(self.region, &other.region),
            service_name: or(self.service_name, &other.service_name),
            service_type: or(self.service_type, &other.service_type),
            versions: self.versions.or(other.versions),
            microversion: self.microversion.or(other.microversion),
            connect_retries: self.connect_retries.or(other.connect_retries),
            connect_retry_delay: self.connect_retry_delay.or(other.connect_retry_delay),
            status_code_retries: self.status_code_retries.or(other.status_code_retries),
            status_code_retry_delay: self.status_code_retry_delay.or(other.status_code_retry_delay),
            retriable_status_codes: if self.retriable_status_codes.is_empty() {
                other.retriable_status_codes.clone()
            } else {
                self.retriable_status_codes
            },
        }
    }
}

/// The settings of all services, by service type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Services(BTreeMap<String, ServiceSettings>);

impl Services {
    pub(crate) fn from_settings(settings: &Settings) -> Result<Self> {
        let mut services = Self::default();
        for (key, value) in settings.services() {
            let Some((service, option)) = find(key) else { continue };
            let value = Sourced { value: value.value.expose(), origin: value.origin.clone() };
            services.0.entry(service).or_default().set(option.name, &value, settings)?;
        }
        for (service, it) in &mut services.0 {
            it.settle_microversion(service, settings)?;
        }
        Ok(services)
    }

    /// Whether nothing is configured for any service.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The settings for the type, then for its aliases, then for all services.
    pub(crate) fn of(&self, service_type: &str) -> ServiceSettings {
        let asked = normalised(service_type);
        let (official, aliases) = family(&asked).unwrap_or((&asked, &[]));
        let names = [asked.as_ref(), official].into_iter().chain(aliases.iter().copied());
        let keys = names.map(|name| name.replace('-', "_")).chain([String::new()]);
        keys.filter_map(|key| self.0.get(&key)).fold(ServiceSettings::default(), ServiceSettings::or)
    }
}

impl ServiceSettings {
    fn set(&mut self, name: &str, value: &Sourced<&str>, settings: &Settings) -> Result<()> {
        let text = value.value;
        let wrong = |what: &str, hint: &str| {
            let message = format!("{} is `{}`, which is {what}", value.origin, printable(text));
            Error::new(ErrorKind::InvalidConfig, message).with_hint(hint.to_owned())
        };
        let number = || text.parse().map_err(|_| wrong("not a number", "write a whole number, such as `3`"));
        let seconds = || {
            let seconds = text.parse::<f64>().ok().and_then(|it| Duration::try_from_secs_f64(it).ok());
            seconds.ok_or_else(|| wrong("not a number of seconds", "write a number, such as `1` or `0.5`"))
        };
        match name {
            "endpoint_override" => self.endpoint_override = Some(resolve::filled(value, settings)?),
            "interface" => self.interfaces = resolve::interfaces(value)?,
            "region_name" => self.region = Some(text.to_owned()),
            "service_name" => self.service_name = Some(text.to_owned()),
            "service_type" => self.service_type = Some(text.to_owned()),
            "api_version" => {
                let version = version(value)?;
                // `2.79` is a version of API 2, and a microversion.
                self.versions =
                    Some(VersionRange::of(version.major().map_or(ApiVersion::LATEST, |it| ApiVersion::new(it, 0))));
                self.microversion = self.microversion.or(asks_for_microversion(text).then_some(version));
            }
            "default_microversion" => self.microversion = Some(version(value)?),
            "connect_retries" => self.connect_retries = Some(number()?),
            "connect_retry_delay" => self.connect_retry_delay = Some(seconds()?),
            "status_code_retries" => self.status_code_retries = Some(number()?),
            "status_code_retry_delay" => self.status_code_retry_delay = Some(seconds()?),
            _ => {
                let codes = text.split(',').map(|code| code.trim().parse().ok().filter(|it| (100..600).contains(it)));
                let codes: Option<Vec<u16>> = codes.collect();
                self.retriable_status_codes =
                    codes.ok_or_else(|| wrong("not a list of statuses", "write numbers, such as `[429, 503]`"))?;
            }
        }
        Ok(())
    }

    /// A microversion that is set twice in one layer must be the same; a higher layer has already hidden that of a
    /// lower one.
    fn settle_microversion(&self, service: &str, settings: &Settings) -> Result<()> {
        let value = |name: &str| settings.services().get(&format!("{service}_{name}"));
        let (Some(api), Some(default)) = (value("api_version"), value("default_microversion")) else { return Ok(()) };
        let is_other = api.value.expose().parse::<ApiVersion>().ok() != self.microversion;
        if asks_for_microversion(api.value.expose()) && is_other {
            let message = format!("two microversions are requested: {} and {}", api.origin, default.origin);
            return Err(Error::new(ErrorKind::InvalidConfig, message)
                .with_hint(format!("write `{service}_api_version` without its part after the dot")));
        }
        Ok(())
    }
}

fn version(value: &Sourced<&str>) -> Result<ApiVersion> {
    value.value.parse().map_err(|_| {
        let message = format!("{} is `{}`, which is not a version of an API", value.origin, printable(value.value));
        Error::new(ErrorKind::InvalidConfig, message).with_hint("write `3`, `2.79`, `2.latest` or `latest`")
    })
}
