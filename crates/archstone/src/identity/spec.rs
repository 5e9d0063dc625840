//! Descriptions of resources as plain data: what the typed API, Python's managers, the stubs and the reference
//! pages are all made from.

use std::{borrow::Cow, collections::BTreeSet};

use super::value::SUFFIXES;
use crate::{
    error::{Error, ErrorKind, printable},
    record::{FieldSpec, Use, ValueKind},
    spelling::nearest,
};

/// The name under which custom attributes and unknown filters are given, as an object.
pub(super) const EXTRA: &str = "extra";

/// What a kind of resource is: its fields, and what can be done with it.
#[derive(Clone, Copy, Debug)]
pub struct ResourceSpec {
    /// What it is called.
    pub names: Names,
    /// Where Python has it, as users of python-keystoneclient know it: `users`, `federation.mappings`.
    pub manager: &'static str,
    /// The field that tells one from another; empty where there is none.
    pub key: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Its fields. None for what is only a group of operations.
    pub fields: &'static [FieldSpec],
    /// What can be done.
    pub operations: &'static [&'static OperationSpec],
}

/// What a kind of resource is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Names {
    /// The class of one, such as `User`.
    pub class: &'static str,
    /// Its key in requests and answers, such as `user`.
    pub member: &'static str,
    /// The key of many, such as `users`.
    pub members: &'static str,
}

impl ResourceSpec {
    /// An operation by its name.
    #[must_use]
    pub fn operation(&self, name: &str) -> Option<&'static OperationSpec> {
        self.operations.iter().find(|it| it.name == name).copied()
    }
}

/// Something that can be done with resources.
#[derive(Clone, Copy, Debug)]
pub struct OperationSpec {
    /// Its name, such as `list` or `add_to_group`.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The ways to it: which one is taken depends on what is given.
    pub routes: &'static [Route],
    /// What can be said beyond the fields of the body.
    pub parameters: &'static [Parameter],
    /// The fields of the resource.
    pub fields: &'static [FieldSpec],
    /// How the body is written.
    pub body: Body,
    /// What comes back.
    pub answer: Answer,
    /// Parameters of which at most one can be given.
    pub exclusive: &'static [&'static [&'static str]],
    /// Whether no token is sent.
    pub is_anonymous: bool,
    /// How the request is signed in place of a token.
    pub is_signed: bool,
    /// Whether the first of the ways is answered in pages, which a `limit` asks for.
    pub is_paged: bool,
    /// The form of the answer that is asked for.
    pub accept: &'static str,
}

/// One way to an operation.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The path below the Identity API; with a slash in front, below the service's root. Parameters are in braces.
    pub path: &'static str,
    /// A flag that must be given, too.
    pub flag: &'static str,
}

impl Route {
    /// The names of the parameters in the path, and the flag.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let flag = Some(self.flag).filter(|it| !it.is_empty());
        self.path.split('/').filter_map(placeholder).chain(flag)
    }
}

/// The parameter of a segment in braces.
pub(super) fn placeholder(segment: &'static str) -> Option<&'static str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// A parameter of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its key on the wire; of a flag perhaps with what it is when on: `scope.system=all`.
    pub wire: &'static str,
    /// What it is; empty for the ids in the path.
    pub doc: &'static str,
    /// What it holds.
    pub kind: ValueKind,
    /// Whether it must be given.
    pub is_required: bool,
}

/// How a request's body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// There is none: parameters go into the query.
    None,
    /// The fields that can be set then, below a key.
    Fields(Use, &'static str),
    /// The same as the only element of a list.
    Element(&'static str),
    /// The parameters, below a key.
    Wrapped(&'static str),
    /// The parameters.
    Bare,
    /// The one parameter's value, whatever it is, below a key.
    Document(&'static str),
    /// The parameters as a form, for this type of grant.
    Form(&'static str),
}

/// What an operation answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing.
    Nothing,
    /// Whether it is so: not found means no.
    Flag,
    /// One resource, below a key.
    One(Names),
    /// The first of a list.
    First(Names),
    /// Many resources, which come one by one.
    Many(Names),
    /// A list of texts, below a key.
    Texts(&'static str),
    /// JSON, below a key.
    Member(&'static str),
    /// JSON.
    Json,
    /// Text, such as XML.
    Text,
    /// A form's fields.
    Form,
    /// A token, with what is known of it.
    Token,
    /// All that is known of a token, ready to be used.
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

    /// When the fields of the resource are its body: for what.
    #[must_use]
    pub fn sets(&self) -> Option<Use> {
        match self.body {
            Body::Fields(when, _) => Some(when),
            Body::Element(_) => Some(Use::Create),
            _ => None,
        }
    }

    /// Whether it takes what Archstone does not know, as `extra`: custom attributes of a resource that Keystone keeps, or
    /// further filters of a list.
    #[must_use]
    pub fn takes_extra(&self) -> bool {
        self.sets().is_some() || matches!(self.answer, Answer::Many(_))
    }

    /// The fields of the resource that are its body, but for those that are parameters.
    pub fn settable(&self) -> impl Iterator<Item = &'static FieldSpec> + Clone {
        let when = self.sets();
        self.fields.iter().filter(move |field| when.is_some_and(|when| field.uses.contains(&when)))
    }

    /// Every name that is taken: parameters by both of their names, inexact filters, fields by both of their names.
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

    /// Whether a name is taken.
    #[must_use]
    pub fn takes(&self, name: &str) -> bool {
        self.names().any(|it| it == name)
    }

    /// Why a name is not taken, with the nearest one that is.
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
                if known.is_empty() { error } else { error.with_hint(format!("there is {}", known.join(", "))) }
            }
        }
    }

    /// A parameter by its name, or by its key on the wire.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|it| it.name == name || it.wire == name)
    }

    /// The parameter that names the resource itself in the path, after those that it is within.
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

    /// Whether a parameter is a part of the path.
    #[must_use]
    pub fn is_in_path(&self, name: &str) -> bool {
        self.routes.iter().any(|route| route.names().any(|it| it == name))
    }
}
