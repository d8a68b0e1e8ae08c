//! How large a model is in each type, and which type this machine has the memory for.

use codegen_engine::model::FileType;
use codegen_engine::model::inspect::size;
use codegen_hub::names::{RELEASED, Released};

/// A model of this size or smaller is kept as precise as `Q8_0`: it is fast enough on any machine, and loses nothing.
const SMALL: u64 = 1_000_000_000;
/// Beside its weights, a model takes room for what it computes with: this much, and a tenth of them.
const BESIDE: u64 = 300_000_000;

/// Bits of a weight, the scales of its block and, in a mix, the tensors of another type included.
fn bits(file_type: FileType) -> f64 {
    match file_type {
        FileType::F32 => 32.0,
        FileType::F16 | FileType::BF16 => 16.0,
        FileType::Q8_0 => 8.5,
        FileType::Q6K => 6.57,
        FileType::Q5KM => 5.7,
        FileType::Q4KM => 4.9,
        FileType::Q4_0 => 4.6,
    }
}

/// The bytes of a file, about.
#[must_use]
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn bytes(parameters: u64, file_type: FileType) -> u64 {
    (parameters as f64 * bits(file_type) / 8.0) as u64
}

/// The bytes of memory that a model of so many bytes takes, about.
#[must_use]
pub fn memory(bytes: u64) -> u64 {
    bytes + bytes / 10 + BESIDE
}

/// Why a model gets its type, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The type.
    pub file_type: FileType,
    /// The sentence.
    pub why: String,
}

/// The type for a model of so many weights, where so many bytes of memory are free: `Q8_0` for a small one, and else `Q4_K_M`.
///
/// # Errors
/// It does not fit; the message says what to do.
pub fn choose(parameters: u64, free: u64) -> Result<Choice, String> {
    let fits = |file_type| memory(bytes(parameters, file_type)) <= free;
    let chosen = |file_type: FileType, why: &str| {
        let bytes = size(bytes(parameters, file_type));
        let free = size(free);
        Ok(Choice {
            file_type,
            why: format!(
                "as {}, about {bytes}: {why}, {free} of memory are free (--type says otherwise)",
                file_type.shown()
            ),
        })
    };
    match () {
        () if bytes(parameters, FileType::Q8_0) <= SMALL && fits(FileType::Q8_0) => {
            chosen(FileType::Q8_0, "it is small, so that it stays as precise as that")
        }
        () if fits(FileType::Q4KM) => chosen(FileType::Q4KM, "larger types cost more speed than they are worth"),
        () => Err(format!(
            "it takes about {} of memory even as Q4_K_M, and {} are free; choose a smaller model, or insist with --type",
            size(memory(bytes(parameters, FileType::Q4KM))),
            size(free)
        )),
    }
}

/// Tokens a second below which a model is not recommended: an answer of a few lines would take longer than to write them.
const BRISK: f64 = 12.0;
/// The share of the memory's bandwidth that reading weights for a token gets, the rest of the work included.
const SHARE: f64 = 0.6;

/// A release as it would be on this machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// The release.
    pub release: &'static Released,
    /// Its type.
    pub file_type: FileType,
    /// The bytes of its file, about.
    pub bytes: u64,
    /// Tokens that it would write in a second, about: every weight is read for each.
    pub speed: f64,
}

/// The releases for Python that fit into so many bytes of memory, the largest last, where so many bytes are read in a second.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn fitting(free: u64, bandwidth: f64) -> Vec<Fit> {
    let fit = |release: &'static Released| {
        let file_type = choose(release.parameters(), free).ok()?.file_type;
        let bytes = bytes(release.parameters(), file_type);
        Some(Fit { release, file_type, bytes, speed: SHARE * bandwidth / bytes as f64 })
    };
    RELEASED.iter().filter(|release| release.name.ends_with("-mono")).filter_map(fit).collect()
}

/// The one to take: the largest that is brisk, or else the smallest.
#[must_use]
pub fn recommended(fits: &[Fit]) -> Option<&Fit> {
    fits.iter().rev().find(|fit| fit.speed >= BRISK).or_else(|| fits.first())
}

/// The order in which types are looked for among the GGUFs of a repository.
#[must_use]
pub fn order() -> Vec<String> {
    use FileType::{BF16, F16, F32, Q4_0, Q4KM, Q5KM, Q6K, Q8_0};
    [Q4KM, Q5KM, Q4_0, Q6K, Q8_0, F16, BF16, F32].map(FileType::shown).to_vec()
}

#[cfg(test)]
mod tests {
    use codegen_hub::names::RELEASED;

    use super::*;

    #[test]
    fn the_type_goes_by_size_and_free_memory() {
        const GB: u64 = 1_000_000_000;
        for (parameters, free, expected) in [
            (350_000_000, 8 * GB, Ok(FileType::Q8_0)),
            (350_000_000, GB / 2 + GB / 10, Ok(FileType::Q4KM)),
            (350_000_000, GB / 10, Err("it takes about ")),
            (2_700_000_000, 8 * GB, Ok(FileType::Q4KM)),
            (16_000_000_000, 8 * GB, Err("it takes about 11.1 GB of memory even as Q4_K_M, and 8.0 GB are free")),
            (16_000_000_000, 64 * GB, Ok(FileType::Q4KM)),
        ] {
            match (choose(parameters, free), expected) {
                (Ok(choice), Ok(expected)) => {
                    assert_eq!(choice.file_type, expected);
                    assert!(choice.why.contains(&expected.shown()) && choice.why.contains("--type"), "{}", choice.why);
                }
                (Err(said), Err(expected)) => assert!(said.starts_with(expected), "{said}"),
                (found, expected) => panic!("{parameters} {free}: {found:?}, not {expected:?}"),
            }
        }
    }

    #[test]
    fn what_fits_is_told_with_its_speed_and_the_largest_brisk_one_recommended() {
        const GB: f64 = 1e9;
        for (free, bandwidth, fitting_names, name) in [
            (4_000_000_000, 10.0 * GB, 2, Some("codegen-350M-mono")),
            (8_000_000_000, 50.0 * GB, 3, Some("codegen-2B-mono")),
            (32_000_000_000, 400.0 * GB, 4, Some("codegen-16B-mono")),
            (8_000_000_000, 1.0 * GB, 3, Some("codegen-350M-mono")),
            (100_000_000, 50.0 * GB, 0, None),
        ] {
            let fits = fitting(free, bandwidth);
            assert_eq!(fits.len(), fitting_names, "{free}: {fits:?}");
            assert!(fits.is_sorted_by(|a, b| a.speed > b.speed));
            assert_eq!(recommended(&fits).map(|fit| fit.release.name), name, "{free} {bandwidth}");
        }
    }

    #[test]
    fn sizes_are_about_those_that_files_have() {
        // `codegen-lsp model pull` of random weights in the shape of codegen-350M-mono makes a file of 382 MB, 2 of them the vocabulary.
        let small = RELEASED[0].parameters();
        assert!((370_000_000..390_000_000).contains(&bytes(small, FileType::Q8_0)));
        let order = order();
        assert_eq!(order.len(), FileType::ALL.len());
    }
}
