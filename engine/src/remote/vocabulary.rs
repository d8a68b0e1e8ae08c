//! A vocabulary on this side of the border: the tokens' texts are here, and only tokenizing asks the other side.

use std::collections::HashMap;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use codegen_core::TokenId;
use serde::{Deserialize, Serialize};

use crate::runtime::Vocabulary;

/// The texts of all tokens, and what ends a text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Texts {
    /// The bytes of all tokens, one after the other.
    bytes: Vec<u8>,
    /// Where each token's end.
    ends: Vec<u32>,
    /// The tokens that end a text, ascending.
    last: Vec<TokenId>,
    end_of_text: Option<TokenId>,
}

impl Texts {
    pub fn of(vocabulary: &dyn Vocabulary) -> Self {
        let mut texts = Self { end_of_text: vocabulary.end_of_text(), ..Self::default() };
        for token in 0..TokenId::try_from(vocabulary.len()).unwrap_or(TokenId::MAX) {
            vocabulary.token_bytes(token, &mut texts.bytes);
            texts.ends.push(u32::try_from(texts.bytes.len()).unwrap_or(u32::MAX));
            if vocabulary.is_end(token) {
                texts.last.push(token);
            }
        }
        texts
    }

    /// A token's bytes; none for a token that there is not.
    fn get(&self, token: TokenId) -> &[u8] {
        let Ok(index) = usize::try_from(token) else { return &[] };
        let start = match index.checked_sub(1) {
            Some(before) => self.ends.get(before).copied(),
            None => Some(0),
        };
        let (Some(start), Some(end)) = (start, self.ends.get(index)) else { return &[] };
        self.bytes.get(start as usize..*end as usize).unwrap_or_default()
    }
}

/// The calls that wait for an answer.
#[derive(Default)]
pub(super) struct Calls(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    last: u64,
    /// Whether no answer will come any more.
    closed: bool,
    each: HashMap<u64, Sender<Vec<TokenId>>>,
}

impl Calls {
    /// A number for a call whose answer is given to `answer`; `None` if there will be none.
    fn open(&self, answer: Sender<Vec<TokenId>>) -> Option<u64> {
        let mut waiting = self.lock();
        if waiting.closed {
            return None;
        }
        waiting.last += 1;
        let call = waiting.last;
        waiting.each.insert(call, answer);
        Some(call)
    }

    /// Gives a call its answer.
    pub fn answer(&self, call: u64, tokens: Vec<TokenId>) {
        let answer = self.lock().each.remove(&call);
        if let Some(answer) = answer {
            // Who has asked waits for it.
            let _ = answer.send(tokens);
        }
    }

    /// Ends all calls without an answer, and all later ones.
    pub fn close(&self) {
        let mut waiting = self.lock();
        waiting.closed = true;
        waiting.each.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The vocabulary of an engine on the other side.
pub(super) struct RemoteVocabulary {
    pub texts: Texts,
    pub calls: Arc<Calls>,
    /// Sends a call's number and its text; false if nobody takes them.
    pub ask: Box<dyn Fn(u64, String) -> bool + Send + Sync>,
}

impl Vocabulary for RemoteVocabulary {
    /// No tokens once the other side is gone: requests then fail for that reason.
    fn tokenize(&self, text: &str) -> Vec<TokenId> {
        let (sender, answer) = channel();
        let Some(call) = self.calls.open(sender) else { return Vec::new() };
        if !(self.ask)(call, text.to_owned()) {
            return Vec::new();
        }
        answer.recv().unwrap_or_default()
    }

    fn token_bytes(&self, token: TokenId, out: &mut Vec<u8>) {
        out.extend_from_slice(self.texts.get(token));
    }

    fn is_end(&self, token: TokenId) -> bool {
        self.texts.last.binary_search(&token).is_ok()
    }

    fn end_of_text(&self) -> Option<TokenId> {
        self.texts.end_of_text
    }

    fn len(&self) -> usize {
        self.texts.ends.len()
    }
}
