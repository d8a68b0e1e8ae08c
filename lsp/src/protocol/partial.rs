//! The notification `codegen/partial`.

use serde::{Deserialize, Serialize};
use tower_lsp::ls_types::{self as lsp, Uri, notification::Notification};

/// The parameters of `codegen/partial`: the code of a turn so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Partial {
    /// The number of the generation.
    pub id: u64,
    pub uri: Uri,
    /// The turn's prompt, without comment signs.
    pub prompt: String,
    /// The prompt's lines, in the buffer as the server knows it.
    pub range: lsp::Range,
    /// The number of the candidate, if there are several.
    pub candidate: Option<usize>,
    /// The whole code so far, indented as it will be in the buffer.
    pub text: String,
    pub tokens: usize,
    /// Whether it is the last notification of its generation.
    pub done: bool,
}

impl Notification for Partial {
    type Params = Self;
    const METHOD: &'static str = "codegen/partial";
}
