//! The operations of described commands.

use archstone::{Error, ErrorKind, Result, identity::OperationSpec};
use serde_json::Value as Json;

use super::{
    Operation, Verb,
    argument::{Argument, Reads, Sets},
    column::listed,
    finder::Finder,
    request::{Arguments, Fields, Request, operation_of},
};
use crate::{events::failure, output::Answer, program::Program};

pub(super) fn run(operation: &Operation, request: &Request<'_>) -> Result<Answer> {
    match operation.verb {
        Verb::Create => create(operation, request),
        Verb::Delete => delete(operation, request),
        Verb::List => list(operation, request),
        Verb::Set | Verb::SetAndShow => set(operation, request),
        Verb::Show => show(operation, request),
    }
}

fn create(operation: &Operation, request: &Request<'_>) -> Result<Answer> {
    let (mut arguments, _) = request.read()?;
    (operation.adjust)(request, &mut arguments)?;
    let name = arguments.get("name").and_then(Json::as_str).map(str::to_owned);
    let domain = arguments.get("domain").cloned();
    match request.change(operation.does("create")?, arguments) {
        Err(error) if error.kind() == ErrorKind::Conflict && request.is_on("or-show") => {
            let within = domain.map(|domain| ("domain_id".to_owned(), domain)).into_iter().collect();
            let found = Finder::of(operation.resource).find(request, &name.unwrap_or_default(), within)?;
            Ok(operation.shown(&found))
        }
        made => Ok(operation.shown(&fields_of(made?))),
    }
}

fn show(operation: &Operation, request: &Request<'_>) -> Result<Answer> {
    let (mut arguments, within) = request.read()?;
    (operation.adjust)(request, &mut arguments)?;
    let (itself, finder) = operation.itself()?;
    let wanted = request.text(itself.name).unwrap_or_default();
    let found = finder.find(request, wanted, within.clone())?;
    let get = operation.does("get")?;
    // An item from a list may already be complete; from the token, only its ID is known.
    if arguments.is_empty() && found.len() > 1 {
        return Ok(operation.shown(&found));
    }
    arguments.extend(in_path(get, within));
    arguments.extend(named(get, operation, &found)?);
    Ok(operation.shown(&fields_of(request.ask(get, arguments)?)))
}

fn set(operation: &Operation, request: &Request<'_>) -> Result<Answer> {
    let (mut arguments, within) = request.read()?;
    (operation.adjust)(request, &mut arguments)?;
    let (itself, finder) = operation.itself()?;
    let wanted = request.text(itself.name).unwrap_or_default();
    let update = operation.does("update")?;
    let found = match finder.given(wanted) {
        // There is nothing to look up or to read first.
        Some(found) if !arguments.is_empty() && operation.amend.is_none() => found,
        _ => finder.find(request, wanted, within.clone())?,
    };
    if let Some(amend) = operation.amend {
        amend(request, &found, &mut arguments)?;
    }
    if arguments.is_empty() {
        return Ok(operation.after_change(&found));
    }
    arguments.extend(in_path(update, within));
    arguments.extend(named(update, operation, &found)?);
    Ok(operation.after_change(&fields_of(request.change(update, arguments)?)))
}

fn list(operation: &Operation, request: &Request<'_>) -> Result<Answer> {
    let (mut arguments, _) = request.read()?;
    (operation.adjust)(request, &mut arguments)?;
    let items = match operation.items {
        Some(items) => items(request, arguments)?,
        None => request.listed(operation.does("list")?, arguments)?,
    };
    Ok(listed(operation.columns, operation.long, request.is_on("long"), items))
}

fn delete(operation: &Operation, request: &Request<'_>) -> Result<Answer> {
    let (mut arguments, within) = request.read()?;
    (operation.adjust)(request, &mut arguments)?;
    let (itself, finder) = operation.itself()?;
    let delete = operation.does("delete")?;
    delete_each(operation, request, itself.name, |wanted| {
        let found = match finder.given(wanted) {
            Some(found) => found,
            None => finder.find(request, wanted, within.clone())?,
        };
        let mut arguments = arguments.clone();
        arguments.extend(in_path(delete, within.clone()));
        arguments.extend(named(delete, operation, &found)?);
        request.change(delete, arguments).map(drop)
    })
}

/// Deletes each resource that an argument names. A failure does not stop the others, and is reported.
fn delete_each(
    operation: &Operation,
    request: &Request<'_>,
    argument: &str,
    mut delete: impl FnMut(&str) -> Result<()>,
) -> Result<Answer> {
    let (wanted, mut failures) = (request.texts(argument), Vec::new());
    let names = operation.resource.names;
    let one = if operation.one.is_empty() { names.member.replace('_', " ") } else { operation.one.to_owned() };
    let many = if operation.many.is_empty() { names.members.replace('_', " ") } else { operation.many.to_owned() };
    let is_openstack = request.session.program() == Program::Openstack;
    request.session.confirm_deletion(&one, &wanted)?;
    for name in &wanted {
        if let Err(error) = delete(name) {
            // For a single one, the error is returned like that of any other command.
            if wanted.len() == 1 && !is_openstack {
                return Err(error);
            }
            failure!("Failed to delete {one} {} '{name}': {error}", operation.named);
            failures.push(error);
        }
    }
    match failures.first() {
        None => Ok(Answer::Text(String::new())),
        Some(first) => {
            let end = if is_openstack { "." } else { "" };
            let message = format!("{} of {} {many} failed to delete{end}", failures.len(), wanted.len());
            Err(Error::new(first.kind(), message))
        }
    }
}

impl Operation {
    /// The operation of the library.
    fn does(&self, name: &str) -> Result<&'static OperationSpec> {
        operation_of(self.resource, name)
    }

    /// The argument that names the resource that the operation applies to.
    fn itself(&self) -> Result<(&'static Argument, &'static Finder)> {
        let found = self.arguments.iter().find_map(|it| match (it.sets, it.reads) {
            (Sets::Itself, Reads::Name(finder)) => Some((it, finder)),
            _ => None,
        });
        found.ok_or_else(|| Error::new(ErrorKind::InvalidRequest, "the command does not say what it is done to"))
    }

    fn shown(&self, fields: &Fields) -> Answer {
        Answer::Show(match self.show {
            Some(show) => show(fields),
            None => self.columns.iter().map(|it| (it.title.into(), it.of(fields))).collect(),
        })
    }

    fn after_change(&self, fields: &Fields) -> Answer {
        if self.verb == Verb::SetAndShow { self.shown(fields) } else { Answer::Text(String::new()) }
    }
}

/// The resource itself, as an argument of an operation on it.
fn named(operation: &'static OperationSpec, described: &Operation, found: &Fields) -> Result<Option<(String, Json)>> {
    let key = described.resource.key;
    let id = found
        .get(key)
        .cloned()
        .ok_or_else(|| Error::new(ErrorKind::InvalidResponse, format!("the answer gives no `{key}`")))?;
    Ok(operation.itself().map(|itself| (itself.to_owned(), id)))
}

/// Filters of the lookup that are also part of the operation's path.
fn in_path(operation: &'static OperationSpec, within: Arguments) -> impl Iterator<Item = (String, Json)> {
    within.into_iter().filter(|(name, _)| operation.is_in_path(name))
}

/// The fields of an answer; none if a change was only shown.
fn fields_of(answer: Json) -> Fields {
    match answer {
        Json::Object(fields) => fields,
        _ => Fields::new(),
    }
}
