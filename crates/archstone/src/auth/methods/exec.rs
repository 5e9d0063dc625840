//! A program that obtains the token in any way it likes: the extension point for every language.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{AuthMethod, Exchanged, Form, Method, MethodSpec, Reads, provided};
use crate::{
    access::Access,
    auth::login::Exchange,
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    host::Host,
    provider::ProvidedToken,
    scope::Scope,
    secret::Secret,
    settings::{OptionSpec, Origin, ValueKind, command},
    token::Token,
};

/// The environment variable that carries the request to the program.
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
    /// Empty: the program holds the proof of identity.
    secret: Secret,
}

impl Exec {
    async fn log_in(&self, exchange: &Exchange<'_>, scope: &Scope) -> Result<Access> {
        let wanted = json!({ "version": 1, "auth_url": exchange.auth_url.as_str(), "scope": scope.to_wire() });
        let (method, wanted) = (self.clone(), wanted.to_string());
        let now = exchange.identity.host.date();
        // Runs on a blocking thread: a program takes time, and even more if it prompts a person.
        let token = tokio::task::spawn_blocking(move || method.run(wanted, now))
            .await
            .map_err(|error| self.failed("did not finish").with_source(error))??;
        provided::adopt(exchange, scope, &token, self, "printed it: run it by hand").await
    }

    /// Runs the program, and parses its output.
    fn run(&self, wanted: String, now: Timestamp) -> Result<Token> {
        let printed = command::output_of(&self.words, &self.origin, &[(VARIABLE, wanted)], HINT)?;
        let answer: Value =
            serde_json::from_str(printed.expose()).map_err(|_| self.failed("prints something that is not JSON"))?;
        let text = |names: [&str; 2]| names.into_iter().find_map(|name| answer[name].as_str());
        // The second names are those of `openstack token issue -f json`.
        let token = text(["token", "id"]).ok_or_else(|| self.failed("prints JSON without a `token`"))?;
        let mut token = ProvidedToken::new(token);
        if let Some(end) = text(["expires_at", "expires"]) {
            let end = end
                .parse()
                .or_else(|_| end.replacen("+0000", "Z", 1).parse())
                .map_err(|_| self.failed("prints an `expires_at` that is not a time as in RFC 3339"))?;
            token = token.expires_at(end);
        }
        token.checked(now).map_err(|what| self.failed(&format!("prints {what}")))
    }

    fn failed(&self, what: &str) -> Error {
        let program = self.words.first().map(|it| printable(it)).unwrap_or_default();
        let message = format!("{}: the command `{program}` {what}", self.origin);
        Error::new(ErrorKind::InvalidConfig, message).with_hint(HINT)
    }
}

/// Whether this process was started by a login with a program, directly or indirectly.
pub(crate) fn is_within(host: &Host) -> bool {
    host.variable(VARIABLE).is_some()
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

    fn refused(&self, scope: &Scope) -> (ErrorKind, Hint) {
        let hint = format!("run {} by hand, and check that its user has a role in {scope}", self.subject());
        (ErrorKind::Unauthenticated, hint.into())
    }

    fn usable(&self, host: &Host, unattended: bool) -> Result<()> {
        if unattended {
            let message = format!("{}: commands are not run here", self.origin);
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
