//! From the raw texts that were generated for a turn to the one that is written: they are trimmed, scored, folded, run
//! and ranked.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use codegen_core::Completion;
use codegen_sandbox::{Isolation, SandboxError};
use codegen_text::candidates::{self, Ranked};
use codegen_text::document::Document;
use codegen_text::turns::Turn;

use crate::generate::prepare;
use crate::generate::run::{self, RunOptions};

/// The candidates of a turn, ranked.
#[derive(Debug)]
pub struct Selection {
    /// Those that differ and have code, best first.
    pub ranked: Vec<Ranked>,
    /// The candidates that have no code, folded into one. It is never written and no alternative, but counts as
    /// sampled.
    pub empty: Option<Ranked>,
    /// The isolation of the programs, if any was run; or why they could not be run, in which case they are ranked
    /// without a run.
    pub run: Result<Option<Isolation>, SandboxError>,
}

impl Selection {
    /// The candidate that is written; `None` if the model wrote no code.
    #[must_use]
    pub fn best(&self) -> Option<&Ranked> {
        self.ranked.first()
    }

    /// All candidates, the one without code last.
    pub fn all(&self) -> impl Iterator<Item = &Ranked> {
        self.ranked.iter().chain(&self.empty)
    }
}

/// Selects among what was generated for `turn`; each completion comes with its number among the sampled ones. Programs
/// are run as `run` says, or not at all. Blocks; stops running programs once `cancel` is set.
#[must_use]
pub fn select(
    document: &Document,
    turn: &Turn,
    completions: impl IntoIterator<Item = (usize, Completion)>,
    run: Option<&RunOptions>,
    cancel: &Arc<AtomicBool>,
) -> Selection {
    let scored = completions.into_iter().map(|(index, mut completion)| {
        prepare::trim(&mut completion);
        let score = candidates::score(document, turn, &completion.text);
        Ranked { index, completion, score, copies: 1 }
    });
    let (empty, full): (Vec<Ranked>, Vec<Ranked>) = scored.partition(|ranked| ranked.completion.text.is_empty());
    let mut ranked = candidates::distinct(full);
    let run = run.map_or(Ok(None), |options| run::run(options, document, turn, &mut ranked, cancel));
    candidates::rank(&mut ranked);
    Selection { ranked, empty: candidates::distinct(empty).into_iter().next(), run }
}

#[cfg(test)]
mod tests {
    use codegen_core::FinishReason;
    use codegen_sandbox::{Level, Limits};
    use codegen_text::turns::{self, TurnOptions};

    use super::*;

    /// A model's text with this mean log-probability; `unfinished`: its tokens were used up.
    fn completion(text: &str, mean_logprob: f32, unfinished: bool) -> Completion {
        let reason = if unfinished { FinishReason::MaxTokens } else { FinishReason::Stop };
        Completion { text: text.to_owned(), reason, mean_logprob, ..Completion::default() }
    }

    fn selected(text: &str, completions: Vec<Completion>, run: Option<&RunOptions>) -> Selection {
        let document = Document::new(text, 1);
        let turn = turns::turns(&document, &TurnOptions::default()).remove(0);
        select(&document, &turn, completions.into_iter().enumerate(), run, &Arc::default())
    }

    /// Numbers, texts and copies.
    fn outline<'s>(ranked: impl Iterator<Item = &'s Ranked>) -> Vec<(usize, &'s str, usize)> {
        ranked.map(|ranked| (ranked.index, ranked.completion.text.as_str(), ranked.copies)).collect()
    }

    #[test]
    fn texts_are_trimmed_folded_and_ranked() {
        type Row = (&'static [(&'static str, f32)], &'static [(usize, &'static str, usize)]);
        let table: [Row; 9] = [
            (&[], &[]),
            (&[("x = 1\n\n", -1.0)], &[(0, "x = 1", 1)]),
            // The more probable first; code that does not parse last, however probable.
            (&[("x = 1", -2.0), ("y = 2", -1.0)], &[(1, "y = 2", 1), (0, "x = 1", 1)]),
            (&[("x = 1 1", -0.1), ("y = 2", -1.0)], &[(1, "y = 2", 1), (0, "x = 1 1", 1)]),
            // Equal but for comments and white space: the most probable stays.
            (
                &[("x = 1", -2.0), ("x  =  1  # one", -1.0), ("y = 2", -3.0)],
                &[(1, "x  =  1  # one", 2), (2, "y = 2", 1)],
            ),
            // Equal once they are trimmed.
            (&[("x = 1\ny = (", -1.0), ("x = 1\nif x:", -2.0)], &[(0, "x = 1", 2)]),
            // Candidates without code come last, are folded into one, and replace nothing.
            (&[("# no", -0.1), ("x = 1 1", -5.0), ("", -0.2)], &[(1, "x = 1 1", 1), (0, "", 2)]),
            (&[("", -1.0), ("# no\n# no", -0.5)], &[(1, "", 2)]),
            (&[("a = 1\na = 1\na = 1\n", -1.0)], &[(0, "a = 1", 1)]),
        ];
        for (texts, expected) in table {
            let completions = texts.iter().map(|(text, mean)| completion(text, *mean, false)).collect();
            let selection = selected("# one\n", completions, None);
            assert_eq!(outline(selection.all()), expected, "{texts:?}");
            let best = expected.first().filter(|(_, text, _)| !text.is_empty()).map(|(index, ..)| *index);
            assert_eq!(selection.best().map(|best| best.index), best, "{texts:?}");
            assert!(selection.ranked.iter().all(|ranked| !ranked.completion.text.is_empty()), "{texts:?}");
            assert_eq!(selection.run.unwrap(), None);
        }
    }

    #[test]
    fn the_last_line_of_a_text_without_end_goes() {
        for (unfinished, expected) in [(false, "x = 1\ny"), (true, "x = 1")] {
            let selection = selected("# one\n", vec![completion("x = 1\ny", -1.0, unfinished)], None);
            assert_eq!(selection.best().unwrap().completion.text, expected);
        }
    }

    #[test]
    fn numbers_are_those_of_the_samples() {
        let document = Document::new("# one\n", 1);
        let turn = turns::turns(&document, &TurnOptions::default()).remove(0);
        let completions = [(3, completion("x = 1", -2.0, false)), (7, completion("y = 2", -1.0, false))];
        let selection = select(&document, &turn, completions, None, &Arc::default());
        assert_eq!(outline(selection.all()), [(7, "y = 2", 1), (3, "x = 1", 1)]);
    }

    #[test]
    fn where_programs_cannot_be_run_they_are_ranked_all_the_same() {
        let python = "/no/such/python".to_owned();
        let run = RunOptions { python, limits: Limits::default(), isolation: Level::default() };
        let completions = vec![completion("x = 1", -2.0, false), completion("y = 2", -1.0, false)];
        let selection = selected("# one\n", completions, Some(&run));
        assert_eq!(outline(selection.all()), [(1, "y = 2", 1), (0, "x = 1", 1)]);
        assert!(selection.run.is_err());
        assert!(selection.ranked.iter().all(|ranked| !ranked.score.run));
    }
}
