//! The output options.

use clap::{Arg, ArgAction, ArgMatches};

#[cfg(feature = "jq")]
use crate::output::Filter;
use crate::{
    command::{Answers, Spec, is_given, whole_number},
    output::{Format, Layout, Quote, Screen},
    paint,
};

/// The output options. A command's own help shows those that make sense for it. `is_own` includes options that
/// `openstack` does not have: their names would make its abbreviations ambiguous. Options that are not needed, by their
/// names, are not created, which saves time.
pub(crate) fn output_options(
    answers: Answers,
    is_own: bool,
    is_needed: impl Fn(&str, Option<char>) -> bool,
) -> impl Iterator<Item = Arg> {
    let of = Of { answers, is_own };
    let own = OWN.iter().filter(move |_| is_own);
    let needed = OPTIONS.iter().chain(own).filter(move |(long, short, _)| is_needed(long, *short));
    needed.map(move |(long, short, describe)| {
        let option = Arg::new(id(long)).long(*long).short(*short).global(true).help_heading("Output");
        describe(option, of)
    })
}

/// The answers that the options are for.
#[derive(Clone, Copy)]
struct Of {
    answers: Answers,
    is_own: bool,
}

impl Of {
    fn fields(self) -> bool {
        matches!(self.answers, Answers::Show | Answers::All)
    }

    fn rows(self) -> bool {
        matches!(self.answers, Answers::List | Answers::All)
    }

    fn any(self) -> bool {
        self.fields() || self.rows()
    }
}

/// An option: its names, and the rest of its description.
type Described = (&'static str, Option<char>, fn(Arg, Of) -> Arg);

const OPTIONS: &[Described] = &[
    ("format", Some('f'), |option, of| {
        let formats = formats(of.answers, of.is_own).map(|(name, _)| name);
        let option = once(option).value_name("FORMAT").hide(!of.any());
        option.value_parser(clap::builder::PossibleValuesParser::new(formats)).help("Output format [default: table]")
    }),
    ("column", Some('c'), |option, of| {
        let option = option.value_name("COLUMN").action(ArgAction::Append);
        option.help("Only this column or field (repeatable)").hide(!of.any())
    }),
    ("sort-column", None, |option, of| {
        let option = option.value_name("COLUMN").action(ArgAction::Append);
        option.help("Sort the rows by this column (repeatable)").hide(!of.rows())
    }),
    ("sort-ascending", None, |option, of| switch(option).help("Sort ascending (default)").hide(!of.rows())),
    ("sort-descending", None, |option, of| switch(option).help("Sort descending").hide(!of.rows())),
    ("noindent", None, |option, of| switch(option).help("json: on one line").hide(!of.any())),
    ("prefix", None, |option, of| {
        once(option).value_name("PREFIX").help("shell: put this before each name").hide(!of.fields())
    }),
    // shell: only these variables. Hidden in `openstack`, too.
    ("variable", None, |option, _| option.action(ArgAction::Append).hide(true)),
    ("quote", None, |option, of| {
        let option = once(option).value_name("WHAT").value_parser(QUOTES.map(|(name, _)| name));
        option.help("csv: what to quote [default: nonnumeric]").hide(!of.rows())
    }),
    ("max-width", None, |option, of| {
        let option = once(option)
            .value_name("COLUMNS")
            .value_parser(whole_number(i64::MIN, i64::MAX))
            .allow_negative_numbers(true);
        option.help("table: break cells so that it is at most this wide [env: CLIFF_MAX_TERM_WIDTH]").hide(!of.any())
    }),
    ("fit-width", None, |option, of| {
        switch(option).help("table: fit the terminal's width, which is the default on a terminal").hide(!of.any())
    }),
    ("print-empty", None, |option, of| {
        // `openstack` lists it even where it has no effect.
        let is_shown = of.rows() || of.any() && !of.is_own;
        switch(option).help("table: draw it even if it has no rows").hide(!is_shown)
    }),
];

/// Options that `openstack` does not have.
const OWN: &[Described] = &[
    ("json", None, |option, of| {
        let option = once(option).value_name("FIELDS").value_delimiter(',');
        option.help("JSON with only these fields, separated by commas and spelled as here").hide(!of.any())
    }),
    // Accepted even without the feature: `layout` reports that it is missing.
    ("jq", None, |option, of| {
        let is_hidden = !cfg!(feature = "jq") || !of.any();
        let option = once(option).value_name("FILTER").help("Filter the JSON with a jq expression").hide(is_hidden);
        #[cfg(feature = "jq")]
        let option = option.value_parser(Filter::new);
        option
    }),
    ("output", Some('o'), |option, of| {
        let option = once(option).value_name("KIND").value_parser(["wide"]).hide_possible_values(true);
        option.help("`wide`: all columns, as with `--long`").hide(!of.rows())
    }),
    ("pager", None, |option, _| {
        switch(option).help("Show the result in a pager, on a terminal [env: ARCHSTONE_PAGER]")
    }),
    ("color", None, |option, _| {
        let option = once(option).value_name("WHEN").value_parser(paint::CHOICES).hide_possible_values(true);
        option.help("Use colors: `auto` (on a terminal; default), `always` or `never` [env: NO_COLOR, FORCE_COLOR]")
    }),
    ("error-format", None, |option, _| {
        let option = once(option).value_name("FORMAT").value_parser(["text", "json"]).hide_possible_values(true);
        option.help("Write errors as `text` (default), or as one `json` object [env: ARCHSTONE_ERROR_FORMAT]")
    }),
];

fn switch(option: Arg) -> Arg {
    once(option).action(ArgAction::SetTrue)
}

/// The last occurrence counts.
fn once(option: Arg) -> Arg {
    let id = option.get_id().clone();
    option.overrides_with(id)
}

/// The ID that other code uses for an option.
fn id(long: &'static str) -> &'static str {
    const IDS: [(&str, &str); 8] = [
        ("sort-column", "sort_column"),
        ("sort-ascending", "sort_ascending"),
        ("sort-descending", "sort_descending"),
        ("max-width", "max_width"),
        ("fit-width", "fit_width"),
        ("print-empty", "print_empty"),
        ("json", "json_fields"),
        ("output", "output_kind"),
    ];
    IDS.iter().find(|(it, _)| *it == long).map_or(long, |(_, id)| id)
}

/// The formats of this kind of answer.
fn formats(answers: Answers, is_own: bool) -> impl Iterator<Item = (&'static str, Format)> {
    answers.formats().iter().copied().filter(move |(_, format)| is_own || *format != Format::Ndjson)
}

const QUOTES: [(&str, Quote); 4] =
    [("all", Quote::All), ("minimal", Quote::Minimal), ("none", Quote::None), ("nonnumeric", Quote::Nonnumeric)];

/// The requested layout; or why it is not possible for this command.
pub(crate) fn layout(command: &Spec, options: &ArgMatches, is_own: bool) -> Result<Layout, String> {
    let named = |id: &str| one::<String>(options, id).map(String::as_str);
    let all =
        |id: &str| options.try_get_many::<String>(id).ok().flatten().into_iter().flatten().cloned().collect::<Vec<_>>();
    let switched = |id: &str| one::<bool>(options, id) == Some(&true);
    let words = command.words.join(" ");
    if let Some(id) = without_effect(command.answers).iter().find(|id| is_given(options, id)) {
        let prints = match command.answers {
            Answers::Text => "plain text",
            Answers::Show => "one thing, not rows",
            Answers::List | Answers::All => "rows",
        };
        return Err(format!("`{words}` prints {prints}; `--{}` is not supported", long(id)));
    }
    #[cfg(not(feature = "jq"))]
    if is_given(options, "jq") {
        return Err("this program was built without `--jq`: build it with the feature `jq`, which is on by default, \
                    or use `-f json` and the program `jq`"
            .into());
    }
    let format = match named("format") {
        None => None,
        Some(name) => match formats(command.answers, is_own).find(|(it, _)| *it == name) {
            Some((_, format)) => Some(format),
            None => {
                let formats: Vec<_> = formats(command.answers, is_own).map(|(name, _)| name).collect();
                return Err(format!("`{words}` has no format `{name}`: it has {}", formats.join(", ")));
            }
        },
    };
    let fields = all("json_fields");
    // Both imply JSON, without `-f json`.
    let about_json = [("--json", !fields.is_empty()), ("--jq", is_given(options, "jq"))];
    let about_json = about_json.iter().find(|(_, is_given)| *is_given).map(|(name, _)| *name);
    let goes_with_json = |format| format == Format::Json || format == Format::Ndjson && !is_given(options, "jq");
    let format = match (format, about_json) {
        (None, None) => Format::default(),
        (None, Some(_)) => Format::Json,
        (Some(format), Some(option)) if !goes_with_json(format) => {
            return Err(format!(
                "`{option}` writes JSON: it does not go with `-f {}`",
                named("format").unwrap_or_default()
            ));
        }
        (Some(format), _) => format,
    };
    if !fields.is_empty() && !all("column").is_empty() {
        return Err("`--json` and `--column` contradict each other".into());
    }
    let quote = QUOTES.iter().find(|(name, _)| Some(*name) == named("quote")).map_or(Quote::Nonnumeric, |(_, it)| *it);
    let variable = || archstone::host::Host::default().variable("ARCHSTONE_PAGER");
    Ok(Layout {
        format,
        columns: all("column"),
        fields,
        #[cfg(feature = "jq")]
        filter: one::<Filter>(options, "jq").cloned(),
        is_wide: named("output_kind").is_some(),
        sort_columns: all("sort_column"),
        is_strict: is_own,
        descending: switched("sort_descending"),
        indented: !switched("noindent"),
        prefix: named("prefix").unwrap_or_default().to_owned(),
        variables: all("variable"),
        quote,
        max_width: one::<i64>(options, "max_width").copied(),
        print_empty: switched("print_empty"),
        wants_pager: is_own && (switched("pager") || variable().is_some_and(|it| !it.trim().is_empty())),
        screen: Screen::stdout(),
    })
}

/// The value of an option, which may not be described for this run.
fn one<'a, T: Clone + Send + Sync + 'static>(options: &'a ArgMatches, id: &str) -> Option<&'a T> {
    options.try_get_one::<T>(id).ok().flatten()
}

fn long(id: &str) -> String {
    match id {
        "json_fields" => "json".into(),
        "output_kind" => "output".into(),
        id => id.replace('_', "-"),
    }
}

/// The options without effect on this kind of answer. All are accepted before the command's words, when it is not known
/// yet which command it is.
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
            "json_fields",
            "jq",
            "output_kind",
        ],
        Answers::Show => &["sort_column", "sort_ascending", "sort_descending", "quote", "output_kind"],
        Answers::List => &["prefix"],
        Answers::All => &[],
    }
}

#[cfg(test)]
mod tests;
