//! Access to the host: environment, standard folders, and clocks. Either the real ones, or those of a test.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use crate::error::{Error, ErrorKind, Result, printable};

/// The host as the library sees it.
///
/// Nothing else reads the environment or a clock, so that a test can pass its own host.
///
/// ```
/// use archstone::host::Host;
///
/// let host = Host::made([("OS_CLOUD", "demo"), ("HOME", "/home/demo")]);
/// assert_eq!(host.variable("OS_CLOUD").as_deref(), Some("demo"));
/// assert_eq!(host.variable("OS_USERNAME"), None);
/// ```
#[derive(Clone)]
pub struct Host {
    environment: Environment,
    clock: Arc<dyn Clock>,
    platform: Platform,
    /// The base of relative paths; empty for the process's own.
    working_folder: PathBuf,
    /// The base of the system's own folders.
    root: PathBuf,
}

/// Determines where files are searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// Linux and other Unixes.
    Unix,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

impl Platform {
    /// The platform that this program was built for.
    pub const THIS: Self = if cfg!(windows) {
        Self::Windows
    } else if cfg!(target_os = "macos") {
        Self::MacOs
    } else {
        Self::Unix
    };
}

#[derive(Clone)]
enum Environment {
    Process,
    Made(Arc<BTreeMap<String, OsString>>),
}

impl Default for Host {
    fn default() -> Self {
        Self {
            environment: Environment::Process,
            clock: Arc::new(SystemClock::new()),
            platform: Platform::THIS,
            working_folder: PathBuf::new(),
            root: PathBuf::from("/"),
        }
    }
}

impl Host {
    /// A host with this environment only, and the real clock.
    pub fn made<K: Into<String>, V: Into<OsString>>(variables: impl IntoIterator<Item = (K, V)>) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self { environment: Environment::Made(Arc::new(variables.collect())), ..Self::default() }
    }

    /// The same host with another clock.
    #[must_use]
    pub fn with_clock(self, clock: impl Clock) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// The same host on another platform, where files are in other places.
    #[must_use]
    pub fn with_platform(self, platform: Platform) -> Self {
        Self { platform, ..self }
    }

    /// The same host with another working directory, and with system folders, such as `/etc`, below `root`.
    #[must_use]
    pub fn with_folders(self, working_folder: impl Into<PathBuf>, root: impl Into<PathBuf>) -> Self {
        Self { working_folder: working_folder.into(), root: root.into(), ..self }
    }

    /// An environment variable. A value that is empty or not UTF-8 counts as unset.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<String> {
        self.raw_variable(name)?.into_string().ok()
    }

    /// An environment variable that affects behavior: a value that is not UTF-8 is an error.
    pub(crate) fn checked_variable(&self, name: &str) -> Result<Option<String>> {
        self.raw_variable(name).map(|value| value.into_string().map_err(|_| unreadable(name))).transpose()
    }

    /// A variable that counts even if it is empty; `None` if it is not set.
    pub(crate) fn set_variable(&self, name: &str) -> Option<Result<String>> {
        Some(self.any_variable(name)?.into_string().map_err(|_| unreadable(name)))
    }

    fn raw_variable(&self, name: &str) -> Option<OsString> {
        self.any_variable(name).filter(|value| !value.is_empty())
    }

    fn any_variable(&self, name: &str) -> Option<OsString> {
        match &self.environment {
            #[expect(clippy::disallowed_methods, reason = "this is the only place that does this")]
            Environment::Process => std::env::var_os(name),
            Environment::Made(variables) => variables.get(name).cloned(),
        }
    }

    /// The variables that configure a cloud, by name: those that begin with `OS_` or `ARCHSTONE_` and are not empty. A
    /// value that is not UTF-8 is an error, since ignoring it would change the configuration.
    pub(crate) fn settings_variables(&self) -> Result<BTreeMap<String, String>> {
        let mut readable = BTreeMap::new();
        for (name, value) in self.raw_variables() {
            let value = value.into_string().map_err(|_| unreadable(&name))?;
            readable.insert(name, value);
        }
        Ok(readable)
    }

    fn raw_variables(&self) -> BTreeMap<String, OsString> {
        let counts = |name: &str, value: &OsStr| {
            !value.is_empty() && (name.starts_with("OS_") || name.starts_with("ARCHSTONE_"))
        };
        match &self.environment {
            #[expect(clippy::disallowed_methods, reason = "this is the only place that does this")]
            Environment::Process => std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
                .filter(|(name, value)| counts(name, value))
                .collect(),
            Environment::Made(variables) => variables
                .iter()
                .filter(|(name, value)| counts(name, value))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        }
    }

    /// The names of all variables that may contain options of a cloud, and therefore secrets: those that begin with
    /// `OS_` or `ARCHSTONE_`, with any name and value.
    #[must_use]
    pub fn cloud_variables(&self) -> Vec<OsString> {
        let names: Vec<OsString> = match &self.environment {
            #[expect(clippy::disallowed_methods, reason = "this is the only place that does this")]
            Environment::Process => std::env::vars_os().map(|(name, _)| name).collect(),
            Environment::Made(variables) => variables.keys().map(OsString::from).collect(),
        };
        let is_of_cloud = |name: &OsString| {
            // Names of variables are case-insensitive on Windows.
            let ignores_case = self.platform == Platform::Windows;
            ["OS_", "ARCHSTONE_"].iter().any(|prefix| {
                let start = name.as_encoded_bytes().get(..prefix.len()).unwrap_or_default();
                start == prefix.as_bytes() || ignores_case && start.eq_ignore_ascii_case(prefix.as_bytes())
            })
        };
        names.into_iter().filter(is_of_cloud).collect()
    }

    /// The folders that are searched for configuration, in order: the working directory, the user's folders, the
    /// system's folders. They are the same as openstacksdk's on each platform.
    pub(crate) fn configuration_folders(&self) -> Vec<PathBuf> {
        let below_home = |path: &str| Some(self.home()?.join(path).join("openstack"));
        let variable = |name: &str, path: &str| Some(self.absolute(name)?.join(path));
        let own = self.absolute("SNAP_REAL_HOME").map(|home| home.join(".config/openstack"));
        let own = own.or_else(|| below_home(".config"));
        let mut folders = match self.platform {
            Platform::Unix => vec![variable("XDG_CONFIG_HOME", "openstack").or_else(|| below_home(".config")), own],
            Platform::MacOs => {
                vec![variable("XDG_CONFIG_HOME", "openstack"), below_home("Library/Application Support"), own]
            }
            Platform::Windows => vec![
                variable("XDG_CONFIG_HOME", "openstack"),
                variable("LOCALAPPDATA", "OpenStack/openstack"),
                variable("APPDATA", "openstack"),
                own,
            ],
        };
        match self.platform {
            // The XDG specification requires ignoring paths that are not absolute: an empty one would be the working
            // directory, where anyone may have put a file.
            Platform::Unix => match self.raw_variable("XDG_CONFIG_DIRS") {
                Some(several) => folders.extend(
                    std::env::split_paths(&several)
                        .filter(|folder| folder.is_absolute())
                        .map(|folder| Some(folder.join("openstack"))),
                ),
                None => folders.push(Some(self.root.join("etc/xdg/openstack"))),
            },
            Platform::MacOs => folders.push(Some(self.root.join("Library/Application Support/openstack"))),
            Platform::Windows => folders.push(variable("PROGRAMDATA", "OpenStack/openstack")),
        }
        folders.push(Some(self.root.join("etc/openstack")));
        let mut once = vec![self.working_folder.clone()];
        for folder in folders.into_iter().flatten() {
            if !once.contains(&folder) {
                once.push(folder);
            }
        }
        once
    }

    pub(crate) fn working_folder(&self) -> &Path {
        &self.working_folder
    }

    /// The user's own configuration folder, where new files are created.
    pub(crate) fn own_configuration_folder(&self) -> Option<PathBuf> {
        self.configuration_folders().into_iter().nth(1).filter(|_| self.home().is_some())
    }

    /// Expands a path: `~/` is the user's home, and a relative path starts in the working directory.
    pub(crate) fn path(&self, text: &str) -> PathBuf {
        match (text.strip_prefix("~/"), self.home()) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => self.working_folder.join(text),
        }
    }

    /// The user's own folder for data that can be recreated: `$XDG_CACHE_HOME`, `~/.cache`.
    pub(crate) fn cache_home(&self) -> Option<PathBuf> {
        self.absolute("XDG_CACHE_HOME")
            .or_else(|| self.absolute("LOCALAPPDATA"))
            .or_else(|| Some(self.home()?.join(".cache")))
    }

    /// The user's own folder for data that persists but is specific to this machine: `$XDG_STATE_HOME`,
    /// `~/.local/state`.
    pub(crate) fn state_home(&self) -> Option<PathBuf> {
        self.absolute("XDG_STATE_HOME").or_else(|| Some(self.home()?.join(".local/state")))
    }

    pub(crate) fn home(&self) -> Option<PathBuf> {
        self.absolute("HOME").or_else(|| self.absolute("USERPROFILE"))
    }

    fn absolute(&self, variable: &str) -> Option<PathBuf> {
        self.raw_variable(variable).map(PathBuf::from).filter(|path| path.is_absolute())
    }

    pub(crate) fn now(&self) -> Moment {
        self.clock.now()
    }

    pub(crate) fn wall(&self) -> Duration {
        self.clock.wall()
    }

    /// The machine's date. It may be wrong.
    #[must_use]
    pub fn date(&self) -> jiff::Timestamp {
        let since_1970 = jiff::SignedDuration::try_from(self.wall()).unwrap_or_default();
        jiff::Timestamp::from_duration(since_1970).unwrap_or_default()
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }
}

fn unreadable(name: &str) -> Error {
    let name = printable(name);
    Error::new(ErrorKind::InvalidConfig, format!("environment variable `{name}` is not UTF-8 text"))
        .with_hint(format!("set `{name}` again in a UTF-8 locale, or unset it"))
}

impl fmt::Debug for Host {
    /// The environment may contain passwords: for a test's environment, only names are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.environment {
            Environment::Process => f.write_str("Host(process)"),
            Environment::Made(variables) => f.debug_set().entries(variables.keys()).finish(),
        }
    }
}

/// A point in time on a monotonic clock that also advances while the machine sleeps. It is not a date, and is
/// unaffected by changes of the machine's date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(Duration);

impl Moment {
    /// A moment this long after the clock's start (on Linux: the machine's boot).
    #[must_use]
    pub fn after_start(elapsed: Duration) -> Self {
        Self(elapsed)
    }

    /// The time since the clock's start.
    #[must_use]
    pub fn since_start(self) -> Duration {
        self.0
    }

    pub(crate) fn later(self, by: Duration) -> Self {
        Self(self.0.saturating_add(by))
    }

    pub(crate) fn until(self, later: Self) -> Duration {
        later.0.saturating_sub(self.0)
    }
}

/// Two clocks: one for lifetimes, one for dates.
pub trait Clock: Send + Sync + 'static {
    /// Now, for measuring lifetimes.
    fn now(&self) -> Moment;

    /// The machine's date, since 1970. It may be wrong.
    fn wall(&self) -> Duration;

    /// Identifies a boot of the machine; moments are comparable only within one. `None` if the clock is meaningful only
    /// in this process.
    fn boot_id(&self) -> Option<String> {
        None
    }
}

/// The machine's own clocks.
#[derive(Debug)]
struct SystemClock {
    /// If there is no boot-time clock, moments count from here.
    #[cfg_attr(target_os = "linux", expect(dead_code, reason = "Linux has a boot-time clock"))]
    started: Instant,
}

impl SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the only place that does this")]
    fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    #[cfg(target_os = "linux")]
    fn now(&self) -> Moment {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Moment(Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0)))
    }

    #[cfg(not(target_os = "linux"))]
    fn now(&self) -> Moment {
        Moment(self.started.elapsed())
    }

    #[expect(clippy::disallowed_methods, reason = "this is the only place that does this")]
    fn wall(&self) -> Duration {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }

    #[cfg(target_os = "linux")]
    fn boot_id(&self) -> Option<String> {
        static BOOT_ID: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
        let read = || Some(std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?.trim().to_owned());
        BOOT_ID.get_or_init(read).clone()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_variable_for_clouds_that_is_not_utf8_is_refused_by_its_name() {
        use std::os::unix::ffi::OsStringExt;
        let bytes = || OsString::from_vec(b"d\xe9veloppement".to_vec());
        for name in ["OS_PROJECT_NAME", "OS_CLOUD", "OS_COMPUTE_API_VERSION", "ARCHSTONE_TOKEN_CACHE"] {
            let host = Host::made([(name, bytes())]);
            let error = host.settings_variables().expect_err(name);
            assert_eq!(error.to_string(), format!("environment variable `{name}` is not UTF-8 text"));
            assert!(host.checked_variable(name).is_err());
        }
        let host = Host::made([("LESSOPEN", bytes()), ("OS_USERNAME", "alice".into())]);
        let readable = host.settings_variables().expect("only others' variables are not UTF-8");
        assert_eq!(readable.into_iter().collect::<Vec<_>>(), [("OS_USERNAME".to_owned(), "alice".to_owned())]);
        // A folder's name need not be UTF-8.
        let home = OsString::from_vec(b"/home/andr\xe9".to_vec());
        assert_eq!(Host::made([("HOME", home.clone())]).home(), Some(PathBuf::from(home)));
    }

    #[test]
    fn folders_that_are_not_absolute_are_ignored() {
        for (variable, value) in [
            ("XDG_CONFIG_DIRS", ":/etc:x:./y"),
            ("XDG_CONFIG_DIRS", ""),
            ("XDG_CONFIG_HOME", "x"),
            ("SNAP_REAL_HOME", "x"),
            ("HOME", "x"),
        ] {
            let folders = Host::made([(variable, value)]).configuration_folders();
            // Except for the working directory, which comes first.
            assert!(folders.iter().skip(1).all(|folder| folder.is_absolute()), "{variable}={value}: {folders:?}");
        }
    }
}
