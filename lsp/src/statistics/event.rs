//! The events that are counted.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The kind of a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The rest of a line.
    Line,
    /// A block.
    Block,
    /// The code that a comment above asks for.
    Turn,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Line, Self::Block, Self::Turn];

    /// The name on the wire and in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Block => "block",
            Self::Turn => "turn",
        }
    }
}

/// What made the client ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// Typing, or a move of the cursor.
    Automatic,
    /// The user, by a key.
    Invoked,
    /// An entry of the client's menu that the suggestion is to continue.
    Menu,
}

/// Where an answer came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The rest of the suggestion that the client has been given already.
    Standing,
    /// A generation that is remembered.
    Memory,
    /// A generation that was begun before anyone asked.
    Prepared,
    /// A generation for this request.
    Generated,
    /// The same, answered before it had ended.
    Early,
}

impl Source {
    /// All sources.
    pub const ALL: [Self; 5] = [Self::Standing, Self::Memory, Self::Prepared, Self::Generated, Self::Early];

    /// The name on the wire and in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standing => "standing",
            Self::Memory => "memory",
            Self::Prepared => "prepared",
            Self::Generated => "generated",
            Self::Early => "early",
        }
    }
}

/// Who has put text into a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// The model: a suggestion that was taken, or the code of a turn.
    Model,
    /// The user, by keys.
    Hand,
    /// Something else: a paste, an entry of a menu, a formatter, an undo.
    Other,
}

/// Something to count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event<'n> {
    /// The client has asked for a suggestion.
    Asked(Trigger),
    /// A request was answered with a suggestion.
    Answered {
        kind: Kind,
        source: Source,
        /// The time from the request to the answer.
        took: Duration,
    },
    /// A request was answered with nothing, for the reason of this name.
    Refused(&'n str),
    /// The client says that it has shown a suggestion of this kind; once for each.
    Shown(Kind),
    /// A suggestion was taken, or the first part of it; once for each.
    Taken(Kind),
    /// All of a suggestion was taken, be it in parts; once for each.
    Whole(Kind),
    /// A suggestion that was taken was looked for again after a while.
    Checked {
        kind: Kind,
        /// Whether it was still there; see [`super::kept`].
        kept: bool,
    },
    /// Characters have come into a buffer.
    Written(Writer, usize),
    /// A generation has ended.
    Generated {
        /// Tokens that were generated.
        decoded: usize,
        /// Tokens of its prompt that were read.
        read: usize,
        /// Tokens of its prompt that were in the cache.
        reused: usize,
    },
    /// A generation was begun before anyone asked. That it was of use is said by [`Source::Prepared`].
    Prepared,
}
