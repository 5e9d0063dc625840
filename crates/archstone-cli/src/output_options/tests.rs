//! Compares every format and option with the recorded output of cliff, the framework of `openstack`, for the same
//! answer: `contract/output`, refreshed by `dev/output-oracle`.

use std::error::Error;

use archstone::Result;
use clap::Command;
use serde_json::Value as Json;

use super::*;
use crate::{
    command::Own,
    output::{Answer, Column, Name, Value},
};

static LIST: Spec = spec(Answers::List);
static SHOW: Spec = spec(Answers::Show);

const fn spec(answers: Answers) -> Spec {
    const WORK: Own = Own { describe: || Command::new("x"), run: |_, _| Ok(Answer::Text(String::new())) };
    Spec { words: &["thing", "list"], answers, examples: "", more: "", work: &WORK }
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::None,
        Json::Bool(value) => (*value).into(),
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(members) if members.contains_key("$shown") => {
            Value::Shown(text(&members["$shown"]), Box::new(value(&members["$value"])))
        }
        Json::Object(members) if members.contains_key("$float") => {
            Value::Float(text(&members["$float"]).parse().expect("a number"))
        }
        Json::Object(members) => {
            // The order of the members is significant.
            let members = list(&members["$members"]).iter().map(list);
            Value::object(members.map(|pair| (text(&pair[0]), value(&pair[1]))))
        }
        Json::Number(number) => Value::Integer(number.as_i64().expect("an integer")),
    }
}

fn text(json: &Json) -> String {
    json.as_str().expect("text").to_owned()
}

fn list(json: &Json) -> &[Json] {
    json.as_array().expect("a list")
}

/// The program's output for these words, when it is called `openstack`, or `archstone`.
fn written(answer: Answer, arguments: &[String], is_strict: bool) -> Result<String, Box<dyn Error>> {
    let command = if matches!(answer, Answer::Show(_)) { &SHOW } else { &LIST };
    let words = std::iter::once("x").chain(arguments.iter().map(String::as_str));
    let options =
        Command::new("x").args(output_options(command.answers, is_strict, |_, _| true)).try_get_matches_from(words)?;
    let layout = layout(command, &options, is_strict)?;
    let mut all = String::new();
    layout.write::<Box<dyn Error>>(answer, &mut |text| {
        all.push_str(text);
        Ok(())
    })?;
    Ok(all)
}

#[test]
fn everything_is_written_as_cliff_writes_it() {
    let folder = archstone::host::Host::default().variable("ARCHSTONE_OUTPUT_CASES");
    let folder = folder.unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../contract/output").into());
    let mut cases = 0;
    let mut differing = Vec::new();
    for file in std::fs::read_dir(&folder).expect("the folder of the cases") {
        let file = file.expect("a file").path();
        let read = std::fs::read_to_string(&file).expect("a file");
        for (position, case) in list(&serde_json::from_str(&read).expect("JSON")).iter().enumerate() {
            cases += 1;
            let names = list(&case["names"]).iter().map(text);
            let data = list(&case["data"]);
            let answer = if case["kind"] == "list" {
                Answer::list(names, data.iter().map(|row| list(row).iter().map(value).collect()))
            } else {
                Answer::show(names.zip(data.iter().map(value)).map(|(name, value)| (Name::from(name), value)))
            };
            let arguments: Vec<_> = list(&case["arguments"]).iter().map(text).collect();
            let written = written(answer, &arguments, false);
            let (written, expected) = match &written {
                Ok(written) => (written.clone(), case["expected"].as_str()),
                Err(error) => (error.to_string(), case["error"].as_str()),
            };
            let expected = expected.unwrap_or("something else");
            let of_shell = arguments.windows(2).any(|pair| pair == ["-f", "shell"]);
            let expected = if of_shell { safe_for_a_shell(expected) } else { expected.to_owned() };
            if written != expected {
                let file = file.file_name().map(|name| name.to_string_lossy().into_owned());
                let line = written.lines().zip(expected.lines()).find(|(one, other)| one != other);
                differing.push((file, position + 2, arguments, line.map(|(a, b)| (a.to_owned(), b.to_owned()))));
            }
        }
    }
    let number = differing.len();
    differing.truncate(8);
    assert!(number == 0 && cases > 100, "{number} of {cases}: {differing:#?}");
}

/// Cliff's output, with escapes for the characters that it leaves to the shell.
fn safe_for_a_shell(expected: &str) -> String {
    let mut safe = String::new();
    for (position, c) in expected.char_indices() {
        let rest = &expected[position + c.len_utf8()..];
        let escapes = rest.starts_with('"') && !rest.starts_with("\"\n");
        if c == '$' || c == '`' || c == '\\' && !escapes {
            safe.push('\\');
        }
        safe.push(c);
    }
    safe
}

fn people() -> Answer {
    let columns = [Column::from("ID"), "Full Name".into(), Column::long("Enabled", false)];
    let row = |id: &str, name: &str, enabled: bool| vec![id.into(), name.into(), enabled.into()];
    Answer::list(columns, [row("2", "Zoë \"z\"", true), row("1", "bob", false)])
}

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(ToOwned::to_owned).collect()
}

#[test]
fn there_is_more_than_openstack_has() {
    for (line, expected) in [
        ("-f value", "2 Zoë \"z\"\n1 bob\n"),
        ("-f value -o wide", "2 Zoë \"z\" True\n1 bob False\n"),
        ("-f value -c enabled", "True\nFalse\n"),
        ("-f value --sort-column enabled", "1 bob\n2 Zoë \"z\"\n"),
        ("-f ndjson", "{\"ID\":\"2\",\"Full Name\":\"Zo\\u00eb \\\"z\\\"\"}\n{\"ID\":\"1\",\"Full Name\":\"bob\"}\n"),
        // A column may be requested in two spellings, but only once in each.
        ("-f ndjson --json id,ID,id", "{\"id\":\"2\",\"ID\":\"2\"}\n{\"id\":\"1\",\"ID\":\"1\"}\n"),
        ("-f ndjson --json id", "{\"id\":\"2\"}\n{\"id\":\"1\"}\n"),
        (
            "--noindent --json enabled,full_name",
            "[{\"enabled\": true, \"full_name\": \"Zo\\u00eb \\\"z\\\"\"}, {\"enabled\": false, \"full_name\": \"bob\"}]\n",
        ),
        #[cfg(feature = "jq")]
        ("--jq .[].ID", "2\n1\n"),
        #[cfg(feature = "jq")]
        ("--json id,enabled --jq map(select(.enabled))[]", "{\"id\":\"2\",\"enabled\":true}\n"),
    ] {
        assert_eq!(written(people(), &words(line), true).expect(line), expected, "{line}");
    }
    for (line, said) in [
        ("-c size", "there is no column `size`"),
        ("--json id,size", "there is no column `size`"),
        ("--json id,,enabled", "the name of a column is empty"),
        ("--sort-column size", "there is no column `size`"),
        ("--json id -c id", "`--json` and `--column` contradict each other"),
        ("--json id -f yaml", "`--json` writes JSON: it does not go with `-f yaml`"),
        ("-o tall", "invalid value 'tall' for '--output <KIND>'"),
        ("--prefix x", "`thing list` prints rows; `--prefix` is not supported"),
        #[cfg(feature = "jq")]
        ("--jq . -f ndjson", "`--jq` writes JSON: it does not go with `-f ndjson`"),
        #[cfg(feature = "jq")]
        ("--jq .[", "invalid value '.[' for '--jq <FILTER>': `[` is not closed"),
        #[cfg(not(feature = "jq"))]
        ("--jq .", "this program was built without `--jq`: build it with the feature `jq`"),
    ] {
        let error = written(people(), &words(line), true).expect_err(line).to_string();
        assert!(error.contains(said), "{line}: {error}");
    }
    for line in ["-o wide", "--json id", "--jq .", "-f ndjson", "--pager", "--color never", "--error-format json"] {
        let answer = written(people(), &words(line), false);
        assert!(answer.is_err(), "{line}: {answer:?}");
    }
    assert_eq!(written(people(), &words("-f value -c enabled -c id"), false).expect("an answer"), "2\n1\n");
}

#[test]
fn rows_are_written_as_they_arrive() {
    let pieces = |line: &str, fails: bool| {
        let batch = |ids: &[&str]| Ok(ids.iter().map(|id| vec![(*id).into()]).collect());
        let end = fails.then(|| Err(archstone::Error::new(archstone::ErrorKind::Timeout, "no answer")));
        let rows = [batch(&["3", "1"]), Ok(Vec::new()), batch(&["2"])].into_iter().chain(end);
        let options = Command::new("x")
            .args(output_options(Answers::List, true, |_, _| true))
            .get_matches_from(["x"].into_iter().chain(line.split(' ')));
        let mut pieces = Vec::new();
        let ended = layout(&LIST, &options, true).expect(line).write::<Box<dyn Error>>(
            Answer::stream(["ID"], rows),
            &mut |text| {
                pieces.push(text.to_owned());
                Ok(())
            },
        );
        pieces.retain(|piece| !piece.is_empty());
        (pieces.join("|"), ended.is_err())
    };
    for (line, expected) in [
        ("-f ndjson", "{\"ID\":\"3\"}\n{\"ID\":\"1\"}\n|{\"ID\":\"2\"}\n"),
        ("-f csv", "\"ID\"\n|\"3\"\n\"1\"\n|\"2\"\n"),
        ("-f value", "3\n1\n|2\n"),
        ("-f value --sort-column ID", "1\n2\n3\n"),
        ("-f json --noindent", "[{\"ID\": \"3\"}, {\"ID\": \"1\"}, {\"ID\": \"2\"}]\n"),
    ] {
        assert_eq!(pieces(line, false), (expected.to_owned(), false), "{line}");
    }
    // Pieces that have arrived are written if the format allows it.
    assert_eq!(pieces("-f value", true), ("3\n1\n|2\n".to_owned(), true));
    assert_eq!(pieces("-f json", true), (String::new(), true));
}
