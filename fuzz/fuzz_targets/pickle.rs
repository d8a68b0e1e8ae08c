#![no_main]
#![allow(missing_docs, unsafe_code, reason = "the macro makes libFuzzer's entry points")]

use codegen_fuzz::{pickle, plant};

libfuzzer_sys::fuzz_target!(init: plant(&pickle::TARGET), |data: &[u8]| {
    (pickle::TARGET.run)(data);
});
