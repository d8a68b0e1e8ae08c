/// The parts of a history that were shown to the model, and those that were not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryCut {
    /// Prompts of the turns that were shown, oldest first.
    pub kept: Vec<String>,
    /// Prompts of the turns that did not fit, oldest first.
    pub dropped: Vec<String>,
    /// Whether the text before the first turn was shortened as well.
    pub preamble_cut: bool,
}
