//! YAML in block style, as `PyYAML`'s `safe_dump` writes it.

mod scalar;
mod types;

use self::scalar::Style;
use super::{Name, python, value::Value};

/// The width after which text continues on the next line.
const BEST_WIDTH: usize = 80;

/// Which text must be quoted so that no parser reads it as another type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// `PyYAML`, and other parsers of YAML 1.1.
    Python,
    /// Also parsers of YAML 1.2, which read `1e5` as a number.
    All,
}

/// A whole document.
pub(crate) fn yaml(value: &Value, readers: Readers) -> String {
    let mut emitter = Emitter::new(readers);
    emitter.node(value, None, false);
    emitter.start_line(0);
    emitter.out
}

struct Emitter {
    readers: Readers,
    out: String,
    column: usize,
    /// Whether the last output needs no space after it.
    after_space: bool,
    /// Whether this line contains only indentation and indicators.
    in_indent: bool,
}

impl Emitter {
    fn new(readers: Readers) -> Self {
        Self { readers, out: String::new(), column: 0, after_space: true, in_indent: true }
    }

    /// Writes a value; `indent` is that of its parent, if it has one.
    fn node(&mut self, value: &Value, indent: Option<usize>, is_member: bool) {
        let inner = indent.map_or(0, |indent| indent + 2);
        match value.machine() {
            Value::List(items) if items.is_empty() => self.empty("[]"),
            Value::Object(members) if members.is_empty() => self.empty("{}"),
            Value::List(items) => {
                // A list that is the value of a key is not indented further.
                let inner = indent.filter(|_| is_member && !self.in_indent).unwrap_or(inner);
                for item in items {
                    self.start_line(inner);
                    self.indicator("-", true);
                    self.node(item, Some(inner), false);
                }
            }
            Value::Object(members) => {
                let mut sorted: Vec<&(Name, Value)> = members.iter().collect();
                sorted.sort_by_key(|(name, _)| name);
                for (name, value) in sorted {
                    self.start_line(inner);
                    self.member(name, value, inner);
                }
            }
            Value::Text(text) => self.scalar(text, indent.map_or(2, |indent| indent + 2), false),
            Value::None => self.plain("null", inner, false),
            Value::Bool(value) => self.plain(if *value { "true" } else { "false" }, inner, false),
            Value::Float(number) => self.plain(&float(*number), inner, false),
            number => self.plain(&number.plain(), inner, false),
        }
    }

    fn member(&mut self, name: &str, value: &Value, indent: usize) {
        /// Longer keys are marked as such. `PyYAML` counts the tag of text, too.
        const LONGEST: usize = 128 - "!!str".len();
        let is_simple = name.chars().count() < LONGEST && !name.is_empty() && !name.contains(scalar::BREAKS);
        if is_simple {
            self.scalar(name, indent + 2, true);
            self.indicator_after(":");
        } else {
            self.indicator("?", true);
            self.scalar(name, indent + 2, false);
            self.start_line(indent);
            self.indicator(":", true);
        }
        self.node(value, Some(indent), true);
    }

    fn empty(&mut self, brackets: &str) {
        self.indicator(brackets, false);
    }

    fn scalar(&mut self, text: &str, indent: usize, is_key: bool) {
        match scalar::style(text, is_key, self.readers) {
            Style::Plain => self.plain(text, indent, is_key),
            Style::Single => self.single_quoted(text, indent, is_key),
            Style::Double => self.double_quoted(text, indent, is_key),
        }
    }

    fn write(&mut self, text: &str) {
        self.column += text.chars().count();
        self.out.push_str(text);
    }

    /// Writes an indicator, with a space before it if there is none.
    fn indicator(&mut self, indicator: &str, keeps_indent: bool) {
        if !self.after_space {
            self.write(" ");
        }
        self.after_space = false;
        self.in_indent &= keeps_indent;
        self.write(indicator);
    }

    /// Writes an indicator directly after the last output.
    fn indicator_after(&mut self, indicator: &str) {
        self.after_space = false;
        self.in_indent = false;
        self.write(indicator);
    }

    fn line_break(&mut self, as_written: &str) {
        self.out.push_str(as_written);
        self.column = 0;
        self.after_space = true;
        self.in_indent = true;
    }

    /// Moves to this column, on the next line unless this one has only indentation before it.
    fn start_line(&mut self, indent: usize) {
        if !self.in_indent || self.column > indent || self.column == indent && !self.after_space {
            self.line_break("\n");
        }
        if self.column < indent {
            self.after_space = true;
            self.write(&" ".repeat(indent - self.column));
        }
    }
}

fn float(number: f64) -> String {
    if number.is_nan() {
        return ".nan".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { ".inf".into() } else { "-.inf".into() };
    }
    let text = python::float(number);
    // Without a point it is not a number in YAML 1.1.
    if text.contains('.') { text } else { text.replacen('e', ".0e", 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_yaml_1_2_reads_as_a_number_is_quoted_for_all_readers() {
        for (text, for_all) in [("1e5", "'1e5'\n"), ("0o17", "'0o17'\n"), ("y", "'y'\n"), ("1.2.3.4", "1.2.3.4\n")] {
            let list = |text: &str| yaml(&Value::List(vec![text.into()]), Readers::All);
            assert_eq!(list(text), format!("- {for_all}"));
            assert_eq!(yaml(&Value::List(vec![text.into()]), Readers::Python), format!("- {text}\n"));
        }
        assert_eq!([f64::INFINITY, f64::NEG_INFINITY, f64::NAN].map(float), [".inf", "-.inf", ".nan"]);
    }
}
