//! Describes why JSON is malformed, without quoting any of it.

use std::fmt;

use serde_json::error::Category;

/// An error of a JSON parser. The parser's own message quotes its input, which may be a secret.
#[derive(Debug)]
pub(crate) struct Malformed {
    what: &'static str,
    line: usize,
    column: usize,
}

impl From<&serde_json::Error> for Malformed {
    fn from(error: &serde_json::Error) -> Self {
        let what = match error.classify() {
            Category::Eof => "the JSON is incomplete",
            Category::Syntax => "this is not JSON",
            Category::Data if error.to_string().starts_with("missing field") => "the JSON lacks a field",
            Category::Data => "the JSON does not have the expected form",
            Category::Io => "the JSON cannot be read",
        };
        Self { what, line: error.line(), column: error.column() }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            // There is no position: the JSON itself was parsed completely before.
            0 => f.write_str(self.what),
            line => write!(f, "{} at line {line} column {}", self.what, self.column),
        }
    }
}

impl std::error::Error for Malformed {}

#[cfg(test)]
mod tests {
    use crate::{Error, ErrorKind};

    #[test]
    fn a_cause_never_quotes_what_was_read() {
        for text in [r#""secret""#, r#"{"enabled": "secret"}"#, "secret", "[\"secret\"", "{\"secret\": 1,"] {
            let cause = serde_json::from_str::<crate::Project>(text).expect_err("no project");
            let error = Error::new(ErrorKind::InvalidResponse, "malformed").with_source(cause);

            let shown = format!("{error:?} {}", std::error::Error::source(&error).expect("a cause"));
            assert!(!shown.contains("secret"), "{shown}");
            assert!(shown.contains("at line 1") || shown.contains("lacks a field"), "{shown}");
        }
    }
}
