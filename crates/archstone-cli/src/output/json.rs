//! JSON as Python's `json.dumps` writes it: two spaces of indent, and ASCII only.

use std::fmt::Write;

use super::{python, value::Value};

/// The space between the parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spacing {
    /// Each on a line of its own.
    Lines,
    /// All on one line, with spaces.
    Spaces,
    /// None at all.
    None,
}

/// The text, without the last line break.
pub(crate) fn json(value: &Value, spacing: Spacing) -> String {
    let mut text = String::new();
    write_value(&mut text, value, spacing, 0);
    text
}

fn write_value(out: &mut String, value: &Value, spacing: Spacing, depth: usize) {
    match value.machine() {
        Value::None => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Text(text) => write_text(out, text),
        Value::Integer(number) => drop(write!(out, "{number}")),
        Value::Float(number) if number.is_nan() => out.push_str("NaN"),
        Value::Float(number) if number.is_infinite() => {
            out.push_str(if *number > 0.0 { "Infinity" } else { "-Infinity" });
        }
        Value::Float(number) => out.push_str(&python::float(*number)),
        Value::List(items) => write_items(out, ['[', ']'], items, spacing, depth, |out, item| {
            write_value(out, item, spacing, depth + 1);
        }),
        Value::Object(members) => write_items(out, ['{', '}'], members, spacing, depth, |out, (name, value)| {
            write_text(out, name);
            out.push_str(if spacing == Spacing::None { ":" } else { ": " });
            write_value(out, value, spacing, depth + 1);
        }),
        Value::Shown(_, value) => write_value(out, value, spacing, depth),
    }
}

/// Items between brackets.
fn write_items<T>(
    out: &mut String,
    [open, close]: [char; 2],
    items: &[T],
    spacing: Spacing,
    depth: usize,
    write: impl Fn(&mut String, &T),
) {
    let line_break = |out: &mut String, depth: usize| {
        if spacing == Spacing::Lines {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        }
    };
    out.push(open);
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            out.push_str(if spacing == Spacing::Spaces { ", " } else { "," });
        }
        line_break(out, depth + 1);
        write(out, item);
    }
    if !items.is_empty() {
        line_break(out, depth);
    }
    out.push(close);
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_python_writes_it() {
        let value = Value::object([
            ("name", "Zoë 漢 \"x\" \u{1f600}".into()),
            ("endpoints", Value::List(vec![Value::object([("id", Value::None)]), Value::Integer(3)])),
            ("empty", Value::List(Vec::new())),
        ]);

        assert_eq!(
            json(&value, Spacing::Lines),
            "{\n  \"name\": \"Zo\\u00eb \\u6f22 \\\"x\\\" \\ud83d\\ude00\",\n  \"endpoints\": [\n    {\n      \
             \"id\": null\n    },\n    3\n  ],\n  \"empty\": []\n}"
        );
        let list = Value::List(vec![Value::None, Value::object([("a", true.into())])]);
        assert_eq!(json(&list, Spacing::Spaces), "[null, {\"a\": true}]");
        assert_eq!(json(&list, Spacing::None), "[null,{\"a\":true}]");
    }
}
