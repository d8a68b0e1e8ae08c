//! Helpers shared by the tables of this module's tests.

use std::sync::atomic::AtomicBool;

use codegen_core::Completion;
use codegen_text::candidates::Score;
use codegen_text::document::{Budget, Document, Limits};
use codegen_text::edit::{self, Edit};
use codegen_text::provenance::testing::made;
use codegen_text::provenance::{Provenance, Records, TurnCache};
use codegen_text::turns::TurnOptions;
use ropey::Rope;

use crate::synthesis::Written;
use crate::synthesis::purpose::Purpose;
use crate::synthesis::step::Step;

pub(super) const URI: &str = "file:///a.py";

/// A completion of that text.
pub(super) fn completion(text: &str) -> Completion {
    made(text).completion
}

/// Changes a document as one notification does. Each pair is a text, of which the first occurrence is meant, and its
/// replacement. Their common beginning and end are left alone, as editors do.
pub(super) fn change(document: &mut Document, replaced: &[(&str, &str)]) -> Vec<Edit> {
    let version = document.version() + 1;
    let changed = document.change(version, |draft| -> Result<(), ()> {
        for (old, new) in replaced {
            let start = draft.rope().to_string().find(old).ok_or(())?;
            let Edit { range, text } = edit::narrowed(&Rope::from_str(old), new);
            draft.replace(start + range.start..start + range.end, &text);
        }
        Ok(())
    });
    changed.unwrap_or_else(|()| unreachable!("{replaced:?} is not in {:?}", document.text()))
}

/// Makes a document one that is not parsed yet.
pub(super) fn pend(document: &mut Document) {
    document.set_limits(Limits { bytes: 0, ..Limits::NONE });
    document.set_limits(Limits::NONE);
}

/// Parses a document that is not parsed yet.
pub(super) fn parse(document: &mut Document) {
    let parsed = document.parsed(Budget::UNLIMITED, &AtomicBool::new(false));
    assert!(parsed.is_some_and(|mut parsed| document.adopt(&mut parsed)));
}

/// The step, numbered 1, of the turn with this prompt, and the answer for writing `program`.
pub(super) fn step(
    document: &Document,
    prompt: &str,
    purpose: &Purpose,
    program: &str,
) -> (Step, (Provenance, Written)) {
    let turns = TurnCache::default().get(document, &Records::default(), &TurnOptions::default());
    let Some(found) = turns.iter().find(|found| found.turn.prompt == prompt) else { unreachable!("no {prompt}") };
    let turn = purpose.resolve(document, found.turn.clone());
    let turn = turn.unwrap_or_else(|refusal| unreachable!("{refusal}"));
    let record = Provenance { turn: found.text.with_program(program), made: made(program), raised: None };
    let written = Written { prompt: prompt.to_owned(), completion: completion(program), score: Score::default() };
    (Step::new(1, document.clone(), (turn, found.text.clone())), (record, written))
}
