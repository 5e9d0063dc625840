//! Command lines from the rows of a table, whose heading names arguments and options.

use archstone::config::nearest;

use super::{
    csv::Row,
    shown::{Arguments, Known},
    words::{CommandLine, Fault},
};

/// The target of a column.
enum Column<'a> {
    /// The positional argument at this index.
    Positional(usize),
    Option(&'a str),
    /// A switch, and its opposite.
    Switch(&'a str, Option<&'a str>),
}

/// A line for each row after the heading.
pub(super) fn lines(command: &[String], arguments: &Arguments, rows: Vec<Row>) -> Result<Vec<CommandLine>, Vec<Fault>> {
    let mut rows = rows.into_iter();
    let Some(heading) = rows.next() else {
        return Err(vec![Fault {
            line: 1,
            message: "the heading with the names of arguments and options is missing".into(),
        }]);
    };
    let columns = columns(&heading, arguments)?;
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    for row in rows {
        let line = row.line;
        if row.cells.len() == columns.len() {
            match words(command, &columns, row.cells) {
                Ok(words) => lines.push(CommandLine { line, words, is_apart: false }),
                Err(message) => faults.push(Fault { line, message }),
            }
        } else {
            let message = format!("{} where the heading has {}", count(row.cells.len()), columns.len());
            faults.push(Fault { line, message });
        }
    }
    if faults.is_empty() { Ok(lines) } else { Err(faults) }
}

fn count(cells: usize) -> String {
    if cells == 1 { "1 cell".to_owned() } else { format!("{cells} cells") }
}

fn columns<'a>(heading: &Row, arguments: &'a Arguments) -> Result<Vec<Column<'a>>, Vec<Fault>> {
    let (mut columns, mut faults, mut seen) = (Vec::new(), Vec::new(), Vec::new());
    for (position, name) in heading.cells.iter().enumerate() {
        let name = name.trim().trim_start_matches('-').to_lowercase().replace(['_', ' '], "-");
        let mut fault = |message: String| {
            faults.push(Fault { line: heading.line, message: format!("column {} {message}", position + 1) });
        };
        let Some((column, known)) = column(&name, arguments) else {
            fault(unknown(&name, arguments));
            continue;
        };
        if !known.is_repeated && seen.contains(&known.names[0].as_str()) {
            fault(format!("repeats `{}`", known.names[0]));
        }
        seen.push(&known.names[0]);
        columns.push(column);
    }
    if faults.is_empty() { Ok(columns) } else { Err(faults) }
}

fn column<'a>(name: &str, arguments: &'a Arguments) -> Option<(Column<'a>, &'a Known)> {
    // `project-name` may be called `name`.
    let is_it = |known: &Known| {
        let own = &known.names[0].to_lowercase();
        own == name || name == "name" && own.ends_with("-name")
    };
    if let Some(at) = arguments.positional.iter().position(is_it) {
        return Some((Column::Positional(at), &arguments.positional[at]));
    }
    let known = arguments.option(name)?;
    let name = known.names[0].as_str();
    let opposite = || opposites(name).into_iter().find_map(|it| arguments.option(&it)).map(|it| it.names[0].as_str());
    Some((if known.takes_value { Column::Option(name) } else { Column::Switch(name, opposite()) }, known))
}

/// The possible names of the opposite of a switch.
fn opposites(name: &str) -> [String; 3] {
    let other = |one: &str, other: &str| name.strip_prefix(one).map(|rest| format!("{other}{rest}"));
    [
        other("enable", "disable").or_else(|| other("disable", "enable")).unwrap_or_default(),
        other("no-", "").unwrap_or_default(),
        format!("no-{name}"),
    ]
}

/// The message does not show the name: without a heading, the first row may contain a secret.
fn unknown(name: &str, arguments: &Arguments) -> String {
    let command = arguments.command.work.describe();
    let positional = arguments.positional.iter().map(|it| it.names[0].to_lowercase());
    let names: Vec<String> =
        positional.chain(command.get_arguments().filter_map(clap::Arg::get_long).map(str::to_owned)).collect();
    let near = match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => Some(format!("; did you mean `{near}`?")),
        None => name.contains([';', '\t']).then(|| "; columns are separated by commas".to_owned()),
    };
    format!("names no argument or option of `{}`{}", arguments.command.words.join(" "), near.unwrap_or_default())
}

/// The command line of a row.
fn words(command: &[String], columns: &[Column<'_>], cells: Vec<String>) -> Result<Vec<String>, String> {
    let mut words = command.to_vec();
    let mut positional = Vec::new();
    for (column, cell) in columns.iter().zip(cells) {
        match column {
            _ if cell.is_empty() => {}
            Column::Positional(at) => positional.push((*at, cell)),
            Column::Option(name) => words.push(format!("--{name}={cell}")),
            Column::Switch(name, opposite) => match cell.trim().to_lowercase().as_str() {
                "true" | "yes" | "on" | "1" => words.push(format!("--{name}")),
                "false" | "no" | "off" | "0" => words.extend(opposite.map(|it| format!("--{it}"))),
                _ => return Err(format!("`{name}` must be `true`, `false` or empty")),
            },
        }
    }
    positional.sort_by_key(|(at, _)| *at);
    if !positional.is_empty() && !command.iter().any(|it| it == "--") {
        words.push("--".to_owned());
    }
    words.extend(positional.into_iter().map(|(_, cell)| cell));
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        batch::{csv, plan::with_program},
        command_line::command_in,
    };

    fn made(command: &str, table: &str) -> Result<Vec<String>, Vec<String>> {
        let command: Vec<String> = command.split(' ').map(str::to_owned).collect();
        let spec = command_in(&with_program(&command)).expect("a command");
        let rows = csv::rows(table).expect("rows");
        let made = lines(&command, &Arguments::of(spec), rows);
        made.map(|lines| lines.into_iter().map(|it| format!("{} {}", it.line, it.words.join(" "))).collect())
            .map_err(|faults| faults.into_iter().map(|it| format!("{}: {}", it.line, it.message)).collect())
    }

    #[test]
    fn the_heading_names_arguments_and_options() {
        for (command, table, expected) in [
            (
                "user create --domain acme",
                "name,password,email,enable\nanna,s3cret,,true\nbert,,b@x,no\n-c,,,\n",
                &[
                    "2 user create --domain acme --password=s3cret --enable -- anna",
                    "3 user create --domain acme --email=b@x --disable -- bert",
                    "4 user create --domain acme -- -c",
                ][..],
            ),
            (
                "project create",
                "Name,tag,TAG,parent,Property\nweb,a,b,root,x=1\n",
                &["2 project create --tag=a --tag=b --parent=root --property=x=1 -- web"],
            ),
            (
                "role add",
                "user_domain,user,project,role,inherited\nacme,anna,web,member,yes\n,bert,web,reader,no\n",
                &[
                    "2 role add --user-domain=acme --user=anna --project=web --inherited -- member",
                    "3 role add --user=bert --project=web -- reader",
                ],
            ),
            (
                "group add user staff",
                "user\nanna\nbert\n",
                &["2 group add user staff -- anna", "3 group add user staff -- bert"],
            ),
            (
                "user set",
                "user,enable-multi-factor-auth\nanna,no\n",
                &["2 user set --disable-multi-factor-auth -- anna"],
            ),
            ("user create", "name\n", &[]),
        ] {
            assert_eq!(made(command, table).expect(table), expected, "{table}");
        }
    }

    #[test]
    fn faults_have_a_line_and_no_cell() {
        let unknown = |column| format!("1: column {column} names no argument or option of `user create`");
        for (table, expected) in [
            ("name,passwort\na,b\n", vec![unknown(2) + "; did you mean `password`?"]),
            ("anna,s3cret\n", vec![unknown(1), unknown(2)]),
            ("name;email\na;b\n", vec![unknown(1) + "; columns are separated by commas"]),
            ("name,email,email\na,b,c\n", vec!["1: column 3 repeats `email`".into()]),
            (
                "name,email\na\nb,c\nd,e,f\n",
                vec!["2: 1 cell where the heading has 2".into(), "4: 3 cells where the heading has 2".into()],
            ),
            ("name,enable\na,s3cret\n", vec!["2: `enable` must be `true`, `false` or empty".into()]),
            ("", vec!["1: the heading with the names of arguments and options is missing".into()]),
        ] {
            assert_eq!(made("user create", table).expect_err(table), expected, "{table}");
        }
    }
}
