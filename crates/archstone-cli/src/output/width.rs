//! The width of text in terminal columns, as computed by Python's `wcwidth`, which `openstack` uses for its tables.
//!
//! Escape sequences are not interpreted: their characters are counted.

use super::width_table::RANGES;

const WIDE: u8 = 1;
const ZERO: u8 = 2;
/// Joins the next consonant to the last one.
const VIRAMA: u8 = 4;
/// A mark that has a width.
const SPACING_MARK: u8 = 8;
/// Narrow, and wide as an emoji.
const EMOJI_IS_WIDE: u8 = 16;
/// Wide, and narrow as text.
const TEXT_IS_NARROW: u8 = 32;
/// A pictograph, or half of a flag.
const PICTOGRAPH: u8 = 64;
/// A consonant that a virama joins to the one before.
const JOINED_CONSONANT: u8 = 128;

const JOINER: char = '\u{200d}';
const AS_TEXT: char = '\u{fe0e}';
const AS_EMOJI: char = '\u{fe0f}';

fn properties(c: char) -> u8 {
    let code = u32::from(c);
    let at = RANGES.partition_point(|(_, last, _)| *last < code);
    RANGES.get(at).filter(|(first, ..)| *first <= code).map_or(0, |(.., bits)| *bits)
}

/// Halves of flags.
fn is_regional(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

fn is_skin_tone(c: char) -> bool {
    matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
}

/// The width of a line in columns.
pub(crate) fn width(text: &str) -> usize {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.len();
    }
    let mut columns = Columns::default();
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        if c != JOINER {
            columns.add(c);
        } else if !columns.after_virama {
            // A joined character has no width of its own.
            columns.regionals = usize::from(characters.next().is_some_and(is_regional));
            columns.last_width = 0;
        }
    }
    columns.flush();
    usize::try_from(columns.most).unwrap_or_default()
}

/// The cursor position while a text is written.
#[derive(Default)]
struct Columns {
    at: isize,
    most: isize,
    /// The width of the current character with its marks, which is not counted yet.
    cluster: isize,
    last: Option<char>,
    last_width: isize,
    /// Whether a mark or a selector can change the last character.
    can_change: bool,
    after_virama: bool,
    /// The number of flag halves directly before.
    regionals: usize,
}

impl Columns {
    fn flush(&mut self) {
        self.at += std::mem::take(&mut self.cluster);
        self.most = self.most.max(self.at);
    }

    fn control(&mut self, c: char) {
        self.flush();
        match c {
            '\u{8}' => self.at = (self.at - 1).max(0),
            '\r' => self.at = 0,
            '\t' => self.at += 8 - self.at % 8,
            _ => {}
        }
        self.most = self.most.max(self.at);
        self.can_change = false;
        self.last = None;
    }

    fn add(&mut self, c: char) {
        let regionals = std::mem::take(&mut self.regionals);
        if matches!(c, '\u{1}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\0') {
            return self.control(c);
        }
        let bits = properties(c);
        let last = self.last.map_or(0, properties);
        if c == AS_EMOJI && self.can_change {
            if last & EMOJI_IS_WIDE != 0 {
                self.cluster = 2;
            }
            self.can_change = false;
            return;
        }
        if c == AS_TEXT && self.can_change {
            if last & TEXT_IS_NARROW != 0 && self.last_width == 2 {
                self.at -= 1;
            }
            self.can_change = false;
            return;
        }
        if is_regional(c) {
            self.regionals = regionals + 1;
            if regionals % 2 == 1 {
                self.last = Some(c);
                return;
            }
        } else if is_skin_tone(c) && last & PICTOGRAPH != 0 {
            return;
        }
        if bits & ZERO == 0 {
            let width = if bits & WIDE == 0 { 1 } else { 2 };
            if self.after_virama {
                self.cluster = 2;
            } else {
                self.flush();
                self.cluster = width;
            }
            self.last = Some(c);
            self.last_width = width;
            self.can_change = true;
            self.after_virama = false;
        } else if bits & VIRAMA != 0 {
            self.after_virama = true;
        } else {
            if self.can_change && bits & SPACING_MARK != 0 {
                self.cluster = 2;
                self.can_change = false;
            }
            self.after_virama = false;
        }
    }
}

/// The length of the first character of a text, with everything that combines with it.
pub(super) fn first_character(text: &str) -> usize {
    let mut characters = text.char_indices();
    let Some((_, first)) = characters.next() else { return 0 };
    let mut before = first;
    let mut is_half = is_regional(first);
    // The class of characters that the next one can attach to, whatever marks are in between.
    let mut after_virama = properties(first) & VIRAMA != 0;
    let mut is_pictograph = is_picture(first);
    for (position, c) in characters {
        let bits = properties(c);
        let is_mark = bits & (ZERO | SPACING_MARK) != 0 && !c.is_control() && Jamo::of(c).is_none() || is_skin_tone(c);
        let is_joined = before == JOINER && is_pictograph && is_picture(c);
        let is_conjunct = after_virama && bits & JOINED_CONSONANT != 0;
        let completes = is_half && is_regional(c) || Jamo::of(before).is_some_and(|jamo| jamo.takes(c));
        if first.is_control() || !(is_mark || is_joined || is_conjunct || completes) {
            return position;
        }
        is_half = false;
        after_virama = bits & VIRAMA != 0 || after_virama && bits & (ZERO | SPACING_MARK) == ZERO;
        is_pictograph &= is_mark && bits & SPACING_MARK == 0 || is_joined;
        before = c;
    }
    text.len()
}

fn is_picture(c: char) -> bool {
    properties(c) & PICTOGRAPH != 0 && !is_regional(c)
}

/// The parts of a syllable of Hangul.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Jamo {
    First,
    Vowel,
    Last,
    /// A syllable that ends with its vowel.
    Open,
    Closed,
}

impl Jamo {
    fn of(c: char) -> Option<Self> {
        match c {
            '\u{1100}'..='\u{115f}' | '\u{a960}'..='\u{a97c}' => Some(Self::First),
            '\u{1160}'..='\u{11a7}' | '\u{d7b0}'..='\u{d7c6}' => Some(Self::Vowel),
            '\u{11a8}'..='\u{11ff}' | '\u{d7cb}'..='\u{d7fb}' => Some(Self::Last),
            '\u{ac00}'..='\u{d7a3}' if (u32::from(c) - 0xac00) % 28 == 0 => Some(Self::Open),
            '\u{ac00}'..='\u{d7a3}' => Some(Self::Closed),
            _ => None,
        }
    }

    /// Whether the next character belongs to the same syllable.
    fn takes(self, next: char) -> bool {
        match (self, Self::of(next)) {
            (_, None) => false,
            (Self::First, next) => next != Some(Self::Last),
            (Self::Open | Self::Vowel, next) => matches!(next, Some(Self::Vowel | Self::Last)),
            (Self::Closed | Self::Last, next) => next == Some(Self::Last),
        }
    }
}

/// A mark that belongs to the letter before it; the vowels of Hangul are letters.
pub(super) fn is_mark(c: char) -> bool {
    properties(c) & (ZERO | SPACING_MARK) != 0 && !matches!(c, '\u{1160}'..='\u{11ff}' | '\u{d7b0}'..='\u{d7fb}')
}
