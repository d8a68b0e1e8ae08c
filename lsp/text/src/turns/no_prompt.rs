//! The reasons why a line has no prompt, even asked for by name.

/// The reason why a line has no prompt, even asked for by name, and what helps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoPrompt {
    /// It is no comment, and no prompt's code.
    #[error("is no comment: put the cursor on one, or on its code")]
    NoComment,
    /// Its comment stands behind code.
    #[error("has a comment behind code: put the comment on a line of its own")]
    BehindCode,
    /// Its comment stands inside of brackets, where no statement can.
    #[error("has a comment inside of brackets, where no code can be written: put it above the statement")]
    InBrackets,
    /// Its comment is a shebang, `# noqa` or the like.
    #[error("has a comment for tools, not a prompt: put a comment of your own on a line below")]
    ForTools,
    /// Its comment is commented-out code.
    #[error("is code that is commented out, not a prompt: say in words what is wanted")]
    Code,
    /// Its comment divides the file into sections.
    #[error("is a line between sections, not a prompt: put a comment below it, behind a blank line")]
    Heading,
    /// Its comment has no words.
    #[error("has a comment without words: say what is wanted")]
    Wordless,
    /// Its comment is longer than any prompt.
    #[error("is part of a comment of more than a thousand lines: divide it by a blank line")]
    TooLong,
    /// Its comment does not start with the marker.
    #[error("has a comment that does not start with {0}, as prompts do here (prompt.marker)")]
    Unmarked(String),
}
