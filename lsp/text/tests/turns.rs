//! The turns of every file of Python's standard library: whatever they are, they hang together.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod library;

use std::ops::Range;

use codegen_core::StopRule;
use codegen_text::document::Document;
use codegen_text::turns::{self, PartKind, PromptKind, Turn, TurnOptions};
use proptest::prelude::*;

use library::{broken, library};

/// Turns are what they should be, and nest.
fn check_turns(document: &Document, all: &[Turn], name: &str) {
    let text = document.text();
    for (index, turn) in all.iter().enumerate() {
        let name = format!("{name} {:?}", turn.prompt_range);
        assert!(turn.prompt_range.end <= turn.program_range.start, "{name}");
        assert!(turn.program_range.start <= turn.program_range.end, "{name}");
        let prompt = text.get(turn.prompt_range.clone()).expect(&name);
        let program = text.get(turn.program_range.clone()).expect(&name);
        assert!(!turn.prompt.is_empty(), "{name}");
        let words = prompt.strip_prefix(&turn.indent).expect(&name);
        let lines = words.split(['\n', '\r']).filter(|line| !line.is_empty());
        match turn.kind {
            PromptKind::Comment => {
                assert!(
                    lines.map(|line| line.trim_start_matches([' ', '\t', '\u{c}'])).all(|line| line.starts_with('#')),
                    "{name}"
                );
            }
            PromptKind::Docstring => {
                assert!(words.starts_with(['"', '\'', 'r', 'R', 'u', 'U']), "{name}");
                assert!(words.trim_end().ends_with(['"', '\'']), "{name}");
            }
        }
        assert!(
            program.is_empty()
                || !program.split(['\n', '\r']).rfind(|line| !line.is_empty()).unwrap().trim().is_empty(),
            "{name}"
        );
        for later in &all[index + 1..] {
            let whole = turn.prompt_range.start..turn.program_range.end;
            let apart = later.prompt_range.start >= whole.end;
            let within = later.prompt_range.start >= turn.program_range.start
                && later.program_range.end <= whole.end
                && width(&later.indent) > width(&turn.indent);
            assert!(apart || within, "{name} and {:?}", later.prompt_range);
        }
    }
}

/// Columns of an indentation, as Python counts them: a tab goes to the next multiple of eight.
fn width(indent: &str) -> usize {
    indent.chars().fold(0, |width, c| if c == '\t' { (width / 8 + 1) * 8 } else { width + 1 })
}

#[test]
fn a_tab_is_wider_than_three_spaces() {
    let options = TurnOptions { marker: Some("# ".to_owned()) };
    check(&Document::new("   # one\n\t# two", 1), &options, "a tab below three spaces");
}

/// Turns hang together; with the rest they are the document.
fn check(document: &Document, options: &TurnOptions, name: &str) {
    let all = turns::turns(document, options);
    check_turns(document, &all, name);
    for turn in all.iter().filter(|turn| turn.kind == PromptKind::Docstring) {
        assert_eq!(turns::program_text(document, turn), "", "{name}");
    }
    let mut at = 0;
    for part in turns::parts(document, options) {
        assert!(part.range.start == at && part.range.end > at, "{name} {part:?}");
        at = part.range.end;
        let own = |range: &Range<usize>| range.start <= part.range.start && part.range.end <= range.end;
        match part.kind {
            PartKind::Other => {
                assert!(all.iter().all(|turn| !own(&turn.prompt_range) && !own(&turn.program_range)), "{name} {part:?}")
            }
            PartKind::Prompt(index) => assert_eq!(part.range, all[index].prompt_range, "{name}"),
            PartKind::Program(index) => {
                let inner = all.iter().rposition(|turn| own(&turn.program_range));
                assert_eq!(inner, Some(index), "{name} {part:?}");
            }
        }
    }
    assert_eq!(at, document.len(), "{name}");
}

#[test]
fn of_the_standard_library() {
    let options = TurnOptions::default();
    let (mut comments, mut docstrings) = (0, 0);
    for (path, text) in library() {
        let document = Document::new(text, 1);
        check(&document, &options, &path.display().to_string());
        let all = turns::turns(&document, &options);
        comments += all.len();
        // If every body was made from its docstring.
        let known = turns::turns_known(&document, &options, &|_, _| true);
        check_turns(&document, &known, &path.display().to_string());
        docstrings += known.iter().filter(|turn| turn.kind == PromptKind::Docstring).count();
        // The quick ways to a turn find the same turns; two of each file.
        for turn in all.iter().step_by(all.len().div_ceil(2).max(1)) {
            assert_eq!(turns::turn_at(&document, turn.prompt_range.start, &options).as_ref(), Some(turn));
            if text[..turn.prompt_range.end].ends_with('\n') {
                assert_eq!(turns::turn_above(&document, turn.prompt_range.end, &options).as_ref(), Some(turn));
            }
            let history = turns::history(&document, turn, &options);
            let prompt = history.render(&turn.prompt);
            assert!(prompt.ends_with('\n') && !prompt.contains('\r'));
            let Ok(turn) = turns::resolved(&document, turn.clone(), true) else { continue };
            let program = &text[turn.target.clone()];
            if history.truncation().cut(program).is_some() {
                // People write what no turn would.
                continue;
            }
            // Putting the program where it is changes no more than blank lines.
            let edit = turns::program_edit(&document, &turn, program);
            let mut edited = document.clone();
            edited.edit(edit.range, &edit.text);
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(words(&edited.text()), words(text), "{}", path.display());
        }
    }
    assert!(comments > 100 && docstrings > 100, "only {comments} turns and {docstrings} docstrings were found");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_broken_files(text in broken(), marker in prop::sample::select(vec![None, Some("#:"), Some("# ")])) {
        let options = TurnOptions { marker: marker.map(str::to_owned) };
        let document = Document::new(&text, 1);
        check(&document, &options, &format!("{text:?}"));
        for turn in turns::turns(&document, &options).iter().take(5) {
            let prompt = turns::history(&document, turn, &options).render(&turn.prompt);
            prop_assert!(prompt.ends_with('\n') && !prompt.trim_end_matches('\n').ends_with(char::is_whitespace));
            let (mut edited, edit) = (document.clone(), turns::program_edit(&document, turn, "if x:\n    y()"));
            edited.edit(edit.range, &edit.text);
            // What was put there is there.
            let at = turns::turns(&edited, &options).into_iter().find(|other| other.prompt_range.start == turn.prompt_range.start);
            if let Some(turn) = at {
                prop_assert!(edited.slice(turn.prompt_range.end..edited.len()).contains("y()"));
            }
        }
    }
}
