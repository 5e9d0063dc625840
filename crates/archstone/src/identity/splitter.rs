//! Extracts the items of a list from a JSON document while it arrives.
//!
//! Keystone returns a list of a hundred thousand role assignments as one document. Since it is split into items as it
//! arrives, it never has to be in memory as a whole.

use std::collections::VecDeque;

/// Splits `{"things": [one, another], "links": {…}}` into `one`, `another`, and the rest.
#[derive(Debug)]
pub(super) struct Splitter {
    member: String,
    /// The document without its items.
    envelope: Vec<u8>,
    /// The item being read.
    item: Vec<u8>,
    /// Whether the parser is inside the list.
    is_inside: bool,
    /// The number of open brackets: of the envelope, or of the item.
    depth: usize,
    text: InText,
    /// The start and end of the last string at the envelope's top level, and whether a colon followed.
    key: (usize, usize, bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InText {
    No,
    Yes,
    Escaped,
}

impl Splitter {
    pub(super) fn new(member: &str) -> Self {
        Self {
            member: member.to_owned(),
            envelope: Vec::new(),
            item: Vec::new(),
            is_inside: false,
            depth: 0,
            text: InText::No,
            key: (0, 0, false),
        }
    }

    /// Takes the next chunk of the document, and returns the items that it completes.
    pub(super) fn take(&mut self, piece: &[u8], items: &mut VecDeque<Vec<u8>>) {
        for byte in piece {
            if self.is_inside {
                self.take_item(*byte, items);
            } else {
                self.take_envelope(*byte);
            }
        }
    }

    /// How many bytes of incomplete data are held.
    pub(super) fn held(&self) -> usize {
        self.envelope.len() + self.item.len()
    }

    /// The document without its items, once all of it was read.
    pub(super) fn envelope(&self) -> &[u8] {
        &self.envelope
    }

    fn take_envelope(&mut self, byte: u8) {
        let was_text = self.text != InText::No;
        self.text = next(self.text, byte);
        let at = self.envelope.len();
        self.envelope.push(byte);
        if was_text || byte == b'"' {
            if self.depth == 1 && self.text == InText::No {
                self.key.1 = at;
            } else if !was_text && self.depth == 1 {
                self.key = (at + 1, at + 1, false);
            }
            return;
        }
        match byte {
            b':' if self.depth == 1 => self.key.2 = true,
            b',' if self.depth == 1 => self.key = (0, 0, false),
            b'[' if self.depth == 1
                && self.key.2
                && self.envelope[self.key.0..self.key.1] == *self.member.as_bytes() =>
            {
                self.is_inside = true;
                self.depth = 0;
            }
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    fn take_item(&mut self, byte: u8, items: &mut VecDeque<Vec<u8>>) {
        let was_text = self.text != InText::No;
        if !was_text && self.depth == 0 {
            match byte {
                b']' | b',' => {
                    if !self.item.is_empty() {
                        items.push_back(std::mem::take(&mut self.item));
                    }
                    if byte == b']' {
                        self.is_inside = false;
                        self.depth = 1;
                        self.envelope.push(byte);
                    }
                    return;
                }
                b' ' | b'\t' | b'\n' | b'\r' => return,
                _ => {}
            }
        }
        self.text = next(self.text, byte);
        self.item.push(byte);
        if was_text {
            return;
        }
        match byte {
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

fn next(text: InText, byte: u8) -> InText {
    match (text, byte) {
        (InText::No, b'"') | (InText::Escaped, _) => InText::Yes,
        (InText::Yes, b'"') => InText::No,
        (InText::Yes, b'\\') => InText::Escaped,
        (same, _) => same,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The items and the rest, for any size of chunks.
    fn split(document: &str, size: usize) -> (Vec<Value>, Value) {
        let mut splitter = Splitter::new("things");
        let mut items = VecDeque::new();
        for piece in document.as_bytes().chunks(size) {
            splitter.take(piece, &mut items);
        }
        let items = items.iter().map(|item| serde_json::from_slice(item).expect("an item")).collect();
        (items, serde_json::from_slice(splitter.envelope()).expect("the rest"))
    }

    #[test]
    fn documents_are_cut_into_items_wherever_their_pieces_end() {
        let tricky = json!([
            {"name": "a\"]},{\\", "things": [1, [2, {"things": []}]], "é漢": null},
            {}, [], [[]], "text, with ] and \"", "", 12.5, true, null,
        ]);
        let documents = [
            json!({"things": tricky, "links": {"next": null, "things": ["no"]}}),
            json!({"about": {"things": [1]}, "also": [["things"], "things", ":"], "things": tricky}),
            json!({"things": [], "z": 1}),
            json!({"other": [1, 2]}),
            json!({"things": {"not": "a list"}}),
            json!({"a": "things", "things": [1]}),
        ];
        for document in documents {
            for text in [document.to_string(), serde_json::to_string_pretty(&document).expect("JSON")] {
                for size in [1, 2, 3, 7, 1000] {
                    let (items, rest) = split(&text, size);
                    let mut expected = document.clone();
                    let list = expected.get_mut("things").filter(|it| it.is_array()).map(Value::take);
                    if list.is_some() {
                        expected["things"] = json!([]);
                    }
                    assert_eq!(rest, expected, "{text}");
                    assert_eq!(items, list.and_then(|it| it.as_array().cloned()).unwrap_or_default(), "{text}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_such_document_gives_nothing_and_does_no_harm() {
        for text in ["", "]", "}}}]]", "[", "\"", "{\"things\":", "\\", "{\"things\":[}", "{\"things\" [1]}"] {
            let mut items = VecDeque::new();
            let mut splitter = Splitter::new("things");
            splitter.take(text.as_bytes(), &mut items);
            assert!(items.is_empty() && splitter.held() <= text.len(), "{text}");
        }
    }
}
