//! Plain data: the engine's requests and results.

use crate::{Beginning, EngineError};

/// A token's index in the model's vocabulary.
pub type TokenId = i32;

/// The input that the model continues.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Prompt {
    /// Text, tokenized without a beginning-of-text token and without parsing special tokens.
    Text(String),
    /// Tokens, used as they are.
    Tokens(Vec<TokenId>),
}

/// How the next token is chosen from the logits.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Sampling {
    /// Divides the logits; zero means greedy decoding: always the most likely token.
    pub temperature: f32,
    /// Keeps only the `k` most likely tokens; zero keeps all.
    pub top_k: usize,
    /// Keeps the smallest set of most likely tokens whose probabilities sum to at least this value; 1 keeps all.
    pub top_p: f32,
    /// Seeds the random numbers: equal requests with equal seeds give equal tokens.
    pub seed: u64,
}

impl Sampling {
    /// Always chooses the most likely token.
    pub const GREEDY: Self = Self { temperature: 0.0, top_k: 0, top_p: 1.0, seed: 0 };
}

/// The order in which requests are served when there are more than the engine has slots for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Priority {
    /// A completion that nobody has asked for yet, but is likely to.
    Ahead,
    /// A benchmark; no user is waiting.
    Evaluation,
    /// A synthesis that the user asked for and watches as it streams.
    Synthesis,
    /// A completion while the user is typing.
    Inline,
}

/// The identity of a request's purpose (a buffer, a turn): a later request with an equal key supersedes an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(pub String);

/// The treatment of a prompt that does not fit the context together with the tokens to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Overflow {
    /// Drops the oldest tokens after the first `keep`; see `decode::window`.
    Window {
        /// Number of tokens at the prompt's start that are never dropped.
        keep: usize,
    },
    /// The request fails with [`EngineError::PromptTooLong`].
    Refuse,
}

/// Decides, while text is generated, whether it ends.
///
/// The worker thread calls the rule after every token with all the text generated so far (whole characters only). The
/// rule returns the byte offset where the completion is cut, or `None` to go on. It must be quick and must not block.
/// Rules that know a language's syntax live outside the engine.
pub trait StopRule: Send {
    /// Returns the offset in `text` at which to cut, or `None` while the text has not ended.
    fn cut(&mut self, text: &str) -> Option<usize>;
}

impl<F: FnMut(&str) -> Option<usize> + Send> StopRule for F {
    fn cut(&mut self, text: &str) -> Option<usize> {
        self(text)
    }
}

/// One piece of work for the engine.
pub struct Request {
    /// The input that the model continues.
    pub prompt: Prompt,
    /// Maximum number of tokens to generate. With 0, the prompt is read only if it is scored.
    pub max_tokens: usize,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// What the completion has to begin with, if anything. Its tokens are chosen among those that can lead there.
    pub begin: Option<Beginning>,
    /// Ends the completion, in addition to the end-of-text token.
    pub stop: Option<Box<dyn StopRule>>,
    /// The request's place among those that wait.
    pub priority: Priority,
    /// Supersedes earlier requests with an equal key.
    pub key: Option<Key>,
    /// The treatment of a prompt that does not fit.
    pub overflow: Overflow,
    /// Asks for the log-probabilities of the prompt's own tokens from this index on, counted from 0; `None` asks for
    /// none. The prompt's first token has none, since nothing comes before it. See [`Completion::prompt_logprobs`].
    ///
    /// A scored prompt is not cut: where [`Overflow::Window`] would drop tokens, the request fails with
    /// [`EngineError::PromptTooLong`], because probabilities given a different text would be meaningless.
    pub score_from: Option<usize>,
    /// Makes the result independent of earlier requests and of the machine's load: the request reuses nothing from the
    /// KV cache, and every batch is computed with all of the engine's threads (its `ModelInfo::threads`). See its
    /// `Engine::submit_candidates` for what else the result depends on.
    pub fresh: bool,
}

impl Request {
    /// Returns a greedy request of inline priority without stop rule or key; a prompt that does not fit is cut from the
    /// left.
    #[must_use]
    pub fn new(prompt: Prompt, max_tokens: usize) -> Self {
        Self {
            prompt,
            max_tokens,
            sampling: Sampling::GREEDY,
            begin: None,
            stop: None,
            priority: Priority::Inline,
            key: None,
            overflow: Overflow::Window { keep: 0 },
            score_from: None,
            fresh: false,
        }
    }
}

/// One prompt that is continued several times in parallel: the prompt is read once, and every continuation starts from
/// the same KV cache.
pub struct Candidates {
    /// The input that the model continues.
    pub prompt: Prompt,
    /// Maximum number of tokens to generate for each continuation.
    pub max_tokens: usize,
    /// The candidates' place among the requests that wait.
    pub priority: Priority,
    /// Supersedes earlier requests with an equal key, including all candidates of such a request.
    pub key: Option<Key>,
    /// The treatment of a prompt that does not fit.
    pub overflow: Overflow,
    /// As [`Request::score_from`]; every continuation reports the same values.
    pub score_from: Option<usize>,
    /// As [`Request::fresh`]; the continuations still share the prompt, which is read once for all of them.
    pub fresh: bool,
    /// One entry for each continuation.
    pub each: Vec<Candidate>,
}

/// The settings of one continuation among [`Candidates`].
pub struct Candidate {
    /// How its tokens are chosen; equal sampling gives equal texts, so the seeds should differ.
    pub sampling: Sampling,
    /// What the continuation has to begin with, if anything.
    pub begin: Option<Beginning>,
    /// Ends the continuation, in addition to the end-of-text token.
    pub stop: Option<Box<dyn StopRule>>,
}

impl Candidates {
    /// Returns as many continuations as `each` has entries, with synthesis priority and without a key. A prompt that
    /// does not fit is cut from the left, nothing is scored, and tokens of the prompt that the KV cache holds are
    /// reused.
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

/// The reason why a completion ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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

/// A generated token, and how likely it was.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ScoredToken {
    /// The byte offset in the text behind the characters that it completes.
    pub end: usize,
    /// Its natural-log probability at temperature 1. Where the text had to begin with something, the probability is among
    /// the tokens that agree with what was given of it, not among those that were allowed.
    pub logprob: f32,
}

/// A finished completion. The default has no tokens and took no time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Completion {
    /// The text, cut where the stop rule decided.
    pub text: String,
    /// The reason why it ended.
    pub reason: FinishReason,
    /// Number of tokens in the prompt after the window was applied.
    pub prompt_tokens: usize,
    /// Number of those that were reused from the KV cache of an earlier request.
    pub reused_tokens: usize,
    /// Number of tokens of the original prompt that the window dropped.
    pub dropped_tokens: usize,
    /// Number of tokens generated.
    pub generated_tokens: usize,
    /// Mean natural-log probability of the generated tokens at temperature 1; zero if there are none.
    pub mean_logprob: f32,
    /// The generated tokens, in order: of the text before it was cut.
    pub tokens: Vec<ScoredToken>,
    /// Natural-log probabilities, at temperature 1, of the prompt's tokens, each given all tokens before it: those from
    /// [`Request::score_from`] on, without the prompt's first. Empty if none were asked for, or if the request ended
    /// before its prompt was read.
    pub prompt_logprobs: Vec<f32>,
    /// Time from the start of the prompt's processing to the first generated token.
    pub prefill: std::time::Duration,
    /// Time from the first generated token to the last.
    pub decode: std::time::Duration,
}

/// A report of a generation in progress. Exactly one `Done` or `Failed` is sent, as the last event.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A token was generated.
    Token {
        /// The token's index in the vocabulary.
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
