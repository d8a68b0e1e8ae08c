//! The plain data that goes into the engine and comes out of it.

use crate::EngineError;

/// A token's index in the model's vocabulary.
pub type TokenId = i32;

/// What the model continues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prompt {
    /// Text, tokenized without a beginning-of-text token and without parsing special tokens.
    Text(String),
    /// Tokens, used as they are.
    Tokens(Vec<TokenId>),
}

/// How the next token is picked from the logits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// Divides the logits; zero means greedy: always the most likely token.
    pub temperature: f32,
    /// Keeps only the `k` most likely tokens; zero keeps all.
    pub top_k: usize,
    /// Keeps the smallest set of most likely tokens whose probabilities sum to at least this; 1 keeps all.
    pub top_p: f32,
    /// Seeds the random numbers: equal requests with equal seeds give equal tokens.
    pub seed: u64,
}

impl Sampling {
    /// Always the most likely token.
    pub const GREEDY: Self = Self { temperature: 0.0, top_k: 0, top_p: 1.0, seed: 0 };
}

/// Which request goes first when there are more than the engine can serve at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Benchmarks; nobody is waiting.
    Evaluation,
    /// Somebody asked for it and watches it stream.
    Synthesis,
    /// Somebody is typing.
    Inline,
}

/// What a request belongs to (a buffer, a turn): a later request with an equal key supersedes an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(pub String);

/// What happens to a prompt that does not fit the context together with the tokens to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overflow {
    /// The oldest tokens go, but for the first `keep`; see `decode::window`.
    Window {
        /// Tokens at the prompt's start that stay whatever happens.
        keep: usize,
    },
    /// The request fails with [`EngineError::PromptTooLong`].
    Refuse,
}

/// Decides, while text is generated, whether it ends.
///
/// The rule is called on the worker thread after every token with all the text generated so far (whole characters only)
/// and answers with the byte offset where the completion is cut, or `None` to go on. It must be quick, and must not
/// block. Rules that know a language's syntax live outside the engine.
pub trait StopRule: Send {
    /// The offset in `text` at which to cut, once the text has ended.
    fn cut(&mut self, text: &str) -> Option<usize>;
}

impl<F: FnMut(&str) -> Option<usize> + Send> StopRule for F {
    fn cut(&mut self, text: &str) -> Option<usize> {
        self(text)
    }
}

/// One piece of work for the engine.
pub struct Request {
    /// What the model continues.
    pub prompt: Prompt,
    /// At most this many tokens are generated. With 0 the prompt is read only if it is scored.
    pub max_tokens: usize,
    /// How tokens are picked.
    pub sampling: Sampling,
    /// Ends the completion; the end-of-text token always does.
    pub stop: Option<Box<dyn StopRule>>,
    /// Who goes first.
    pub priority: Priority,
    /// Supersedes earlier requests of an equal key.
    pub key: Option<Key>,
    /// What happens if the prompt does not fit.
    pub overflow: Overflow,
    /// Asks for the log-probabilities of the prompt's own tokens from this one on, counted from 0; `None` asks for none. The
    /// first token of all has none, since nothing comes before it. See [`Completion::prompt_logprobs`].
    ///
    /// A scored prompt is not cut: where [`Overflow::Window`] would drop tokens, the request is refused with
    /// [`EngineError::PromptTooLong`], because probabilities given another text than the one asked about mean nothing.
    pub score_from: Option<usize>,
    /// Takes nothing from the KV cache that earlier requests left there, and has each batch computed with all of
    /// the engine's threads (its `ModelInfo::threads`) whatever else the machine does, and so makes the result independent of both. See
    /// its `Engine::submit_candidates` for what else it depends on.
    pub fresh: bool,
}

impl Request {
    /// A greedy request of inline priority without stop rule or key, whose prompt is cut from the left if need be.
    #[must_use]
    pub fn new(prompt: Prompt, max_tokens: usize) -> Self {
        Self {
            prompt,
            max_tokens,
            sampling: Sampling::GREEDY,
            stop: None,
            priority: Priority::Inline,
            key: None,
            overflow: Overflow::Window { keep: 0 },
            score_from: None,
            fresh: false,
        }
    }
}

/// One prompt that is continued several times side by side: the prompt is read once, and every continuation starts from
/// the same KV cache.
pub struct Candidates {
    /// What the model continues.
    pub prompt: Prompt,
    /// At most this many tokens are generated for each.
    pub max_tokens: usize,
    /// Who goes first.
    pub priority: Priority,
    /// Supersedes earlier requests of an equal key, all candidates of such included.
    pub key: Option<Key>,
    /// What happens if the prompt does not fit.
    pub overflow: Overflow,
    /// As in [`Request::score_from`]; every continuation reports the same values.
    pub score_from: Option<usize>,
    /// As in [`Request::fresh`]; the continuations share the one prompt that they have read themselves.
    pub fresh: bool,
    /// One for each continuation.
    pub each: Vec<Candidate>,
}

/// What is of one continuation's own among [`Candidates`].
pub struct Candidate {
    /// How its tokens are picked; equal sampling gives equal texts, so the seeds should differ.
    pub sampling: Sampling,
    /// Ends it.
    pub stop: Option<Box<dyn StopRule>>,
}

impl Candidates {
    /// As many continuations as there are in `each`, of synthesis's priority and without a key. A prompt that does not fit loses
    /// its beginning, nothing is scored, and what the KV cache holds of the prompt is used.
    #[must_use]
    pub fn new(prompt: Prompt, max_tokens: usize, each: Vec<Candidate>) -> Self {
        Self {
            prompt,
            max_tokens,
            priority: Priority::Synthesis,
            key: None,
            overflow: Overflow::Window { keep: 0 },
            score_from: None,
            fresh: false,
            each,
        }
    }
}

/// Why a completion ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FinishReason {
    /// The model produced the end-of-text token.
    #[default]
    EndOfText,
    /// The request's stop rule cut the text.
    Stop,
    /// `max_tokens` were generated.
    MaxTokens,
    /// The request's handle was dropped or cancelled.
    Cancelled,
    /// A later request with an equal key took over.
    Superseded,
}

/// A finished completion. By default one of no tokens, that took no time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Completion {
    /// The text, cut where the stop rule said.
    pub text: String,
    /// Why it ended.
    pub reason: FinishReason,
    /// Tokens in the prompt, after the window was applied.
    pub prompt_tokens: usize,
    /// Of those, how many were taken from the KV cache of an earlier request.
    pub reused_tokens: usize,
    /// Of the original prompt, how many tokens the window dropped.
    pub dropped_tokens: usize,
    /// Tokens generated.
    pub generated_tokens: usize,
    /// Mean natural-log probability, at temperature 1, of the generated tokens; zero if there are none.
    pub mean_logprob: f32,
    /// Natural-log probabilities at temperature 1 of the prompt's tokens, each given all before it: those from
    /// [`Request::score_from`] on, without the prompt's first. Empty if none were asked for, or if the request was ended
    /// before its prompt was read.
    pub prompt_logprobs: Vec<f32>,
    /// From the start of the prompt's processing to the first generated token.
    pub prefill: std::time::Duration,
    /// From the first generated token to the last.
    pub decode: std::time::Duration,
}

/// What a generation reports. Exactly one `Done` or `Failed` comes, and it comes last.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A token was generated.
    Token {
        /// The token.
        id: TokenId,
        /// The characters that this token completes; empty while a character is incomplete.
        text: String,
        /// Natural-log probability of the token at temperature 1.
        logprob: f32,
    },
    /// The completion is finished.
    Done(Completion),
    /// The request could not be served.
    Failed(EngineError),
}
