//! Methods that a program adds under its own names, so that `auth_type` can choose them.

use std::{
    fmt,
    sync::{PoisonError, RwLock},
};

use super::{AuthMethod, Form, METHODS, MethodSpec, Reads, provided};
use crate::{
    error::{Error, ErrorKind, Result, printable},
    provider::{Provider, ProviderError, TokenProvider, caused_by},
    secret::Secret,
    settings::{OptionSpec, Settings, ValueKind},
};

/// A method for `auth_type`, whose tokens come from a [`TokenProvider`].
///
/// Once registered, it works like the library's own methods: its options can be set in `clouds.yaml`, in `OS_*`
/// variables and with [`ClientBuilder::option`](crate::ClientBuilder::option); a secret option `x` can also be given as
/// `x_file`, `x_command` or `x_keyring`.
///
/// ```
/// use archstone::{Client, ProvidedToken, ProviderError, Secret, TokenProvider, TokenRequest, config::ProviderMethod};
///
/// struct Vault {
///     url: String,
///     key: Secret,
/// }
///
/// impl TokenProvider for Vault {
///     fn name(&self) -> String {
///         format!("the vault at {}", self.url)
///     }
///     fn identity(&self) -> String {
///         self.url.clone()
///     }
///     fn secret(&self) -> Option<&Secret> {
///         Some(&self.key)
///     }
///     async fn token(&self, _: TokenRequest) -> Result<ProvidedToken, ProviderError> {
///         Err("the vault is not reached".into())
///     }
/// }
///
/// ProviderMethod::new("vault", |options| {
///     Ok(Vault { url: options.text("vault_url").to_owned(), key: options.secret("vault_key") })
/// })
/// .help("tokens of the company's vault")
/// .needs("vault_url", "the URL of the vault")
/// .needs_secret("vault_key", "the key that opens the vault")
/// .register()?;
///
/// // In `clouds.yaml`: `auth_type: vault`, and below `auth:` `vault_url: …`
/// let client = Client::builder()
///     .auth_url("https://keystone.example:5000/v3")
///     .auth_type("vault")
///     .option("vault_url", "https://vault.example")
///     .option("vault_key", "a key")
///     .build()?;
/// assert_eq!(client.config().method().unwrap().subject(), "the vault at https://vault.example");
/// # Ok::<(), archstone::Error>(())
/// ```
#[must_use = "a method counts once it is registered"]
pub struct ProviderMethod {
    name: String,
    help: String,
    options: Vec<Declared>,
    make: Make,
}

type Make = Box<dyn Fn(&ProviderOptions<'_>) -> Result<Provider, ProviderError> + Send + Sync>;

/// An option as a method declares it.
struct Declared {
    name: String,
    help: String,
    is_needed: bool,
    is_secret: bool,
}

impl ProviderMethod {
    /// A method with this name, and a function that makes its provider from the declared options. An error of the
    /// function that is not one of this library's becomes the cause of an [`InvalidConfig`](ErrorKind::InvalidConfig).
    pub fn new<P: TokenProvider>(
        name: impl Into<String>,
        make: impl Fn(&ProviderOptions<'_>) -> Result<P, ProviderError> + Send + Sync + 'static,
    ) -> Self {
        let name = name.into();
        let help = format!("a method that this program adds: {name}");
        Self { name, help, options: Vec::new(), make: Box::new(move |options| make(options).map(Provider::new)) }
    }

    /// A description of the method, in one line.
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: help.into(), ..self }
    }

    /// Adds an option. If it is one of the library's, such as `username`, the library's description is used.
    pub fn takes(self, name: impl Into<String>, help: impl Into<String>) -> Self {
        self.declare(name.into(), help.into(), false, false)
    }

    /// Adds a required option.
    pub fn needs(self, name: impl Into<String>, help: impl Into<String>) -> Self {
        self.declare(name.into(), help.into(), true, false)
    }

    /// Adds an option whose value is never shown.
    pub fn takes_secret(self, name: impl Into<String>, help: impl Into<String>) -> Self {
        self.declare(name.into(), help.into(), false, true)
    }

    /// Adds a required option whose value is never shown.
    pub fn needs_secret(self, name: impl Into<String>, help: impl Into<String>) -> Self {
        self.declare(name.into(), help.into(), true, true)
    }

    fn declare(mut self, name: String, help: String, is_needed: bool, is_secret: bool) -> Self {
        self.options.push(Declared { name, help, is_needed, is_secret });
        self
    }

    /// Makes the method available to all clients that this process creates from now on. Replaces a method registered
    /// earlier under the same name. Registrations stay in memory, so register each method only once.
    ///
    /// # Errors
    ///
    /// [`InvalidConfig`](ErrorKind::InvalidConfig) when the name is one of the library's methods, or an option is not
    /// spelled in lower case with underscores, or is secret here but not in another method.
    pub fn register(self) -> Result<()> {
        let Self { name, help, options, make } = self;
        let refuse = |what: String| Err(Error::new(ErrorKind::InvalidConfig, what));
        let shown = printable(&name);
        if !is_spelled_well(&name) {
            return refuse(format!("`{shown}` cannot be the name of an auth method"))
                .map_err(|error| error.with_hint("use lower-case letters, digits and underscores"));
        }
        if name == "archstone" || METHODS.iter().any(|method| method.auth_types.contains(&&*name)) {
            return refuse(format!(
                "the auth method `{shown}` cannot be registered: the library has a method of that name"
            ));
        }
        let mut own = Vec::new();
        for declared in &options {
            let Declared { name: option, is_secret, .. } = declared;
            if !is_spelled_well(option) {
                return refuse(format!("`{}` of the auth method `{shown}` cannot be an option", printable(option)))
                    .map_err(|error| error.with_hint("use lower-case letters, digits and underscores"));
            }
            // An option of the library keeps its definition.
            let others = || all().into_iter().filter(|other| other.name != name).flat_map(|other| other.options);
            match (others().find(|spec| spec.name == option), OptionSpec::find(option)) {
                (Some(other), _) if other.secret != *is_secret => {
                    let is = if other.secret { "is" } else { "is not" };
                    return refuse(format!("`{option}` of the auth method `{shown}` {is} a secret in another method"));
                }
                (None, Some(of_library)) if self::option(option).is_none() && of_library.name == option => {}
                _ => own.extend(specs(declared, &name)),
            }
        }
        let names = options.iter().map(|it| kept(&it.name)).collect::<Vec<_>>().leak();
        let needs = options.iter().filter(|it| it.is_needed).map(|it| &*vec![kept(&it.name)].leak());
        let spec = MethodSpec {
            name: kept(&name),
            auth_types: vec![kept(&name)].leak(),
            help: kept(&help),
            proof: kept(&name),
            options: own.leak(),
            needs: needs.collect::<Vec<_>>().leak(),
            form: Form::Alone,
            reads: Reads::Provided(Box::leak(Box::new(Maker { names, make }))),
            ..MethodSpec::LOGIN
        };
        let mut registered = REGISTERED.write().unwrap_or_else(PoisonError::into_inner);
        registered.retain(|known| known.name != spec.name);
        registered.push(Box::leak(Box::new(spec)));
        Ok(())
    }
}

impl fmt::Debug for ProviderMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options: Vec<_> = self.options.iter().map(|it| &it.name).collect();
        f.debug_struct("ProviderMethod").field("name", &self.name).field("options", &options).finish_non_exhaustive()
    }
}

/// The configured values of the options that a registered method declares.
pub struct ProviderOptions<'a> {
    names: &'static [&'static str],
    settings: &'a Settings,
}

impl ProviderOptions<'_> {
    /// The value of an option; `None` if it is not set, or the method does not declare it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Secret> {
        self.names.contains(&name).then(|| self.settings.secret(name).map(|it| &it.value)).flatten()
    }

    /// The value as text, empty if it is not set. A required option is always set.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.get(name).map(Secret::expose).unwrap_or_default()
    }

    /// The value as a secret.
    #[must_use]
    pub fn secret(&self, name: &str) -> Secret {
        self.get(name).cloned().unwrap_or_else(|| "".into())
    }

    /// An error about the value of an option, which says where the value comes from.
    #[must_use]
    pub fn wrong(&self, name: &str, what: &str) -> Error {
        let origin = self.settings.origin(name).map_or_else(|| format!("`{}`", printable(name)), ToString::to_string);
        Error::new(ErrorKind::InvalidConfig, format!("{origin} {}", printable(what)))
    }
}

impl fmt::Debug for ProviderOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names.iter().filter(|name| self.settings.has(name))).finish()
    }
}

/// A function that makes a provider, with the names of its options.
pub(crate) struct Maker {
    names: &'static [&'static str],
    make: Make,
}

impl Maker {
    /// The method; `None` if a required option is missing.
    pub(super) fn login(&self, spec: &MethodSpec, settings: &Settings) -> Result<Option<AuthMethod>> {
        let Some(spec) = all().into_iter().find(|known| known.name == spec.name) else { return Ok(None) };
        if !spec.needs.iter().all(|names| names.iter().any(|name| settings.has(name))) {
            return Ok(None);
        }
        let provider = (self.make)(&ProviderOptions { names: self.names, settings }).map_err(|error| {
            let is_secret = |name: &&&str| OptionSpec::find(name).is_some_and(|it| it.secret);
            let secrets = self.names.iter().filter(is_secret).filter_map(|name| settings.secret(name));
            let message = format!("the auth method `{}` refuses its options", spec.name);
            caused_by(Error::new(ErrorKind::InvalidConfig, message), error, secrets.map(|it| &it.value))
        })?;
        Ok(Some(provided::method(spec, provider)))
    }
}

impl fmt::Debug for Maker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Maker").field(&self.names).finish()
    }
}

static REGISTERED: RwLock<Vec<&'static MethodSpec>> = RwLock::new(Vec::new());

/// Every method that was registered.
pub(crate) fn all() -> Vec<&'static MethodSpec> {
    REGISTERED.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// The options of these methods.
pub(crate) fn options() -> impl Iterator<Item = &'static OptionSpec> {
    all().into_iter().flat_map(|method| method.options)
}

/// An option of one of these methods.
fn option(name: &str) -> Option<&'static OptionSpec> {
    options().find(|spec| spec.name == name)
}

fn is_spelled_well(name: &str) -> bool {
    let is_usual = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(is_usual)
}

/// Leaks the text, so that it is `'static`.
fn kept(text: &str) -> &'static str {
    Box::leak(text.into())
}

/// The specifications of a declared option: for a secret, also of its alternative sources.
fn specs(declared: &Declared, method: &str) -> Vec<OptionSpec> {
    let Declared { name, help, is_secret, .. } = declared;
    let spec = |ending: &str, help: String, itself: &'static str| {
        let name = kept(&format!("{name}{ending}"));
        let choices: &'static [_] = vec![("proof", kept(method)), (kept(&declared.name), itself)].leak();
        OptionSpec::plain(name, kept(&help)).choices(choices)
    };
    if !is_secret {
        return vec![OptionSpec::plain(kept(name), kept(help)).choices(vec![("proof", kept(method))].leak())];
    }
    vec![
        spec("", help.clone(), "itself").secret(),
        spec("_file", format!("a file with {help} in its first line"), "file").kind(ValueKind::Path),
        spec("_command", format!("a command that prints {help}"), "command").kind(ValueKind::Command),
        spec("_keyring", format!("the place of {help} in the system keyring"), "keyring"),
    ]
}
