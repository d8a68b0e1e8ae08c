//! The files of Python's standard library, whole and damaged, for tests that go over real text.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use proptest::prelude::*;

/// Enough to see every idiom, few enough to take seconds.
const FILES: usize = 120;
const BYTES: u64 = 60_000;

fn python_files(folder: &Path, into: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "site-packages") {
                python_files(&path, into);
            }
        } else if path.extension().is_some_and(|extension| extension == "py") && entry.metadata().unwrap().len() < BYTES
        {
            into.push(path);
        }
    }
}

/// Some of the files of Python's standard library.
pub fn library() -> &'static [(PathBuf, String)] {
    static LIBRARY: LazyLock<Vec<(PathBuf, String)>> = LazyLock::new(|| {
        let output = Command::new("python3")
            .args(["-c", "import sysconfig; print(sysconfig.get_paths()['stdlib'])"])
            .output()
            .expect("python3 is installed");
        let mut files = Vec::new();
        python_files(Path::new(String::from_utf8(output.stdout).unwrap().trim()), &mut files);
        files.sort();
        assert!(files.len() > 100, "there is no standard library here");
        let step = files.len().div_ceil(FILES);
        // Some are in other encodings, to test Python with.
        files
            .into_iter()
            .step_by(step)
            .filter_map(|path| Some((path.clone(), std::fs::read_to_string(path).ok()?)))
            .collect()
    });
    &LIBRARY
}

/// A part of a file, with something done to it.
pub fn broken() -> impl Strategy<Value = String> {
    let range = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..3000usize);
    let hole = (any::<prop::sample::Index>(), 0..200usize);
    let changes: Vec<fn(&str) -> String> = vec![
        |text| text.to_owned(),
        |text| text.replace('\n', "\r\n"),
        |text| text.replace('\n', "\r"),
        |text| text.replace("    ", "\t"),
        |text| text.replace('#', "# \u{1F40D}\u{10FFFF}"),
        |text| text.replace(' ', ""),
        |text| text.replace('"', "\"\"\""),
        |text| text.replace("\n\n", "\n\u{c}\n"),
        |text| text.replace(':', ":\n"),
    ];
    (range, hole, prop::sample::select(changes)).prop_map(|((file, start, length), (hole, gap), change)| {
        let (_, text) = file.get(library());
        let chars: Vec<char> = text.chars().collect();
        let start = start.index(chars.len() + 1);
        let mut cut: Vec<char> = chars[start..chars.len().min(start + length)].to_vec();
        let hole = hole.index(cut.len() + 1);
        cut.drain(hole..cut.len().min(hole + gap));
        change(&cut.into_iter().collect::<String>())
    })
}

/// Whether every line of `before` that is not blank is still there `after`, in the order in which they were; the first that
/// is not, if one is missing.
pub fn is_kept(before: &str, after: &str) -> Result<(), String> {
    let lines = |text: &str| -> Vec<String> {
        let lines = text.split(['\n', '\r']).map(str::to_owned);
        lines.filter(|line| !line.trim().is_empty()).collect()
    };
    let mut after = lines(after).into_iter();
    match lines(before).into_iter().find(|line| !after.any(|other| other == *line)) {
        Some(lost) => Err(lost),
        None => Ok(()),
    }
}
