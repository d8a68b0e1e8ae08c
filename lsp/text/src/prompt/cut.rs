/// What of a history was shown to the model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryCut {
    /// Prompts of the turns that were shown, oldest first.
    pub kept: Vec<String>,
    /// Prompts of the turns that did not fit, oldest first.
    pub dropped: Vec<String>,
    /// Whether what stands before the first turn was shortened, too.
    pub preamble_cut: bool,
}
