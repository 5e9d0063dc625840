//! Responses of providers: ID tokens, whose claims identify the login.

#![no_main]

use archstone::read_jwt_for_fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|token: &str| {
    let _ = read_jwt_for_fuzzing(token);
});
