//! `resource!`: one description, and everything that is made from it.
//!
//! ```text
//! resource! {
//!     /// What it is.
//!     Thing { member: "thing", members: "things", manager: "things", key: id }
//!     fields {
//!         /// What the field is.
//!         id: String,
//!         /// `as` gives the key on the wire, `=` what it is when missing, the brackets when it can be set, `as` after them the
//!         /// name that sets it.
//!         type_ as "type": Option<String> [Create Update] as kind,
//!     }
//!     operations {
//!         /// What it does.
//!         List: list() GET "things" | "owners/{owner}/things" => many(Thing) {
//!             /// Only those of this owner. (In braces is what may be said; in parentheses what must be.)
//!             owner: String,
//!         }
//!         /// What it does. In the brackets is how the body is written, and other attributes.
//!         Create: create(name: String) POST "things" [create("thing")] => one(Thing) {}
//!     }
//! }
//! ```
//!
//! For it there are: the struct `Thing`; for each operation a type of its own (`Create`), whose [`Call`](super::Call) or
//! [`List`](super::List) has a method for each thing that may be said; a method of [`Collection<Thing>`](super::Collection); and
//! [`Resource::SPEC`](super::Resource::SPEC), the same as data.

/// The struct of a resource, and its description.
macro_rules! record {
    (
        $( #[doc = $doc:literal] )+
        $name:ident $( key $key:ident )?
        { $(
            $( #[doc = $field_doc:literal] )+
            $field:ident $( as $wire:literal )? : $kind:ty $( = $default:literal )? $( [ $( $use:ident )+ ] )? $( as $setter:ident )?,
        )+ }
    ) => {
        $( #[doc = $doc] )+
        ///
        /// Fields that are not known here, and those that hold something else than they should, are kept in `extra`.
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $( $( #[doc = $field_doc] )+ pub $field: $kind, )+
            /// Everything else that Keystone said.
            pub extra: serde_json::Map<String, serde_json::Value>,
        }

        pub(super) const FIELDS: &[$crate::identity::FieldSpec] = &[ $( $crate::identity::FieldSpec {
            name: name_of!($field $( $wire )?),
            setter: name_of!($field $( $wire )? $( as $setter )?),
            doc: concat!($( $field_doc, "\n" ),+),
            kind: <$kind as $crate::identity::value::Kind>::KIND,
            is_required: !<$kind as $crate::identity::value::Kind>::IS_OPTIONAL $( && is_absent!($default) )?,
            uses: &[ $( $( $crate::identity::Use::$use ),+ )? ],
        } ),+ ];

        impl $crate::identity::Record for $name {
            fn from_json(
                map: serde_json::Map<String, serde_json::Value>,
            ) -> $crate::Result<Self, $crate::identity::record::Missing> {
                let mut fields = $crate::identity::record::Fields::new(map);
                Ok(Self {
                    $( $field: fields.take(name_of!($field $( $wire )?), default_of!($( $default )?))?, )+
                    extra: fields.rest(),
                })
            }

            fn to_json(&self) -> serde_json::Map<String, serde_json::Value> {
                let mut map = self.extra.clone();
                $( $crate::identity::record::put(
                    &mut map, name_of!($field $( $wire )?), &self.$field, default_of!($( $default )?),
                ); )+
                map
            }
        }

        $( impl $crate::identity::Identified for $name {
            fn key(&self) -> &str {
                &self.$key
            }
        } )?

        impl $crate::identity::FromAnswer for $name {
            fn from_answer(answer: serde_json::Value) -> $crate::Result<Self> {
                $crate::identity::resource::read(answer)
            }
        }

        impl serde::Serialize for $name {
            /// Everything, the secrets too.
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::identity::Record::to_json(self).serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let map = serde_json::Map::deserialize(deserializer)?;
                $crate::identity::Record::from_json(map).map_err(serde::de::Error::custom)
            }
        }

        impl std::fmt::Debug for $name {
            /// Shows no secret: of what is not known here, only the names.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let extra: Vec<_> = self.extra.keys().collect();
                f.debug_struct(stringify!($name))
                    $( .field(stringify!($field), &self.$field) )+
                    .field("extra", &extra)
                    .finish()
            }
        }
    };
}

macro_rules! resource {
    (
        $( #[doc = $doc:literal] )+
        $name:ident { member: $member:literal, members: $members:literal, manager: $manager:literal $( , key: $key:ident )? }
        fields $fields:tt
        operations { $( $operations:tt )* }
    ) => {
        record! { $( #[doc = $doc] )+ $name $( key $key )? $fields }
        operations! { $name $fields $( $operations )* }
        specification! { $name $member $members $manager ($( $key )?) ($( $doc )+) $( $operations )* }
    };
    // A group of operations.
    (
        $( #[doc = $doc:literal] )+
        $name:ident { manager: $manager:literal }
        operations { $( $operations:tt )* }
    ) => {
        $( #[doc = $doc] )+
        #[derive(Debug)]
        pub enum $name {}

        const FIELDS: &[$crate::identity::FieldSpec] = &[];

        operations! { $name {} $( $operations )* }
        specification! { $name "" "" $manager () ($( $doc )+) $( $operations )* }
    };
}

macro_rules! specification {
    (
        $name:ident $member:literal $members:literal $manager:literal ($( $key:ident )?) ($( $doc:literal )+)
        $(
            $( #[doc = $operation_doc:literal] )+
            $marker:ident : $operation:ident ( $( $argument:ident $( as $argument_wire:literal )? : $argument_kind:ty ),* )
            $method:ident $( $path:literal $( if $flag:ident )? )|+ $( [ $( $attributes:tt )* ] )?
            => $answer:ident $( ( $( $of:tt )+ ) )? { $( $parameters:tt )* }
        )*
    ) => {
        impl $crate::identity::Resource for $name {
            const NAMES: $crate::identity::Names =
                $crate::identity::Names { class: stringify!($name), member: $member, members: $members };
            const SPEC: &'static $crate::identity::ResourceSpec = &$crate::identity::ResourceSpec {
                names: Self::NAMES,
                manager: $manager,
                key: concat!($( stringify!($key) )?),
                doc: concat!($( $doc, "\n" ),+),
                fields: FIELDS,
                operations: &[ $( <$marker as $crate::identity::Operation>::SPEC ),* ],
            };
        }
    };
}

macro_rules! operations {
    ( $name:ident $fields:tt $(
        $( #[doc = $doc:literal] )+
        $marker:ident : $operation:ident ( $( $argument:ident $( as $argument_wire:literal )? : $argument_kind:ty ),* )
        $method:ident $( $path:literal $( if $flag:ident )? )|+
        $( [ $( $attribute:ident ( $( $setting:expr ),* ) ),+ ] )?
        => $answer:ident $( ( $( $of:tt )+ ) )?
        { $( $( #[doc = $parameter_doc:literal] )+ $parameter:ident $( as $wire:literal )? : $kind:ty ),* $( , )? }
    )* ) => {
        $(
            $( #[doc = $doc] )+
            #[derive(Debug)]
            pub enum $marker {}

            impl $crate::identity::Operation for $marker {
                const SPEC: &'static $crate::identity::OperationSpec = &$crate::identity::OperationSpec::new(
                    name_of!($operation),
                    concat!($( $doc, "\n" ),+),
                    stringify!($method),
                    &[ $( $crate::identity::Route { path: $path, flag: concat!($( stringify!($flag) )?) } ),+ ],
                    &[
                        $( $crate::identity::Parameter {
                            name: name_of!($argument),
                            wire: name_of!($argument $( $argument_wire )?),
                            doc: "",
                            kind: <$argument_kind as $crate::identity::value::ParameterKind>::KIND,
                            is_required: true,
                        }, )*
                        $( $crate::identity::Parameter {
                            name: name_of!($parameter),
                            wire: name_of!($parameter $( $wire )?),
                            doc: concat!($( $parameter_doc, "\n" ),+),
                            kind: <$kind as $crate::identity::value::ParameterKind>::KIND,
                            is_required: false,
                        } ),*
                    ],
                    FIELDS,
                    answer_spec!($answer $( $( $of )+ )?),
                )$( $( .$attribute($( $setting ),*) )+ )?;
                const RESOURCE: &'static $crate::identity::ResourceSpec = <$name as $crate::identity::Resource>::SPEC;
                type Answer = answer_type!($answer $( $( $of )+ )?);
            }

            impl $crate::identity::Collection<$name> {
                $( #[doc = $doc] )+
                pub fn $operation(&self $( , $argument: impl $crate::identity::Input<$argument_kind> )*) -> handle!($answer $marker) {
                    made!($answer self.call::<$marker>()$( .set(name_of!($argument), $argument) )*)
                }
            }

            impl handle!($answer $marker) {
                $(
                    $( #[doc = $parameter_doc] )+
                    pub fn $parameter(self, value: impl $crate::identity::Input<$kind>) -> Self {
                        self.set(name_of!($parameter), value)
                    }
                )*
            }

            setters! { $marker [$( $( $attribute )+ )?] $fields }
        )*
    };
}

/// The methods of a call that set the fields of the resource.
macro_rules! setters {
    ($marker:ident [create $( $rest:ident )*] $fields:tt) => { setters! { @ Create $marker $fields } };
    ($marker:ident [create_element $( $rest:ident )*] $fields:tt) => { setters! { @ Create $marker $fields } };
    ($marker:ident [update $( $rest:ident )*] $fields:tt) => { setters! { @ Update $marker $fields } };
    ($marker:ident [$( $other:ident )*] $fields:tt) => {};
    (@ $when:ident $marker:ident { $(
        $( #[doc = $doc:literal] )+
        $field:ident $( as $wire:literal )? : $kind:ty $( = $default:literal )? $( [ $( $use:ident )+ ] )? $( as $setter:ident )?,
    )+ }) => {
        $( setter! { $when $marker [$( $( $use )+ )?] ($( $doc )+) ($field $( $wire )?) $kind; $field $( $setter )? } )+
    };
}

macro_rules! setter {
    (Create $marker:ident [Create $( Update )?] $doc:tt $name:tt $kind:ty; $( $setter:ident )+) => {
        setter! { @ $marker $doc $name $kind; $( $setter )+ }
    };
    (Update $marker:ident [$( Create )? Update] $doc:tt $name:tt $kind:ty; $( $setter:ident )+) => {
        setter! { @ $marker $doc $name $kind; $( $setter )+ }
    };
    (@ $marker:ident $doc:tt $name:tt $kind:ty; $field:ident $setter:ident) => {
        setter! { @ $marker $doc $name $kind; $setter }
    };
    (@ $marker:ident ($( $doc:literal )+) ($( $name:tt )+) $kind:ty; $setter:ident) => {
        impl $crate::identity::Call<$marker> {
            $( #[doc = $doc] )+
            pub fn $setter(self, value: impl $crate::identity::Input<$kind>) -> Self {
                self.set(name_of!($( $name )+), value)
            }
        }
    };
    ($( $other:tt )*) => {};
}

/// The name on the wire, or the one that sets a field.
macro_rules! name_of {
    ($name:ident) => {
        stringify!($name)
    };
    ($name:ident $wire:literal) => {
        $wire
    };
    ($name:ident as $setter:ident) => {
        stringify!($setter)
    };
    ($name:ident $wire:literal as $setter:ident) => {
        stringify!($setter)
    };
}

macro_rules! default_of {
    () => {
        None
    };
    ($default:literal) => {
        Some($default)
    };
}

/// With a default, a field may be missing.
macro_rules! is_absent {
    ($default:literal) => {
        false
    };
}

macro_rules! handle {
    (many $marker:ident) => { $crate::identity::List<$marker> };
    ($other:ident $marker:ident) => { $crate::identity::Call<$marker> };
}

macro_rules! made {
    (many $call:expr) => {
        $crate::identity::List::from($call)
    };
    ($other:ident $call:expr) => {
        $call
    };
}

macro_rules! answer_type {
    (nothing) => { () };
    (flag) => { bool };
    (one $type:ty) => { $type };
    (first $type:ty) => { $type };
    (many $type:ty) => { $type };
    (texts $member:literal) => { Vec<String> };
    (text) => { String };
    (token) => { $crate::identity::Issued };
    (access) => { $crate::Access };
    ($other:ident $( $member:literal )?) => { serde_json::Value };
}

macro_rules! answer_spec {
    (nothing) => {
        $crate::identity::Answer::Nothing
    };
    (flag) => {
        $crate::identity::Answer::Flag
    };
    (one $type:ty) => {
        $crate::identity::Answer::One(<$type as $crate::identity::Resource>::NAMES)
    };
    (first $type:ty) => {
        $crate::identity::Answer::First(<$type as $crate::identity::Resource>::NAMES)
    };
    (many $type:ty) => {
        $crate::identity::Answer::Many(<$type as $crate::identity::Resource>::NAMES)
    };
    (texts $member:literal) => {
        $crate::identity::Answer::Texts($member)
    };
    (json $member:literal) => {
        $crate::identity::Answer::Member($member)
    };
    (json) => {
        $crate::identity::Answer::Json
    };
    (text) => {
        $crate::identity::Answer::Text
    };
    (form) => {
        $crate::identity::Answer::Form
    };
    (token) => {
        $crate::identity::Answer::Token
    };
    (access) => {
        $crate::identity::Answer::Access
    };
}
