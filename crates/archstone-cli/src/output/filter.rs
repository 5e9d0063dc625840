//! `--jq`: applies a jq filter to the answer.

use archstone::{Error, ErrorKind, Result};
use jaq_core::{
    Ctx, Vars,
    compile::Undefined,
    data,
    load::{self, Arena, Error as LoadError, File, Loader, lex, parse},
};
use jaq_json::Val;

/// A valid filter.
#[derive(Clone, Debug)]
pub(crate) struct Filter(String);

impl Filter {
    /// # Errors
    ///
    /// The error in it.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        compile(text)?;
        Ok(Self(text.to_owned()))
    }

    /// Applies the filter to JSON: one line per result. Text is written without quotes.
    ///
    /// # Errors
    ///
    /// If the filter fails.
    pub(crate) fn run(&self, json: &str) -> Result<String> {
        let failed = |why: String| Error::new(ErrorKind::InvalidRequest, format!("`--jq` failed: {why}"));
        let filter = compile(&self.0).map_err(failed)?;
        let input = jaq_json::read::parse_single(json.as_bytes()).map_err(|error| failed(error.to_string()))?;
        let is_list = matches!(input, Val::Arr(_));
        let context = Ctx::<data::JustLut<Val>>::new(&filter.lut, Vars::new([]));
        let mut text = String::new();
        for result in filter.id.run((context, input)) {
            match result {
                Ok(Val::TStr(bytes) | Val::BStr(bytes)) => text.push_str(&String::from_utf8_lossy(&bytes)),
                Ok(value) => text.push_str(&value.to_string()),
                Err(exception) => match exception.get_err() {
                    Ok(error) => {
                        let why = self.without_data(error);
                        let error = failed(why.clone());
                        let starts_with_a_name = is_list && why.starts_with("cannot index an array with \"");
                        return Err(if starts_with_a_name { error.with_hint(EACH_ROW) } else { error });
                    }
                    // `halt` ends the output like the last result.
                    Err(exception) => match exception.get_halt() {
                        Ok(0) | Err(_) => break,
                        Ok(status) => return Err(failed(format!("the expression ended with status {status}"))),
                    },
                },
            }
            text.push('\n');
        }
        Ok(text)
    }

    /// Why the filter failed. The data may be secret or long, so values that are not in the expression itself are only
    /// shown by type.
    fn without_data(&self, error: jaq_core::Error<Val>) -> String {
        let text = error.to_string();
        let raised = error.into_val();
        if raised.to_string() == text {
            // Raised by `error`, whose value is the message.
            return match raised {
                Val::TStr(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                value => value.to_string(),
            };
        }
        let (mut shown, mut rest) = (String::new(), text.as_str());
        while let Some(at) = rest.find(['"', '[', '{']) {
            shown.push_str(&rest[..at]);
            let mut values = serde_json::Deserializer::from_str(&rest[at..]).into_iter::<serde_json::Value>();
            let value = values.next().and_then(Result::ok);
            let end = at + values.byte_offset();
            match value {
                Some(serde_json::Value::Array(_)) => shown.push_str("an array"),
                Some(serde_json::Value::Object(_)) => shown.push_str("an object"),
                Some(serde_json::Value::String(text)) if self.0.contains(&text) => shown.push_str(&rest[at..end]),
                Some(_) => shown.push_str("a string"),
                None => return shown + "a value",
            }
            rest = &rest[end..];
        }
        shown + rest
    }
}

/// A hint for a common mistake.
const EACH_ROW: &str = "the input is an array, with an object for each row: begin with `.[]`";

/// Functions of jq that jaq's library lacks.
const MORE: &str = r#"
def @tsv: map(
  if . == null then ""
  elif type == "string" then reduce (["\\", "\\\\"], ["\n", "\\n"], ["\t", "\\t"], ["\r", "\\r"]) as [$a, $b] (.; split($a) | join($b))
  else tojson end) | join("\t");
def @csv: map(
  if . == null then ""
  elif type == "string" then "\"" + (split("\"") | join("\"\"")) + "\""
  else tojson end) | join(",");
"#;

fn compile(text: &str) -> Result<jaq_core::Filter<data::JustLut<Val>>, String> {
    let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let definitions = definitions.chain(load::parse(MORE, |parser| parser.defs()).unwrap_or_default());
    let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let arena = Arena::default();
    let modules = Loader::new(definitions)
        .load(&arena, File { code: text, path: () })
        .map_err(|errors| described(errors.into_iter().flat_map(|(_, error)| in_loading(text, error))))?;
    jaq_core::Compiler::default().with_funs(functions).compile(modules).map_err(|errors| {
        let undefined = |(name, kind): (&str, Undefined)| {
            let place = place(text, name);
            match kind {
                Undefined::Filter(arguments) => format!("there is no function `{name}/{arguments}`{place}"),
                kind => format!("there is no {} `{name}`{place}", kind.as_str()),
            }
        };
        described(errors.into_iter().flat_map(|(_, errors)| errors).map(undefined))
    })
}

fn in_loading(text: &str, error: LoadError<&str>) -> Vec<String> {
    match error {
        LoadError::Io(modules) => {
            modules.into_iter().map(|(name, _)| format!("`{name}`: there are no modules")).collect()
        }
        LoadError::Lex(errors) => {
            let wrong = |(expected, found): (lex::Expect<&str>, &str)| match expected {
                lex::Expect::Digit => missing(text, "a digit", found),
                lex::Expect::Ident => missing(text, "a name", found),
                lex::Expect::Delim(open) => format!("`{open}` is not closed{}", place(text, found)),
                lex::Expect::Escape => missing(text, "an escape such as `\\n`", found),
                lex::Expect::Unicode => missing(text, "four hexadecimal digits", found),
                _ => unexpected(text, found),
            };
            errors.into_iter().map(wrong).collect()
        }
        LoadError::Parse(errors) => {
            let wrong = |(expected, found): (parse::Expect<&str>, &str)| match expected {
                parse::Expect::Just(word) => missing(text, &format!("`{word}`"), found),
                parse::Expect::Var => missing(text, "a variable such as `$x`", found),
                parse::Expect::Pattern => missing(text, "a pattern such as `$x` or `[$x, $y]`", found),
                parse::Expect::ElseOrEnd => missing(text, "`else` or `end`", found),
                parse::Expect::CommaOrRBrack => missing(text, "`,` or `]`", found),
                parse::Expect::CommaOrRBrace => missing(text, "`,` or `}`", found),
                parse::Expect::SemicolonOrRParen => missing(text, "`;` or `)`", found),
                parse::Expect::Term => missing(text, "an expression", found),
                parse::Expect::Key => missing(text, "a key", found),
                parse::Expect::Ident => missing(text, "a name", found),
                parse::Expect::Arg => missing(text, "an argument", found),
                parse::Expect::Str => missing(text, "a string", found),
                _ => unexpected(text, found),
            };
            errors.into_iter().map(wrong).collect()
        }
    }
}

fn missing(text: &str, expected: &str, found: &str) -> String {
    if found.is_empty() {
        format!("{expected} is missing at the end")
    } else {
        format!("{expected} is missing{}", place(text, found))
    }
}

fn unexpected(text: &str, found: &str) -> String {
    format!("unexpected text{}", place(text, found))
}

/// The position of a part of the expression; empty for a text that is not part of it.
fn place(text: &str, part: &str) -> String {
    let start = (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
    let Some(before) = text.get(..start).filter(|_| !part.is_empty()) else { return String::new() };
    let rest: String = text[start..].chars().take(20).collect();
    format!(" at character {}: `{}`", before.chars().count() + 1, archstone::text::printable(&rest))
}

fn described(errors: impl Iterator<Item = String>) -> String {
    errors.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_writes_a_line_for_each_result() {
        let json = r#"[{"ID":"1","Name":"Zo\u00eb","Enabled":true},{"ID":"2","Name":"a\"b","Enabled":null}]"#;
        for (filter, written) in [
            (".[].Name", "Zoë\na\"b\n"),
            (".[0]", "{\"ID\":\"1\",\"Name\":\"Zoë\",\"Enabled\":true}\n"),
            ("map(.Enabled)", "[true,null]\n"),
            (".[1].Enabled", "null\n"),
            ("empty", ""),
            ("length, (.[] | select(.Name | test(\"^Z\")).ID)", "2\n1\n"),
            (".[] | [.ID, .Name, .Enabled] | @tsv", "1\tZoë\ttrue\n2\ta\"b\t\n"),
            ("[\"a\\\\b\\n\\tc\", 1.5] | @tsv", "a\\\\b\\n\\tc\t1.5\n"),
            (".[] | [.ID, .Name, .Enabled] | @csv", "\"1\",\"Zoë\",true\n\"2\",\"a\"\"b\",\n"),
            (".[] | @sh \"echo \\(.Name)\"", "echo 'Zoë'\necho 'a\"b'\n"),
            ("sort_by(.Name) | first.ID | ascii_downcase", "1\n"),
        ] {
            assert_eq!(
                Filter::new(filter).and_then(|it| it.run(json).map_err(|it| it.to_string())).as_deref(),
                Ok(written)
            );
        }
    }

    #[test]
    fn a_wrong_filter_says_what_is_wrong_and_where() {
        for (filter, said) in [
            ("", "an expression is missing at the end"),
            (".[", "`[` is not closed"),
            (".[] | select(.a == \"x\"", "`(` is not closed"),
            ("\"abc", "`\"` is not closed"),
            (".[] |", "an expression is missing at the end"),
            ("\"é\" + | .a", "an expression is missing at character 7: `| .a`"),
            ("\"é\" as [$a;] | 1", "`,` or `]` is missing at character 11: `;] | 1`"),
            ("if . then 1", "`else` or `end` is missing at the end"),
            (".a)", "unexpected text at character 3: `)`"),
            ("map(nothing(1))", "there is no function `nothing/1` at character 5: `nothing(1))`"),
            ("$x", "there is no variable `$x` at character 1: `$x`"),
            ("import \"a\" as b; 1", "`a`: there are no modules"),
        ] {
            assert_eq!(Filter::new(filter).map(|_| ()), Err(said.to_owned()), "{filter}");
        }
    }

    #[test]
    fn a_filter_that_fails_says_why_and_shows_no_value() {
        let json = r#"[{"id":"gAAAA-\"secret","name":"a"}]"#;
        for (filter, said) in [
            (".name", "cannot index an array with \"name\""),
            (".[0].id.name", "cannot index a string with \"name\""),
            (".[0] + 1", "cannot calculate an object + 1"),
            (".[0].id * {}", "cannot calculate a string * an object"),
            (".[0].id | error", "gAAAA-\"secret"),
            (".[0] | error(\"no \\(.name)\")", "no a"),
            ("1, halt_error(3)", "the expression ended with status 3"),
            ("test(\"(\")", "invalid regex: found open group without closing ')'"),
            ("ltrimstr(1)", "cannot use an array as string"),
        ] {
            let error = Filter::new(filter).expect(filter).run(json).expect_err(filter);
            assert_eq!(error.to_string(), format!("`--jq` failed: {said}"), "{filter}");
            assert_eq!(error.hint().is_some(), filter == ".name", "{filter}");
        }
        assert_eq!(
            Filter::new("1, halt, 2").and_then(|it| it.run("[]").map_err(|it| it.to_string())),
            Ok("1\n".into())
        );
    }
}
