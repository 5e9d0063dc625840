//! `--jq`: a filter of jq over the answer.

use archstone::{Error, ErrorKind, Result};
use jaq_core::{
    Ctx, Vars, data,
    load::{self, Arena, Error as LoadError, File, Loader},
    unwrap_valr,
};
use jaq_json::Val;

/// A valid filter.
#[derive(Clone, Debug)]
pub(crate) struct Filter(String);

impl Filter {
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        compile(text)?;
        Ok(Self(text.to_owned()))
    }

    /// What the filter makes of JSON: a line for each result. Text is written without quotes.
    ///
    /// # Errors
    ///
    /// When the filter fails.
    pub(crate) fn run(&self, json: &str) -> Result<String> {
        let failed = |message: String| Error::new(ErrorKind::InvalidRequest, format!("`--jq` failed: {message}"));
        let filter = compile(&self.0).map_err(failed)?;
        let input = jaq_json::read::parse_single(json.as_bytes()).map_err(|error| failed(error.to_string()))?;
        let context = Ctx::<data::JustLut<Val>>::new(&filter.lut, Vars::new([]));
        let mut text = String::new();
        for result in filter.id.run((context, input)).map(unwrap_valr) {
            match result.map_err(|error| failed(error.to_string()))? {
                Val::TStr(bytes) | Val::BStr(bytes) => text.push_str(&String::from_utf8_lossy(&bytes)),
                value => text.push_str(&value.to_string()),
            }
            text.push('\n');
        }
        Ok(text)
    }
}

/// Of jq, and not of jaq's library.
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
        .map_err(|errors| described(errors.into_iter().flat_map(|(_, error)| in_loading(error))))?;
    jaq_core::Compiler::default().with_funs(functions).compile(modules).map_err(|errors| {
        let undefined = |(name, kind): (&str, jaq_core::compile::Undefined)| match kind {
            jaq_core::compile::Undefined::Filter(arguments) => format!("there is no filter `{name}/{arguments}`"),
            kind => format!("there is no {} `{name}`", kind.as_str()),
        };
        described(errors.into_iter().flat_map(|(_, errors)| errors).map(undefined))
    })
}

fn in_loading(error: LoadError<&str>) -> Vec<String> {
    let at = |found: &str| match found.chars().next() {
        None => "at the end".to_owned(),
        Some(_) => format!("at `{}`", archstone::text::printable(found)),
    };
    match error {
        LoadError::Io(modules) => modules.into_iter().map(|(_, error)| error).collect(),
        LoadError::Lex(errors) => errors
            .into_iter()
            .map(|(expected, found)| format!("{} expected {}", expected.as_str(), at(found)))
            .collect(),
        LoadError::Parse(errors) => errors
            .into_iter()
            .map(|(expected, found)| format!("{} expected {}", expected.as_str(), at(found)))
            .collect(),
    }
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
    fn a_wrong_filter_says_what_is_wrong() {
        for (filter, said) in [
            (".[", "closing bracket expected at the end"),
            (".[] |", "term expected at the end"),
            ("nothing(1)", "there is no filter `nothing/1`"),
            ("$x", "there is no variable `$x`"),
        ] {
            assert_eq!(Filter::new(filter).map(|_| ()), Err(said.to_owned()));
        }
        let failed = Filter::new(".Name").expect("a filter").run("[1]").expect_err("an error");
        assert!(failed.to_string().starts_with("`--jq` failed: cannot index"), "{failed}");
    }
}
