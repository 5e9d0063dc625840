//! The arguments of a command: how they are written, read, and what they set.

use std::fs;

use archstone::{Error, ErrorKind, Result};
use clap::{Arg, ArgAction};
use serde_json::{Map, Value};

use super::{Finder, request::Request};
use crate::{command::whole_number, events::warning, input, named::Things, program::Program, session::first_line};

/// An argument of a command.
pub(crate) struct Argument {
    /// The option, or the name of a positional argument.
    pub(crate) name: &'static str,
    form: Form,
    /// The name of its value in the help.
    value: &'static str,
    help: &'static str,
    pub(super) reads: Reads,
    pub(super) sets: Sets,
    is_required: bool,
    pub(super) is_repeated: bool,
    /// Options that it conflicts with.
    against: &'static [&'static str],
    /// Options for the same choice: of these, the last one on the command line counts.
    instead_of: &'static [&'static str],
    /// Another name, which help does not show.
    alias: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Positional,
    Option,
    Switch,
}

/// The meaning of an argument's text.
#[derive(Clone, Copy)]
pub(crate) enum Reads {
    Text,
    Integer,
    /// A count.
    Count,
    OneOf(&'static [&'static str]),
    /// A switch with this value.
    Constant(bool),
    /// The name or ID of another resource, which is resolved to its ID.
    Name(&'static Finder),
    /// `key=value`.
    Pair,
    /// Comma-separated texts.
    Commas,
    /// A time in UTC, to the second.
    Time,
    /// A secret; `-` reads a line of standard input.
    Secret,
    /// A file with JSON.
    JsonFile,
    /// A file with text.
    TextFile,
    /// A file with a text in each line.
    Lines,
}

/// What the argument sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sets {
    /// The command's own code reads it.
    Nothing,
    /// The resource that the operation applies to.
    Itself,
    /// Where that resource is looked up: a filter of the list, or a part of the path.
    Within(&'static str),
    /// An argument of the operation: a field or a filter.
    Argument(&'static str),
    /// A member of a field, or of the filters, that is an object.
    Member(&'static str, &'static str),
    /// Any custom attribute.
    Extra,
}

/// A positional argument.
pub(crate) const fn argument(name: &'static str, help: &'static str) -> Argument {
    Argument {
        name,
        form: Form::Positional,
        value: name,
        help,
        reads: Reads::Text,
        sets: Sets::Nothing,
        is_required: true,
        is_repeated: false,
        against: &[],
        instead_of: &[],
        alias: None,
    }
}

/// The resource that the operation applies to, by its name or ID.
pub(crate) const fn itself(name: &'static str, help: &'static str, finder: &'static Finder) -> Argument {
    Argument { sets: Sets::Itself, reads: Reads::Name(finder), ..argument(name, help) }
}

/// An option with a value.
pub(crate) const fn option(name: &'static str, value: &'static str, help: &'static str) -> Argument {
    Argument { form: Form::Option, value, is_required: false, ..argument(name, help) }
}

/// An option without a value.
pub(crate) const fn switch(name: &'static str, help: &'static str) -> Argument {
    Argument { form: Form::Switch, reads: Reads::Constant(true), is_required: false, ..argument(name, help) }
}

/// For lists that have more columns.
pub(super) const LONG: Argument = switch("long", "List additional fields in output");

/// Whether the value of one of these arguments is a secret, by its id among the matches.
pub(super) fn is_secret(arguments: &[Argument], id: &str) -> bool {
    arguments.iter().any(|it| matches!(it.reads, Reads::Secret) && Argument::id(it.name) == id)
}

impl Argument {
    pub(crate) const fn reads(mut self, reads: Reads) -> Self {
        self.reads = reads;
        self
    }

    /// The name or ID of another resource.
    pub(crate) const fn finds(self, finder: &'static Finder) -> Self {
        self.reads(Reads::Name(finder))
    }

    /// A secret.
    pub(crate) const fn secret(self) -> Self {
        self.reads(Reads::Secret)
    }

    /// A switch that sets `false`.
    pub(crate) const fn off(self) -> Self {
        self.reads(Reads::Constant(false))
    }

    /// An argument of the operation.
    pub(crate) const fn sets(mut self, name: &'static str) -> Self {
        self.sets = Sets::Argument(name);
        self
    }

    /// A member of the field `options`.
    pub(crate) const fn sets_option(mut self, name: &'static str) -> Self {
        self.sets = Sets::Member("options", name);
        self
    }

    /// A filter that is not one of the operation's own.
    pub(crate) const fn filters(mut self, name: &'static str) -> Self {
        self.sets = Sets::Member("extra", name);
        self
    }

    /// Any custom attribute.
    pub(crate) const fn sets_extra(mut self) -> Self {
        self.sets = Sets::Extra;
        self
    }

    /// Where the resource itself is looked up.
    pub(crate) const fn within(mut self, filter: &'static str) -> Self {
        self.sets = Sets::Within(filter);
        self
    }

    pub(crate) const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    pub(crate) const fn repeated(mut self) -> Self {
        self.is_repeated = true;
        self
    }

    pub(crate) const fn against(mut self, others: &'static [&'static str]) -> Self {
        self.against = others;
        self
    }

    pub(crate) const fn instead_of(mut self, others: &'static [&'static str]) -> Self {
        self.instead_of = others;
        self
    }

    pub(crate) const fn alias(mut self, alias: &'static str) -> Self {
        self.alias = Some(alias);
        self
    }

    /// Its ID among the matches: options of the cloud can have the same name.
    pub(super) fn id(name: &str) -> String {
        format!("={name}")
    }

    pub(crate) fn describe(&self) -> Arg {
        let id = Self::id(self.name);
        let arg = Arg::new(id.clone()).help(self.help).required(self.is_required);
        let arg = match self.form {
            Form::Positional => arg,
            Form::Option | Form::Switch => arg.long(self.name).aliases(self.alias),
        };
        let arg = arg
            .conflicts_with_all(self.against.iter().map(|name| Self::id(name)))
            .overrides_with_all(self.instead_of.iter().map(|name| Self::id(name)));
        let arg = match (self.form, self.is_repeated) {
            (Form::Switch, _) => return arg.action(ArgAction::SetTrue).overrides_with(id),
            (Form::Positional, true) => arg.num_args(1..).action(ArgAction::Append),
            (Form::Option, true) => arg.action(ArgAction::Append),
            (Form::Positional, false) => arg,
            (Form::Option, false) => arg.overrides_with(id),
        };
        let arg = arg.value_name(self.value.to_uppercase().replace('-', "_"));
        match self.reads {
            Reads::Integer => arg.value_parser(whole_number(i64::MIN, i64::MAX)).allow_negative_numbers(true),
            Reads::Count => arg.value_parser(whole_number(0, i64::MAX)).allow_negative_numbers(true),
            Reads::Pair => arg.value_parser(pair),
            Reads::OneOf(values) => arg.value_parser(clap::builder::PossibleValuesParser::new(values)),
            _ => arg,
        }
    }

    /// Its value as JSON. `None` if it was not given.
    pub(super) fn value(&self, request: &Request<'_>) -> Result<Option<Value>> {
        let values = match self.reads {
            Reads::Constant(value) => return Ok(request.is_on(self.name).then(|| value.into())),
            Reads::Integer | Reads::Count => request.integer(self.name).map(Value::from).into_iter().collect(),
            // An empty value is not the same as none: `openstack` has its own rules for it.
            Reads::Secret => {
                request.given(self.name).map(|text| self.read(text, request)).transpose()?.into_iter().collect()
            }
            _ if !self.is_repeated => {
                request.text(self.name).map(|text| self.read(text, request)).transpose()?.into_iter().collect()
            }
            _ => request
                .texts(self.name)
                .into_iter()
                .map(|text| self.read(text, request))
                .collect::<Result<Vec<Value>>>()?,
        };
        Ok(match (self.reads, self.is_repeated) {
            (Reads::Pair, _) if !values.is_empty() => Some(Value::Object(
                values
                    .into_iter()
                    .filter_map(|it| if let Value::Object(it) = it { Some(it) } else { None })
                    .flatten()
                    .collect(),
            )),
            (_, true) => (!values.is_empty()).then_some(Value::Array(values)),
            (_, false) => values.into_iter().next(),
        })
    }

    fn read(&self, text: &str, request: &Request<'_>) -> Result<Value> {
        Ok(match self.reads {
            Reads::Text | Reads::OneOf(_) | Reads::Integer | Reads::Count | Reads::Constant(_) => text.into(),
            Reads::Name(finder) => finder.id(request, text)?.into(),
            Reads::Commas => text.split(',').map(str::trim).filter(|it| !it.is_empty()).collect::<Vec<_>>().into(),
            Reads::Pair => {
                let (key, value) = text.split_once('=').unwrap_or((text, ""));
                Map::from_iter([(key.to_owned(), value.into())]).into()
            }
            Reads::Time => time(text).ok_or_else(|| {
                let message = format!("`{}` is not a time such as `2030-01-31T23:59:59`", self.written(text));
                Error::new(ErrorKind::InvalidRequest, message)
            })?,
            Reads::Secret => self.secret_text(text, request)?.into(),
            Reads::TextFile => read_file(text)?.trim().into(),
            Reads::Lines => {
                let text = read_file(text)?;
                text.lines().map(str::trim).filter(|it| !it.is_empty()).collect::<Vec<_>>().into()
            }
            Reads::JsonFile => serde_json::from_str(&read_file(text)?).map_err(|error| {
                let message = format!("{} is not JSON: {error}", place(text));
                Error::new(ErrorKind::InvalidRequest, message)
            })?,
        })
    }

    /// How it was given on the command line.
    fn written(&self, text: &str) -> String {
        if self.form == Form::Option { format!("--{} {text}", self.name) } else { text.to_owned() }
    }

    fn secret_text(&self, text: &str, request: &Request<'_>) -> Result<String> {
        let option = if self.form == Form::Option { format!("--{}", self.name) } else { self.name.to_owned() };
        match request.session.program() {
            // Most likely an unset variable.
            Program::Archstone if text.is_empty() => {
                Err(Error::new(ErrorKind::InvalidRequest, format!("the value of `{option}` is empty"))
                    .with_hint("`-` reads the secret from standard input"))
            }
            _ if request.session.is_line() && text != "-" => Ok(text.to_owned()),
            Program::Archstone if text == "-" => {
                Ok(first_line("-", &format!("the {}", self.name.replace('-', " ")))?.expose().to_owned())
            }
            Program::Archstone => {
                warning!(
                    "`{option}` lets everyone on this machine see the secret in the process list; `-` reads it from standard input"
                );
                Ok(text.to_owned())
            }
            Program::Openstack => Ok(text.to_owned()),
        }
    }
}

/// The resources that one of these arguments can name, filtered by the others.
pub(super) fn named(
    described: &'static [Argument],
    name: &str,
    given: &dyn Fn(&str) -> Option<String>,
) -> Option<Things> {
    let argument = described.iter().find(|it| it.name == name)?;
    let Reads::Name(finder) = argument.reads else { return None };
    let named = finder.named(given);
    if argument.sets != Sets::Itself {
        return Some(named);
    }
    Some(described.iter().fold(named, |named, other| match (other.sets, other.reads, given(other.name)) {
        (Sets::Within(filter), Reads::Name(finder), Some(text)) => named.within(filter, Some(finder.resource), text),
        (Sets::Within(filter), _, Some(text)) => named.within(filter, None, text),
        _ => named,
    }))
}

/// The message follows the given value.
pub(crate) const NOT_A_PAIR: &str = "it is not a `key=value` pair";

fn pair(text: &str) -> Result<String, &'static str> {
    text.split_once('=').filter(|(key, _)| !key.is_empty()).map(|_| text.to_owned()).ok_or(NOT_A_PAIR)
}

/// A time in Keystone's format: with fractions of a second, and a `Z`.
fn time(text: &str) -> Option<Value> {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00";
    let fits = |(byte, shape): (u8, &u8)| if *shape == b'0' { byte.is_ascii_digit() } else { byte == *shape };
    let is_time = text.len() == SHAPE.len() && text.bytes().zip(SHAPE).all(fits);
    is_time.then(|| format!("{text}.000000Z").into())
}

fn place(path: &str) -> String {
    if path == "-" { "standard input".to_owned() } else { format!("the file `{path}`") }
}

/// The text of a file, or of standard input if the path is `-`.
pub(crate) fn read_file(path: &str) -> Result<String> {
    let read = if path == "-" { input::read() } else { fs::read_to_string(path) };
    read.map_err(|error| Error::new(ErrorKind::InvalidRequest, format!("cannot read {}: {error}", place(path))))
}
