//! Where each value was found.

use std::{fmt, path::PathBuf};

/// Where a value was found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Passed by the program: a builder's method, a keyword argument, a command-line option.
    Argument(String),
    /// An environment variable.
    Variable(String),
    /// A key of a configuration file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key, with the keys above it.
        key: String,
    },
    /// A key of a built-in vendor profile.
    Profile {
        /// The profile's name.
        name: String,
        /// The key, with the keys above it.
        key: String,
    },
    /// A default value.
    Default(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(name) => write!(f, "`{name}`"),
            Self::Variable(name) => write!(f, "environment variable `{name}`"),
            Self::File { path, line, key } => write!(f, "`{key}` in `{}` line {line}", path.display()),
            Self::Profile { name, key } => write!(f, "`{key}` in the built-in profile `{name}`"),
            Self::Default(name) => write!(f, "the default of `{name}`"),
        }
    }
}

/// A value together with its origin.
#[derive(Clone, Debug)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it was found.
    pub origin: Origin,
}
