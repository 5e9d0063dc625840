//! Commands that are one operation of a resource of the identity service: described in `commands/`, run here.
//!
//! A description contains the arguments of the command ([`Argument`]), how names are resolved to IDs ([`Finder`]), and
//! what is printed ([`Column`]). Special cases are handled by [`adjust`](Operation::adjust); a command that is more
//! than one operation has its own code, and reads its arguments through a [`Request`].

mod argument;
mod column;
pub(crate) mod common;
mod finder;
mod listed;
mod request;
mod verb;

use archstone::{Result, identity::ResourceSpec};
use clap::{ArgMatches, Command};

pub(crate) use self::{
    argument::{Argument, NOT_A_PAIR, Reads, argument, itself, option, read_file, switch},
    column::{Column, column, fields, listed, shown, sorted_names},
    finder::{DOMAIN, Finder, PROJECT, USER, in_its_domain},
    listed::Listed,
    request::{Arguments, Fields, Request, items, operation_of, perform},
};
use crate::{
    command::{Answers, Changes, Spec, Work},
    named::Things,
    output::{Answer, Name, Value},
    session::Session,
};

/// Names and values of the fields to show.
pub(crate) type Shown = Vec<(Name, Value)>;

/// Changes the request, depending on the arguments and on the current fields of the resource.
pub(crate) type Amend = fn(&Request<'_>, &Fields, &mut Arguments) -> Result<()>;
/// Lists the items.
pub(crate) type Items = fn(&Request<'_>, Arguments) -> Result<Listed>;

/// A command whose arguments are described.
trait Described: Sync {
    fn about(&self) -> &'static str;
    fn arguments(&self) -> &'static [Argument];
    fn changes(&self) -> Changes;
    fn run(&self, request: &Request<'_>) -> Result<Answer>;

    /// Whether it has `--long`.
    fn has_long(&self) -> bool {
        false
    }
}

impl<T: Described> Work for T {
    fn describe(&self) -> Command {
        let long = self.has_long().then_some(&argument::LONG);
        Command::new("").about(self.about()).args(self.arguments().iter().chain(long).map(Argument::describe))
    }

    fn run(&self, session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
        Described::run(self, &Request::new(session, options, self.arguments()))
    }

    fn is_of_identity(&self) -> bool {
        true
    }

    fn is_secret(&self, id: &str) -> bool {
        argument::is_secret(self.arguments(), id)
    }

    fn changes(&self) -> Changes {
        Described::changes(self)
    }

    fn named(&self, argument: &str, given: &dyn Fn(&str) -> Option<String>) -> Option<Things> {
        argument::named(self.arguments(), argument, given)
    }
}

/// A command that is one operation of a resource.
pub(crate) struct Operation {
    pub(crate) about: &'static str,
    pub(crate) resource: &'static ResourceSpec,
    pub(crate) verb: Verb,
    pub(crate) arguments: &'static [Argument],
    /// The fields of the answer, or the columns of a list.
    pub(crate) columns: &'static [Column],
    /// Additional columns with `--long`.
    pub(crate) long: &'static [Column],
    /// For messages about failed deletions: the kind of resource, how it is given, and the plural of the kind.
    pub(crate) one: &'static str,
    pub(crate) named: &'static str,
    pub(crate) many: &'static str,
    /// A last change to the request, for special cases.
    pub(crate) adjust: fn(&Request<'_>, &mut Arguments) -> Result<()>,
    /// A last change that depends on the current fields of the resource.
    pub(crate) amend: Option<Amend>,
    /// The items of a list, if they are not simply the result of the operation.
    pub(crate) items: Option<Items>,
    /// The fields of the answer, if they are not known in advance.
    pub(crate) show: Option<fn(&Fields) -> Shown>,
}

/// The operation, as named by `openstack`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Create,
    /// Deletes one or several, and reports each failure.
    Delete,
    List,
    Set,
    /// A change that prints its result.
    SetAndShow,
    Show,
}

/// A command with its own code, whose arguments are described.
pub(crate) struct Special {
    pub(crate) about: &'static str,
    pub(crate) arguments: &'static [Argument],
    pub(crate) changes: Changes,
    pub(crate) run: fn(&Request<'_>) -> Result<Answer>,
}

impl Special {
    /// The command with these words, and with these examples in its help.
    pub(crate) const fn command(
        &'static self,
        words: &'static [&'static str],
        answers: Answers,
        examples: &'static str,
    ) -> Spec {
        Spec { words, answers, examples, more: "", work: self }
    }
}

impl Described for Special {
    fn about(&self) -> &'static str {
        self.about
    }

    fn arguments(&self) -> &'static [Argument] {
        self.arguments
    }

    fn changes(&self) -> Changes {
        self.changes
    }

    fn run(&self, request: &Request<'_>) -> Result<Answer> {
        (self.run)(request)
    }
}

/// The answer of a run with `--dry-run`: the requests that it would have made, and what else it would have done.
pub(crate) fn previewed(session: &Session<'_>) -> Option<Answer> {
    let requests = session.previews()?;
    if requests.is_empty() {
        return Some(Answer::Text("nothing would be changed\n".into()));
    }
    let mut text = String::new();
    for request in &requests {
        if let serde_json::Value::String(said) = request {
            text.push_str(&format!("{said}\n"));
            continue;
        }
        let word = |name: &str| request[name].as_str().unwrap_or_default();
        text.push_str(&format!("{} {}\n", word("method"), word("path")));
        if let Some(body) = request.get("body") {
            text.push_str(&format!("{body:#}\n"));
        }
    }
    Some(Answer::Text(text))
}

impl Operation {
    pub(crate) const fn new(verb: Verb, resource: &'static ResourceSpec) -> Self {
        Self {
            about: "",
            resource,
            verb,
            arguments: &[],
            columns: &[],
            long: &[],
            one: "",
            named: "with name or ID",
            many: "",
            adjust: |_, _| Ok(()),
            amend: None,
            items: None,
            show: None,
        }
    }

    /// The command with these words, and with these examples in its help.
    pub(crate) const fn command(&'static self, words: &'static [&'static str], examples: &'static str) -> Spec {
        let answers = match self.verb {
            Verb::Create | Verb::Show | Verb::SetAndShow => Answers::Show,
            Verb::List => Answers::List,
            Verb::Delete | Verb::Set => Answers::Text,
        };
        Spec { words, answers, examples, more: "", work: self }
    }
}

impl Described for Operation {
    fn about(&self) -> &'static str {
        self.about
    }

    fn arguments(&self) -> &'static [Argument] {
        self.arguments
    }

    fn has_long(&self) -> bool {
        !self.long.is_empty()
    }

    fn run(&self, request: &Request<'_>) -> Result<Answer> {
        verb::run(self, request)
    }

    fn changes(&self) -> Changes {
        match self.verb {
            Verb::List | Verb::Show => Changes::Nothing,
            Verb::Create | Verb::Set | Verb::SetAndShow => Changes::Something,
            Verb::Delete => Changes::Deletes,
        }
    }
}
