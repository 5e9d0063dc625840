//! The resources of the cloud that an argument can name, for completion.

use archstone::{
    Client, ErrorKind, Result,
    identity::{Domain, Project, RESOURCES, Resource, ResourceSpec},
    text::is_visible,
};
use serde_json::{Map, Value, json};

/// The maximum number of names in a list: the size of Keystone's largest page.
const MOST: usize = 1000;
/// The maximum size of a list in bytes.
const LONGEST: usize = 64 << 10;

/// The resources of a kind that match filters.
#[derive(Clone, Debug)]
pub(crate) struct Things {
    resource: &'static ResourceSpec,
    is_by_id: bool,
    filters: Vec<Filter>,
}

#[derive(Clone, Debug)]
struct Filter {
    name: &'static str,
    /// The kind of resource that the text names, if the filter needs its ID.
    names: Option<&'static ResourceSpec>,
    text: String,
}

/// Names, and whether they are complete.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) names: Vec<String>,
    pub(crate) are_all: bool,
}

impl Things {
    pub(crate) fn of(resource: &'static ResourceSpec) -> Self {
        Self { resource, is_by_id: false, filters: Vec::new() }
    }

    /// Resources that have no name, or cannot be found by it.
    pub(crate) fn by_id(resource: &'static ResourceSpec) -> Self {
        Self { is_by_id: true, ..Self::of(resource) }
    }

    /// The resources that a value's name in the help refers to: `USER` means users.
    pub(crate) fn called(value: &str) -> Option<Self> {
        let is_called = |it: &&&ResourceSpec| it.names.member.eq_ignore_ascii_case(value);
        RESOURCES.iter().find(is_called).map(|resource| Self::of(resource))
    }

    /// Only the resources that match a filter of the list.
    pub(crate) fn within(mut self, name: &'static str, names: Option<&'static ResourceSpec>, text: String) -> Self {
        self.filters.push(Filter { name, names, text });
        self
    }

    /// Only the resources of a domain.
    pub(crate) fn within_domain(self, domain: String) -> Self {
        self.within("domain_id", Some(Domain::SPEC), domain)
    }

    /// The cache key of the list. Texts are quoted, so that the value of one filter cannot be read as another filter.
    pub(crate) fn key(&self) -> String {
        let filters: Vec<_> = self.filters.iter().map(|it| format!(" {}={:?}", it.name, it.text)).collect();
        format!("{}{}{}", self.resource.manager, if self.is_by_id { " by id" } else { "" }, filters.concat())
    }

    /// Requests the names: one page of them; of longer lists, those that begin with a text.
    pub(crate) async fn ask(&self, client: &Client, beginning: &str) -> Result<Names> {
        let identity = client.identity();
        let Some(list) = self.resource.operation("list") else { return Ok(Names::none()) };
        let mut arguments = Map::new();
        for filter in &self.filters {
            let value = match filter.names {
                Some(resource) => match identity.find(resource, Map::new(), &filter.text).await {
                    Ok(found) => found[resource.key].clone(),
                    // It may be the ID of something that this user may not see.
                    Err(error) if matches!(error.kind(), ErrorKind::Forbidden | ErrorKind::NotFound) => {
                        filter.text.clone().into()
                    }
                    Err(error) => return Err(error),
                },
                None => filter.text.clone().into(),
            };
            arguments.insert(filter.name.to_owned(), value);
        }
        if list.is_paged {
            arguments.insert("limit".to_owned(), MOST.into());
        }
        let first = self.page(client, arguments.clone()).await;
        match first {
            // Users who may not list all projects may list their own.
            Err(error) if error.kind() == ErrorKind::Forbidden && self.resource.names == Project::SPEC.names => {
                let projects = client.projects().await?;
                Ok(Names::of(projects.iter().map(|it| it.name.clone())))
            }
            // Another attempt would fail, too.
            Err(error) if matches!(error.kind(), ErrorKind::Forbidden | ErrorKind::NotFound) => Ok(Names::none()),
            Ok(names) if !names.are_all && !beginning.is_empty() && !self.is_by_id => {
                arguments.insert("name".to_owned(), json!({ "startswith": beginning }));
                let names = self.page(client, arguments).await?;
                Ok(Names { are_all: false, ..names })
            }
            names => names,
        }
    }

    async fn page(&self, client: &Client, arguments: Map<String, Value>) -> Result<Names> {
        let Some(list) = self.resource.operation("list") else { return Ok(Names::none()) };
        let mut list = client.identity().items(list, arguments);
        let mut items = Vec::new();
        // A page may arrive in parts, each with the items that are complete by then.
        while items.len() < MOST {
            let more = list.some(MOST - items.len()).await?;
            if more.is_empty() {
                break;
            }
            items.extend(more);
        }
        let name = |item: &Vec<u8>| {
            let item: Value = serde_json::from_slice(item).ok()?;
            let name = item["name"].as_str().filter(|_| !self.is_by_id);
            name.or(item[self.resource.key].as_str()).map(str::to_owned)
        };
        let are_all = items.len() < MOST;
        let names = Names::of(items.iter().filter_map(name));
        Ok(Names { are_all: are_all && names.are_all, ..names })
    }
}

impl Names {
    fn none() -> Self {
        Self { names: Vec::new(), are_all: true }
    }

    /// Only names that can be typed: completion must not insert invisible characters, or those that control a terminal.
    fn of(names: impl Iterator<Item = String>) -> Self {
        let mut names: Vec<_> = names.filter(|it| !it.is_empty() && it.chars().all(is_visible)).collect();
        names.sort_unstable();
        names.dedup();
        let mut length = 0;
        let fits = |name: &&String| {
            length += name.len() + 1;
            length <= LONGEST
        };
        let fitting = names.iter().take_while(fits).count();
        let are_all = fitting == names.len();
        names.truncate(fitting);
        Self { names, are_all }
    }
}

impl From<&str> for Names {
    /// Parses the format of [`Names::to_text`].
    fn from(text: &str) -> Self {
        let (are_all, names) = text.split_once('\n').unwrap_or((text, ""));
        Self { are_all: are_all == "all", names: names.lines().map(str::to_owned).collect() }
    }
}

impl Names {
    pub(crate) fn to_text(&self) -> String {
        format!("{}\n{}", if self.are_all { "all" } else { "some" }, self.names.join("\n"))
    }
}
