#![no_main]
#![allow(missing_docs, unsafe_code, reason = "the macro makes libFuzzer's entry points")]

use codegen_fuzz::{plant, safetensors};

libfuzzer_sys::fuzz_target!(init: plant(&safetensors::TARGET), |data: &[u8]| {
    (safetensors::TARGET.run)(data);
});
