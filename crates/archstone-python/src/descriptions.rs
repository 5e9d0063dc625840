//! The library's descriptions of the identity service's resources, for Python.

use archstone::identity::{
    Answer, FieldSpec, Names, OperationSpec, Parameter, RESOURCES, ResourceSpec, Use, ValueKind,
};
use pyo3::prelude::*;
use serde_json::{Value, json};

/// The managers of clients, each with a description. Needs no JSON, because it is called whenever Python starts.
#[pyfunction]
pub(crate) fn managers() -> Vec<(&'static str, String)> {
    let mut managers: Vec<(&str, String)> = Vec::new();
    for resource in RESOURCES {
        let name = resource.manager.split('.').next().unwrap_or_default();
        if name == resource.manager {
            managers.retain(|(known, _)| *known != name);
            managers.push((name, text(resource.doc).lines().next().unwrap_or_default().to_owned()));
        } else if !managers.iter().any(|(known, _)| *known == name) {
            managers.push((name, format!("What belongs to {name}.")));
        }
    }
    managers
}

/// All descriptions, as JSON.
#[pyfunction]
pub(crate) fn resources() -> String {
    RESOURCES.iter().map(|it| described(it)).collect::<Value>().to_string()
}

fn described(resource: &ResourceSpec) -> Value {
    json!({
        "class": resource.names.class,
        "member": resource.names.member,
        "manager": resource.manager,
        "key": resource.key,
        "doc": resource.doc.trim(),
        "fields": resource.fields.iter().map(field).collect::<Value>(),
        "operations": resource.operations.iter().map(|it| operation(it)).collect::<Value>(),
    })
}

fn field(field: &FieldSpec) -> Value {
    json!({
        "name": field.name,
        "setter": field.setter,
        "doc": text(field.doc),
        "kind": kind(field.kind),
        "holds": holds(field.kind, field.name, false),
        "required": field.is_required,
        "create": field.uses.contains(&Use::Create),
        "update": field.uses.contains(&Use::Update),
    })
}

fn operation(operation: &OperationSpec) -> Value {
    json!({
        "name": operation.name,
        "doc": text(operation.doc),
        "method": operation.method,
        "paths": operation.routes.iter().map(|it| it.path).collect::<Value>(),
        "itself": operation.itself(),
        "paged": operation.is_paged,
        "extra": operation.takes_extra(),
        "sets": operation.sets().map(|it| if it == Use::Create { "create" } else { "update" }),
        "answer": answer(operation.answer),
        "parameters": operation.parameters.iter().map(|it| parameter(operation, it)).collect::<Value>(),
    })
}

fn parameter(operation: &OperationSpec, parameter: &Parameter) -> Value {
    // If the name is a keyword in Rust, the key on the wire is the name.
    let name = if parameter.name.ends_with('_') { parameter.wire } else { parameter.name };
    json!({
        "name": name,
        "wire": parameter.wire,
        "doc": text(parameter.doc),
        "kind": kind(parameter.kind),
        "holds": holds(parameter.kind, parameter.wire, operation.is_in_path(parameter.name)),
        "required": parameter.is_required,
        "path": operation.is_in_path(parameter.name),
    })
}

/// The text of a doc comment, with one line for each paragraph.
fn text(doc: &str) -> String {
    doc.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned()
}

fn kind(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Text | ValueKind::Header => "text",
        ValueKind::Boolean => "boolean",
        ValueKind::Integer => "integer",
        ValueKind::Secret | ValueKind::Subject => "secret",
        ValueKind::Texts => "texts",
        ValueKind::Object => "object",
        ValueKind::List => "list",
        ValueKind::Any => "any",
        ValueKind::Match => "match",
        ValueKind::Flag => "flag",
    }
}

/// What a text is: the id of a resource, which can be given instead, a time, or only text.
fn holds(kind: ValueKind, key: &str, is_in_path: bool) -> &'static str {
    let is_resource = |of: &str| RESOURCES.iter().any(|it| it.key == "id" && of.ends_with(it.names.member));
    let named = key.strip_suffix("_id").or_else(|| key.strip_suffix(".id"));
    match kind {
        ValueKind::Text | ValueKind::Match
            if is_in_path
                || key == "id"
                || named.is_some_and(|of| matches!(of, "client" | "parent") || is_resource(of)) =>
        {
            "reference"
        }
        ValueKind::Text if key.ends_with("_at") => "time",
        _ => "",
    }
}

/// The kind of the result, and its class.
fn answer(answer: Answer) -> (&'static str, &'static str) {
    let class = |names: Names| names.class;
    match answer {
        Answer::Nothing => ("nothing", ""),
        Answer::Flag => ("flag", ""),
        Answer::One(names) | Answer::First(names) => ("one", class(names)),
        Answer::Many(names) => ("many", class(names)),
        Answer::Texts(_) => ("texts", ""),
        Answer::Text => ("text", ""),
        Answer::Form => ("form", ""),
        Answer::Token => ("token", ""),
        Answer::Access => ("access", ""),
        Answer::Member(_) | Answer::Json => ("json", ""),
    }
}
