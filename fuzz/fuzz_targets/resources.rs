//! Responses of services: resources of every kind, lists that arrive in pieces, and token documents.

#![no_main]

use archstone::{Access, host::Host, identity::split_for_fuzzing};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

#[path = "../../crates/archstone/tests/resources/every.rs"]
mod every;

fuzz_target!(|data: &[u8]| {
    // The items of a list do not depend on how it is split.
    let whole = split_for_fuzzing("users", data, data.len());
    assert_eq!(split_for_fuzzing("users", data, 1), whole);
    for item in &whole {
        let _ = serde_json::from_slice::<Value>(item).map(rewrite);
    }
    let Ok(text) = str::from_utf8(data) else { return };
    if let Ok(value) = serde_json::from_str(text) {
        rewrite(value);
    }
    if let Ok(access) = Access::from_reference(text, &Host::default()) {
        let _ = (access.catalog().map(|it| it.services().len()), access.scope(), format!("{access:?}"));
        let again = Access::from_reference(access.to_reference().expose(), &Host::default());
        assert_eq!(again.as_ref().map(Access::body).ok(), Some(access.body()));
    }
});

fn rewrite(value: Value) {
    let Value::Object(map) = value else { return };
    for (spec, rewrite) in every::EVERY {
        let Some(written) = rewrite(map.clone()) else { continue };
        let lost = map.iter().find(|(name, value)| written.get(*name) != Some(value));
        assert_eq!(lost, None, "what a {} loses", spec.names.class);
    }
}
