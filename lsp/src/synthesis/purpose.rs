//! The purposes of commands.

use codegen_text::document::Document;
use codegen_text::provenance::Alternatives;
use codegen_text::turns::{self, Refusal, Turn};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Writes a piece of code.
    Synthesize,
    /// Writes the code of every turn that has none.
    All,
    /// Writes other code.
    Regenerate {
        /// The seed of the sampling, which is not greedy then.
        seed: Option<u64>,
        /// Whether later turns of the block are regenerated as well.
        following: bool,
    },
    /// Answers with alternatives.
    Candidates {
        /// The number of candidates that are sampled.
        count: usize,
        /// The first of their seeds.
        seed: Option<u64>,
    },
    /// Writes an alternative.
    Accept(Which),
    /// Writes a piece of code in place of the lines that belong to the prompt, generated or not.
    Replace {
        /// The number of lines that the user was told of, if any.
        lines: Option<usize>,
        /// The alternative that is written, if one was asked for.
        which: Option<Which>,
    },
}

impl Purpose {
    /// The turn as this command is to write it, or the reason why it may not; see [`turns::resolved`].
    ///
    /// # Errors
    /// The command may not replace the code there, or no statement can stand there.
    pub fn resolve(&self, document: &Document, turn: Turn) -> Result<Turn, Refusal> {
        match self {
            Self::Replace { .. } => turns::resolved(document, turn, true),
            // It writes nothing, and shows what could replace the present code.
            Self::Candidates { .. } => Ok(turns::resolved(document, turn.clone(), true).unwrap_or(turn)),
            Self::Synthesize | Self::All | Self::Regenerate { .. } | Self::Accept(_) => {
                turns::resolved(document, turn, false)
            }
        }
    }

    /// Whether the command changes the buffer, rather than only answering.
    #[must_use]
    pub const fn writes(&self) -> bool {
        !matches!(self, Self::Candidates { .. })
    }

    /// The alternative that is asked for, if there is one.
    #[must_use]
    pub fn which(&self) -> Option<Which> {
        match self {
            Self::Accept(which) | Self::Replace { which: Some(which), .. } => Some(*which),
            _ => None,
        }
    }
}

/// The choice of an alternative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one with this number among the sampled ones.
    Index(usize),
    /// The one after the turn's present code.
    Next,
    /// The one before the turn's present code.
    Previous,
}

impl Which {
    /// The index of the choice among the alternatives, for a turn with this code.
    #[must_use]
    pub fn place(self, alternatives: &Alternatives, program: &str) -> Option<usize> {
        match self {
            Self::Index(index) => alternatives.sampled_as(index),
            Self::Next => alternatives.next(program),
            Self::Previous => alternatives.previous(program),
        }
    }
}
