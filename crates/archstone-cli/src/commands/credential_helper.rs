//! `archstone credential-helper`: a token for other programs, in their format.

use archstone::{Access, Error, ErrorKind, Result, host::Host};
use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};

use crate::{
    command::{Answers, Own, Spec},
    output::Answer,
    session::Session,
};

pub(super) const SPEC: Spec = Spec {
    words: &["credential-helper"],
    answers: Answers::Text,
    examples: "\
archstone --os-cloud mycloud credential-helper
archstone --os-cloud mycloud credential-helper --form kubernetes",
    more: "\
`kubernetes` is an ExecCredential of `client.authentication.k8s.io/v1` (or `v1beta1`), for `users[].user.exec` of a \
kubeconfig; KUBERNETES_EXEC_INFO selects the version, and can forbid prompts (`interactive: false`). `json` is \
`{\"token\": \"T\", \"expires_at\": \"2030-01-31T23:59:59Z\"}`, which `auth_type: exec` reads. The token is the cached one while it is valid. Times \
are by the clock of this machine.",
    work: &Own { describe, run },
};

/// Describes the run; set by kubectl and other Kubernetes clients.
const INFO: &str = "KUBERNETES_EXEC_INFO";
const VERSIONS: [&str; 2] = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

fn describe() -> Command {
    Command::new("credential-helper").about("Print a token for Kubernetes and other programs").arg(
        Arg::new("form")
            .long("form")
            .value_name("FORM")
            .value_parser(["kubernetes", "json"])
            .overrides_with("form")
            .help("The form [default: kubernetes where KUBERNETES_EXEC_INFO is set, else json]"),
    )
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let host = Host::default();
    let info = host.variable(INFO).filter(|text| !text.is_empty());
    let form = options.get_one::<String>("form").map(String::as_str);
    let is_for_kubernetes = form.map_or(info.is_some(), |form| form == "kubernetes");
    let wanted = match info.filter(|_| is_for_kubernetes) {
        Some(text) => Wanted::read(&text)?,
        None => Wanted { version: VERSIONS[0].into(), is_interactive: true },
    };
    let access = if wanted.is_interactive {
        session.authenticate()?
    } else {
        session.client_that_asks_nobody()?.authenticate()?
    };
    let (token, end) = (access.token().expose(), end(&access, &host)?);
    let document = if is_for_kubernetes {
        json!({
            "apiVersion": wanted.version,
            "kind": "ExecCredential",
            "status": { "token": token, "expirationTimestamp": end },
        })
    } else {
        json!({ "token": token, "expires_at": end })
    };
    Ok(Answer::Text(format!("{document}\n")))
}

/// The token's expiry by this machine's clock, which the reader compares it with.
fn end(access: &Access, host: &Host) -> Result<String> {
    let end = host.date().checked_add(access.remaining()).map_err(|error| {
        Error::new(ErrorKind::InvalidResponse, format!("the token's expiry is too late to be written: {error}"))
    })?;
    Ok(format!("{end:.0}"))
}

/// The output for a Kubernetes client.
struct Wanted {
    version: String,
    is_interactive: bool,
}

impl Wanted {
    fn read(text: &str) -> Result<Self> {
        let wrong = |what: &str| {
            Error::new(ErrorKind::InvalidConfig, format!("`{INFO}` {what}"))
                .with_hint("Kubernetes clients such as `kubectl` set it: run one of them, or unset the variable")
        };
        let info: Value = serde_json::from_str(text).map_err(|_| wrong("is not JSON"))?;
        if info["kind"] != "ExecCredential" {
            return Err(wrong("is not an ExecCredential"));
        }
        let version = info["apiVersion"].as_str().unwrap_or_default();
        if !VERSIONS.contains(&version) {
            return Err(wrong(&format!(
                "asks for the version `{version}`; the versions are `{}`",
                VERSIONS.join("`, `")
            )));
        }
        Ok(Self { version: version.to_owned(), is_interactive: info["spec"]["interactive"].as_bool().unwrap_or(true) })
    }
}
