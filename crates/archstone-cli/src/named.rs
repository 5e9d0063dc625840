//! The things of the cloud that an argument can name, for completion.

use archstone::{
    Client, ErrorKind, Result,
    identity::{Domain, Project, RESOURCES, Resource, ResourceSpec},
    text::is_visible,
};
use serde_json::{Map, Value, json};

/// The most names of one list. Keystone's own largest page.
const MOST: usize = 1000;
/// The most text of one list.
const LONGEST: usize = 64 << 10;

/// The things of a kind, as far as filters leave them.
#[derive(Clone, Debug)]
pub(crate) struct Things {
    resource: &'static ResourceSpec,
    is_by_id: bool,
    filters: Vec<Filter>,
}

#[derive(Clone, Debug)]
struct Filter {
    name: &'static str,
    /// What the text names, whose id is meant.
    names: Option<&'static ResourceSpec>,
    text: String,
}

/// Names, and whether there are no others.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) names: Vec<String>,
    pub(crate) are_all: bool,
}

impl Things {
    pub(crate) fn of(resource: &'static ResourceSpec) -> Self {
        Self { resource, is_by_id: false, filters: Vec::new() }
    }

    /// Those that have no name, or are not found by it.
    pub(crate) fn by_id(resource: &'static ResourceSpec) -> Self {
        Self { is_by_id: true, ..Self::of(resource) }
    }

    /// Those of the resource that help calls a value: `USER` is the name of a user.
    pub(crate) fn called(value: &str) -> Option<Self> {
        let is_called = |it: &&&ResourceSpec| it.names.member.eq_ignore_ascii_case(value);
        RESOURCES.iter().find(is_called).map(|resource| Self::of(resource))
    }

    /// Only those that a filter of the list leaves.
    pub(crate) fn within(mut self, name: &'static str, names: Option<&'static ResourceSpec>, text: String) -> Self {
        self.filters.push(Filter { name, names, text });
        self
    }

    /// Only those of a domain.
    pub(crate) fn within_domain(self, domain: String) -> Self {
        self.within("domain_id", Some(Domain::SPEC), domain)
    }

    /// What the list is kept under. Texts are quoted: what one filter holds is not taken for another.
    pub(crate) fn key(&self) -> String {
        let filters: Vec<_> = self.filters.iter().map(|it| format!(" {}={:?}", it.name, it.text)).collect();
        format!("{}{}{}", self.resource.manager, if self.is_by_id { " by id" } else { "" }, filters.concat())
    }

    /// The names that the cloud has: one page of them; of longer lists those that begin with a text.
    pub(crate) async fn ask(&self, client: &Client, beginning: &str) -> Result<Names> {
        let identity = client.identity();
        let Some(list) = self.resource.operation("list") else { return Ok(Names::none()) };
        let mut arguments = Map::new();
        for filter in &self.filters {
            let value = match filter.names {
                Some(resource) => {
                    let found = identity.find(resource, Map::new(), &filter.text).await;
                    found.map_or_else(|_| filter.text.clone().into(), |found| found[resource.key].clone())
                }
                None => filter.text.clone().into(),
            };
            arguments.insert(filter.name.to_owned(), value);
        }
        if list.is_paged {
            arguments.insert("limit".to_owned(), MOST.into());
        }
        let first = self.page(client, arguments.clone()).await;
        match first {
            // Who may not see all projects may see their own.
            Err(error) if error.kind() == ErrorKind::Forbidden && self.resource.names == Project::SPEC.names => {
                let projects = client.projects().await?;
                Ok(Names::of(projects.iter().map(|it| it.name.clone())))
            }
            // Nor can the next try.
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
        let items = client.identity().items(list, arguments).some(MOST).await?;
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

    /// Those that can be typed. What is hidden in a name, or moves a terminal's cursor, is nothing to be typed unseen.
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
    /// As [`Names::to_text`] writes them.
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
