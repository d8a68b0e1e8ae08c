//! Multi-turn synthesis as text: the history that the model is shown, and where its answer is cut (the CodeGen paper,
//! ICLR 2023).

/// The turns so far, in the order they were made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// What stands before the first turn: imports, definitions. May be empty; ends with a line end otherwise.
    pub preamble: String,
    /// Each turn's prompt, without comment signs, and program text, without indentation or trailing blank lines.
    pub turns: Vec<(String, String)>,
}

#[allow(clippy::unimplemented, unused_variables)]
impl History {
    /// The text the model continues for the turn `prompt`: preamble, then `# {prompt}\n{program}\n\n` for every turn,
    /// then `# {prompt}\n`. A prompt of several lines becomes as many comment lines.
    #[must_use]
    pub fn render(&self, prompt: &str) -> String {
        unimplemented!()
    }
}

/// Where the paper's reference cuts a turn's continuation, as a byte offset, or `None` if it has not ended yet: at the
/// first line that starts with `#`, `'''` or `"""`, at two blank lines in a row, and before the second top-level `def`
/// or `print` of the same continuation. The end-of-text token is the engine's affair.
#[must_use]
#[allow(clippy::unimplemented)]
pub fn truncate(_text: &str) -> Option<usize> {
    unimplemented!()
}
