//! JSON as Python's `json.dumps` writes it: two spaces of indent, and ASCII only.

use std::fmt::Write;

use super::value::Value;

/// The text, without the last line break.
pub(crate) fn json(value: &Value, indented: bool) -> String {
    let mut text = String::new();
    write_value(&mut text, value, if indented { Some(0) } else { None });
    text
}

fn write_value(out: &mut String, value: &Value, depth: Option<usize>) {
    match value.machine() {
        Value::None => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Text(text) => write_text(out, text),
        Value::List(items) => {
            write_items(out, ['[', ']'], items, depth, write_value);
        }
        Value::Object(members) => write_items(out, ['{', '}'], members, depth, |out, (name, value), depth| {
            write_text(out, name);
            out.push_str(": ");
            write_value(out, value, depth);
        }),
        number => out.push_str(&number.plain()),
    }
}

/// Items between brackets; indented when there is a depth.
fn write_items<T>(
    out: &mut String,
    [open, close]: [char; 2],
    items: &[T],
    depth: Option<usize>,
    write: impl Fn(&mut String, &T, Option<usize>),
) {
    let inner = depth.map(|depth| depth + 1);
    let line_break = |out: &mut String, depth: Option<usize>| {
        if let Some(depth) = depth {
            out.push('\n');
            out.push_str(&"  ".repeat(depth));
        }
    };
    out.push(open);
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            out.push_str(if depth.is_some() { "," } else { ", " });
        }
        line_break(out, inner);
        write(out, item, inner);
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
            json(&value, true),
            "{\n  \"name\": \"Zo\\u00eb \\u6f22 \\\"x\\\" \\ud83d\\ude00\",\n  \"endpoints\": [\n    {\n      \
             \"id\": null\n    },\n    3\n  ],\n  \"empty\": []\n}"
        );
        assert_eq!(json(&Value::List(vec![Value::None, true.into()]), false), "[null, true]");
    }
}
