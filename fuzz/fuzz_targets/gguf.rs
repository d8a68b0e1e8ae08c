#![no_main]
#![allow(missing_docs, unsafe_code, reason = "the macro makes libFuzzer's entry points")]

use codegen_fuzz::{gguf, plant};

libfuzzer_sys::fuzz_target!(init: plant(&gguf::TARGET), |data: &[u8]| {
    (gguf::TARGET.run)(data);
});
