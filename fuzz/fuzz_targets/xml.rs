//! Responses of identity providers: XML documents, which are parsed and cut into parts.

#![no_main]

use archstone::read_xml_for_fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = read_xml_for_fuzzing(text);
});
