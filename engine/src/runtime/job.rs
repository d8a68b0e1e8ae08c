//! A request on the worker's side.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use codegen_core::{Beginning, EngineError, FinishReason, Overflow, Priority, Prompt, StopRule, TokenId};

use super::backend::Vocabulary;
use super::scores::PromptScores;
use super::slots::Wanted;
use super::submission::{Continuation, Submission};
use super::ticket::{Shared, Ticket};
use crate::decode::constrain::{self, TokenTable};
use crate::decode::lookup::{self, Pace};
use crate::decode::sampling::{Sampled, Sampler};
use crate::decode::text::TextDecoder;
use crate::decode::window;

/// A request that is waiting, running or paused.
pub(super) struct Job {
    pub ticket: Arc<Ticket>,
    pub priority: Priority,
    /// The same for all candidates of one submission, and for no other job.
    pub group: u64,
    /// How many tokens at the start of `sequence` the candidates of the group have in common; zero if it is alone.
    pub common: usize,
    /// The window of the prompt, and what has been generated: what the KV cache has to hold for the next token.
    pub sequence: Vec<TokenId>,
    /// How many of `sequence` the slot's cache holds; fewer than all while the job is not finished.
    pub fed: usize,
    /// The slot where it runs; `None` while it waits for its first slot, or for another one after it gave one up.
    pub slot: Option<usize>,
    sampler: Sampler,
    /// The scores of the prompt's tokens, if they are wanted: one for all candidates of a group.
    pub scores: Option<Rc<RefCell<PromptScores>>>,
    /// Whether its prompt's processing has begun.
    pub begun: bool,
    /// Whether its result must be independent of what ran before and of the machine's load.
    pub fresh: bool,
    /// What the text has to begin with, until it does.
    begin: Option<Beginning>,
    /// The bytes of the tokens so far, while `begin` needs them.
    bytes: Vec<u8>,
    stop: Option<Box<dyn StopRule>>,
    /// What its slot held before behind the tokens that it has reused: what an earlier request said here.
    pub earlier: Vec<TokenId>,
    pace: Pace,
    decoder: TextDecoder,
    text: String,
    generated: usize,
    max_tokens: usize,
    keep: usize,
}

/// The backend's properties that decide whether a request is accepted.
pub(super) struct Limits<'a> {
    pub vocabulary: &'a dyn Vocabulary,
    pub context: usize,
}

impl Job {
    /// Tokenizes the prompt, applies the window, and makes a job of every continuation. A continuation with nothing to
    /// do gets no job; its ticket has then been ended.
    pub fn admit(submission: Submission, limits: &Limits<'_>, shared: &Shared) -> Vec<Self> {
        let Submission { prompt, max_tokens, priority, overflow, score_from, fresh, each } = submission;
        let something = max_tokens > 0 || score_from.is_some();
        let open: Vec<_> = each.into_iter().filter_map(|continuation| continuation.open(something, shared)).collect();
        let Some((Continuation { ticket, .. }, _)) = open.first() else { return Vec::new() };
        let group = ticket.id();
        let Prepared { sequence, keep, dropped } =
            match prompt_tokens(prompt, max_tokens, overflow, score_from.is_some(), limits) {
                Ok(prepared) => prepared,
                Err(error) => {
                    for (Continuation { ticket, .. }, _) in open {
                        shared.fail(&ticket, error.clone());
                    }
                    return Vec::new();
                }
            };
        let common = if open.len() > 1 { sequence.len() } else { 0 };
        let scores = score_from.map(|from| Rc::new(RefCell::new(PromptScores::new(from, sequence.len()))));
        let job = |(Continuation { ticket, candidate }, sampler)| {
            ticket.update(|progress| {
                progress.prompt_tokens = sequence.len();
                progress.dropped_tokens = dropped;
            });
            Self {
                ticket,
                priority,
                group,
                common,
                sequence: sequence.clone(),
                fed: 0,
                slot: None,
                sampler,
                scores: scores.clone(),
                begun: false,
                begin: candidate.begin,
                bytes: Vec::new(),
                stop: candidate.stop,
                earlier: Vec::new(),
                pace: Pace::default(),
                decoder: TextDecoder::default(),
                text: String::new(),
                generated: 0,
                max_tokens,
                keep,
                fresh,
            }
        };
        open.into_iter().map(job).collect()
    }

    /// Picks the next token. `table` gives the vocabulary's tokens. `None` if the logits hold no numbers, or no token can
    /// follow.
    pub fn sample<'t>(&mut self, logits: &[f32], table: impl FnOnce() -> &'t TokenTable) -> Option<Sampled> {
        match &self.begin {
            Some(begin) => constrain::sample(&mut self.sampler, begin, &self.bytes, table(), logits),
            None => self.sampler.sample(logits),
        }
    }

    /// Takes the token that was picked. Ends the ticket if that was the last.
    pub fn accept(&mut self, sampled: Sampled, limits: &Limits<'_>, shared: &Shared) {
        shared.counters.generated_tokens.fetch_add(1, Ordering::Relaxed);
        if limits.vocabulary.is_end(sampled.token) {
            shared.stop(&self.ticket, FinishReason::EndOfText);
            return;
        }
        self.sequence.push(sampled.token);
        self.generated += 1;
        let mut bytes = Vec::new();
        limits.vocabulary.token_bytes(sampled.token, &mut bytes);
        if let Some(begin) = &self.begin {
            self.bytes.extend_from_slice(&bytes);
            if begin.is_met(&self.bytes) {
                self.begin = None;
            }
        }
        let before = self.text.len();
        self.decoder.push(&bytes, &mut self.text);
        self.ticket.token(sampled.token, self.text[before..].to_owned(), sampled.logprob);
        if let Some(cut) = self.stop.as_mut().and_then(|rule| rule.cut(&self.text)) {
            shared.stop_at(&self.ticket, cut, FinishReason::Stop);
        } else if self.generated >= self.max_tokens {
            shared.stop(&self.ticket, FinishReason::MaxTokens);
        }
    }

    /// Guesses the tokens behind its sequence, `most` at most, of which none makes it too long.
    pub fn guess(&mut self, most: usize, context: usize) -> Vec<TokenId> {
        // Of a prompt that is read in parts only the last part has something behind it.
        if self.fresh || self.fed + 1 != self.sequence.len() {
            return Vec::new();
        }
        let left = self.max_tokens.saturating_sub(self.generated).min(context.saturating_sub(self.sequence.len()));
        // The token behind the last one guessed is computed, too.
        let most = most.min(left.saturating_sub(1));
        lookup::guess(&self.sequence, &self.earlier, self.pace.allowed().min(most))
    }

    /// Learns how many of the tokens that it has guessed were right.
    pub fn learn(&mut self, guessed: usize, right: usize) {
        self.pace.learn(guessed, right);
    }

    /// Returns the job's needs of the cache.
    pub fn wanted(&self) -> Wanted<'_> {
        let scored = self.scores.as_ref().and_then(|scores| scores.borrow().next());
        Wanted {
            sequence: &self.sequence,
            common: self.common,
            most: scored.unwrap_or(usize::MAX),
            group: self.group,
            fresh: self.fresh,
        }
    }

    /// Whether its logits at a position are wanted: at the end, or for the score of the token behind.
    pub fn wants_logits(&self, position: usize) -> bool {
        let scored = || self.scores.as_ref().is_some_and(|scores| scores.borrow().want(position));
        position + 1 == self.sequence.len() || scored()
    }

    /// How many of the next `tokens` fit a batch that has room for so many `rows` of scores, which it takes.
    pub fn within(&self, tokens: usize, rows: &mut usize) -> usize {
        let Some(next) = self.scores.as_ref().and_then(|scores| scores.borrow().next()) else { return tokens };
        let unscored = tokens.min(next.saturating_sub(self.fed));
        let scored = (tokens - unscored).min(*rows);
        *rows -= scored;
        unscored + scored
    }

    /// Takes the logits at a position if they give the prompt's next score. False if they hold no numbers.
    pub fn score<'a>(&self, position: usize, logits: impl FnOnce() -> &'a [f32]) -> bool {
        let (Some(scores), Some(&token)) = (&self.scores, self.sequence.get(position + 1)) else { return true };
        let mut scores = scores.borrow_mut();
        scores.next() != Some(position) || scores.take(token, logits())
    }

    /// Reports the prompt's scores once it has been read. Ends the ticket if nothing else was asked for.
    pub fn read(&self, shared: &Shared) {
        if let Some(scores) = &self.scores {
            let logprobs = scores.borrow().logprobs().to_vec();
            self.ticket.update(|progress| progress.prompt_logprobs = logprobs);
        }
        if self.max_tokens == 0 {
            shared.stop(&self.ticket, FinishReason::MaxTokens);
        }
    }

    /// Whether the prompt has been read, by this job or by another candidate for it.
    pub fn generating(&self) -> bool {
        self.generated > 0
    }

    /// Notes that its prompt's processing has begun, with so many of the prompt's tokens found in the cache.
    pub fn reuses(&mut self, tokens: usize, shared: &Shared) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        shared.counters.reused_tokens.fetch_add(tokens as u64, Ordering::Relaxed);
        self.ticket.update(|progress| progress.reused_tokens = tokens);
    }

    /// Whether it is just now bringing what its group has in common into a slot's cache.
    pub fn reads_common(&self) -> bool {
        self.slot.is_some() && self.fed < self.common
    }

    /// Makes room if the sequence has outgrown the context. Returns how many tokens of it are still in their place.
    pub fn slide(&mut self, context: usize) -> Option<usize> {
        if self.sequence.len() <= context {
            return None;
        }
        let window = window::fit(self.sequence.len(), self.keep, 0, context);
        window.apply(&mut self.sequence);
        self.common = self.common.min(window.keep);
        Some(window.keep)
    }
}

impl Continuation {
    /// Its sampler, unless there is nothing to do; the ticket has then been ended.
    fn open(self, something: bool, shared: &Shared) -> Option<(Self, Sampler)> {
        if self.ticket.ended() {
            return None;
        }
        if !something {
            shared.stop(&self.ticket, FinishReason::MaxTokens);
            return None;
        }
        match Sampler::new(self.candidate.sampling) {
            Ok(sampler) => Some((self, sampler)),
            Err(error) => {
                shared.fail(&self.ticket, error);
                None
            }
        }
    }
}

struct Prepared {
    sequence: Vec<TokenId>,
    keep: usize,
    dropped: usize,
}

fn prompt_tokens(
    prompt: Prompt,
    max_tokens: usize,
    overflow: Overflow,
    scored: bool,
    limits: &Limits<'_>,
) -> Result<Prepared, EngineError> {
    let mut sequence = match prompt {
        Prompt::Text(text) => limits.vocabulary.tokenize(&text),
        Prompt::Tokens(tokens) => tokens,
    };
    if sequence.is_empty() {
        // A model that was trained on documents with this token between them takes it for the start of one.
        sequence.push(limits.vocabulary.end_of_text().ok_or(EngineError::EmptyPrompt)?);
    }
    let size = limits.vocabulary.len();
    if let Some(bad) = sequence.iter().find(|&&token| usize::try_from(token).map_or(true, |token| token >= size)) {
        let reason = format!("the prompt has the token {bad}, but the vocabulary's tokens are 0 to {}", size - 1);
        return Err(EngineError::Decode { reason });
    }
    let tokens = sequence.len();
    match overflow {
        Overflow::Refuse if tokens.saturating_add(max_tokens) > limits.context => {
            Err(EngineError::PromptTooLong { tokens, max_tokens, limit: limits.context })
        }
        Overflow::Refuse => Ok(Prepared { sequence, keep: 0, dropped: 0 }),
        Overflow::Window { keep } => {
            let reserve = window::reserve(max_tokens, limits.context);
            let window = window::fit(tokens, keep, reserve, limits.context);
            if scored && window.dropped() > 0 {
                return Err(EngineError::PromptTooLong { tokens, max_tokens: reserve, limit: limits.context });
            }
            window.apply(&mut sequence);
            Ok(Prepared { sequence, keep, dropped: window.dropped() })
        }
    }
}
