//! `clouds.yaml` as JSON Schema, for editors.

use serde_json::{Map, Value, json};

use super::{OPTIONS, OptionSpec, SERVICE_OPTIONS, ValueKind, built_in_profiles, foreign, options::TOKEN_CACHE};

/// The JSON Schema of `clouds.yaml`, `secure.yaml` and `clouds-public.yaml`, made from [`OPTIONS`].
///
/// ```
/// let schema = archstone::config::schema();
/// assert_eq!(schema["$defs"]["auth"]["properties"]["password"]["type"][0], "string");
/// ```
#[must_use]
pub fn schema() -> Value {
    let entries = |of: &str| json!({"type": ["object", "null"], "additionalProperties": {"$ref": of}});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "clouds.yaml, secure.yaml and clouds-public.yaml",
        "type": "object",
        "properties": {
            "clouds": entries("#/$defs/cloud"),
            "public-clouds": entries("#/$defs/cloud"),
            "cache": {
                "type": ["object", "null"],
                "description": "for all clouds of the file; openstacksdk keeps keys of its own here",
                "properties": TOKEN_CACHE.iter().map(|spec| property((spec.name, spec))).collect::<Map<_, _>>(),
            },
            "client": {},
            "metrics": {},
            "ansible": {},
        },
        "additionalProperties": false,
        "$defs": {
            "auth": {
                "type": ["object", "null"],
                "properties": options().map(property).collect::<Map<_, _>>(),
                "additionalProperties": false,
            },
            "cloud": cloud(),
            "region": {
                "oneOf": [
                    {"type": "string"},
                    {
                        "type": "object",
                        "properties": {"name": {"type": "string"}, "values": {"$ref": "#/$defs/cloud"}},
                        "required": ["name"],
                        "additionalProperties": false,
                    },
                ],
            },
        },
    })
}

fn options() -> impl Iterator<Item = (&'static str, &'static OptionSpec)> {
    let options = OPTIONS.iter().flat_map(|group| group.iter());
    options.flat_map(|spec| std::iter::once(&spec.name).chain(spec.aliases).map(move |name| (*name, spec)))
}

fn property((name, spec): (&'static str, &'static OptionSpec)) -> (String, Value) {
    let mut property = value(spec.kind);
    property["description"] =
        if name == spec.name { spec.help.into() } else { format!("the same as `{}`: {}", spec.name, spec.help).into() };
    (name.to_owned(), property)
}

fn cloud() -> Value {
    let mut properties: Map<String, Value> = options().map(property).collect();
    for key in foreign::keys_of_others() {
        properties.insert((*key).to_owned(), json!({"description": "for other programs"}));
    }
    for option in SERVICE_OPTIONS.iter().filter(|option| option.general) {
        let mut property = value(option.kind);
        property["description"] = option.help.into();
        properties.insert(option.name.to_owned(), property);
    }
    let profile = json!({
        "type": ["string", "null"],
        "description": "vendor profile to use as a base",
        "examples": built_in_profiles(),
    });
    properties.insert("profile".into(), profile.clone());
    properties.insert("cloud".into(), profile);
    properties.insert("auth".into(), json!({"$ref": "#/$defs/auth"}));
    properties.insert("regions".into(), json!({"type": ["array", "null"], "items": {"$ref": "#/$defs/region"}}));
    for region in ["region_name", "region"] {
        properties[region]["type"] = json!(["string", "array", "null"]);
    }
    let services: Map<String, Value> = SERVICE_OPTIONS
        .iter()
        .flat_map(|option| std::iter::once(&option.name).chain(option.aliases).map(move |name| (name, option)))
        .map(|(name, option)| {
            let mut property = value(option.kind);
            property["description"] = option.help.into();
            (format!("^[a-z0-9_]+_{name}$"), property)
        })
        .collect();
    // Other programs keep their own settings here, so an unknown key is not necessarily a mistake.
    json!({"type": ["object", "null"], "properties": properties, "patternProperties": services})
}

fn value(kind: ValueKind) -> Value {
    match kind {
        ValueKind::Switch => json!({"type": ["boolean", "string", "integer", "null"]}),
        ValueKind::SwitchOrPath => json!({"type": ["boolean", "string", "null"]}),
        ValueKind::Number => json!({"type": ["integer", "string", "null"]}),
        ValueKind::Seconds => json!({"type": ["number", "string", "null"]}),
        ValueKind::Version => json!({"type": ["string", "number", "null"]}),
        ValueKind::Words | ValueKind::Command => {
            json!({"type": ["array", "string", "null"], "items": {"type": ["string", "integer"]}})
        }
        // Numbers are text here; other readers change the value of some.
        ValueKind::Text => json!({"type": ["string", "integer", "null"]}),
        ValueKind::Url | ValueKind::Path => json!({"type": ["string", "null"]}),
    }
}
