//! A turn as plain text, by which its record is found.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use crate::document::Document;
#[cfg(test)]
use crate::turns::TurnOptions;
use crate::turns::{self, Linked, Turn};

/// The texts of a turn that identify its record: plain text, without indentation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TurnText {
    /// The prompt's words.
    pub prompt: String,
    /// What was generated for the turn, where that is known and unchanged ([`Turn::generated`]); otherwise the whole
    /// code. See [`crate::turns::program_text`].
    pub program: String,
    /// A hash (64 bits) of the turns before it in its block, prompts and pieces of code, and of nothing else in the
    /// file; where the prompt is a docstring, of the header of its function. Different histories practically never
    /// collide.
    pub predecessors: u64,
}

impl TurnText {
    /// The same turn with other code.
    #[must_use]
    pub fn with_program(&self, program: impl Into<String>) -> Self {
        Self { program: program.into(), ..self.clone() }
    }
}

/// All turns of a document with their texts, in the order of their prompts, as far as they can be found without
/// records.
#[cfg(test)]
pub fn texts(document: &Document, options: &TurnOptions) -> Vec<(Turn, TurnText)> {
    of(document, turns::linked(document, options, &|_, _| false), &|_, _| None)
}

/// The text of one turn of a document.
#[cfg(test)]
pub fn text(document: &Document, turn: &Turn, options: &TurnOptions) -> TurnText {
    let all = texts(document, options);
    let own = all.into_iter().find(|(other, _)| other.prompt_range.start == turn.prompt_range.start);
    own.map_or_else(|| alone(document, turn, turns::program_text(document, turn), NONE), |(_, text)| text)
}

/// The hash of no turns.
pub(super) const NONE: u64 = 0;

/// The texts of turns; each turn is read once, however many follow it. `generated` finds the lines of a turn that are
/// what was generated for it, by its text with the whole code.
pub(super) fn of(
    document: &Document,
    all: Vec<Linked>,
    generated: &dyn Fn(&Turn, &TurnText) -> Option<Range<usize>>,
) -> Vec<(Turn, TurnText)> {
    let mut found: Vec<(Turn, TurnText)> = Vec::with_capacity(all.len());
    for Linked { mut turn, previous, .. } in all {
        let before = previous.and_then(|index| found.get(index));
        let predecessors = before.map_or(NONE, |(earlier, text)| {
            let shown = settled(&turns::shown(document, earlier, &turn));
            if shown.is_empty() { text.predecessors } else { hash(&(text.predecessors, &earlier.prompt, shown)) }
        });
        let mut text = alone(document, &turn, turns::program_text(document, &turn), predecessors);
        turn.generated = generated(&turn, &text);
        if let Some(range) = &turn.generated {
            text.program = turns::text_of(document, &turn, range.clone());
        }
        found.push((turn, text));
    }
    found
}

/// The text of a turn with that code, given the hash of its predecessors. A docstring's turn depends on the header of
/// its function instead.
pub(super) fn alone(document: &Document, turn: &Turn, program: String, predecessors: u64) -> TurnText {
    let header = turns::header(document, turn).map(|header| hash(&settled(&header)));
    TurnText { prompt: turn.prompt.clone(), program, predecessors: header.unwrap_or(predecessors) }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A text without invisible differences: white space at the ends of lines, blank lines at either end.
pub(super) fn settled(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}
