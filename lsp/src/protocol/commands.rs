//! The commands' names on the wire, and the defaults of their arguments.

/// Writes the code of the turn at a position.
pub const SYNTHESIZE: &str = "codegen.synthesize";
/// Writes the code of every turn that has none.
pub const SYNTHESIZE_ALL: &str = "codegen.synthesizeAll";
/// Writes a turn's code anew.
pub const REGENERATE: &str = "codegen.regenerate";
/// Writes a turn's code in place of the lines that belong to its prompt, generated or not.
pub const REPLACE: &str = "codegen.replace";
/// Answers with alternatives for a turn, without writing any.
pub const CANDIDATES: &str = "codegen.candidates";
/// Writes an alternative.
pub const ACCEPT: &str = "codegen.accept";
/// Ends the work on a turn, in a document, or in all documents.
pub const CANCEL: &str = "codegen.cancel";
/// Counts an accepted suggestion. One argument: the suggestion's number. Clients run it by the item's `command`.
pub const ACCEPTED: &str = "codegen.accepted";
/// Puts automatic suggestions off for a while, or ends that.
pub const SNOOZE: &str = "codegen.snooze";
/// Answers with the prompt that the model is shown for a turn, and the generation that made its code.
pub const EXPLAIN: &str = "codegen.explainTurn";
/// Answers with what came of the last request for a suggestion at a place, and shows it.
pub const WHY: &str = "codegen.why";
pub const ALL: [&str; 11] =
    [SYNTHESIZE, SYNTHESIZE_ALL, REGENERATE, REPLACE, CANDIDATES, ACCEPT, CANCEL, EXPLAIN, ACCEPTED, WHY, SNOOZE];

/// The numbers of candidates that a client can ask for.
pub const COUNTS: std::ops::RangeInclusive<usize> = 2..=16;
/// The number of candidates without an argument, unless the configuration has more.
pub const DEFAULT_COUNT: usize = 4;
