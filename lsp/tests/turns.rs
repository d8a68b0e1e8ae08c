//! The turns of every file of Python's standard library: whatever they are, they hang together.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::process::Command;

use codegen_engine::StopRule;
use codegen_lsp::document::Document;
use codegen_lsp::turns::{self, TurnOptions};

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

#[test]
fn of_the_standard_library() {
    let output = Command::new("python3")
        .args(["-c", "import sysconfig; print(sysconfig.get_paths()['stdlib'])"])
        .output()
        .expect("python3 is installed");
    let mut files = Vec::new();
    python_files(Path::new(String::from_utf8(output.stdout).unwrap().trim()), &mut files);
    files.sort();
    assert!(files.len() > 100, "there is no standard library here");
    let step = files.len().div_ceil(FILES);
    let options = TurnOptions::default();
    let mut seen = 0;
    for path in files.iter().step_by(step) {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let document = Document::new(&text, 1);
        let all = turns::turns(&document, &options);
        seen += all.len();
        for (index, turn) in all.iter().enumerate() {
            let name = format!("{} {:?}", path.display(), turn.prompt_range);
            assert!(turn.prompt_range.end <= turn.program_range.start, "{name}");
            assert!(turn.program_range.start <= turn.program_range.end, "{name}");
            let prompt = text.get(turn.prompt_range.clone()).expect(&name);
            let program = text.get(turn.program_range.clone()).expect(&name);
            assert!(!turn.prompt.is_empty(), "{name}");
            assert!(
                prompt.lines().all(|line| line.strip_prefix(&turn.indent).is_some_and(|line| line.starts_with('#'))),
                "{name}"
            );
            assert!(program.is_empty() || !program.lines().next_back().unwrap().trim().is_empty(), "{name}");
            for later in &all[index + 1..] {
                let whole = turn.prompt_range.start..turn.program_range.end;
                let apart = later.prompt_range.start >= whole.end;
                let within = later.prompt_range.start >= turn.program_range.start
                    && later.program_range.end <= whole.end
                    && later.indent.len() > turn.indent.len();
                assert!(apart || within, "{name} and {:?}", later.prompt_range);
            }
        }
        // The quick ways to a turn find the same turns; two of each file.
        for turn in all.iter().step_by(all.len().div_ceil(2).max(1)) {
            assert_eq!(turns::turn_at(&document, turn.prompt_range.start, &options).as_ref(), Some(turn));
            if text[..turn.prompt_range.end].ends_with('\n') {
                assert_eq!(turns::turn_above(&document, turn.prompt_range.end, &options).as_ref(), Some(turn));
            }
            let history = turns::history(&document, turn, &options);
            let prompt = history.render(&turn.prompt);
            assert!(prompt.ends_with('\n') && !prompt.contains('\r'));
            let program = &text[turn.program_range.clone()];
            if history.truncation().cut(program).is_some() {
                // People write what no turn would.
                continue;
            }
            // Putting the program where it is changes no more than blank lines.
            let edit = turns::program_edit(&document, turn, program);
            let mut edited = document.clone();
            edited.edit(edit.range, &edit.text);
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(words(&edited.text()), words(&text), "{}", path.display());
        }
    }
    assert!(seen > 100, "only {seen} turns were found");
}
