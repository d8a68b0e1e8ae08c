//! What a command is to do.

use codegen_text::document::Document;
use codegen_text::provenance::Alternatives;
use codegen_text::turns::{self, Refusal, Turn};

/// What a command is to do with its turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Write a piece of code.
    Synthesize,
    /// Write the code of every turn that has none.
    All,
    /// Write other code.
    Regenerate {
        /// What the tokens are drawn with, if they are to be drawn in any case.
        seed: Option<u64>,
        /// Whether later turns of the block follow.
        following: bool,
    },
    /// Answer with alternatives.
    Candidates {
        /// How many are sampled.
        count: usize,
        /// The first of their seeds.
        seed: Option<u64>,
    },
    /// Write an alternative.
    Accept(Which),
    /// Write a piece of code in place of the lines that belong to the prompt, whoever wrote them.
    Replace {
        /// How many lines the user was told of, if any.
        lines: Option<usize>,
        /// The alternative that is written, if it is to be one.
        which: Option<Which>,
    },
}

impl Purpose {
    /// The turn as this command is to write it, or why it may not; see [`turns::resolved`].
    ///
    /// # Errors
    /// It may not, or no statement can stand there.
    pub fn resolve(&self, document: &Document, turn: Turn) -> Result<Turn, Refusal> {
        match self {
            Self::Replace { .. } => turns::resolved(document, turn, true),
            // It writes nothing, and shows what could take the place of what there is.
            Self::Candidates { .. } => Ok(turns::resolved(document, turn.clone(), true).unwrap_or(turn)),
            Self::Synthesize | Self::All | Self::Regenerate { .. } | Self::Accept(_) => {
                turns::resolved(document, turn, false)
            }
        }
    }

    /// Which alternative is asked for, if one is.
    #[must_use]
    pub fn which(&self) -> Option<Which> {
        match self {
            Self::Accept(which) | Self::Replace { which: Some(which), .. } => Some(*which),
            _ => None,
        }
    }
}

/// Which alternative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one that was sampled with this number.
    Index(usize),
    /// The one after the present code.
    Next,
    /// The one before it.
    Previous,
}

impl Which {
    /// Its place among the alternatives, for a turn with this code.
    #[must_use]
    pub fn place(self, alternatives: &Alternatives, program: &str) -> Option<usize> {
        match self {
            Self::Index(index) => alternatives.sampled_as(index),
            Self::Next => alternatives.next(program),
            Self::Previous => alternatives.previous(program),
        }
    }
}
