//! The fields of records as plain data.

/// A field of a resource.
#[derive(Clone, Copy, Debug)]
pub struct FieldSpec {
    /// Its key in the JSON.
    pub name: &'static str,
    /// The shorter name for setting it: `domain` for `domain_id`.
    pub setter: &'static str,
    /// A description.
    pub doc: &'static str,
    /// The type of its value.
    pub kind: ValueKind,
    /// Whether each resource has it.
    pub is_required: bool,
    /// The operations that can set it.
    pub uses: &'static [Use],
}

/// An operation that can set a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Creating the resource.
    Create,
    /// Updating the resource.
    Update,
}

/// The type of a field's or a parameter's value.
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
    /// A list of strings.
    Texts,
    /// An object with its own keys.
    Object,
    /// A list of any values.
    List,
    /// Any value.
    Any,
    /// A filter for text, exact or not: `name`, `name__contains`.
    Match,
    /// A boolean; only `true` is sent.
    Flag,
    /// A token that the request is about.
    Subject,
    /// Text that is sent in a header, whose name is the key on the wire.
    Header,
}
