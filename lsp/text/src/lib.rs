//! Everything that is decided about a buffer's text: where its turns are, what the model is shown, what of its answer
//! is shown, and which of several answers is best. Offsets are UTF-8 bytes. Pure: no LSP, no clock, no model.
//!
//! A comment that asks for code is a turn's prompt; the code below it is the turn's program. For the second turn, the
//! model is shown the first one and the second one's prompt, and continues that text:
//!
//! ```
//! use codegen_text::document::Document;
//! use codegen_text::turns::{self, TurnOptions};
//!
//! let document = Document::new("# read the file\ntext = open('a.txt').read()\n\n# count its words\n", 1);
//! let options = TurnOptions::default();
//! let found = turns::turns(&document, &options);
//! assert_eq!(found.len(), 2);
//! assert!(turns::is_empty(&document, &found[1]));
//!
//! let shown = turns::history(&document, &found[1], &options).render("count its words");
//! assert_eq!(shown, "# read the file\ntext = open('a.txt').read()\n\n# count its words\n");
//!
//! // What the model answers goes below the prompt.
//! let edit = turns::program_edit(&document, &found[1], "print(len(text.split()))");
//! assert_eq!(edit.text.trim(), "print(len(text.split()))");
//! assert_eq!(edit.range.start, document.len());
//! ```

#![warn(missing_docs)]

pub mod candidates;
pub mod completion;
pub mod document;
pub mod edit;
pub mod prompt;
pub mod provenance;
pub mod python;
#[doc(hidden)]
pub mod testing;
pub mod turns;
