//! The command reference, in Markdown and as man pages, generated from the same source as `--help`.
//!
//! `dev/reference` writes both; a test fails while `docs/reference` is not up to date.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command as Process,
};

use archstone::host::Host;
use clap::{Arg, ArgAction, Command};

use super::{
    arguments, change_options, general_options,
    root::{ABOUT, AFTER_HELP, about},
};
use crate::{
    cloud_options::cloud_options,
    command::{Answers, Spec},
    commands,
    output_options::output_options,
    program::Program,
};

/// A section of a page: its heading, and arguments with their descriptions.
struct Section {
    title: &'static str,
    rows: Vec<Row>,
}

/// An argument: its names, its value, and its description.
struct Row {
    names: Vec<String>,
    value: String,
    about: String,
}

/// The content of a command's page.
struct Page {
    name: String,
    about: String,
    usage: String,
    spec: &'static Spec,
    sections: Vec<Section>,
}

fn sections(arguments: &[(&'static str, Vec<Arg>)]) -> Vec<Section> {
    let section = |(title, arguments): &(&'static str, Vec<Arg>)| Section {
        title,
        rows: arguments.iter().filter(|it| !it.is_hide_set()).map(row).collect(),
    };
    arguments.iter().map(section).filter(|it| !it.rows.is_empty()).collect()
}

fn row(argument: &Arg) -> Row {
    let names = argument.get_short().map(|it| format!("-{it}")).into_iter();
    let names = names.chain(argument.get_long().map(|it| format!("--{it}")));
    let takes_value = matches!(argument.get_action(), ArgAction::Set | ArgAction::Append);
    let value = argument.get_value_names().and_then(|it| it.first()).map(ToString::to_string);
    let value = value.unwrap_or_else(|| argument.get_id().as_str().trim_start_matches('=').to_uppercase());
    let is_repeated = argument.is_positional() && matches!(argument.get_action(), ArgAction::Append);
    let choices: Vec<_> = argument.get_possible_values().iter().map(|it| it.get_name().to_owned()).collect();
    let mut about = argument.get_help().map(ToString::to_string).unwrap_or_default();
    if takes_value && !choices.is_empty() && !argument.is_hide_possible_values_set() {
        about.push_str(&format!(" [possible values: {}]", choices.join(", ")));
    }
    if let [default] = argument.get_default_values() {
        about.push_str(&format!(" [default: {}]", default.to_string_lossy()));
    }
    let dots = if is_repeated { "..." } else { "" };
    let value = if takes_value { format!("{value}{dots}") } else { String::new() };
    Row { names: names.collect(), value, about }
}

fn page(spec: &'static Spec) -> Page {
    let described = spec.work.describe();
    let name = format!("archstone {}", spec.words.join(" "));
    let own: Vec<Arg> = described.get_arguments().cloned().chain(change_options(spec.work.changes())).collect();
    let (values, options): (Vec<Arg>, Vec<Arg>) = own.into_iter().partition(Arg::is_positional);
    let mut command = Command::new(name.clone()).bin_name(name.clone()).disable_help_flag(true);
    command = command.args(values.iter().chain(&options).cloned());
    let usage = command.render_usage().to_string().trim_start_matches("Usage: ").to_owned();
    let about = described.get_about().map(ToString::to_string).unwrap_or_default();
    Page { name, about, usage, spec, sections: sections(&[("Arguments", values), ("Options", options)]) }
}

/// The options that all commands have.
fn global() -> Vec<Section> {
    let output = output_options(Answers::All, true, |_, _| true).collect();
    sections(&[
        ("General", general_options().into_iter().collect()),
        ("Output", output),
        ("Cloud, user and scope", cloud_options().collect()),
    ])
}

mod markdown {
    use super::*;

    /// The pages by their names.
    pub(super) fn pages() -> BTreeMap<String, String> {
        let mut pages = BTreeMap::new();
        let mut index = "\
# Commands

Every command of `archstone`, with its arguments. `archstone COMMAND --help` shows the same. `dev/reference` makes these
pages from the commands' descriptions; do not edit them.

| command | |
|---|---|
"
        .to_owned();
        for spec in commands::all() {
            let page = page(spec);
            let (file, anchor) = (format!("{}.md", spec.words[0]), page.name.replace(' ', "-"));
            index.push_str(&format!("| [`{}`]({file}#{anchor}) | {} |\n", page.name, cell(&page.about)));
            let text = pages.entry(file).or_insert_with(|| heading(spec));
            text.push_str(&command(&page));
        }
        index.push_str("\n# Global options\n\nThey are accepted before and after the words of a command.\n");
        index.push_str(&global().iter().map(|it| section(it, "##")).collect::<String>());
        pages.insert("README.md".to_owned(), index);
        pages
    }

    fn heading(spec: &Spec) -> String {
        let about = commands::GROUPS.iter().find(|(words, _)| *words == &spec.words[..1]).map(|(_, about)| about);
        let about = about.map(|it| format!("\n{it}.\n")).unwrap_or_default();
        format!(
            "# {}\n{about}\nSee also [all commands](README.md) and [global options](README.md#global-options).\n",
            spec.words[0]
        )
    }

    fn command(page: &Page) -> String {
        let mut out = format!("\n## {}\n\n{}.\n\n```sh\n{}\n```\n", page.name, page.about, page.usage);
        if !page.spec.examples.is_empty() {
            out.push_str(&format!("\nExamples:\n\n```sh\n{}\n```\n", page.spec.examples));
        }
        out.push_str(&page.sections.iter().map(|it| section(it, "###")).collect::<String>());
        if !page.spec.more.is_empty() {
            out.push_str(&format!("\n{}\n", prose(page.spec.more)));
        }
        if page.spec.answers != Answers::Text {
            out.push_str("\nThe result can be [formatted](../command-line.md).\n");
        }
        out
    }

    /// Indented lines are code.
    fn prose(text: &str) -> String {
        let mut out: Vec<String> = Vec::new();
        let mut is_code = false;
        for line in text.lines() {
            if line.starts_with("  ") != is_code {
                is_code = !is_code;
                out.push(if is_code { "\n```text".to_owned() } else { "```\n".to_owned() });
            }
            out.push(if is_code { line.to_owned() } else { line.replace('<', "\\<") });
        }
        if is_code {
            out.push("```".to_owned());
        }
        out.join("\n")
    }

    fn section(section: &Section, level: &str) -> String {
        let (title, rows) = (section.title, &section.rows);
        let heading = if level == "###" {
            format!("\n| {} | |", title.to_lowercase())
        } else {
            format!("\n{level} {title}\n\n| option | |")
        };
        let line = |row: &Row| {
            let names = row.names.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
            let value = if row.value.is_empty() { String::new() } else { format!("`{}`", row.value) };
            format!("| {} | {} |\n", [names, value].join(" ").trim(), cell(&row.about))
        };
        format!("{heading}\n|---|---|\n{}", rows.iter().map(line).collect::<String>())
    }

    fn cell(text: &str) -> String {
        text.replace('|', "\\|").replace('<', "\\<").replace('\n', " ")
    }
}

mod man {
    use super::*;

    /// The pages by the names of their files.
    pub(super) fn pages() -> BTreeMap<String, String> {
        let commands: Vec<_> = commands::all().map(page).collect();
        let pages = commands.iter().map(|it| (format!("{}.1", it.name.replace(' ', "-")), command(it)));
        pages.chain([("archstone.1".to_owned(), program(&commands))]).collect()
    }

    fn program(commands: &[Page]) -> String {
        let mut out = head("archstone", ABOUT);
        out.push_str(".SH SYNOPSIS\n.B archstone\n[\\fIOPTIONS\\fR] \\fICOMMAND\\fR\n.SH DESCRIPTION\n");
        out.push_str(&prose(AFTER_HELP));
        out.push_str(".SH COMMANDS\n");
        for page in commands {
            out.push_str(&format!(".TP\n.B {}\n{}\n", text(&page.spec.words.join(" ")), text(&page.about)));
        }
        out.push_str(&global().iter().map(section).collect::<String>());
        out.push_str(".SH SEE ALSO\n");
        let name = |page: &Page| format!(".BR {} (1)", text(&page.name.replace(' ', "-")));
        out.push_str(&format!("{}\n", commands.iter().map(name).collect::<Vec<_>>().join(",\n")));
        out
    }

    fn command(page: &Page) -> String {
        let mut out = head(&page.name.replace(' ', "-"), &page.about);
        out.push_str(&format!(
            ".SH SYNOPSIS\n\\fB{}\\fR{}\n",
            text(&page.name),
            text(page.usage.strip_prefix(&page.name).unwrap_or_default())
        ));
        out.push_str(&format!(".SH DESCRIPTION\n{}.\n", text(&page.about)));
        if !page.spec.more.is_empty() {
            out.push_str(&format!(".PP\n{}", prose(page.spec.more)));
        }
        if !page.spec.examples.is_empty() {
            out.push_str(&format!(".SH EXAMPLES\n.nf\n{}.fi\n", lines(page.spec.examples)));
        }
        out.push_str(&page.sections.iter().map(section).collect::<String>());
        out.push_str(".SH SEE ALSO\n.BR archstone (1)\nfor the options of all commands\n");
        out
    }

    fn head(name: &str, about: &str) -> String {
        let (title, version) = (name.to_uppercase(), env!("CARGO_PKG_VERSION"));
        format!(
            ".TH {} 1 \"\" \"archstone {version}\" \"Archstone\"\n.SH NAME\n{} \\- {}\n",
            text(&title),
            text(name),
            text(about)
        )
    }

    fn section(section: &Section) -> String {
        let row = |row: &Row| {
            let names: Vec<_> = row.names.iter().map(|it| format!("\\fB{}\\fR", text(it))).collect();
            let value = if row.value.is_empty() { String::new() } else { format!("\\fI{}\\fR", text(&row.value)) };
            format!(".TP\n{}\n{}\n", [names.join(", "), value].join(" ").trim(), text(&row.about))
        };
        format!(".SH {}\n{}", section.title.to_uppercase(), section.rows.iter().map(row).collect::<String>())
    }

    /// Paragraphs; indented lines are code.
    fn prose(written: &str) -> String {
        let (mut out, mut is_code) = (String::new(), false);
        for line in written.lines() {
            if line.starts_with("  ") != is_code {
                is_code = !is_code;
                out.push_str(if is_code { ".PP\n.nf\n" } else { ".fi\n" });
            }
            match line {
                "" => out.push_str(".PP\n"),
                _ => out.push_str(&lines(line)),
            }
        }
        out + if is_code { ".fi\n" } else { "" }
    }

    fn lines(written: &str) -> String {
        written.lines().map(|line| format!("{}\n", text(line))).collect()
    }

    /// Escapes text for roff; text in backticks becomes bold.
    fn text(written: &str) -> String {
        let escaped = written.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq").replace('"', "\\(dq");
        let mut parts = escaped.split('`');
        let mut out = parts.next().unwrap_or_default().to_owned();
        for (position, part) in parts.enumerate() {
            out.push_str(if position % 2 == 0 { "\\fB" } else { "\\fR" });
            out.push_str(part);
        }
        if out.starts_with(['.', ' ']) { format!("\\&{out}") } else { out }
    }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn write(folder: &Path, pages: &BTreeMap<String, String>) {
    fs::create_dir_all(folder).expect("a folder");
    for (name, text) in pages {
        fs::write(folder.join(name), text).expect("a page");
    }
}

#[test]
fn the_reference_is_up_to_date() {
    let (folder, pages) = (repository().join("docs/reference"), markdown::pages());
    let there = || fs::read_dir(&folder).expect("the reference").flatten();
    if Host::default().variable("ARCHSTONE_WRITE_REFERENCE").is_some() {
        for old in there().filter(|it| !pages.contains_key(&*it.file_name().to_string_lossy())) {
            fs::remove_file(old.path()).expect("a page");
        }
        write(&folder, &pages);
    }

    let found: BTreeMap<_, _> = there()
        .map(|it| (it.file_name().to_string_lossy().into_owned(), fs::read_to_string(it.path()).expect("a page")))
        .collect();

    let stale: Vec<_> = pages.keys().chain(found.keys()).filter(|name| pages.get(*name) != found.get(*name)).collect();
    assert!(stale.is_empty(), "not up to date: {stale:?}; run `dev/reference`");
}

#[test]
fn there_is_a_man_page_for_each_command_and_none_has_mistakes() {
    let pages = man::pages();
    let kept = Host::default().variable("ARCHSTONE_WRITE_MAN").map(PathBuf::from);
    let folder =
        kept.clone().unwrap_or_else(|| std::env::temp_dir().join(format!("archstone-man-{}", std::process::id())));
    write(&folder, &pages);

    for spec in commands::all() {
        let page = &pages[&format!("archstone-{}.1", spec.words.join("-"))];
        let options = arguments(Some(spec), Program::Archstone);
        let own = spec.work.describe();
        let shown = own.get_arguments().filter(|it| !it.is_hide_set()).filter_map(Arg::get_long);
        for long in shown {
            assert!(page.contains(&format!("--{long}").replace('-', "\\-")), "{:?}: --{long}", spec.words);
        }
        assert!(options.len() > own.get_arguments().count());
    }
    // Use a formatter if there is one.
    let names: Vec<_> = pages.keys().map(|name| folder.join(name)).collect();
    if let Ok(checked) = Process::new("groff").args(["-man", "-Tutf8", "-ww", "-z"]).args(&names).output() {
        let said = String::from_utf8_lossy(&checked.stderr);
        assert!(checked.status.success() && said.is_empty(), "{said}");
    }
    if kept.is_none() {
        fs::remove_dir_all(folder).expect("the folder");
    }
}

/// Each group has a description, which its page begins with.
#[test]
fn groups_are_described() {
    for spec in commands::all().filter(|it| it.words.len() > 1) {
        let described = !about(&spec.words[..1]).is_empty();
        let is_command = commands::all().any(|it| it.words == &spec.words[..1]);
        assert!(described || is_command, "{:?}", spec.words);
    }
}
