//! Room on the disk, asked before anything is written.

use std::path::{Path, PathBuf};

use crate::error::HubError;

/// What stays free, in bytes: a system with a full disk does worse than one without a model.
const RESERVE: u64 = 256 << 20;

/// Bytes that are to be written into a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The folder, which need not be there yet.
    pub folder: PathBuf,
    /// How many.
    pub bytes: u64,
    /// The environment variable that names another folder.
    pub variable: &'static str,
}

/// Refuses what does not fit. Folders on one disk need what they need together.
///
/// # Errors
/// A disk has too little room, or cannot be asked.
pub fn check(what: &str, needs: &[Need]) -> Result<(), HubError> {
    let mut asked = Vec::new();
    for need in needs.iter().filter(|need| need.bytes > 0) {
        let there = existing(&need.folder);
        let free = fs4::available_space(there).map_err(HubError::io(there))?;
        asked.push((need, free, disk(there)));
    }
    decide(what, &asked)
}

/// Whether each disk has room for all that is to go there.
fn decide(what: &str, asked: &[(&Need, u64, Option<u64>)]) -> Result<(), HubError> {
    for (need, free, disk) in asked {
        let together = asked.iter().filter(|(other, ..)| other == need);
        let shared = asked.iter().filter(|(other, _, there)| other != need && disk.is_some() && there == disk);
        let bytes = together.chain(shared).map(|(need, ..)| need.bytes).sum::<u64>().saturating_add(RESERVE);
        if bytes > *free {
            let (what, folder) = (what.to_owned(), need.folder.clone());
            return Err(HubError::NoSpace { what, folder, need: bytes, free: *free, variable: need.variable });
        }
    }
    Ok(())
}

/// The nearest folder above that is there.
fn existing(folder: &Path) -> &Path {
    folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/"))
}

#[cfg(unix)]
fn disk(folder: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(folder).ok().map(|about| about.dev())
}

/// Without numbers of disks all folders are taken to be on one.
#[cfg(not(unix))]
fn disk(_: &Path) -> Option<u64> {
    Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused_before_it_is_written() {
        let need = |folder: &str, gigabytes: u64| Need {
            folder: folder.into(),
            bytes: gigabytes * 1_000_000_000,
            variable: "HF_HOME",
        };
        let (a, b) = (need("/a", 2), need("/b", 3));
        let free = |gigabytes: u64| gigabytes * 1_000_000_000;
        for (asked, fits) in [
            (vec![(&a, free(3), Some(1))], true),
            (vec![(&a, free(2), Some(1))], false),
            (vec![(&a, free(4), Some(1)), (&b, free(4), Some(2))], true),
            (vec![(&a, free(4), Some(1)), (&b, free(4), Some(1))], false),
            (vec![(&a, free(6), Some(1)), (&b, free(6), Some(1))], true),
            (vec![], true),
        ] {
            let result = decide("codegen-2B-mono", &asked);
            assert_eq!(result.is_ok(), fits, "{result:?}");
            if let Err(error) = result {
                let said = error.to_string();
                assert!(said.contains("codegen-2B-mono needs ") && said.contains("HF_HOME"), "{said}");
            }
        }
    }

    #[test]
    fn the_disk_of_a_folder_that_is_not_there_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        let need = |bytes| Need { folder: folder.path().join("not/there"), bytes, variable: "X" };
        check("a model", &[need(1)]).unwrap();
        assert!(matches!(check("a model", &[need(u64::MAX)]), Err(HubError::NoSpace { .. })));
        assert!(!folder.path().join("not").exists());
    }
}
