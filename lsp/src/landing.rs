//! An edit on its way into the client's buffer: asked for, perhaps applied, and there once the client has reported it.

use std::ops::Range;

use codegen_text::document::Document;
use codegen_text::edit::{self, Edit};
use codegen_text::provenance::Record;
use ropey::Rope;
use tower_lsp::ls_types::Uri;

use crate::operation::Written;

/// A turn's program text on its way into the buffer. It outlives a command that is cancelled meanwhile, because the client
/// may apply the edit nevertheless, and then the turn's record has to be right.
#[derive(Debug)]
pub struct Landing {
    /// The buffer.
    pub uri: Uri,
    /// The command that the turn is part of.
    pub operation: u64,
    /// Whether the client is to be asked once the document's syntax is known.
    pub held: bool,
    /// How often the client has been asked.
    pub attempt: usize,
    /// The document's version that the last edit was made for.
    pub version: i32,
    /// Where the prompt is now.
    pub prompt: Option<Range<usize>>,
    /// Where the turn's lines are now; `None` once they were changed.
    pub place: Option<Edit>,
    /// The edit as it would have to be now; `None` once what it replaces was changed, if only by the edit itself.
    pub target: Option<Edit>,
    /// Whether the command may replace code that was not generated here.
    pub replaces: bool,
    /// Bytes of program text that the edit replaces, blank lines that it uses up aside.
    pub replaced: usize,
    /// Whether the client says that it has applied the edit.
    pub applied: bool,
    /// Why the client has not applied the edit, while that may be a change that it has yet to report.
    pub refused: Option<String>,
    /// What is noted of the turn once the text is there.
    pub record: Record,
    /// What the command answers for it.
    pub written: Written,
    /// The text that is put in.
    text: String,
    /// Where it starts, or will.
    start: Option<usize>,
    /// What the whole buffer is like with it, if nothing else changes.
    expected: Option<Rope>,
}

impl Landing {
    /// A landing that the client has not been asked for yet.
    #[must_use]
    pub fn new(
        uri: Uri,
        operation: u64,
        prompt: Range<usize>,
        place: Edit,
        target: Edit,
        made: (Record, Written),
    ) -> Self {
        Self {
            uri,
            operation,
            held: false,
            attempt: 0,
            version: 0,
            prompt: Some(prompt),
            start: Some(target.range.start),
            text: target.text.clone(),
            expected: None,
            place: Some(place),
            target: Some(target),
            replaces: false,
            replaced: 0,
            applied: false,
            refused: None,
            record: made.0,
            written: made.1,
        }
    }

    /// Notes that the client is asked for the edit as it is now; `None` if it has nowhere to go any more.
    pub fn ask(&mut self, document: &Document) -> Option<Edit> {
        let edit = self.target.clone().filter(|_| self.place.is_some())?;
        self.attempt += 1;
        self.refused = None;
        self.version = document.version();
        self.expected = Some(document.rope_with(&edit));
        self.start = Some(edit.range.start);
        Some(edit)
    }

    /// Follows a change of the buffer.
    pub fn follow(&mut self, change: &Edit) {
        self.prompt = self.prompt.take().and_then(|prompt| edit::follow(&prompt, change));
        self.place = self.place.take().and_then(|place| edit::rebase(&place, change));
        self.target = self.target.take().and_then(|target| edit::rebase_strictly(&target, change));
        self.start = self.start.and_then(|start| edit::follow_place(start, change));
    }

    /// Whether the text is in the buffer. Line ends and what is blank at its end are no matter: clients have their own
    /// ideas of how a file ends.
    fn is_there(&self, document: &Document) -> bool {
        let Some(start) = self.start else { return false };
        let wanted = self.text.trim_end();
        // Room for carriage returns that the client may have put in.
        let end = (start + wanted.len() + wanted.matches('\n').count() + 1).min(document.len());
        let found = document.slice(start.min(end)..end);
        let mut found = found.lines();
        wanted.lines().all(|line| found.next().is_some_and(|found| found == line || found.starts_with(line)))
    }

    /// Whether the buffer is what the edit makes of it, however the client has put that: an editor that keeps the last
    /// line end to itself says that a text at the end was inserted before it.
    fn is_as_expected(&self, document: &Document) -> bool {
        let text = |rope: &Rope| {
            let blank = rope.chars_at(rope.len_chars()).reversed().take_while(|char| char.is_whitespace()).count();
            rope.slice(..rope.len_chars() - blank).to_string()
        };
        self.expected.as_ref().is_some_and(|expected| {
            // Most buffers that differ do so in their lengths.
            expected.len_bytes().abs_diff(document.len()) <= 2 && text(expected) == text(document.rope())
        })
    }

    /// Whether the client has reported the text.
    #[must_use]
    pub fn has_arrived(&self, document: &Document) -> bool {
        document.version() != self.version && (self.is_there(document) || self.is_as_expected(document))
    }

    /// Whether it is over: the client says that it has applied the edit, and either the text is there, or the place has
    /// been changed, in which case the user was at work on the text before it was reported.
    #[must_use]
    pub fn has_landed(&self, document: &Document) -> bool {
        self.applied && (self.target.is_none() || self.has_arrived(document))
    }
}
