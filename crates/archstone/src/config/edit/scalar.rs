//! Writes text as YAML, so that every reader parses it as the same text.

use crate::config::typing;

/// Unquoted if no reader could parse it as something else, quoted otherwise.
pub(super) fn written(text: &str) -> String {
    if text.chars().any(char::is_control) || text.contains(['\u{2028}', '\u{2029}', '\u{feff}', '\u{85}']) {
        // JSON strings are valid in YAML, too.
        serde_json::Value::from(text).to_string()
    } else if is_bare(text) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

fn is_bare(text: &str) -> bool {
    const WORDS: &[&str] = &["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let is_plain = |c: char| c.is_alphanumeric() || "_-./:@+~%=".contains(c);
    text.starts_with(|c: char| c.is_alphanumeric() || c == '/' || c == '_')
        && text.chars().all(is_plain)
        && !text.ends_with(':')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
        && text.parse::<f64>().is_err()
        && typing::read_elsewhere(text).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_that_is_nothing_else_stays_bare() {
        for bare in ["alice", "https://k.example:5000/v3", "/etc/ssl/ca.pem", "a@b.example", "é漢", "v3password"] {
            assert_eq!(written(bare), bare);
        }
        for quoted in ["", "no", "0123", "12", "1e5", "~", "a b", "a: b", "#x", "*x", "p%{}", "-x", "a:", "[a]", " x"] {
            assert_eq!(written(quoted), format!("'{quoted}'"));
        }
        assert_eq!(written("it's"), "'it''s'");
        assert_eq!(written("a\nb"), "\"a\\nb\"");
    }
}
