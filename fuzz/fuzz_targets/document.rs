#![no_main]
#![allow(missing_docs, unsafe_code, reason = "the macro makes libFuzzer's entry points")]

use codegen_fuzz::{document, plant};

libfuzzer_sys::fuzz_target!(init: plant(&document::TARGET), |data: &[u8]| {
    (document::TARGET.run)(data);
});
