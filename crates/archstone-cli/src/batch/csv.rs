//! CSV according to RFC 4180: commas, quotes, and a line break after each row.

use super::words::Fault;

/// A row, and the line where it begins.
#[cfg_attr(test, derive(Debug, PartialEq, Eq))]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) cells: Vec<String>,
}

/// The rows of a table. Empty lines are skipped.
pub(super) fn rows(text: &str) -> Result<Vec<Row>, Vec<Fault>> {
    let mut reader = Reader { rest: text, line: 1 };
    let mut rows = Vec::new();
    while !reader.rest.is_empty() {
        let line = reader.line;
        // After a quoting error, the rest would be parsed incorrectly.
        let cells = reader.row().map_err(|fault| vec![fault])?;
        if cells.len() > 1 || !cells[0].is_empty() {
            rows.push(Row { line, cells });
        }
    }
    Ok(rows)
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl Reader<'_> {
    fn row(&mut self) -> Result<Vec<String>, Fault> {
        let mut cells = Vec::new();
        loop {
            cells.push(match self.rest.strip_prefix('"') {
                Some(rest) => {
                    self.rest = rest;
                    self.quoted()?
                }
                None => self.plain()?,
            });
            if let Some(rest) = self.rest.strip_prefix(',') {
                self.rest = rest;
                continue;
            }
            self.rest = self.rest.strip_prefix('\r').unwrap_or(self.rest);
            self.rest = self.rest.strip_prefix('\n').unwrap_or(self.rest);
            self.line += 1;
            return Ok(cells);
        }
    }

    fn plain(&mut self) -> Result<String, Fault> {
        let end = self.rest.find([',', '\n']).unwrap_or(self.rest.len());
        let (cell, rest) = self.rest.split_at(end);
        self.rest = rest;
        let cell = if rest.starts_with(',') { cell } else { cell.strip_suffix('\r').unwrap_or(cell) };
        if cell.contains('"') {
            let message = "a cell with a quote in it must be in quotes, and the quote doubled";
            return Err(Fault { line: self.line, message: message.into() });
        }
        Ok(cell.to_owned())
    }

    /// The rest of a cell after its opening quote.
    fn quoted(&mut self) -> Result<String, Fault> {
        let begin = self.line;
        let mut cell = String::new();
        loop {
            let Some(end) = self.rest.find('"') else {
                let message = "the quote of a cell that begins here is not closed";
                return Err(Fault { line: begin, message: message.into() });
            };
            let (part, rest) = (&self.rest[..end], &self.rest[end + 1..]);
            cell.push_str(part);
            self.line += part.matches('\n').count();
            self.rest = rest;
            match rest.strip_prefix('"') {
                Some(rest) => {
                    cell.push('"');
                    self.rest = rest;
                }
                None if rest.is_empty() || rest.starts_with([',', '\n']) || rest.starts_with("\r\n") => {
                    return Ok(cell);
                }
                None => {
                    let message = "there is text after the closing quote of a cell";
                    return Err(Fault { line: self.line, message: message.into() });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_those_of_the_standard() {
        for (text, cells) in [
            ("a,b,c", vec![vec!["a", "b", "c"]]),
            ("a,b\r\nc,d\r\n", vec![vec!["a", "b"], vec!["c", "d"]]),
            ("a,,\n,\n", vec![vec!["a", "", ""], vec!["", ""]]),
            ("\n\na\n\r\nb\n", vec![vec!["a"], vec!["b"]]),
            ("\"a,b\",\"c\"\"d\",\"\"\n", vec![vec!["a,b", "c\"d", ""]]),
            ("\"a\nb\",c\nd,e", vec![vec!["a\nb", "c"], vec!["d", "e"]]),
            (" a , b \n", vec![vec![" a ", " b "]]),
            ("'a','b'\n", vec![vec!["'a'", "'b'"]]),
            ("ß,\"ü\"", vec![vec!["ß", "ü"]]),
        ] {
            let found: Vec<_> = rows(text).expect(text).into_iter().map(|it| it.cells).collect();
            assert_eq!(found, cells, "{text:?}");
        }
    }

    #[test]
    fn rows_know_their_line() {
        let lines: Vec<_> = rows("a\n\"b\n\nc\"\nd\n\ne").expect("rows").iter().map(|it| it.line).collect();
        assert_eq!(lines, [1, 2, 5, 7]);
    }

    #[test]
    fn faults_have_a_line_and_no_text() {
        for (text, line, message) in [
            ("a\nb,\"secret", 2, "the quote of a cell that begins here is not closed"),
            ("a\n\"b\nc\"secret\n", 3, "there is text after the closing quote of a cell"),
            ("a\nb\n5\"3", 3, "a cell with a quote in it must be in quotes, and the quote doubled"),
        ] {
            assert_eq!(rows(text), Err(vec![Fault { line, message: message.into() }]), "{text:?}");
        }
    }
}
