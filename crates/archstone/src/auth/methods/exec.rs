//! A program that gets the token, in whatever way: the open end for every language.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{AuthMethod, Exchanged, Form, Method, MethodSpec, Reads, TokenExchange};
use crate::{
    access::Access,
    auth::{
        keystone,
        login::{Exchange, Identity},
    },
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    host::Host,
    reference::{DomainRef, ProjectRef},
    scope::Scope,
    secret::Secret,
    settings::{OptionSpec, Origin, ValueKind, command},
    token::Token,
};

/// The variable in which the program finds what is wanted.
const VARIABLE: &str = "ARCHSTONE_EXEC_REQUEST";

const HINT: &str = "it should print a token as JSON: {\"token\": \"…\", \"expires_at\": \"…\"}";

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "exec",
    auth_types: &["exec"],
    help: "a program that prints a token as JSON",
    proof: "program",
    options: &[OptionSpec::plain("exec_command", "a command that prints a token as JSON")
        .choices(&[("proof", "program")])
        .kind(ValueKind::Command)],
    needs: &[&["exec_command"]],
    form: Form::Alone,
    reads: Reads::Login(|settings| {
        let Some(value) = settings.text("exec_command") else { return Ok(None) };
        let words = command::words_of(&value)?;
        Ok(Some(AuthMethod::other(Exec { words, origin: value.origin.clone(), secret: "".into() })))
    }),
    ..MethodSpec::LOGIN
};

/// A program. Renewal runs it again.
#[derive(Clone, Debug)]
struct Exec {
    words: Vec<String>,
    origin: Origin,
    /// Empty: what proves who logs in is the program's.
    secret: Secret,
}

impl Exec {
    async fn log_in(&self, exchange: &Exchange<'_>, scope: &Scope) -> Result<Access> {
        let Identity { transport, host, .. } = exchange.identity;
        let v3 = exchange.identity.v3(exchange.auth_url).await?;
        let wanted = json!({ "version": 1, "auth_url": exchange.auth_url.as_str(), "scope": scope.to_wire() });
        let (method, wanted) = (self.clone(), wanted.to_string());
        let now = host.date();
        // Beside the tasks of the runtime: a program takes time, and a person whom it asks more.
        let token = tokio::task::spawn_blocking(move || method.run(wanted, now))
            .await
            .map_err(|error| self.failed("did not finish").with_source(error))??;
        let access = keystone::look_up(transport, host, v3, &token).await.map_err(|error| match error.kind() {
            ErrorKind::TokenRejected => error.with_hint(format!("{} printed it: run it by hand", self.subject())),
            _ => error,
        })?;
        if is_for(&access, scope) {
            return Ok(access);
        }
        let token = TokenExchange { token: token.expose().into() };
        keystone::issue(transport, host, v3, &token, scope, None).await
    }

    /// Runs the program, and reads what it prints.
    fn run(&self, wanted: String, now: Timestamp) -> Result<Token> {
        let printed = command::output_of(&self.words, &self.origin, &[(VARIABLE, wanted)], HINT)?;
        let answer: Value =
            serde_json::from_str(printed.expose()).map_err(|_| self.failed("prints something that is not JSON"))?;
        let text = |names: [&str; 2]| names.into_iter().find_map(|name| answer[name].as_str());
        // The second names are those of `openstack token issue -f json`.
        let token = text(["token", "id"]).ok_or_else(|| self.failed("prints JSON without a `token`"))?;
        if let Some(end) = text(["expires_at", "expires"]) {
            let end: Timestamp = end
                .parse()
                .or_else(|_| end.replacen("+0000", "Z", 1).parse())
                .map_err(|_| self.failed("prints an `expires_at` that is not a time as in RFC 3339"))?;
            if end <= now {
                return Err(self.failed(&format!("prints a token that ended at {end}")));
            }
        }
        if token.is_empty() {
            return Err(self.failed("prints an empty `token`"));
        }
        Token::new(token.into()).map_err(|_| self.failed("prints a token that cannot be written in an HTTP header"))
    }

    fn failed(&self, what: &str) -> Error {
        let program = self.words.first().map(|it| printable(it)).unwrap_or_default();
        let message = format!("{}: the command `{program}` {what}", self.origin);
        Error::new(ErrorKind::InvalidConfig, message).with_hint(HINT)
    }
}

/// Whether this process is run by a login with a program, or is a part of one.
pub(crate) fn is_within(host: &Host) -> bool {
    host.variable(VARIABLE).is_some()
}

/// Whether a token is for a scope already.
fn is_for(access: &Access, scope: &Scope) -> bool {
    let is = |domain: &DomainRef, id: Option<&str>, name: Option<&str>| match domain {
        DomainRef::Id(it) => id == Some(it),
        DomainRef::Name(it) => name == Some(it),
    };
    match scope {
        Scope::Default => true,
        Scope::Unscoped => !access.is_scoped(),
        Scope::Project(ProjectRef::Id(id)) => access.project_id() == Some(id),
        Scope::Project(ProjectRef::Name { name, domain }) => {
            access.project_name() == Some(name) && is(domain, access.project_domain_id(), access.project_domain_name())
        }
        Scope::Domain(domain) => is(domain, access.domain_id(), access.domain_name()),
        Scope::System => access.is_system_scoped(),
        Scope::Trust(id) => access.trust().is_some_and(|trust| trust.id == *id),
    }
}

impl Method for Exec {
    fn spec(&self) -> &'static MethodSpec {
        &SPEC
    }

    fn subject(&self) -> String {
        format!("the program `{}`", self.words.first().map(|it| printable(it)).unwrap_or_default())
    }

    fn identity(&self) -> Value {
        json!(self.words)
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.secret)
    }

    fn factors(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    fn refused(&self, scope: &Scope) -> (ErrorKind, Hint) {
        let hint = format!("run {} by hand, and check that its user has a role in {scope}", self.subject());
        (ErrorKind::Unauthenticated, hint.into())
    }

    fn usable(&self, host: &Host, unattended: bool) -> Result<()> {
        if unattended {
            let message = format!("{}: the command is not run, since nobody asked for that", self.origin);
            return Err(Error::new(ErrorKind::NotConfigured, message));
        }
        if !is_within(host) {
            return Ok(());
        }
        let hint =
            "let the program log in differently: unset the variables that select this method, or name another cloud";
        Err(self.failed("would run itself endlessly").with_hint(hint))
    }

    fn exchange<'a>(&'a self, exchange: &'a Exchange<'a>, scope: &'a Scope) -> Option<Exchanged<'a>> {
        Some(Box::pin(self.log_in(exchange, scope)))
    }
}
