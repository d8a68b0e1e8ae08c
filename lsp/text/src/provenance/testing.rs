//! Records for tests of this crate and of its users.

use codegen_core::{Completion, Sampling};

use super::{Alternative, GenerationInfo};
use crate::candidates::{Ranked, Score};
use crate::prompt::HistoryCut;

/// The information on a generation of `text`: one greedy token of a model named `m`.
#[must_use]
pub fn made(text: &str) -> GenerationInfo {
    GenerationInfo {
        model: "m".to_owned(),
        sampling: Sampling::GREEDY,
        max_tokens: 8,
        prompt: String::new(),
        history: HistoryCut::default(),
        completion: Completion { text: text.to_owned(), ..Completion::default() },
    }
}

/// The alternative numbered `index` among those that were sampled.
#[must_use]
pub fn alternative(index: usize, program: &str) -> Alternative {
    let made = made(program);
    let ranked = Ranked { index, completion: made.completion.clone(), score: Score::default(), copies: 1 };
    Alternative { program: program.to_owned(), ranked, made }
}
