#![no_main]
#![allow(missing_docs, unsafe_code, reason = "the macro makes libFuzzer's entry points")]

use codegen_fuzz::{completion, plant};

libfuzzer_sys::fuzz_target!(init: plant(&completion::TARGET), |data: &[u8]| {
    (completion::TARGET.run)(data);
});
