//! YAML in block style, as `PyYAML`'s `safe_dump` writes it, but for the folding of long lines.

use std::fmt::Write;

use super::{Name, value::Value};

/// A list of rows: mappings with sorted keys.
pub(crate) fn yaml_rows(rows: &[Value]) -> String {
    if rows.is_empty() {
        return "[]\n".into();
    }
    let mut out = String::new();
    write_list(&mut out, rows, 0);
    out
}

/// One member of a mapping, on a line of its own.
pub(crate) fn yaml_member(name: &str, value: &Value) -> String {
    let mut out = String::new();
    write_member(&mut out, name, value, 0);
    out
}

fn write_member(out: &mut String, name: &str, value: &Value, indent: usize) {
    out.push_str(&scalar(name));
    out.push(':');
    match value.machine() {
        Value::List(items) if !items.is_empty() => {
            // Below a name, a list is not indented further.
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            write_list(out, items, indent);
        }
        Value::Object(members) if !members.is_empty() => {
            out.push('\n');
            out.push_str(&" ".repeat(indent + 2));
            write_object(out, members, indent + 2);
        }
        value => {
            out.push(' ');
            write_leaf(out, value);
        }
    }
}

/// Begins at the place of the first item.
fn write_list(out: &mut String, items: &[Value], indent: usize) {
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            out.push_str(&" ".repeat(indent));
        }
        out.push_str("- ");
        match item.machine() {
            Value::List(items) if !items.is_empty() => write_list(out, items, indent + 2),
            Value::Object(members) if !members.is_empty() => write_object(out, members, indent + 2),
            value => write_leaf(out, value),
        }
    }
}

/// Begins at the place of the first member.
fn write_object(out: &mut String, members: &[(Name, Value)], indent: usize) {
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_by_key(|(name, _)| name);
    for (position, (name, value)) in sorted.into_iter().enumerate() {
        if position > 0 {
            out.push_str(&" ".repeat(indent));
        }
        write_member(out, name, value, indent);
    }
}

fn write_leaf(out: &mut String, value: &Value) {
    match value {
        Value::None => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Text(text) => out.push_str(&scalar(text)),
        Value::List(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
        number => out.push_str(&number.plain()),
    }
    out.push('\n');
}

/// Text, bare where no reader could take it for something else.
fn scalar(text: &str) -> String {
    if text.chars().any(|c| !matches!(c, ' '..='~')) {
        double_quoted(text)
    } else if is_plain(text) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

fn is_plain(text: &str) -> bool {
    let starts_as_syntax = text.starts_with(|c| "#,[]{}&*!|>'\"%@`".contains(c))
        || ["-", "?", ":"].iter().any(|mark| text == *mark || text.starts_with(&format!("{mark} ")))
        || text.starts_with("---")
        || text.starts_with("...");
    let holds_syntax = text.contains(": ") || text.contains(" #") || text.ends_with(':');
    !text.is_empty() && text.trim() == text && !starts_as_syntax && !holds_syntax && !looks_typed(text)
}

/// Whether a reader of YAML 1.1 (as `PyYAML`) or 1.2 could read this as something other than text. Text that none of
/// them would is quoted in a few cases, too; that does no harm.
fn looks_typed(text: &str) -> bool {
    const WORDS: &[&str] =
        &["~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<", ".inf", ".nan"];
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_word = |it: &str| WORDS.contains(&it.to_ascii_lowercase().as_str());
    is_word(text) || is_word(unsigned) || is_number(unsigned) || is_date(text)
}

/// Digits with what YAML 1.1 or 1.2 allows among them: `1_000`, `0x1f`, `0o17`, `12:30:00`, `1.5`, `1.0E+3`, `1e5`.
fn is_number(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    if let Some(digits) = ["0x", "0b", "0o"].iter().find_map(|prefix| lower.strip_prefix(prefix)) {
        return digits.chars().all(|c| c.is_ascii_hexdigit() || c == '_');
    }
    let (mantissa, exponent) = lower.split_once('e').unwrap_or((&lower, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    mantissa.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && mantissa.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '_' | ':'))
        && exponent.chars().all(|c| c.is_ascii_digit() || c == '_')
}

/// A date, alone or with anything after it that a time can have. The form of `openstack`, with a zone of four digits,
/// is no time to any reader and stays bare.
fn is_date(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let is_day = |it: &&&str| shape.starts_with(**it);
    let Some(day) = ["0000-00-00", "0000-0-00", "0000-00-0", "0000-0-0"].iter().find(is_day) else { return false };
    let time = &shape[day.len()..];
    let is_of_time = |c| matches!(c, '0' | ':' | '.' | '+' | '-' | 'T' | 't' | 'Z' | 'z' | ' ');
    time.chars().all(is_of_time) && !matches!(time, "T00:00:00+0000" | "T00:00:00-0000")
}

fn double_quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            ' '..='~' => quoted.push(c),
            c if u32::from(c) <= 0xff => drop(write!(quoted, "\\x{:02X}", u32::from(c))),
            c if u32::from(c) <= 0xffff => drop(write!(quoted, "\\u{:04X}", u32::from(c))),
            c => drop(write!(quoted, "\\U{:08X}", u32::from(c))),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_that_is_nothing_else_stays_bare() {
        for bare in
            ["alice", "2026-11-24T00:18:55+0000", "http://a.example:5000/v3", "a b", "e5", "12ab", "-x", "x#y", "0e1f"]
        {
            assert_eq!(scalar(bare), bare);
        }
        for typed in [
            "",
            "no",
            "Yes",
            "NULL",
            "~",
            "123",
            "1_000",
            "0x1f",
            "0b11",
            "1.5",
            "12:30",
            "2026-11-24",
            "1e5",
            "1.0E+3",
            "2001-12-14  21:59:43",
            "0o17",
            "y",
            "- x",
            "a: b",
            "#x",
            " x",
        ] {
            assert_eq!(scalar(typed), format!("'{typed}'"));
        }
        assert_eq!(scalar("2026-11-24T00:18:55Z"), "'2026-11-24T00:18:55Z'");
        assert_eq!(scalar("it's: so"), "'it''s: so'");
        assert_eq!(scalar("é漢\n"), "\"\\xE9\\u6F22\\n\"");
    }

    #[test]
    fn rows_are_mappings_with_sorted_keys() {
        let endpoint = Value::object([("url", "u".into()), ("id", "7".into())]);
        let row = Value::object([
            ("Name", Value::None),
            ("Endpoints", Value::List(vec![endpoint.clone(), endpoint])),
            ("Empty", Value::List(Vec::new())),
        ]);

        let text = yaml_rows(&[row.clone(), row]);

        let one = "- Empty: []\n  Endpoints:\n  - id: '7'\n    url: u\n  - id: '7'\n    url: u\n  Name: null\n";
        assert_eq!(text, one.repeat(2));
        assert_eq!(yaml_rows(&[]), "[]\n");
    }
}
