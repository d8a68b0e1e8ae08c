//! How much memory is free, and how fast it is read.

use std::hint::black_box;
use std::time::Instant;

use codegen_engine::Engine;

/// The bytes of memory that are free for a model: what the system says can be had without swapping, or else half of all memory.
/// `None` if nothing is known.
#[must_use]
pub fn free() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| available(&text));
    told.or_else(|| {
        let devices = Engine::devices();
        devices.iter().find(|device| !device.gpu && device.memory_total > 0).map(|device| device.memory_total / 2)
    })
}

/// Words that are read to measure the bandwidth: more than fits any processor's caches, 256 MB.
const WORDS: usize = 32 << 20;

/// The bytes that all threads together read from memory in a second, measured: a tenth of a second's work.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn bandwidth() -> f64 {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    // Not zeros, whose pages a system may share.
    let words: Vec<u64> = (0..WORDS as u64).collect();
    let once = || {
        let begun = Instant::now();
        std::thread::scope(|scope| {
            for part in words.chunks(WORDS.div_ceil(threads)) {
                scope.spawn(move || black_box(part.iter().fold(0, |sum: u64, word| sum.wrapping_add(*word))));
            }
        });
        (WORDS * size_of::<u64>()) as f64 / begun.elapsed().as_secs_f64().max(1e-6)
    };
    (0..3).map(|_| once()).fold(0.0, f64::max)
}

/// What Linux says is available, in bytes.
fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linux_says_what_is_available() {
        for (text, expected) in [
            ("MemTotal:       24737380 kB\nMemAvailable:   20000000 kB\n", Some(20_480_000_000)),
            ("MemTotal:       24737380 kB\n", None),
            ("MemAvailable: many\n", None),
            ("", None),
        ] {
            assert_eq!(available(text), expected, "{text}");
        }
    }
}
