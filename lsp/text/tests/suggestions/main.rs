//! What is suggested at a place, and why nothing is. In the texts `$0` is the cursor; what a model says goes on there.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod places;
mod refusals;

use codegen_text::completion::confidence::TokenScore;
use codegen_text::completion::raw::RawCompletion;
use codegen_text::completion::{Held, Judged, Kind, Plan, Refusal, Refused, Selected, Threshold};
use codegen_text::document::Document;
use codegen_text::python::{self, Identifiers};
use codegen_text::testing::cursor_in;
use codegen_text::turns::TurnOptions;

/// The least probability with which something is shown here.
const LEAST: Threshold = Threshold { confidence: 0.3, whole_lines: false };
/// The log-probability of a token that a model is sure of.
const SURE: f32 = -0.01;

/// A generated text whose words each have that log-probability.
fn said(text: &str, kind: Kind, logprob: f32) -> RawCompletion {
    let solid = |text: &str| text.bytes().filter(|byte| !byte.is_ascii_whitespace()).count();
    let ends = text.match_indices([' ', '\n']).map(|(at, _)| at).chain([text.len()]);
    let tokens = ends.map(|end| TokenScore { solid: solid(&text[..end]), logprob }).collect();
    RawCompletion { text: text.to_owned(), kind, tokens, unfinished: false }
}

/// What is wrong in a document: syntax errors, and what Python's compiler refuses in one that has none.
fn wrong(document: &Document) -> (usize, usize) {
    let tree = document.tree().unwrap();
    let errors = python::errors(tree, 1000).unwrap();
    (errors, if errors == 0 { python::violations(&document.text(), 1000).len() } else { 0 })
}

/// The whole way from a cursor to what is shown of a text that a model is to have said there: all that can be shown, and what is
/// probable enough.
#[track_caller]
fn suggested(marked: &str, raw: &str) -> (Document, Result<String, Refusal>, Result<Judged, Refused>) {
    let (document, offset) = cursor_in(marked, |text| Document::new(text, 1));
    let refused = |why: Refusal| (document.clone(), Err(why), Err(why.into()));
    let plan = match Plan::new(&document, offset, &TurnOptions::default()) {
        Ok(plan) => plan,
        Err(why) => return refused(why),
    };
    let held = match plan.held(None::<&Selected>, || Identifiers::around(&document, offset)) {
        Ok(held) => held,
        Err(why) => return refused(why),
    };
    if let Held::Word(given, begin) = &held {
        assert!(begin.allows(format!("{given}{raw}").as_bytes()), "{marked:?}: no model is let say {raw:?}");
    }
    let raw = said(raw, plan.kind.clone(), SURE);
    let all = plan.finish(&raw.text, raw.unfinished).map(|suggestion| suggestion.text);
    let judged = plan.judge(&raw, LEAST, &Identifiers::default());
    (document.clone(), all, judged)
}
