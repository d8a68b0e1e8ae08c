//! The notification `codegen/status`.

use serde::{Deserialize, Serialize};
use tower_lsp::ls_types::{self as lsp, notification::Notification};

/// The parameters of `codegen/status`: the state of the server, with what clients of GitHub's Copilot language server know
/// of its `didChangeStatus` (`busy`, `kind`, `message`, `command`), and more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Whether something is being loaded or generated.
    pub busy: bool,
    pub kind: StatusKind,
    /// What a user may want to know; empty if there is nothing to say.
    pub message: String,
    /// A command that a click on the status may run.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub command: Option<lsp::Command>,
    /// The model: as the options name it while it loads, as it names itself afterwards.
    pub model: Option<String>,
    /// What computes: "CPU", or the names of the GPUs that have layers.
    pub device: Option<String>,
    /// Layers on GPUs, and layers in all, the output layer counted as one.
    pub layers: Option<Layers>,
    /// How much of the model is loaded; only while it loads, and to clients that want detail.
    pub percent: Option<u8>,
}

/// The kind of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StatusKind {
    /// All is well.
    Normal,
    /// There is no model; the message says why.
    Error,
    /// There is something to repair; the message says what.
    Warning,
    /// Nothing is suggested in the document that was touched last; the message says why.
    Inactive,
}

/// Where a model's layers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layers {
    pub gpu: usize,
    pub all: usize,
}

impl Notification for Status {
    type Params = Self;
    const METHOD: &'static str = "codegen/status";
}
