//! The errors about a model's files. Every message names the file, the fault and what would be right.

use std::path::PathBuf;

/// An error about a checkpoint, a GGUF or a model's name.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The operating system refused.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The reason. It is not called `source`, because it would then be the error's source, and a caller that prints
        /// the whole chain would print it twice.
        cause: std::io::Error,
    },
    /// A file is not what it should be: truncated, corrupt, of another kind, with other tensors.
    #[error("{}: {problem}", path.display())]
    Invalid {
        /// The file or folder.
        path: PathBuf,
        /// The fault, and what would be right.
        problem: String,
    },
    /// A name or an option that has no meaning.
    #[error("{0}")]
    Usage(String),
}

impl ModelError {
    /// An `Io` for `path`; made for `map_err`.
    pub fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |cause| Self::Io { path, cause }
    }

    /// Returns the fault without the file's name.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Io { cause, .. } => cause.to_string(),
            Self::Invalid { problem, .. } | Self::Usage(problem) => problem.clone(),
        }
    }

    /// An `Invalid` for `path`.
    pub fn invalid(path: impl Into<PathBuf>, problem: impl Into<String>) -> Self {
        Self::Invalid { path: path.into(), problem: problem.into() }
    }
}
