//! A suggestion being generated.

use codegen_core::ScoredToken;

use super::Entry;
use super::through::TypedThrough;
use crate::completion::confidence::{self, Ceiling};
use crate::completion::here::{Here, is_closer};
use crate::completion::raw::RawCompletion;
use crate::completion::{Kind, shown_lines};
use crate::turns;

/// A suggestion being generated, and who waits for it.
#[derive(Debug)]
pub(super) struct Flight<W> {
    pub id: u64,
    /// Where the model's text begins.
    pub place: Here,
    /// What the user has typed since it was asked for: of `accepted` first, then of what is generated.
    pub through: TypedThrough,
    /// The text that the user has to accept first, for a generation that is prepared.
    pub accepted: String,
    /// Whether nobody has asked for it yet.
    pub ahead: bool,
    /// Whether it was begun before anybody asked.
    pub prepared: bool,
    /// The text before the cursor that the generation repeats.
    pub held: String,
    pub kind: Option<Kind>,
    /// What the probability of its parts depends on, and the least with which they are shown.
    pub ceiling: Option<(Ceiling, f32)>,
    streamed: String,
    tokens: Vec<ScoredToken>,
    /// Where the latest request asked, and for what.
    pub asked: Here,
    pub entry: Option<Entry>,
    pub waiting: Option<W>,
    /// Whether the document is still as it was when `waiting` asked.
    pub fresh: bool,
    /// Whether `waiting` has waited long enough for the whole of it.
    pub impatient: bool,
}

impl<W> Flight<W> {
    /// A generation that `waiting` asks for.
    pub fn new(id: u64, here: Here, entry: Option<Entry>, waiting: W) -> Self {
        let through = TypedThrough::new(&here);
        Self { entry, waiting: Some(waiting), ahead: false, prepared: false, ..Self::ahead(id, here, through, "") }
    }

    /// A generation for the place that is reached when `accepted` has been typed behind `through`.
    pub fn ahead(id: u64, place: Here, through: TypedThrough, accepted: &str) -> Self {
        Self {
            id,
            through,
            accepted: accepted.to_owned(),
            ahead: true,
            prepared: true,
            held: String::new(),
            kind: None,
            ceiling: None,
            streamed: String::new(),
            tokens: Vec::new(),
            asked: place.clone(),
            place,
            entry: None,
            waiting: None,
            fresh: true,
            impatient: false,
        }
    }

    /// Takes in the next piece of text.
    pub fn push(&mut self, text: &str, logprob: f32) {
        self.streamed.push_str(text);
        self.tokens.push(ScoredToken { end: self.streamed.len(), logprob });
    }

    /// What has been typed of the generation up to `offset`, if it begins before.
    fn typed(&self, offset: usize) -> Option<&str> {
        self.through.typed_to(offset)?.strip_prefix(self.accepted.as_str())
    }

    /// Whether the user is at `offset` where it was asked for, or behind, and it can still turn out to be what was typed.
    /// What is prepared is not worth waiting for on mere suspicion: there it has to be what was typed already.
    pub fn answers(&self, offset: usize) -> bool {
        let Some(typed) = self.typed(offset) else { return false };
        let said = || self.rest().starts_with(&*self.through.place.to_model(typed));
        self.agrees() && (!self.ahead || typed.is_empty() || said())
    }

    /// Whether what was typed can still turn out to be what the model writes. Closers at the end of that may be the
    /// editor's.
    pub fn agrees(&self) -> bool {
        let (typed, accepted) = (self.through.typed(), self.accepted.as_str());
        let sure = typed.trim_end_matches(is_closer);
        if !accepted.is_empty() && (accepted.starts_with(sure) || accepted.starts_with(typed)) {
            return true;
        }
        let Some(sure) = sure.strip_prefix(accepted).or(typed.strip_prefix(accepted).map(|_| "")) else { return false };
        if self.held.starts_with(self.streamed.as_str()) {
            return true;
        }
        let (typed, rest) = (self.through.place.to_model(sure), self.rest());
        rest.starts_with(&*typed) || typed.starts_with(rest)
    }

    /// What has been generated behind what is held.
    fn rest(&self) -> &str {
        self.streamed.strip_prefix(self.held.as_str()).unwrap_or(&self.streamed)
    }

    /// Whether it may become what a request for `entry` asks for: one that was asked for the same does.
    pub fn may_become(&self, entry: Option<&Entry>) -> bool {
        entry.is_none() || self.entry.as_ref() == entry
    }

    /// Makes it the answer to a request. Returns who has asked before.
    pub fn join(&mut self, here: Here, entry: Option<Entry>, waiting: W) -> Option<W> {
        (self.asked, self.entry, self.fresh) = (here, entry, true);
        (self.ahead, self.impatient) = (false, false);
        self.waiting.replace(waiting)
    }

    /// What has been generated for the place where it was asked for, if nothing that has more of it can be shown.
    pub fn settled(&self) -> Option<RawCompletion> {
        let (ceiling, least) = self.ceiling.filter(|_| self.entry.is_none() && self.asked.is(&self.place))?;
        let (kind, text) = (self.kind.clone()?, self.streamed.strip_prefix(self.held.as_str())?);
        let tokens = confidence::token_scores(&self.streamed, self.held.len(), &self.tokens);
        // How likely a line end is says nothing of the line that it ends.
        let solid =
            |index: usize| tokens.len().checked_sub(index).and_then(|at| tokens.get(at)).map_or(0, |one| one.solid);
        if solid(1) == solid(2) {
            return None;
        }
        let raw = RawCompletion { text: text.to_owned(), kind, tokens, unfinished: true };
        ceiling.is_below(least, text, &raw.tokens).then_some(raw)
    }

    /// What can be shown before the generation is finished: the lines of a block that are complete, as far as they are
    /// not left open.
    pub fn lines(&self) -> Option<RawCompletion> {
        let kind = self.kind.clone().filter(|kind| *kind != Kind::Line)?;
        let text = self.streamed.strip_prefix(self.held.as_str())?;
        let complete = &text[..=text.rfind('\n')?];
        let column = self.through.place.column().unwrap_or_default();
        let shown = shown_lines(complete, column)?;
        let typed = self.through.place.to_model(self.typed(self.asked.offset)?);
        let rest = shown.strip_prefix(&*typed)?;
        if !turns::says_something(rest) || !Entry::allows(self.entry.as_ref(), rest) {
            return None;
        }
        let tokens = confidence::token_scores(&self.streamed, self.held.len(), &self.tokens);
        let whole = RawCompletion { text: shown.to_owned(), kind, tokens, unfinished: true };
        Some(whole.last(rest.len()))
    }
}
