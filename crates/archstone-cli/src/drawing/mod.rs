//! Drawings: trees and graphs as text, for Graphviz, and as self-contained images.
//!
//! Every label may come from the cloud: its invisible characters are escaped first, and then the special characters of
//! the output format.

mod dot;
mod graph;
mod svg;
mod tree;

use archstone::{Error, ErrorKind, Result, host::Host, text::escaped};
use clap::{Arg, ArgAction, ArgMatches};

pub(crate) use self::{
    graph::{Edge, Graph},
    tree::Branch,
};
use crate::output::{self, Answer};

/// What can be drawn.
pub(crate) trait Drawing {
    /// For a terminal, with these line characters.
    fn text(&self, lines: &Lines) -> String;
    /// For Graphviz.
    fn dot(&self) -> String;
    /// As an SVG image.
    fn svg(&self) -> String;
}

const FORMS: [(&str, &str); 3] = [
    ("dot", "Write a Graphviz (DOT) graph"),
    ("svg", "Write an SVG image"),
    ("html", "Write a self-contained HTML page"),
];

/// The options of the drawing.
pub(crate) fn form_options() -> [Arg; 3] {
    FORMS.map(|(name, help)| {
        let others = FORMS.iter().map(|(other, _)| *other).filter(|other| *other != name);
        let option = Arg::new(name).long(name).action(ArgAction::SetTrue).conflicts_with_all(others);
        option.help(help).help_heading("Drawing")
    })
}

/// The drawing that the options select: for people as text, for programs as these rows.
///
/// # Errors
///
/// If two forms are requested.
pub(crate) fn answer(drawing: &impl Drawing, title: &str, rows: Answer, options: &ArgMatches) -> Result<Answer> {
    let form = FORMS.iter().map(|(form, _)| *form).find(|form| options.get_flag(form));
    // `format` may be unknown to this command.
    if let (Some(form), Ok(Some(_))) = (form, options.try_get_raw("format")) {
        let message = format!("`--{form}` is a format of its own; `--format` is not supported with it");
        return Err(Error::new(ErrorKind::InvalidRequest, message));
    }
    Ok(match form {
        Some("dot") => Answer::Text(drawing.dot()),
        Some("svg") => Answer::Text(drawing.svg()),
        Some(_) => Answer::Text(page(title, &drawing.svg())),
        None => Answer::told(drawing.text(Lines::of(&Host::default())), rows),
    })
}

/// The line characters of a tree.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Lines {
    branch: &'static str,
    last: &'static str,
    past: &'static str,
}

impl Lines {
    const UNICODE: Self = Self { branch: "├── ", last: "└── ", past: "│   " };
    const ASCII: Self = Self { branch: "|-- ", last: "`-- ", past: "|   " };

    /// The line characters that the terminal can show, according to the first locale variable that is set.
    fn of(host: &Host) -> &'static Self {
        let said = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| {
            let value = host.variable(name).filter(|it| !it.is_empty())?;
            Some(value.to_ascii_lowercase())
        });
        let is_utf8 = said.map_or(cfg!(windows), |it| it.contains("utf-8") || it.contains("utf8"));
        if is_utf8 { &Self::UNICODE } else { &Self::ASCII }
    }
}

/// Text for XML and HTML.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escaped(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// The approximate width of a text in pixels: the font is unknown here.
fn width(text: &str) -> usize {
    output::width(&escaped(text)) * 8
}

/// A self-contained page with an image, which loads nothing from the network.
fn page(title: &str, svg: &str) -> String {
    let title = xml(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>\n:root {{ color-scheme: light dark; }}\n\
         body {{ font-family: system-ui, sans-serif; margin: 2rem; background: #fff; color: #1b1f24; }}\n\
         h1 {{ font-size: 1.25rem; }}\n\
         @media (prefers-color-scheme: dark) {{ body {{ background: #14171b; color: #e6e8eb; }} }}\n\
         </style>\n</head>\n<body>\n<h1>{title}</h1>\n{svg}</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests;
