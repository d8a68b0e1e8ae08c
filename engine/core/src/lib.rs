//! Plain data that the engine and its callers share: requests to a model and their results, errors, and a history of
//! turns as text. This crate depends on nothing that runs a model.
//!
//! A program's history, and the request for its next part:
//!
//! ```
//! use codegen_core::{History, Prompt, Request};
//!
//! let history = History {
//!     preamble: "import math\n\n".to_owned(),
//!     turns: vec![("The area of a circle.".to_owned(), "def area(r):\n    return math.pi * r**2".to_owned())],
//!     ..History::default()
//! };
//! let prompt = history.render("Its circumference.");
//! assert_eq!(
//!     prompt,
//!     "import math\n\n# The area of a circle.\ndef area(r):\n    return math.pi * r**2\n\n# Its circumference.\n"
//! );
//! let request = Request {
//!     stop: Some(Box::new(history.truncation())),
//!     ..Request::new(Prompt::Text(prompt), 128)
//! };
//! assert_eq!(request.max_tokens, 128);
//! ```

#![warn(missing_docs)]

pub mod beginning;
#[cfg(feature = "serde")]
pub mod between;
pub mod error;
pub mod history;
pub mod printable;
pub mod request;
pub mod truncation;

pub use beginning::Beginning;
pub use error::{EngineError, OptionName};
pub use history::History;
pub use request::{
    Candidate, Candidates, Completion, Event, FinishReason, Key, Overflow, Priority, Prompt, Request, Sampling,
    ScoredToken, StopRule, TokenId,
};
pub use truncation::{Truncation, truncate};
