//! XML of other servers: parsed with limits, and changed without touching the rest.
//!
//! Parts of such documents are signed, so a document is kept as text. It is parsed into a tree with the position of
//! each element, and changes are made to the text at these positions. Document types are not supported: nothing is
//! expanded, and nothing is fetched.

use std::{fmt, ops::Range};

use quick_xml::{
    NsReader,
    escape::escape,
    events::{BytesStart, Event},
    name::{PrefixDeclaration, ResolveResult},
};

use crate::text::printable;

/// A namespace and a local name.
pub(crate) type Name = (&'static str, &'static str);

/// The maximum size of a document in bytes.
const LARGEST: usize = 1 << 20;
const DEEPEST: usize = 64;
const MOST_ELEMENTS: usize = 10_000;
/// The maximum per element, including namespaces.
const MOST_ATTRIBUTES: usize = 64;
/// The maximum length in bytes of the name of an element, an attribute or a namespace.
const LONGEST_NAME: usize = 1024;

/// A parsed document.
pub(crate) struct Document<'t> {
    text: &'t str,
    root: Element,
}

/// An element, and its position in the text.
pub(crate) struct Element {
    namespace: String,
    name: String,
    attributes: Vec<(String, String)>,
    /// The prefixes that it declares, with their namespaces; the default has an empty prefix.
    declared: Vec<(String, String)>,
    /// The text directly inside it.
    text: String,
    children: Vec<Element>,
    whole: Range<usize>,
    /// The position of its start tag.
    tag: Range<usize>,
}

/// Why a document is refused: `has a document type`.
#[derive(Debug)]
pub(crate) struct Malformed(String);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<quick_xml::Error> for Malformed {
    fn from(error: quick_xml::Error) -> Self {
        Self(format!("is not XML: {}", printable(&error.to_string())))
    }
}

fn refused(why: impl Into<String>) -> Malformed {
    Malformed(why.into())
}

impl<'t> Document<'t> {
    /// Parses a document.
    pub(crate) fn read(text: &'t str) -> Result<Self, Malformed> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.len() > LARGEST {
            return Err(refused(format!("is larger than {} MiB", LARGEST >> 20)));
        }
        let mut reader = NsReader::from_str(text);
        let mut builder = Builder::default();
        let mut end = 0;
        loop {
            let start = end;
            let (namespace, event) = reader.read_resolved_event()?;
            let namespace = match (namespace, &event) {
                (ResolveResult::Bound(namespace), _) => namespace.into_inner().to_owned(),
                (ResolveResult::Unknown(prefix), Event::Start(_) | Event::Empty(_)) => {
                    return Err(refused(format!("has the prefix `{}`, which is not declared", printable(&prefix))));
                }
                _ => String::new(),
            };
            end = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            match event {
                Event::Start(tag) => builder.open(Element::new(namespace, &tag, start..end)?)?,
                Event::Empty(tag) => {
                    builder.open(Element::new(namespace, &tag, start..end)?)?;
                    builder.close(end)?;
                }
                Event::End(_) => builder.close(end)?,
                Event::Text(piece) => builder.text(&piece.xml10_content())?,
                Event::CData(piece) => builder.text(&piece.xml10_content())?,
                Event::GeneralRef(entity) => {
                    let reference = format!("&{};", &*entity);
                    let known = quick_xml::escape::unescape(&reference).ok();
                    let known = known.ok_or_else(|| {
                        refused(format!("refers to the entity `{}`, which it may not define", printable(&entity)))
                    })?;
                    builder.text(&known)?;
                }
                Event::Decl(declaration) => {
                    let encoding = declaration.encoding().transpose().map_err(quick_xml::Error::from)?;
                    let encoding = encoding.unwrap_or_default();
                    if !["", "utf-8", "us-ascii"].contains(&encoding.to_ascii_lowercase().as_str()) {
                        return Err(refused(format!(
                            "is in the encoding `{}`, and not in UTF-8",
                            printable(&encoding)
                        )));
                    }
                }
                Event::DocType(_) => return Err(refused("has a document type, which is refused")),
                Event::Comment(_) | Event::PI(_) => {}
                Event::Eof => return builder.root().map(|root| Self { text, root }),
            }
        }
    }

    /// The first element at a path that starts with the root.
    pub(crate) fn find(&self, path: &[Name]) -> Option<&Element> {
        self.chain(path)?.pop()
    }

    /// The same, with all its ancestors.
    fn chain(&self, path: &[Name]) -> Option<Vec<&Element>> {
        let (first, rest) = path.split_first()?;
        let mut chain = vec![Some(&self.root).filter(|root| root.is(*first))?];
        for name in rest {
            chain.push(chain.last()?.children.iter().find(|child| child.is(*name))?);
        }
        Some(chain)
    }

    /// The text with an element replaced.
    pub(crate) fn replaced(&self, element: &Element, by: &str) -> String {
        let Range { start, end } = element.whole;
        [&self.text[..start], by, &self.text[end..]].concat()
    }

    /// Extracts an element as a separate document that declares the prefixes of its ancestors. The namespace `old` is
    /// replaced with `new`, except in the content of `holder`, a child: that is unchanged, so that signatures in it
    /// stay valid.
    pub(crate) fn taken_out(&self, path: &[Name], (old, new): (&str, &str), holder: Name) -> Option<String> {
        let chain = self.chain(path)?;
        let element = *chain.last()?;
        let mut scope = Vec::new();
        for around in &chain {
            declare(&mut scope, around);
        }
        let mut copy = Copy { text: self.text, old, new, holder, end: element.whole.start, copied: String::new() };
        copy.tag(element, Some(&scope), true);
        copy.children(element, &scope);
        copy.to(element.whole.end);
        Some(copy.copied)
    }
}

/// Copies an element with another namespace.
struct Copy<'d> {
    text: &'d str,
    old: &'d str,
    new: &'d str,
    /// The element whose content does not change.
    holder: Name,
    /// The position up to which the text is copied.
    end: usize,
    copied: String,
}

/// Prefixes, and their namespaces.
type Scope<'d> = Vec<(&'d str, &'d str)>;

/// Adds the declarations of an element to those of its ancestors.
fn declare<'d>(scope: &mut Scope<'d>, element: &'d Element) {
    for (prefix, namespace) in &element.declared {
        scope.retain(|(known, _)| known != prefix);
        scope.push((prefix, namespace));
    }
}

impl<'d> Copy<'d> {
    /// Copies the text before a position.
    fn to(&mut self, place: usize) {
        self.copied.push_str(&self.text[self.end..place]);
        self.end = place;
    }

    fn children(&mut self, element: &'d Element, scope: &Scope<'d>) {
        let is_holder = element.is(self.holder);
        for child in &element.children {
            let mut scope = scope.clone();
            declare(&mut scope, child);
            if is_holder {
                // Declares the prefixes of its ancestors again, with their original namespaces.
                self.tag(child, Some(&scope), false);
                continue;
            }
            if child.declared.iter().any(|(_, namespace)| namespace == self.old) {
                self.tag(child, None, true);
            }
            self.children(child, &scope);
        }
    }

    /// Writes an element's start tag with all declarations of a scope, or else only its own.
    fn tag(&mut self, element: &'d Element, scope: Option<&Scope<'d>>, renames: bool) {
        self.to(element.tag.start);
        let tag = &self.text[element.tag.clone()];
        let name_end = tag.find(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/').unwrap_or(tag.len());
        self.copied.push_str(&tag[..name_end]);
        let own = || element.declared.iter().map(|(prefix, namespace)| (prefix.as_str(), namespace.as_str())).collect();
        for (prefix, namespace) in scope.cloned().unwrap_or_else(own) {
            let namespace = if renames && namespace == self.old { self.new } else { namespace };
            let colon = if prefix.is_empty() { "" } else { ":" };
            self.attribute(&format!("xmlns{colon}{prefix}"), namespace);
        }
        for (name, value) in &element.attributes {
            self.attribute(name, value);
        }
        self.copied.push_str(if tag.ends_with("/>") { "/>" } else { ">" });
        self.end = element.tag.end;
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.copied.extend([" ", name, "=\"", &escaped(value), "\""]);
    }
}

impl Element {
    fn new(namespace: String, tag: &BytesStart<'_>, place: Range<usize>) -> Result<Self, Malformed> {
        let bounded = |text: &str| match text.len() {
            0..=LONGEST_NAME => Ok(text.to_owned()),
            _ => Err(refused(format!("has a name that is longer than {LONGEST_NAME} bytes"))),
        };
        bounded(&namespace)?;
        let name = bounded(tag.local_name().into_inner())?;
        let (mut attributes, mut declared) = (Vec::new(), Vec::new());
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(quick_xml::Error::from)?;
            if attributes.len() + declared.len() == MOST_ATTRIBUTES {
                return Err(refused(format!("has an element with more than {MOST_ATTRIBUTES} attributes")));
            }
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0)?.into_owned();
            match attribute.key.as_namespace_binding() {
                Some(PrefixDeclaration::Default) => declared.push((String::new(), bounded(&value)?)),
                Some(PrefixDeclaration::Named(prefix)) => declared.push((bounded(prefix)?, bounded(&value)?)),
                None => attributes.push((bounded(attribute.key.into_inner())?, value)),
            }
        }
        let whole = place.clone();
        Ok(Self { namespace, name, attributes, declared, text: String::new(), children: Vec::new(), whole, tag: place })
    }

    fn is(&self, (namespace, name): Name) -> bool {
        self.namespace == namespace && self.name == name
    }

    /// The value of an attribute without a namespace.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The text directly inside it.
    pub(crate) fn text(&self) -> &str {
        self.text.trim()
    }

    /// Whether it has no child elements.
    pub(crate) fn is_empty(&self) -> bool {
        self.children.is_empty()
    }

    /// Its first child with a name.
    pub(crate) fn child(&self, name: Name) -> Option<&Self> {
        self.children.iter().find(|child| child.is(name))
    }
}

/// Escapes text for the content of an element or the value of an attribute.
pub(crate) fn escaped(text: &str) -> String {
    escape(text).replace('\t', "&#9;").replace('\n', "&#10;").replace('\r', "&#13;")
}

/// Whether the text can be represented in XML at all.
pub(crate) fn is_writable(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..))
}

/// The open elements while parsing.
#[derive(Default)]
struct Builder {
    open: Vec<Element>,
    root: Option<Element>,
    count: usize,
}

impl Builder {
    fn open(&mut self, element: Element) -> Result<(), Malformed> {
        if self.root.is_some() {
            return Err(refused("has more than one root"));
        }
        if self.open.len() == DEEPEST {
            return Err(refused(format!("is nested more than {DEEPEST} deep")));
        }
        self.count += 1;
        if self.count > MOST_ELEMENTS {
            return Err(refused(format!("has more than {MOST_ELEMENTS} elements")));
        }
        self.open.push(element);
        Ok(())
    }

    fn close(&mut self, end: usize) -> Result<(), Malformed> {
        let mut element = self.open.pop().ok_or_else(|| refused("closes an element that is not open"))?;
        element.whole.end = end;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, piece: &str) -> Result<(), Malformed> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(piece),
            None if piece.trim().is_empty() => {}
            None => return Err(refused("is not XML: it has text outside of its root")),
        }
        Ok(())
    }

    fn root(self) -> Result<Element, Malformed> {
        match (self.open.last(), self.root) {
            (None, Some(root)) => Ok(root),
            (Some(open), _) => Err(refused(format!("ends before `{}` does", printable(&open.name)))),
            (None, None) => Err(refused("is not XML: it has no root")),
        }
    }
}

/// Parses a document as the library does, and makes all kinds of changes: for fuzzing.
#[doc(hidden)]
#[must_use]
pub fn read_for_fuzzing(text: &str) -> bool {
    const OLD: &str = "urn:old";
    let Ok(document) = Document::read(text) else { return false };
    let mut open = vec![&document.root];
    while let Some(element) = open.pop() {
        let cut = document.replaced(element, &format!("<x>{}</x>", escaped(element.text())));
        assert!(Document::read(&cut).is_ok(), "a document that was read cannot be read again: {cut:?}");
        open.extend(&element.children);
    }
    let path = [("urn:soap", "Envelope"), (OLD, "Response")];
    if let Some(taken) = document.taken_out(&path, (OLD, "urn:new"), (OLD, "Token")) {
        let is_well = match Document::read(&taken) {
            Ok(again) => again.root.name == "Response" && again.root.namespace == "urn:new",
            // Extracting adds the declarations of its ancestors.
            Err(why) => why.0.contains("attributes"),
        };
        assert!(is_well, "what was taken out cannot be read again: {taken:?}");
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Name = ("urn:a", "a");

    #[test]
    fn elements_are_found_by_their_namespace() {
        let text = "\u{feff}<?xml version='1.0' encoding='UTF-8'?>\n<x:a xmlns:x='urn:a'>\n <b xmlns='urn:b' one='1&amp;&#x32;'/>\
                    <x:c>on<!-- no -->e &lt;<![CDATA[<two>]]></x:c><b/></x:a>\n<!-- end -->";
        let document = Document::read(text).expect("a document");
        assert_eq!(document.find(&[A, ("urn:b", "b")]).and_then(|it| it.attribute("one")), Some("1&2"));
        assert_eq!(document.find(&[A, ("urn:a", "c")]).map(Element::text), Some("one <<two>"));
        assert!(document.find(&[A, ("", "b")]).is_some() && document.find(&[A, ("urn:a", "b")]).is_none());
        assert!(document.find(&[("", "a")]).is_none());
        let c = document.find(&[A, ("urn:a", "c")]).expect("an element");
        let cut = document.replaced(c, "");
        assert_eq!(cut, text[3..].replace("<x:c>on<!-- no -->e &lt;<![CDATA[<two>]]></x:c>", ""));
    }

    #[test]
    fn what_is_taken_out_means_the_same_with_another_namespace_around_it() {
        let text = "<s:e xmlns:s='urn:s' xmlns:t='urn:old' xmlns:u=\"urn:u\"><s:b><t:r t:k='1'><t:o><v:signed \
                    xmlns:v='urn:v' u:x='a&#10;b'>as <t:it/>  is</v:signed></t:o><p xmlns='urn:old'/></t:r></s:b></s:e>";
        let document = Document::read(text).expect("a document");
        let path = [("urn:s", "e"), ("urn:s", "b"), ("urn:old", "r")];
        let taken = document.taken_out(&path, ("urn:old", "urn:new"), ("urn:old", "o")).expect("an element");
        assert_eq!(
            taken,
            "<t:r xmlns:s=\"urn:s\" xmlns:t=\"urn:new\" xmlns:u=\"urn:u\" t:k=\"1\"><t:o><v:signed xmlns:s=\"urn:s\" \
             xmlns:t=\"urn:old\" xmlns:u=\"urn:u\" xmlns:v=\"urn:v\" u:x=\"a&#10;b\">as <t:it/>  is</v:signed></t:o><p \
             xmlns=\"urn:new\"/></t:r>"
        );
        assert!(document.taken_out(&[("urn:s", "x")], ("urn:old", "urn:new"), ("urn:old", "o")).is_none());
    }

    #[test]
    fn hostile_documents_are_refused_with_their_reason() {
        let deep = "<a>".repeat(100_000);
        let wide = format!("<a>{}</a>", "<b/>".repeat(20_000));
        let attributes: String = (0..30_000).map(|it| format!(" a{it}='x'")).collect();
        let prefixes: String = (0..30_000).map(|it| format!(" xmlns:a{it}='x'")).collect();
        let laughs = "<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><l>&b;</l>";
        let external = "<!DOCTYPE l [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><l>&x;</l>";
        let table = [
            (laughs, "has a document type"),
            (external, "has a document type"),
            ("<!DOCTYPE l SYSTEM 'http://192.0.2.1/x.dtd'><l/>", "has a document type"),
            ("<l>&x;</l>", "refers to the entity `x`"),
            ("<l a='&x;'/>", "is not XML"),
            ("<l>&#0;</l>", "refers to the entity `#0`"),
            (&*deep, "is nested more than 64 deep"),
            (&*wide, "has more than 10000 elements"),
            (&*format!("<a{attributes}/>"), "has an element with more than 64 attributes"),
            (&*format!("<a{prefixes}/>"), "is not XML"),
            (&*format!("<a xmlns='{}'/>", "x".repeat(5000)), "has a name that is longer than 1024 bytes"),
            (&*format!("<{}/>", "x".repeat(5000)), "has a name that is longer than 1024 bytes"),
            (&*format!("<a>{}</a>", "x".repeat(2 << 20)), "is larger than 1 MiB"),
            ("<a b='1' b='2'/>", "is not XML"),
            ("<x:a/>", "has the prefix `x`, which is not declared"),
            ("<a></b>", "is not XML"),
            ("<a><b></b>", "ends before `a` does"),
            ("<a/><b/>", "has more than one root"),
            ("<a/>text", "text outside of its root"),
            ("", "it has no root"),
            ("{\"json\": true}", "is not XML"),
            ("<a", "is not XML"),
            ("</a>", "is not XML"),
            ("<?xml version='1.0' encoding='UTF-16'?><a/>", "is in the encoding `UTF-16`"),
        ];
        for (text, why) in table {
            let error = Document::read(text).map(|_| ()).expect_err(why).to_string();
            assert!(error.contains(why) && error.len() < 500, "{why}: {error}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = "<>&'\" \t\r\n é ]]>";
        let (written, attribute) = (format!("<a>x{}x</a>", escaped(text)), format!("<a b=\"{}\"/>", escaped(text)));
        let read = Document::read(&written).expect("a document");
        assert_eq!(read.root.text(), format!("x{text}x"));
        let read = Document::read(&attribute).expect("a document");
        assert_eq!(read.root.attribute("b"), Some(text));
        assert!(is_writable(text) && !is_writable("\u{0}") && !is_writable("\u{1b}"));
        assert!(read_for_fuzzing(&written) && !read_for_fuzzing("<"));
    }
}
