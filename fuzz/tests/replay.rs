//! Runs every target on its seeds and on what fuzzing has found.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use codegen_fuzz::{TARGETS, Target};

fn cases(target: &Target) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases").join(target.name);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    files.map(|file| file.unwrap().path()).collect()
}

#[test]
fn what_was_found_once_holds() {
    for target in TARGETS {
        for case in cases(&target) {
            let data = std::fs::read(&case).unwrap();
            eprintln!("{}", case.display());
            (target.run)(&data);
        }
    }
}

/// Seeds get past the checks, or else fuzzing would start at the door. Some fixtures need more than a target has.
#[test]
fn seeds_are_accepted() {
    for target in TARGETS {
        let seeds = (target.seeds)();
        let accepted = seeds.iter().filter(|seed| (target.run)(seed)).count();
        assert!(accepted >= 2 && accepted + 1 >= seeds.len(), "{}: {accepted} of {}", target.name, seeds.len());
    }
}

#[test]
fn broken_inputs_are_no_panics() {
    for target in TARGETS {
        for seed in (target.seeds)() {
            // At some hundred places: all of them take a minute where the machine is busy.
            for at in (0..seed.len()).step_by(1 + seed.len() / 200) {
                (target.run)(&seed[..at]);
                let mut other = seed.clone();
                other[at] ^= 1 << (at % 8);
                (target.run)(&other);
            }
        }
    }
}
