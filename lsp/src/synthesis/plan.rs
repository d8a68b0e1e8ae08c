//! From a command's argument to its planned turns. Pure.

use std::ops::Range;

use codegen_text::document::{Document, Unparsed};
use codegen_text::provenance::{self, Mapped, Records, TurnMap, TurnState};
use codegen_text::turns::{self, Turn};

use super::answer::Outcome;
use super::purpose::Purpose;

/// The reason why there is nothing to do, for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nothing {
    pub outcome: Outcome,
    pub message: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The ranges of the prompts of its turns.
    pub prompts: Vec<Range<usize>>,
    /// The first line of the first prompt.
    pub about: String,
    /// Messages for the user at the end.
    pub notes: Vec<String>,
}

impl Plan {
    /// Plans one turn.
    ///
    /// # Errors
    /// No code may be written for the turn.
    pub fn one(
        document: &Document,
        turns: &TurnMap,
        records: &Records,
        found: &Mapped,
        purpose: &Purpose,
    ) -> Result<Self, Nothing> {
        let refused = |message: String| Nothing { outcome: Outcome::Refused, message };
        let target = match purpose.resolve(document, found.turn.clone()) {
            Ok(turn) => turn.target,
            Err(refusal) => return Err(refused(refusal.to_string())),
        };
        if let Purpose::Replace { lines: Some(told), .. } = purpose {
            let lines = turns::line_count(document, &target);
            if lines != *told {
                let message =
                    format!("{lines} lines would be replaced now rather than {told}, so nothing was; ask again");
                return Err(refused(message));
            }
        }
        let mut plan = Self {
            prompts: vec![found.turn.prompt_range.clone()],
            about: first_line(&found.turn).to_owned(),
            notes: Vec::new(),
        };
        if let Purpose::Regenerate { following: true, .. } = purpose {
            plan.add_following(turns, records, found);
        }
        Ok(plan)
    }

    /// Adds the later turns of the turn's block whose code was generated, and notes how many of the others have code.
    fn add_following(&mut self, turns: &TurnMap, records: &Records, turn: &Mapped) {
        let mut left = 0;
        for later in turns.following(turn) {
            match records.state(&later.text).0 {
                TurnState::Empty | TurnState::Failed => {}
                _ if later.turn.generated.is_some() => self.prompts.push(later.turn.prompt_range.clone()),
                _ => left += 1,
            }
        }
        if left > 0 {
            let turns = if left == 1 { "1 later turn was" } else { &format!("{left} later turns were") };
            self.notes.push(format!("{turns} written or changed by hand and left as they are"));
        }
    }

    /// Plans all turns in `range` that ask for code of themselves.
    ///
    /// # Errors
    /// There are no such turns.
    pub fn all(document: &Document, turns: &TurnMap, range: &Range<usize>) -> Result<Self, Nothing> {
        let here = turns.iter().map(|found| &found.turn);
        let here: Vec<&Turn> = here.filter(|turn| provenance::overlap(&turn.prompt_range, range)).collect();
        let options = turns.options();
        let offers = |turn: &&Turn| turns::offers(document, turn, options);
        let empty: Vec<&Turn> = here.iter().copied().filter(offers).collect();
        let Some(first) = empty.first() else {
            let message = match turns::silences(document, &here, options) {
                why if why.is_empty() => {
                    "there is no comment prompt here, so there is nothing to synthesize".to_owned()
                }
                why => format!("no comment here asks for code by itself: {why}; put the cursor on one to ask for it"),
            };
            return Err(Nothing { outcome: Outcome::Nothing, message });
        };
        let about = first_line(first).to_owned();
        Ok(Self { prompts: empty.iter().map(|turn| turn.prompt_range.clone()).collect(), about, notes: Vec::new() })
    }
}

/// The first line of the turn's prompt.
#[must_use]
pub fn first_line(turn: &Turn) -> &str {
    turn.prompt.lines().next().unwrap_or_default()
}

/// The reason why no code is generated in a document without a syntax tree.
#[must_use]
pub fn not_parsed(reason: Unparsed) -> String {
    format!("this document is not parsed, since {reason}, so nothing can be synthesized in it")
}
