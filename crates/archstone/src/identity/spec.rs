//! Descriptions of resources as plain data, from which the typed API, Python's managers, the stubs and the reference
//! pages are generated.

use std::{borrow::Cow, collections::BTreeSet};

use super::value::SUFFIXES;
use crate::{
    error::{Error, ErrorKind, printable},
    record::{FieldSpec, Use, ValueKind},
    spelling::nearest,
};

/// The name under which custom attributes and unknown filters are given, as an object.
pub(super) const EXTRA: &str = "extra";

/// A kind of resource: its fields and operations.
#[derive(Clone, Copy, Debug)]
pub struct ResourceSpec {
    /// The name.
    pub names: Names,
    /// Its manager in Python, with python-keystoneclient's name: `users`, `federation.mappings`.
    pub manager: &'static str,
    /// The field that identifies one; empty if there is none.
    pub key: &'static str,
    /// A description.
    pub doc: &'static str,
    /// Its fields. Empty if it is only a group of operations.
    pub fields: &'static [FieldSpec],
    /// Its operations.
    pub operations: &'static [&'static OperationSpec],
}

/// The names of a kind of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Names {
    /// The class of a resource, such as `User`.
    pub class: &'static str,
    /// Its key in requests and responses, such as `user`.
    pub member: &'static str,
    /// The key of a list, such as `users`.
    pub members: &'static str,
}

impl ResourceSpec {
    /// The operation with this name.
    #[must_use]
    pub fn operation(&self, name: &str) -> Option<&'static OperationSpec> {
        self.operations.iter().find(|it| it.name == name).copied()
    }
}

/// An operation on resources.
#[derive(Clone, Copy, Debug)]
pub struct OperationSpec {
    /// Its name, such as `list` or `add_to_group`.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// Its routes: the given arguments determine which one is used.
    pub routes: &'static [Route],
    /// Parameters other than the fields of the body.
    pub parameters: &'static [Parameter],
    /// The fields of the resource.
    pub fields: &'static [FieldSpec],
    /// How the body is written.
    pub body: Body,
    /// The response.
    pub answer: Answer,
    /// Parameters of which at most one can be given.
    pub exclusive: &'static [&'static [&'static str]],
    /// Whether no token is sent.
    pub is_anonymous: bool,
    /// Whether the request is signed instead of carrying a token.
    pub is_signed: bool,
    /// Whether the first route is paginated, with a `limit`.
    pub is_paged: bool,
    /// The requested media type of the response.
    pub accept: &'static str,
}

/// A route of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The path below the Identity API; with a slash in front, below the service's root. Parameters are in braces.
    pub path: &'static str,
    /// A flag that must be given, too.
    pub flag: &'static str,
}

impl Route {
    /// The names of the parameters in the path, and of the flag.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let flag = Some(self.flag).filter(|it| !it.is_empty());
        self.path.split('/').filter_map(placeholder).chain(flag)
    }
}

/// The parameter of a path segment in braces.
pub(super) fn placeholder(segment: &'static str) -> Option<&'static str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// A parameter of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its key on the wire; for a flag, optionally with its value: `scope.system=all`.
    pub wire: &'static str,
    /// A description; empty for the ids in the path.
    pub doc: &'static str,
    /// The type of its value.
    pub kind: ValueKind,
    /// Whether it is required.
    pub is_required: bool,
}

/// The form of a request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// There is none: parameters go into the query.
    None,
    /// The fields that can be set in this operation, below a key.
    Fields(Use, &'static str),
    /// The same as the only element of a list.
    Element(&'static str),
    /// The parameters, below a key.
    Wrapped(&'static str),
    /// The parameters.
    Bare,
    /// The value of the only parameter, of any type, below a key.
    Document(&'static str),
    /// The parameters as a form, for this grant type.
    Form(&'static str),
}

/// The form of an operation's response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing.
    Nothing,
    /// A boolean: 404 means false.
    Flag,
    /// One resource, below a key.
    One(Names),
    /// The first item of a list.
    First(Names),
    /// A list of resources, which are returned one by one.
    Many(Names),
    /// A list of strings, below a key.
    Texts(&'static str),
    /// JSON, below a key.
    Member(&'static str),
    /// JSON.
    Json,
    /// Text, such as XML.
    Text,
    /// A form's fields.
    Form,
    /// A token, with its data.
    Token,
    /// A token with all its data, ready for use.
    Access,
}

impl OperationSpec {
    pub(super) const fn new(
        name: &'static str,
        doc: &'static str,
        method: &'static str,
        routes: &'static [Route],
        parameters: &'static [Parameter],
        fields: &'static [FieldSpec],
        answer: Answer,
    ) -> Self {
        Self {
            name,
            doc,
            method,
            routes,
            parameters,
            fields,
            body: Body::None,
            answer,
            exclusive: &[],
            is_anonymous: false,
            is_signed: false,
            is_paged: false,
            accept: "application/json",
        }
    }

    pub(super) const fn create(self, member: &'static str) -> Self {
        self.body(Body::Fields(Use::Create, member))
    }

    pub(super) const fn create_element(self, members: &'static str) -> Self {
        self.body(Body::Element(members))
    }

    pub(super) const fn update(self, member: &'static str) -> Self {
        self.body(Body::Fields(Use::Update, member))
    }

    pub(super) const fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    pub(super) const fn exclusive(mut self, names: &'static [&'static [&'static str]]) -> Self {
        self.exclusive = names;
        self
    }

    pub(super) const fn anonymous(mut self) -> Self {
        self.is_anonymous = true;
        self
    }

    pub(super) const fn signed(mut self) -> Self {
        self.is_anonymous = true;
        self.is_signed = true;
        self
    }

    pub(super) const fn paged(mut self) -> Self {
        self.is_paged = true;
        self
    }

    pub(super) const fn accept(mut self, accept: &'static str) -> Self {
        self.accept = accept;
        self
    }

    /// The use of the resource's fields, if they are the body.
    #[must_use]
    pub fn sets(&self) -> Option<Use> {
        match self.body {
            Body::Fields(when, _) => Some(when),
            Body::Element(_) => Some(Use::Create),
            _ => None,
        }
    }

    /// Whether unknown arguments are accepted as `extra`: custom attributes of a resource that Keystone stores, or
    /// additional filters of a list.
    #[must_use]
    pub fn takes_extra(&self) -> bool {
        self.sets().is_some() || matches!(self.answer, Answer::Many(_))
    }

    /// The fields of the resource in the body, except those that are parameters.
    pub fn settable(&self) -> impl Iterator<Item = &'static FieldSpec> + Clone {
        let when = self.sets();
        self.fields.iter().filter(move |field| when.is_some_and(|when| field.uses.contains(&when)))
    }

    /// Every accepted name: parameters by both of their names, inexact filters, fields by both of their names.
    ///
    /// ```
    /// use archstone::identity::{Resource, User};
    ///
    /// let list = User::SPEC.operation("list").unwrap();
    /// assert!(list.names().any(|name| name == "domain"));
    /// assert!(list.names().any(|name| name == "name__startswith"));
    /// assert!(!list.names().any(|name| name == "email__startswith"));
    /// ```
    pub fn names(&self) -> impl Iterator<Item = Cow<'static, str>> {
        let inexact = |parameter: &'static Parameter| {
            let names = (parameter.kind == ValueKind::Match).then_some([parameter.name, parameter.wire]);
            names.into_iter().flatten().flat_map(|name| SUFFIXES.map(|how| format!("{name}__{how}").into()))
        };
        let named = |one: &'static str, other: &'static str| [one.into(), other.into()];
        let parameters =
            self.parameters.iter().flat_map(move |it| named(it.name, it.wire).into_iter().chain(inexact(it)));
        let fields = self.settable().flat_map(move |it| named(it.setter, it.name));
        let others = [(self.is_paged, "limit"), (self.takes_extra(), EXTRA)];
        parameters.chain(fields).chain(others.into_iter().filter(|(is_so, _)| *is_so).map(|(_, name)| name.into()))
    }

    /// Whether a name is accepted.
    #[must_use]
    pub fn takes(&self, name: &str) -> bool {
        self.names().any(|it| it == name)
    }

    /// The error for a name that is not accepted, with the most similar one that is.
    #[must_use]
    pub fn refusal(&self, name: &str) -> Error {
        let settable = self.settable().find(|it| it.name == name || it.setter == name);
        if settable.is_none()
            && self.sets().is_some()
            && self.fields.iter().any(|it| it.name == name || it.setter == name)
        {
            let cannot = if self.sets() == Some(Use::Update) { "changed" } else { "set" };
            return Error::new(ErrorKind::InvalidRequest, format!("`{name}` cannot be {cannot}"));
        }
        let message = format!("`{}` has no parameter `{}`", self.name, printable(name));
        let error = Error::new(ErrorKind::InvalidRequest, message);
        let names: BTreeSet<_> = self.names().collect();
        let near = nearest(name, names.iter().map(AsRef::as_ref));
        let extra = match (self.takes_extra(), self.sets().is_some()) {
            (false, _) => None,
            (true, true) => Some("a custom attribute goes into `extra`"),
            (true, false) => Some("a filter that Archstone does not know goes into `extra`"),
        };
        match (near, extra) {
            (Some(near), Some(extra)) => error.with_hint(format!("did you mean `{near}`? ({extra})")),
            (Some(near), None) => error.with_hint(format!("did you mean `{near}`?")),
            (None, Some(extra)) => error.with_hint(extra),
            (None, None) => {
                let known: Vec<_> = self.parameters.iter().map(|it| format!("`{}`", it.name)).collect();
                if known.is_empty() { error } else { error.with_hint(format!("it takes {}", known.join(", "))) }
            }
        }
    }

    /// A parameter by its name, or by its key on the wire.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|it| it.name == name || it.wire == name)
    }

    /// The path parameter for the resource itself, after those of its parents.
    ///
    /// ```
    /// use archstone::identity::{Protocol, Resource};
    ///
    /// let get = Protocol::SPEC.operation("get").unwrap();
    /// assert_eq!(get.itself(), Some("protocol"));
    /// ```
    #[must_use]
    pub fn itself(&self) -> Option<&'static str> {
        self.routes.first()?.names().last()
    }

    /// Whether a parameter is part of the path.
    #[must_use]
    pub fn is_in_path(&self, name: &str) -> bool {
        self.routes.iter().any(|route| route.names().any(|it| it == name))
    }
}
