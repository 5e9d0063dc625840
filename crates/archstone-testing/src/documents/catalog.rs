//! Service catalogs.

use serde_json::{Value, json};

const INTERFACES: [&str; 3] = ["public", "internal", "admin"];

/// Builds a service catalog.
///
/// A URL may contain `$(project_id)s` or `%(project_id)s`, as in Keystone's own catalog: then the endpoint is only in
/// tokens with a project. A URL that is only a path, such as `/compute/v2.1`, belongs to the
/// [`FakeKeystone`](crate::FakeKeystone) itself.
///
/// ```
/// use archstone_testing::CatalogBuilder;
///
/// let catalog = CatalogBuilder::new()
///     .service("compute", "nova", "http://compute.example:8774/v2.1")
///     .service("object-store", "swift", "http://swift.example/v1/AUTH_$(project_id)s")
///     .endpoint("image", "public", "RegionTwo", "http://image.example:9292");
/// let document = catalog.json(Some("p1"));
/// assert_eq!(document[0]["endpoints"].as_array().unwrap().len(), 3);
/// assert_eq!(document[1]["endpoints"][0]["url"], "http://swift.example/v1/AUTH_p1");
/// assert_eq!(catalog.json(None).as_array().unwrap().len(), 2);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct CatalogBuilder {
    regions: Vec<String>,
    services: Vec<Service>,
}

#[derive(Clone, Debug)]
struct Service {
    kind: String,
    name: String,
    endpoints: Vec<Endpoint>,
}

#[derive(Clone, Debug)]
struct Endpoint {
    interface: String,
    region: String,
    url: String,
}

impl Default for CatalogBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl CatalogBuilder {
    /// A catalog without services, and with one region: `RegionOne`.
    pub fn new() -> Self {
        Self { regions: vec!["RegionOne".into()], services: Vec::new() }
    }

    /// A catalog of this size, for benchmarks: the services `service-0` and so on, each with `interfaces` of the three
    /// interfaces in each of the regions `region-0` and so on.
    ///
    /// ```
    /// let catalog = archstone_testing::CatalogBuilder::sized(100, 3, 20).json(None);
    /// let endpoints = |service: &serde_json::Value| service["endpoints"].as_array().unwrap().len();
    /// assert_eq!(catalog.as_array().unwrap().iter().map(endpoints).sum::<usize>(), 6000);
    /// ```
    pub fn sized(services: usize, interfaces: usize, regions: usize) -> Self {
        let mut catalog = Self::new().regions((0..regions).map(|number| format!("region-{number}")));
        for number in 0..services {
            let endpoints = catalog.regions.iter().flat_map(|region| {
                INTERFACES.iter().take(interfaces).map(move |interface| Endpoint {
                    interface: (*interface).into(),
                    region: region.clone(),
                    url: format!("http://{interface}.{region}.example:{}/v1", 8000 + number),
                })
            });
            let endpoints = endpoints.collect();
            catalog.services.push(Service {
                kind: format!("service-{number}"),
                name: format!("name-{number}"),
                endpoints,
            });
        }
        catalog
    }

    /// Sets the regions of the services that are added after this.
    pub fn regions(mut self, regions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.regions = regions.into_iter().map(Into::into).collect();
        self
    }

    /// Adds a service with the same URL for every interface in every region.
    pub fn service(mut self, service_type: &str, name: &str, url: &str) -> Self {
        let endpoints = self.regions.iter().flat_map(|region| {
            INTERFACES.map(|interface| Endpoint {
                interface: interface.into(),
                region: region.clone(),
                url: url.into(),
            })
        });
        let endpoints = endpoints.collect();
        self.services.push(Service { kind: service_type.into(), name: name.into(), endpoints });
        self
    }

    /// Adds an endpoint to a service. If there is no such service, it is created, with its type as its name.
    pub fn endpoint(mut self, service_type: &str, interface: &str, region: &str, url: &str) -> Self {
        let endpoint = Endpoint { interface: interface.into(), region: region.into(), url: url.into() };
        match self.services.iter_mut().find(|it| it.kind == service_type) {
            Some(service) => service.endpoints.push(endpoint),
            None => self.services.push(Service {
                kind: service_type.into(),
                name: service_type.into(),
                endpoints: vec![endpoint],
            }),
        }
        self
    }

    /// The catalog as it is in a token, with or without a project.
    #[must_use]
    pub fn json(&self, project_id: Option<&str>) -> Value {
        self.json_at("", project_id)
    }

    /// The same for the server at this URL.
    pub(crate) fn json_at(&self, server: &str, project_id: Option<&str>) -> Value {
        self.services.iter().filter_map(|service| service.json(server, project_id)).collect()
    }
}

impl Service {
    /// `None` if there are no endpoints: Keystone omits such services.
    fn json(&self, server: &str, project_id: Option<&str>) -> Option<Value> {
        let endpoints: Vec<_> =
            self.endpoints.iter().filter_map(|it| it.json(&self.kind, server, project_id)).collect();
        let (id, is_listed) = (format!("{}-id", self.kind), !endpoints.is_empty() || self.endpoints.is_empty());
        is_listed.then(|| json!({"id": id, "type": self.kind, "name": self.name, "endpoints": endpoints}))
    }
}

impl Endpoint {
    fn json(&self, kind: &str, server: &str, project_id: Option<&str>) -> Option<Value> {
        let Self { interface, region, url } = self;
        let mut url = if url.starts_with('/') { format!("{server}{url}") } else { url.clone() };
        for placeholder in ["$(project_id)s", "%(project_id)s"] {
            if url.contains(placeholder) {
                url = url.replace(placeholder, project_id?);
            }
        }
        let id = format!("{kind}-{interface}-{region}");
        Some(json!({"id": id, "interface": interface, "region": region, "region_id": region, "url": url}))
    }
}
