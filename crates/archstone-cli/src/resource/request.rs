//! One run of a command: its arguments, and the identity service.

use archstone::{
    Error, ErrorKind, Result, Secret,
    identity::{OperationSpec, ResourceSpec},
};
use clap::ArgMatches;
use serde_json::{Map, Value};

use super::{
    argument::{Argument, Reads, Sets},
    listed::Listed,
};
use crate::{program::Program, session::Session};

/// The arguments of an operation, by name.
pub(crate) type Arguments = Map<String, Value>;
/// The fields of a resource.
pub(crate) type Fields = Map<String, Value>;

/// Keystone's own largest page.
const LARGEST_PAGE: u64 = 1000;

/// One run of a command.
pub(crate) struct Request<'a> {
    pub(crate) session: &'a Session<'a>,
    options: &'a ArgMatches,
    pub(super) described: &'static [Argument],
}

impl<'a> Request<'a> {
    pub(crate) fn new(session: &'a Session<'a>, options: &'a ArgMatches, described: &'static [Argument]) -> Self {
        Self { session, options, described }
    }

    /// The value of an argument. As in `openstack`, an empty text counts as missing when called by that name.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.given(name).filter(|text| !text.is_empty() || self.session.program() == Program::Archstone)
    }

    /// The same, empty or not.
    pub(super) fn given(&self, name: &str) -> Option<&'a str> {
        self.options.try_get_one::<String>(&Argument::id(name)).ok().flatten().map(String::as_str)
    }

    /// The secret value of an option, which may be empty.
    pub(crate) fn secret(&self, name: &str) -> Result<Option<Secret>> {
        Ok(self.value(name)?.as_ref().and_then(Value::as_str).map(Secret::from))
    }

    /// All values of a repeatable argument.
    pub(crate) fn texts(&self, name: &str) -> Vec<&'a str> {
        let values = self.options.try_get_many::<String>(&Argument::id(name)).ok().flatten();
        values.into_iter().flatten().map(String::as_str).collect()
    }

    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.options.try_get_one::<i64>(&Argument::id(name)).ok().flatten().copied()
    }

    /// Whether a switch was given.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.options.try_get_one::<bool>(&Argument::id(name)).ok().flatten().copied().unwrap_or_default()
    }

    /// The value of an argument, read according to its description: a name is resolved to an ID.
    pub(crate) fn value(&self, name: &str) -> Result<Option<Value>> {
        self.described.iter().find(|it| it.name == name).map_or(Ok(None), |argument| argument.value(self))
    }

    /// What the arguments set: for the operation, and for finding the thing itself.
    pub(crate) fn read(&self) -> Result<(Arguments, Arguments)> {
        let (mut set, mut within) = (Arguments::new(), Arguments::new());
        let set_something = self.described.iter().filter(|it| !matches!(it.sets, Sets::Nothing | Sets::Itself));
        // Arguments that need no request are read first, so that a mistake in a file costs none.
        let (names, others): (Vec<_>, Vec<_>) = set_something.partition(|it| matches!(it.reads, Reads::Name(_)));
        for argument in others.into_iter().chain(names) {
            let Some(value) = argument.value(self)? else { continue };
            match argument.sets {
                Sets::Within(name) => within.insert(name.to_owned(), value),
                Sets::Argument(name) => set.insert(name.to_owned(), value),
                Sets::Member(object, name) => add(&mut set, object, Map::from_iter([(name.to_owned(), value)])),
                Sets::Extra => {
                    add(&mut set, "extra", if let Value::Object(value) = value { value } else { Map::new() })
                }
                Sets::Nothing | Sets::Itself => None,
            };
        }
        Ok((set, within))
    }

    /// Performs an operation that only reads.
    pub(crate) fn ask(&self, operation: &'static OperationSpec, arguments: Arguments) -> Result<Value> {
        let client = self.session.client()?;
        client.wait(client.identity().perform(operation, arguments))
    }

    /// Performs an operation that changes something; see [`Session::change`].
    pub(crate) fn change(&self, operation: &'static OperationSpec, arguments: Arguments) -> Result<Value> {
        self.session.change(operation, arguments)
    }

    /// One thing by its id or name, or by its id alone.
    pub(super) fn get(
        &self,
        resource: &'static ResourceSpec,
        mut filters: Arguments,
        wanted: &str,
        is_id: bool,
    ) -> Result<Value> {
        let client = self.session.client()?;
        match (resource.operation("get"), is_id) {
            (Some(get), true) => {
                filters.retain(|name, _| get.is_in_path(name));
                filters.extend(get.itself().map(|itself| (itself.to_owned(), wanted.into())));
                self.ask(get, filters)
            }
            _ => client.wait(client.identity().find(resource, filters, wanted)),
        }
    }

    /// All items of a list.
    pub(crate) fn all(&self, operation: &'static OperationSpec, arguments: Arguments) -> Result<Vec<Value>> {
        self.first(operation, arguments, usize::MAX)?.all()
    }

    /// The items of a list as they arrive, at most `--max-items`. No more than these are requested.
    pub(crate) fn listed(&self, operation: &'static OperationSpec, mut arguments: Arguments) -> Result<Listed> {
        let page = arguments.get("limit").and_then(Value::as_u64).filter(|page| *page > 0);
        // Keystone filters by tags after it has cut the page: a short page can be empty, and end the list.
        let has_tags = arguments.keys().any(|name| name.contains("tags"));
        match (page, self.most()) {
            (Some(_), _) | (_, Some(_)) if operation.is_paged && has_tags => {
                arguments.insert("limit".to_owned(), LARGEST_PAGE.into());
            }
            (None, None) => drop(arguments.remove("limit")),
            (page, most) if operation.is_paged => {
                let most = most.map_or(LARGEST_PAGE, |most| most as u64);
                arguments.insert("limit".to_owned(), page.unwrap_or(LARGEST_PAGE).min(most).into());
            }
            _ => {}
        }
        self.first(operation, arguments, self.most().unwrap_or(usize::MAX))
    }

    /// The value of `--max-items`.
    pub(crate) fn most(&self) -> Option<usize> {
        self.integer("max-items").and_then(|most| usize::try_from(most).ok()).filter(|most| *most > 0)
    }

    fn first(&self, operation: &'static OperationSpec, arguments: Arguments, most: usize) -> Result<Listed> {
        let client = self.session.client()?;
        Listed::arriving(client.clone(), client.identity().items(operation, arguments), most)
    }
}

/// The operation of a resource with this name.
pub(crate) fn operation_of(resource: &'static ResourceSpec, name: &str) -> Result<&'static OperationSpec> {
    resource.operation(name).ok_or_else(|| {
        let message = format!("there is no operation `{name}` of {}", resource.names.members);
        Error::new(ErrorKind::InvalidRequest, message)
    })
}

/// The arguments of an operation, written in one of two ways.
pub(crate) trait Given {
    fn arguments(self) -> Arguments;
}

impl Given for Arguments {
    fn arguments(self) -> Arguments {
        self
    }
}

impl<const N: usize> Given for [(&str, Value); N] {
    fn arguments(self) -> Arguments {
        self.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// Performs an operation of a resource, by its name: reads, or changes something.
pub(crate) fn perform(
    request: &Request<'_>,
    resource: &'static ResourceSpec,
    operation: &str,
    given: impl Given,
) -> Result<Value> {
    let operation = operation_of(resource, operation)?;
    if ["GET", "HEAD"].contains(&operation.method) {
        request.ask(operation, given.arguments())
    } else {
        request.change(operation, given.arguments())
    }
}

/// The items of a list, by the name of the operation.
pub(crate) fn items(
    request: &Request<'_>,
    resource: &'static ResourceSpec,
    operation: &str,
    given: impl Given,
) -> Result<Vec<Value>> {
    request.all(operation_of(resource, operation)?, given.arguments())
}

fn add(set: &mut Arguments, name: &str, more: Map<String, Value>) -> Option<Value> {
    if let Value::Object(members) = set.entry(name).or_insert_with(|| Map::new().into()) {
        members.extend(more);
    }
    None
}
