//! An edit on its way into the client's buffer: asked for, perhaps applied, and there once the client has reported it. Pure: it
//! decides, and others act.

use std::ops::Range;

use codegen_text::document::Document;
use codegen_text::edit::{self, Assoc, Edit};
use codegen_text::provenance::{Provenance, Records, TurnCache};
use codegen_text::turns::{self, TurnOptions};
use ropey::Rope;
use tower_lsp::ls_types::Uri;

use super::answer::Written;
use super::step::Step;

/// How often an edit is made anew for a document that changed while the client was asked to apply it.
pub const ATTEMPTS: usize = 5;

/// What an edit waits for no longer than a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timeout {
    /// The client's answer to the request.
    Answer,
    /// The change that the client said it has made.
    Report,
    /// A change of the document that would explain why the client refused.
    Refusal,
}

/// What the client answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It has applied the edit.
    Applied,
    /// It has not, for this reason, if it gave one.
    Refused(Option<String>),
    /// It answered with an error.
    Failed(String),
}

/// What is to be done for an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Nothing, until something more is recorded.
    Wait,
    /// Nothing, but [`PendingEdit::overdue`] is to be recorded after a while.
    WaitAtMost(Timeout),
    /// Find the document's syntax: it decides what may be replaced.
    Parse,
    /// Ask the client to apply this edit of the document as it is, and wait for the answer no longer than
    /// [`Timeout::Answer`].
    Ask(Edit),
    /// It is over: the text is in the document.
    Landed,
    /// It is over: what it was to replace has been changed.
    Stale,
    /// It is over, for this reason: the text is not in the document.
    NotApplied(String),
}

/// What an edit's decisions depend on beside what has been recorded of it.
pub struct Now<'s> {
    /// The document as it is.
    pub document: &'s Document,
    /// Its turns, once they have been looked at.
    pub turns: &'s mut TurnCache,
    /// What is known of turns.
    pub records: &'s Records,
    /// What counts as a prompt.
    pub options: &'s TurnOptions,
    /// Whether the command is still at work.
    pub wanted: bool,
}

/// What was recorded and has not been acted on.
#[derive(Debug)]
enum News {
    Answered(Answer),
    Overdue,
}

/// A turn's code on its way into the buffer. It outlives a command that is cancelled meanwhile, because the client
/// may apply the edit nevertheless, and then the turn's record has to be right.
#[derive(Debug)]
pub struct PendingEdit {
    uri: Uri,
    /// The command that the turn is part of.
    operation: u64,
    /// Whether the client is to be asked once the document's syntax is known.
    due: bool,
    /// How often the client has been asked.
    attempt: usize,
    /// The document's version that the last edit was made for.
    version: i32,
    prompt: Option<Range<usize>>,
    /// Where the turn's lines are now; `None` once they were changed.
    place: Option<Edit>,
    /// The edit as it would have to be now; `None` once what it replaces was changed, if only by the edit itself.
    target: Option<Edit>,
    /// Whether the command may replace code that was not generated here.
    replaces: bool,
    /// Bytes of code that the edit replaces, blank lines that it uses up aside.
    replaced: usize,
    /// Whether the client says that it has applied the edit.
    applied: bool,
    /// Why the client has not applied the edit, while that may be a change that it has yet to report.
    refused: Option<String>,
    record: Provenance,
    written: Written,
    /// The text that is put in.
    text: String,
    /// Where it starts, or will.
    start: Option<usize>,
    /// What the whole buffer is like with it, if nothing else changes.
    expected: Option<Rope>,
    news: Option<News>,
}

impl PendingEdit {
    /// An edit that the client has not been asked for yet, with what is noted of the turn once the text is there and what
    /// the command answers for it. `None` if the turn was edited. `replaces`: whether code may be replaced that was not
    /// generated here.
    #[must_use]
    pub fn new(uri: Uri, operation: u64, step: &Step, replaces: bool, made: (Provenance, Written)) -> Option<Self> {
        let (record, written) = made;
        let target = step.edit(&written.completion.text)?;
        Some(Self {
            uri,
            operation,
            due: true,
            attempt: 0,
            version: 0,
            prompt: Some(step.prompt.clone()?),
            start: Some(target.range.start),
            text: target.text.clone(),
            expected: None,
            place: step.place.clone(),
            target: Some(target),
            replaces,
            replaced: step.turn.target.len(),
            applied: false,
            refused: None,
            record,
            written,
            news: None,
        })
    }

    /// The document.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The command that it is part of.
    #[must_use]
    pub fn operation(&self) -> u64 {
        self.operation
    }

    /// How often the client has been asked.
    #[must_use]
    pub fn attempt(&self) -> usize {
        self.attempt
    }

    /// Where the prompt is now; `None` if it is gone.
    #[must_use]
    pub fn prompt(&self) -> Option<&Range<usize>> {
        self.prompt.as_ref()
    }

    /// What is noted of the turn once the text is there, and what the command answers for it.
    #[must_use]
    pub fn into_made(self) -> (Provenance, Written) {
        (self.record, self.written)
    }

    /// Follows a change of the document.
    pub fn follow(&mut self, change: &Edit) {
        self.prompt = self.prompt.take().and_then(|prompt| edit::map_range(&prompt, change));
        self.place = self.place.take().and_then(|place| edit::map_edit(&place, change));
        self.target = self.target.take().and_then(|target| edit::map_edit_strictly(&target, change));
        self.start = self.start.and_then(|start| edit::map(start, change, Assoc::Before));
    }

    /// Records the client's answer to its attempt of that number.
    pub fn answered(&mut self, attempt: usize, answer: Answer) {
        if attempt == self.attempt {
            self.news = Some(News::Answered(answer));
        }
    }

    /// Records that the client has had its time for the attempt of that number: to report the change, if `applied`, or else
    /// to answer or to explain its refusal.
    pub fn overdue(&mut self, attempt: usize, applied: bool) {
        if attempt == self.attempt && applied == self.applied {
            self.news = Some(News::Overdue);
        }
    }

    /// What is to be done, by all that was recorded.
    pub fn next(&mut self, now: &mut Now<'_>) -> Next {
        match self.news.take() {
            Some(News::Answered(answer)) => self.take(answer, now),
            // A client that never answers may have applied the edit all the same.
            Some(News::Overdue) if self.has_arrived(now.document) => Next::Landed,
            Some(News::Overdue) => Next::NotApplied(self.silence()),
            None if self.has_landed(now.document) => Next::Landed,
            None if self.due || (self.refused.is_some() && self.has_moved(now.document)) => self.ask(now),
            None => Next::Wait,
        }
    }

    /// If the client has not applied the edit only because the document had moved on, it is asked again, unless nobody wants
    /// the text any more.
    fn take(&mut self, answer: Answer, now: &mut Now<'_>) -> Next {
        let moved = self.has_moved(now.document);
        let again = now.wanted && self.attempt < ATTEMPTS;
        let reason = match answer {
            Answer::Applied => {
                self.applied = true;
                let landed = self.has_landed(now.document);
                return if landed { Next::Landed } else { Next::WaitAtMost(Timeout::Report) };
            }
            Answer::Refused(_) if moved && self.target.is_none() => return Next::Stale,
            Answer::Refused(_) if moved && again => return self.ask(now),
            Answer::Refused(reason) => reason.unwrap_or_else(|| "it gave no reason".to_owned()),
            Answer::Failed(reason) => return Next::NotApplied(refusal(&reason)),
        };
        if moved || !again {
            return Next::NotApplied(refusal(&reason));
        }
        self.refused = Some(reason);
        Next::WaitAtMost(Timeout::Refusal)
    }

    /// Asks for the edit as the document is now.
    fn ask(&mut self, now: &mut Now<'_>) -> Next {
        self.due = now.document.is_pending();
        if self.due {
            return Next::Parse;
        }
        let Some(edit) = self.target.clone().filter(|_| self.place.is_some() && self.fits(now)) else {
            return Next::Stale;
        };
        self.attempt += 1;
        self.refused = None;
        self.version = now.document.version();
        self.expected = Some(now.document.rope_with(&edit));
        self.start = Some(edit.range.start);
        Next::Ask(edit)
    }

    /// Whether the edit replaces what its command may replace in the document as it is now: what stands around it decides
    /// that, too, and may have been changed since the turn's time came.
    fn fits(&self, now: &mut Now<'_>) -> bool {
        let (Some(prompt), Some(target)) = (&self.prompt, &self.target) else { return false };
        let turns = now.turns.get(now.document, now.records, now.options);
        let found = turns.covering(prompt);
        let decided = found.and_then(|found| turns::resolved(now.document, found.turn.clone(), self.replaces).ok());
        decided.is_some_and(|turn| turn.target.start == target.range.start && turn.target.len() == self.replaced)
    }

    fn has_moved(&self, document: &Document) -> bool {
        document.version() != self.version
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
    fn has_arrived(&self, document: &Document) -> bool {
        self.has_moved(document) && (self.is_there(document) || self.is_as_expected(document))
    }

    /// Whether it is over: the client says that it has applied the edit, and either the text is there, or the place has
    /// been changed, in which case the user was at work on the text before it was reported.
    fn has_landed(&self, document: &Document) -> bool {
        self.applied && (self.target.is_none() || self.has_arrived(document))
    }

    /// Why it is given up once the client has had its time.
    fn silence(&self) -> String {
        match (self.applied, &self.refused) {
            (_, Some(reason)) => refusal(reason),
            (true, None) => {
                "the editor said that it applied the program text, but has reported no change of the document"
                    .to_owned()
            }
            (false, None) => "the editor did not say whether it applied the program text".to_owned(),
        }
    }
}

fn refusal(reason: &str) -> String {
    format!("the editor did not apply the program text: {reason}")
}

#[cfg(test)]
mod tests;
