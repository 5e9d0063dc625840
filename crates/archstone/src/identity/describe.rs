//! `resource!`: one description from which everything else is generated.
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
//! It generates: the struct `Thing`; for each operation its own type (`Create`), whose [`Call`](super::Call) or
//! [`List`](super::List) has a method for each optional parameter; a method of
//! [`Collection<Thing>`](super::Collection); and [`Resource::SPEC`](super::Resource::SPEC), the same as data.

macro_rules! resource {
    (
        $( #[doc = $doc:literal] )+
        $name:ident { member: $member:literal, members: $members:literal, manager: $manager:literal $( , key: $key:ident )? }
        fields $fields:tt
        operations { $( $operations:tt )* }
    ) => {
        record! { $( #[doc = $doc] )+ $name $( key $key )? $fields }
        answered! { $name }
        operations! { $name $fields $( $operations )* }
        specification! { $name $member $members $manager ($( $key )?) ($( $doc )+) $( $operations )* }
    };
    // The same, with fields from `record/`, for resources that tokens and clients also return.
    (
        $( #[doc = $doc:literal] )+
        $name:ident { member: $member:literal, members: $members:literal, manager: $manager:literal, key: $key:ident }
        fields of $fields_of:ident
        operations { $( $operations:tt )* }
    ) => {
        answered! { $name }
        $fields_of! { operations @ $name { $( $operations )* } }
        specification! { $name $member $members $manager ($key) ($( $doc )+) $( $operations )* }
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

        const FIELDS: &[$crate::record::FieldSpec] = &[];

        operations! { $name {} $( $operations )* }
        specification! { $name "" "" $manager () ($( $doc )+) $( $operations )* }
    };
}

/// Lets a record be the result of an operation.
macro_rules! answered {
    ($name:ident) => {
        impl $crate::identity::FromAnswer for $name {
            fn from_answer(answer: serde_json::Value) -> $crate::Result<Self> {
                $crate::identity::resource::read(answer)
            }
        }
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
    ( @ $name:ident { $( $operations:tt )* } $fields:tt ) => {
        operations! { $name $fields $( $operations )* }
    };
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
    // Keyed by the setter's name: a field may have the name of another field's setter.
    (@ $marker:ident $doc:tt $name:tt $kind:ty; $field:ident $setter:ident) => {
        setter! { @ $marker $doc ($setter) $kind; $setter }
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
