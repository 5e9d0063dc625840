//! The fields of records as plain data.

/// A field of a resource.
#[derive(Clone, Copy, Debug)]
pub struct FieldSpec {
    /// Its key in the JSON.
    pub name: &'static str,
    /// The shorter name that sets it: `domain` for `domain_id`.
    pub setter: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// What it holds.
    pub kind: ValueKind,
    /// Whether each resource has it.
    pub is_required: bool,
    /// When it can be set.
    pub uses: &'static [Use],
}

/// When a field can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// When the resource is made.
    Create,
    /// When it is changed.
    Update,
}

/// What a field or a parameter holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// Text; also ids and times, as Keystone writes them.
    Text,
    /// True or false.
    Boolean,
    /// A whole number.
    Integer,
    /// Text that must not be shown.
    Secret,
    /// A list of texts.
    Texts,
    /// An object with keys of its own.
    Object,
    /// A list of anything.
    List,
    /// Anything.
    Any,
    /// A filter for text, exact or not: `name`, `name__contains`.
    Match,
    /// On or off; only on is said.
    Flag,
    /// A token that the request is about.
    Subject,
    /// Text that is said in a header, whose name is the key on the wire.
    Header,
}
