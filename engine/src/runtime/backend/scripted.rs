//! A backend whose answers a test gives, for tests of everything around the model.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use codegen_core::{EngineError, TokenId};

use super::{Backend, BatchToken, Vocabulary};
use crate::model::Infill;
use crate::runtime::engine::Engine;
use crate::runtime::load::options::ModelInfo;

/// The token that ends the text; those below it are the bytes.
pub const END_OF_TEXT: TokenId = 256;

/// Gives the logits of what may follow a slot's whole sequence; those of all other tokens are zero.
pub type Next = Box<dyn FnMut(&[TokenId]) -> Vec<(TokenId, f32)> + Send>;

/// The logit of a token that is almost certain.
const CERTAIN: f32 = 10.0;

/// The properties and answers of a scripted model.
pub struct Script {
    /// Tokens of context of each slot.
    pub context: usize,
    /// Tokens of a batch.
    pub batch: usize,
    /// Requests decoded side by side.
    pub slots: usize,
    /// Returns what may follow a slot's whole sequence.
    pub next: Next,
    /// The gate that every batch must pass.
    pub gate: Option<Gate>,
    /// Whether what a slot holds can be cut and copied. Otherwise, as with a recurrent model, it can only be forgotten.
    pub divisible: bool,
    /// How many tokens may be guessed at a time.
    pub guesses: usize,
    /// The tokens with which it is shown the text behind a gap, which should be none of the bytes.
    pub infill: Option<Infill>,
}

impl Script {
    /// Returns a model with a context of 2,048 tokens, a batch of 256 and two slots. `next` gives the token that
    /// follows a slot's whole sequence, which is almost certain.
    pub fn new(mut next: impl FnMut(&[TokenId]) -> TokenId + Send + 'static) -> Self {
        Self::weighing(move |tokens| vec![(next(tokens), CERTAIN)])
    }

    /// The same model, for which several tokens may follow: `next` gives their logits, and those of all other tokens are
    /// zero.
    pub fn weighing(next: impl FnMut(&[TokenId]) -> Vec<(TokenId, f32)> + Send + 'static) -> Self {
        Self {
            context: 2048,
            batch: 256,
            slots: 2,
            next: Box::new(next),
            gate: None,
            divisible: true,
            guesses: 0,
            infill: None,
        }
    }

    /// Returns a model that continues a text that ends in the first of a pair with the second, and then ends. The
    /// longest match counts; a text without a match is ended at once.
    #[must_use]
    pub fn continuing(answers: Vec<(&str, &str)>) -> Self {
        let answers: Vec<(Vec<u8>, usize)> =
            answers.into_iter().map(|(suffix, rest)| ([suffix, rest].concat().into_bytes(), suffix.len())).collect();
        Self::new(move |tokens| {
            let text: Vec<u8> = tokens.iter().filter_map(|&token| u8::try_from(token).ok()).collect();
            let said = |(whole, suffix): &(Vec<u8>, usize)| {
                (*suffix..=whole.len()).rev().find(|&length| text.ends_with(&whole[..length]))
            };
            let best =
                answers.iter().filter_map(|answer| Some((said(answer)?, answer))).max_by_key(|(length, _)| *length);
            best.and_then(|(length, (whole, _))| whole.get(length)).map_or(END_OF_TEXT, |&byte| byte.into())
        })
    }

    /// Starts the engine.
    ///
    /// # Panics
    /// If no thread can be started.
    #[must_use]
    #[allow(clippy::expect_used)]
    pub fn engine(self) -> Engine {
        let info = ModelInfo {
            name: "scripted".into(),
            architecture: "scripted".into(),
            parameters: 0,
            bytes: 0,
            context_train: self.context,
            context: self.context,
            slots: self.slots,
            vocabulary: Bytes.len(),
            layers: 0,
            gpu_layers: 0,
            gpu_devices: Vec::new(),
            threads: 1,
            threads_chosen: false,
            adapter: None,
            infill: self.infill,
        };
        Engine::start(move || {
            let slots = vec![Vec::new(); self.slots];
            Ok((Scripted { script: self, slots, rows: HashMap::new() }, info))
        })
        .expect("the scripted backend cannot fail to start")
    }
}

/// Holds a scripted model up before every batch, so that a test decides what happens while one is computed. Open at
/// first.
#[derive(Clone, Default)]
pub struct Gate {
    state: Arc<(Mutex<GateState>, Condvar)>,
}

#[derive(Default)]
struct GateState {
    closed: bool,
    permits: usize,
    blocked: bool,
}

impl Gate {
    /// An open gate.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Holds up the batches from now on.
    pub fn close(&self) {
        self.change(|state| {
            state.closed = true;
            state.permits = 0;
        });
    }

    /// Lets everything through.
    pub fn open(&self) {
        self.change(|state| state.closed = false);
    }

    /// Lets `count` more batches through a closed gate.
    pub fn permit(&self, count: usize) {
        self.change(|state| state.permits += count);
    }

    /// Waits until the worker stands at the closed gate.
    pub fn wait_blocked(&self) {
        let mut state = self.lock();
        while !(state.blocked && state.closed && state.permits == 0) {
            state = self.state.1.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn pass(&self) {
        let mut state = self.lock();
        while state.closed && state.permits == 0 {
            state.blocked = true;
            self.state.1.notify_all();
            state = self.state.1.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.blocked = false;
        state.permits = state.permits.saturating_sub(1);
    }

    fn change(&self, change: impl FnOnce(&mut GateState)) {
        change(&mut self.lock());
        self.state.1.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, GateState> {
        self.state.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The 256 bytes and the token that ends the text.
struct Bytes;

impl Vocabulary for Bytes {
    fn tokenize(&self, text: &str) -> Vec<TokenId> {
        text.bytes().map(TokenId::from).collect()
    }

    fn token_bytes(&self, token: TokenId, out: &mut Vec<u8>) {
        out.extend(u8::try_from(token).ok());
    }

    fn is_end(&self, token: TokenId) -> bool {
        token == END_OF_TEXT
    }

    fn len(&self) -> usize {
        257
    }
}

struct Scripted {
    script: Script,
    slots: Vec<Vec<TokenId>>,
    /// Rows of logits, by index in the last batch.
    rows: HashMap<usize, Vec<f32>>,
}

impl Backend for Scripted {
    fn vocabulary(&self) -> Arc<dyn Vocabulary> {
        Arc::new(Bytes)
    }

    fn context(&self) -> usize {
        self.script.context
    }

    fn batch(&self) -> usize {
        self.script.batch
    }

    fn slots(&self) -> usize {
        self.script.slots
    }

    /// Stricter than llama.cpp: panics where llama.cpp would abort the process or silently give nonsense.
    fn decode(&mut self, batch: &[BatchToken]) -> Result<(), EngineError> {
        if let Some(gate) = &self.script.gate {
            gate.pass();
        }
        assert!(!batch.is_empty() && batch.len() <= self.script.batch, "a batch of {} tokens", batch.len());
        self.rows.clear();
        for (index, token) in batch.iter().enumerate() {
            let sequence = &mut self.slots[token.slot];
            assert_eq!(token.position, sequence.len(), "a gap in slot {}", token.slot);
            assert!(token.position < self.script.context, "slot {} is full", token.slot);
            sequence.push(token.token);
            if token.logits {
                let mut row = vec![0.0; Bytes.len()];
                for (token, logit) in (self.script.next)(sequence) {
                    if let Some(place) = usize::try_from(token).ok().and_then(|token| row.get_mut(token)) {
                        *place = logit;
                    }
                }
                self.rows.insert(index, row);
            }
        }
        Ok(())
    }

    fn guesses(&self) -> usize {
        self.script.guesses
    }

    fn logits(&mut self, index: usize) -> &[f32] {
        self.rows.get(&index).map_or(&[], Vec::as_slice)
    }

    fn truncate(&mut self, slot: usize, from: usize) -> bool {
        let all = from == 0 || from >= self.slots[slot].len();
        if self.script.divisible || all {
            self.slots[slot].truncate(from);
        }
        self.script.divisible || all
    }

    fn copy(&mut self, from: usize, to: usize, length: usize) -> bool {
        self.slots[to] = self.slots[from][..length].to_vec();
        self.script.divisible
    }
}
