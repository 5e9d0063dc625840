//! `record!`: the struct of a resource, and its description.

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
        /// Unknown fields, and those with an unexpected type, are kept in `extra`.
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $( $( #[doc = $field_doc] )+ pub $field: $kind, )+
            /// All other data that Keystone returned.
            pub extra: serde_json::Map<String, serde_json::Value>,
        }

        pub(crate) const FIELDS: &[$crate::record::FieldSpec] = &[ $( $crate::record::FieldSpec {
            name: name_of!($field $( $wire )?),
            setter: name_of!($field $( $wire )? $( as $setter )?),
            doc: concat!($( $field_doc, "\n" ),+),
            kind: <$kind as $crate::record::Kind>::KIND,
            is_required: !<$kind as $crate::record::Kind>::IS_OPTIONAL $( && is_absent!($default) )?,
            uses: &[ $( $( $crate::record::Use::$use ),+ )? ],
        } ),+ ];

        impl $crate::record::Record for $name {
            fn from_json(
                map: serde_json::Map<String, serde_json::Value>,
            ) -> Result<Self, $crate::record::Missing> {
                let mut fields = $crate::record::Fields::new(map);
                $( fields.has(stringify!($key))?; )?
                $( let $field = fields.take(name_of!($field $( $wire )?), default_of!($( $default )?)); )+
                Ok(Self { $( $field, )+ extra: fields.rest() })
            }

            fn to_json(&self) -> serde_json::Map<String, serde_json::Value> {
                let mut map = self.extra.clone();
                $( $crate::record::put(
                    &mut map, name_of!($field $( $wire )?), &self.$field, default_of!($( $default )?),
                ); )+
                map
            }
        }

        $( impl $crate::record::Identified for $name {
            fn key(&self) -> &str {
                &self.$key
            }
        } )?

        impl serde::Serialize for $name {
            /// Includes everything, secrets too.
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::record::Record::to_json(self).serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let map = serde_json::Map::deserialize(deserializer)?;
                $crate::record::Record::from_json(map).map_err(serde::de::Error::custom)
            }
        }

        impl std::fmt::Debug for $name {
            /// Shows no secrets: of unknown fields only the names.
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

/// The name on the wire, or the one of the setter.
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

/// A field with a default may be missing.
macro_rules! is_absent {
    ($default:literal) => {
        false
    };
}
