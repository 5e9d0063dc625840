//! The options that say how an answer is written.

use clap::{Arg, ArgAction, ArgMatches, parser::ValueSource, value_parser};

use crate::{
    command::{Answers, Spec},
    output::{Format, Layout, Quote},
};

/// The options of the answer's form. A command's own help shows those that make sense for it.
pub(crate) fn output_options(answers: Answers) -> impl Iterator<Item = Arg> {
    let show = matches!(answers, Answers::Show | Answers::All);
    let list = matches!(answers, Answers::List | Answers::All);
    let any = show || list;
    let switch = |id: &'static str| Arg::new(id).action(ArgAction::SetTrue).overrides_with(id);
    let value = |id: &'static str| Arg::new(id).overrides_with(id);
    let formats = answers.formats().iter().map(|(name, _)| *name);
    let options = [
        value("format")
            .short('f')
            .long("format")
            .value_name("FORMAT")
            .value_parser(clap::builder::PossibleValuesParser::new(formats))
            .help("Output format [default: table]")
            .hide(!any),
        Arg::new("column")
            .short('c')
            .long("column")
            .alias("variable")
            .value_name("COLUMN")
            .action(ArgAction::Append)
            .help("Only this column or field (repeatable)")
            .hide(!any),
        value("sort_column")
            .long("sort-column")
            .value_name("COLUMN")
            .action(ArgAction::Append)
            .help("Sort the rows by this column (repeatable)")
            .hide(!list),
        switch("sort_ascending").long("sort-ascending").help("Sort ascending (default)").hide(!list),
        switch("sort_descending").long("sort-descending").help("Sort descending").hide(!list),
        switch("noindent").long("noindent").help("json: on one line").hide(!any),
        value("prefix").long("prefix").value_name("PREFIX").help("shell: put this before each name").hide(!show),
        value("quote")
            .long("quote")
            .value_name("WHAT")
            .value_parser(QUOTES.map(|(name, _)| name))
            .help("csv: what to quote [default: nonnumeric]")
            .hide(!list),
        value("max_width")
            .long("max-width")
            .value_name("COLUMNS")
            .value_parser(value_parser!(usize))
            .help("table: break cells so that it is at most this wide [env: CLIFF_MAX_TERM_WIDTH]")
            .hide(!any),
        switch("fit_width")
            .long("fit-width")
            .help("table: fit the terminal's width, which is the default on a terminal [env: CLIFF_FIT_WIDTH]")
            .hide(!any),
        switch("print_empty").long("print-empty").help("table: draw it even if it has no rows").hide(!list),
    ];
    options.into_iter().map(|option| option.global(true).help_heading("Output"))
}

const QUOTES: [(&str, Quote); 4] =
    [("all", Quote::All), ("minimal", Quote::Minimal), ("none", Quote::None), ("nonnumeric", Quote::Nonnumeric)];

/// How the answer is written; or what is wrong with that for this command.
pub(crate) fn layout(command: &Spec, options: &ArgMatches, is_strict: bool) -> Result<Layout, String> {
    let named = |id: &str| options.get_one::<String>(id).map(String::as_str);
    let all = |id: &str| options.get_many::<String>(id).into_iter().flatten().cloned().collect();
    let words = command.words.join(" ");
    let is_given = |id: &&&str| options.value_source(id) == Some(ValueSource::CommandLine);
    if let Some(id) = without_effect(command.answers).iter().find(is_given) {
        let prints = match command.answers {
            Answers::Text => "plain text",
            Answers::Show => "one thing, not rows",
            Answers::List | Answers::All => "rows",
        };
        return Err(format!("`{words}` prints {prints}; `--{}` is not supported", id.replace('_', "-")));
    }
    let format = match named("format") {
        None => Format::default(),
        Some(name) => match command.answers.formats().iter().find(|(it, _)| *it == name) {
            Some((_, format)) => *format,
            None => {
                let formats: Vec<_> = command.answers.formats().iter().map(|(name, _)| *name).collect();
                return Err(format!("`{words}` has no format `{name}`: it has {}", formats.join(", ")));
            }
        },
    };
    let quote = QUOTES.iter().find(|(name, _)| Some(*name) == named("quote")).map_or(Quote::Nonnumeric, |(_, it)| *it);
    Ok(Layout {
        format,
        columns: all("column"),
        sort_columns: all("sort_column"),
        is_strict,
        descending: options.get_flag("sort_descending"),
        indented: !options.get_flag("noindent"),
        prefix: named("prefix").unwrap_or_default().to_owned(),
        quote,
        max_width: options.get_one::<usize>("max_width").copied(),
        fit_width: options.get_flag("fit_width"),
        print_empty: options.get_flag("print_empty"),
    })
}

/// The options that say nothing about an answer of this kind. All are accepted before the command's words, where
/// it is not known yet which command it is.
fn without_effect(answers: Answers) -> &'static [&'static str] {
    match answers {
        Answers::Text => &[
            "format",
            "column",
            "sort_column",
            "sort_ascending",
            "sort_descending",
            "noindent",
            "prefix",
            "quote",
            "max_width",
            "fit_width",
            "print_empty",
        ],
        Answers::Show => &["sort_column", "sort_ascending", "sort_descending", "quote"],
        Answers::List => &["prefix"],
        Answers::All => &[],
    }
}
