//! Lines of help that are too long for a terminal of 80 columns: clap does not break these.

const ROOM: usize = 80;

/// Breaks the usage of a command in a line of help. Styles have no width.
pub(crate) fn usage(line: &str) -> String {
    let (text, end) = line.strip_suffix('\n').map_or((line, ""), |text| (text, "\n"));
    if !plain(text).starts_with("Usage: ") || width(text) <= ROOM {
        return line.to_owned();
    }
    filled(&arguments(text), "", "       ") + end
}

/// An indented example. A long command line is broken with backslashes; its explanation begins after three spaces.
pub(crate) fn example(line: &str) -> String {
    const INDENT: &str = "  ";
    if INDENT.len() + line.len() <= ROOM || line.contains("   ") {
        return format!("{INDENT}{line}\n");
    }
    format!("{INDENT}{}\n", filled(&steps(line), " \\", "      "))
}

/// Puts as many pieces on each line as fit.
fn filled(pieces: &[&str], ending: &str, indent: &str) -> String {
    let (mut out, mut column) = (String::new(), 0);
    for piece in pieces {
        if column == 0 {
            column = width(piece);
        } else if column + 1 + width(piece) + ending.len() < ROOM {
            out.push(' ');
            column += 1 + width(piece);
        } else {
            out.push_str(&format!("{ending}\n{indent}"));
            column = indent.len() + width(piece);
        }
        out.push_str(piece);
    }
    out
}

/// The parts of a usage that are not broken: an option with its value, and brackets with their content.
fn arguments(text: &str) -> Vec<&str> {
    let (mut pieces, mut start, mut depth, mut is_style) = (Vec::new(), 0, 0, false);
    for (at, c) in text.char_indices() {
        match c {
            '\u{1b}' => is_style = true,
            'm' if is_style => is_style = false,
            _ if is_style => {}
            '<' | '[' => depth += 1,
            '>' | ']' => depth -= 1,
            ' ' if depth == 0 => {
                let (piece, rest) = (plain(&text[start..at]), plain(&text[at + 1..]));
                let takes_value = piece.starts_with('-') && !piece.contains('<') && rest.starts_with('<');
                if !takes_value {
                    pieces.push(&text[start..at]);
                    start = at + 1;
                }
            }
            _ => {}
        }
    }
    pieces.push(&text[start..]);
    pieces
}

/// The parts of a shell command that are not broken: an option with its value, a redirection with its file.
fn steps(line: &str) -> Vec<&str> {
    let (mut pieces, mut start, mut quote) = (Vec::new(), 0, None);
    for (at, c) in line.char_indices() {
        match (c, quote) {
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            (' ', None) => {
                let (piece, rest) = (&line[start..at], &line[at + 1..]);
                let begins_one = rest.starts_with(['-', '<', '>', '|']) && !rest.starts_with("- ");
                let waits = !piece.contains(' ') && piece.starts_with(['-', '<', '>', '|']);
                if begins_one || !waits {
                    pieces.push(piece);
                    start = at + 1;
                }
            }
            _ => {}
        }
    }
    pieces.push(&line[start..]);
    pieces
}

fn width(text: &str) -> usize {
    plain(text).chars().count()
}

/// The text without its styles.
fn plain(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_usage_breaks_between_its_arguments() {
        let text = "Usage: archstone trust create [OPTIONS] --project <PROJECT> --role <ROLE> <TRUSTOR> <A|B C>\n";
        let broken =
            "Usage: archstone trust create [OPTIONS] --project <PROJECT> --role <ROLE>\n       <TRUSTOR> <A|B C>\n";
        assert_eq!(usage(text), broken);
        assert_eq!(plain(&usage(&format!("\u{1b}[1m{text}").replace("--role", "\u{1b}[32m--role\u{1b}[0m"))), broken);
        for whole in ["Usage: archstone token issue [OPTIONS]\n", &text.replace("Usage", "usage")] {
            assert_eq!(usage(whole), whole);
        }
    }

    #[test]
    fn a_long_example_breaks_as_shells_take_it() {
        let line =
            "archstone project set web --description 'The - new - shop' --tag live --password - --remove-tag x < f";
        let broken = "  archstone project set web --description 'The - new - shop' --tag live \\\n      \
                      --password - --remove-tag x < f\n";
        assert_eq!(example(line), broken);
        assert_eq!(example("archstone token issue"), "  archstone token issue\n");
        let explained = format!("archstone token issue   {}", "x".repeat(80));
        assert_eq!(example(&explained), format!("  {explained}\n"));
    }
}
