//! The formats for scripts that are lines of text: `value`, `csv` and `shell`.

use super::value::Value;

/// The quoting mode of CSV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quote {
    All,
    Minimal,
    None,
    Nonnumeric,
}

/// A row of `value`: the cells, one space between them.
pub(crate) fn value_row(row: &[Value]) -> String {
    row.iter().map(Value::plain).collect::<Vec<_>>().join(" ")
}

/// A row of CSV, as Python's `csv` module writes it for `openstack`.
pub(crate) fn csv_row(row: &[Value], quote: Quote) -> String {
    let mut line = row.iter().map(|cell| csv_cell(cell, quote)).collect::<Vec<_>>().join(",");
    // An empty line would not be a row.
    if line.is_empty() && !row.is_empty() && quote != Quote::None {
        line.push_str("\"\"");
    }
    line
}

fn csv_cell(cell: &Value, quote: Quote) -> String {
    // The backslash is the escape character, so it is doubled in every mode.
    let text = if *cell == Value::None { String::new() } else { cell.plain().replace('\\', "\\\\") };
    let is_bare = cell.is_number() || matches!(cell, Value::Bool(_));
    let quoted = match quote {
        Quote::All => true,
        Quote::Nonnumeric => !is_bare,
        Quote::Minimal => text.contains([',', '"', '\n', '\r']),
        Quote::None => false,
    };
    if quoted {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else if quote == Quote::None {
        text.replace(',', "\\,").replace('"', "\\\"").replace('\n', "\\\n").replace('\r', "\\\r")
    } else {
        text
    }
}

/// The name of a variable of `shell`, without its prefix. Characters that are not allowed there become underscores:
/// some names come from the cloud.
pub(crate) fn shell_name(name: &str) -> String {
    name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_")
}

/// A line of `shell`: `name="value"`.
pub(crate) fn shell_line(prefix: &str, name: &str, value: &Value) -> String {
    format!("{prefix}{}=\"{}\"", shell_name(name), shell_text(&value.plain()))
}

/// Escapes characters that a shell interprets between double quotes, so that `eval` runs nothing.
fn shell_text(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if matches!(c, '"' | '\\' | '$' | '`') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_quotes_as_python_does() {
        let row = ["a,\"b\"\\".into(), Value::None, true.into(), Value::Integer(7)];

        assert_eq!(csv_row(&row, Quote::Nonnumeric), r#""a,""b""\\","",True,7"#);
        assert_eq!(csv_row(&row, Quote::All), r#""a,""b""\\","","True","7""#);
        assert_eq!(csv_row(&row, Quote::Minimal), r#""a,""b""\\",,True,7"#);
        assert_eq!(csv_row(&row, Quote::None), r#"a\,\"b\"\\,,True,7"#);
        // Parsers treat it as the end of a row, and Python quotes it since 3.13.
        assert_eq!(csv_row(&["a\rb".into()], Quote::Minimal), "\"a\rb\"");
        assert_eq!(csv_row(&["a\rb".into()], Quote::None), "a\\\rb");
    }

    #[test]
    fn a_shell_reads_back_what_was_written() {
        let awkward = "say \"$HOME\" `id` \\ end";

        let line = shell_line("os_", "Domain ID", &awkward.into());
        let script = format!("{line}; printf %s \"$os_domain_id\"");
        let shell = std::process::Command::new("sh").args(["-c", &script]).output().expect("a shell");

        assert_eq!(String::from_utf8_lossy(&shell.stdout), awkward);
    }
}
