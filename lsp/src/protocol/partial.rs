//! `codegen/partial`, the notification.

use serde::{Deserialize, Serialize};
use tower_lsp::ls_types::{self as lsp, Uri, notification::Notification};

/// `codegen/partial`: the code of a turn so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Partial {
    /// Numbers the generation.
    pub id: u64,
    /// The document.
    pub uri: Uri,
    /// The turn's prompt.
    pub prompt: String,
    /// The prompt's lines, in the buffer as the server knows it.
    pub range: lsp::Range,
    /// Which of several candidates.
    pub candidate: Option<usize>,
    /// All of the code so far, as it will stand in the buffer.
    pub text: String,
    /// Tokens of it.
    pub tokens: usize,
    /// Whether it is the last of its generation.
    pub done: bool,
}

impl Notification for Partial {
    type Params = Self;
    const METHOD: &'static str = "codegen/partial";
}
