//! Runs one sample through the turns of its dialogue.

use std::rc::Rc;

use codegen_core::{Candidate, Completion, EngineError, FinishReason, Sampling};
use codegen_engine::Generation;

use super::prompt::{self, Fitting, TooLong};
use super::{Opening, Sampler, Wanted, seeds};
use crate::dialogue::Task;
use crate::record::{Sample, Turn};

/// The state of one sample.
pub(super) struct Speaker<'e> {
    sampler: Sampler<'e>,
    wanted: Wanted<'e>,
    seed: u64,
}

impl<'e> Speaker<'e> {
    pub(super) fn new(sampler: Sampler<'e>, wanted: Wanted<'e>) -> Self {
        let Task { problem, input, .. } = wanted.task;
        let seed = seeds::of_sample(sampler.plan.seed, problem, *input, wanted.sample);
        Self { sampler, wanted, seed }
    }

    /// Runs all turns; the first has been submitted together with those of other samples, unless its prompt is too
    /// long.
    pub(super) async fn speak(
        self,
        opening: Rc<Opening>,
        mut first: Option<Generation>,
    ) -> Result<Sample, EngineError> {
        let dialogue = &*self.wanted.task.dialogue;
        let (mut texts, mut turns) = (Vec::new(), Vec::new());
        for number in 0..dialogue.turns() {
            let turn = match first.take() {
                Some(generation) => self.first(&opening, generation).await?,
                None => match &opening.prompt {
                    Err(too_long) if number == 0 => return Ok(self.left_out(turns, *too_long)),
                    _ => match prompt::fit(self.sampler.engine, &dialogue.shown(&texts)) {
                        Err(too_long) => return Ok(self.left_out(turns, too_long)),
                        Ok(prompt) => self.later(number, &prompt).await?,
                    },
                },
            };
            texts.push(turn.text.clone());
            turns.push(turn);
        }
        let program = dialogue.program(&texts);
        Ok(self.sample(turns, program, None))
    }

    /// Runs the first turn, which has been submitted together with those of other samples.
    async fn first(&self, opening: &Opening, generation: Generation) -> Result<Turn, EngineError> {
        let completion = generation.finish().await?;
        let measured = prompt::perplexity(&completion.prompt_logprobs);
        let perplexity = match self.sampler.plan {
            plan if !plan.perplexity => None,
            plan if plan.reproducible => measured,
            _ => *opening.perplexity.get_or_init(|| measured),
        };
        let limit = opening.prompt.as_ref().map_or(0, |prompt| prompt.limit);
        turn(completion, limit, perplexity)
    }

    async fn later(&self, number: usize, prompt: &Fitting) -> Result<Turn, EngineError> {
        let candidates = self.sampler.candidates(prompt, true, vec![self.candidate(number)]);
        let mut generations = self.sampler.engine.submit_candidates(candidates);
        let Some(generation) = generations.pop() else { return Err(unanswered()) };
        let completion = generation.finish().await?;
        let perplexity = prompt::perplexity(&completion.prompt_logprobs);
        turn(completion, prompt.limit, perplexity)
    }

    /// Returns the sampling of a turn.
    pub(super) fn candidate(&self, turn: usize) -> Candidate {
        let Task { temperature, dialogue, .. } = self.wanted.task;
        let seed = seeds::of_turn(self.seed, turn);
        let sampling = Sampling { temperature: *temperature, top_k: 0, top_p: self.sampler.plan.top_p, seed };
        Candidate { sampling, begin: None, stop: Some(dialogue.stop_sequences().rule()) }
    }

    fn left_out(&self, turns: Vec<Turn>, too_long: TooLong) -> Sample {
        let (line, number) = (self.wanted.task.line, turns.len() + 1);
        let TooLong { tokens, context } = too_long;
        let reason = format!(
            "line {line}: turn {number} shows the model {tokens} tokens, which leaves no room in its context of {context}"
        );
        self.sample(turns, String::new(), Some(reason))
    }

    fn sample(&self, turns: Vec<Turn>, program: String, left_out: Option<String>) -> Sample {
        Sample { key: self.wanted.key(), line: self.wanted.task.line, seed: self.seed, turns, program, left_out }
    }
}

fn turn(completion: Completion, limit: usize, perplexity: Option<f64>) -> Result<Turn, EngineError> {
    let ended = match completion.reason {
        FinishReason::EndOfText => "end of text",
        FinishReason::Stop => "stop",
        FinishReason::MaxTokens => "limit",
        // No other code holds the generation's handle, and the request has no key.
        FinishReason::Cancelled | FinishReason::Superseded => return Err(unanswered()),
    };
    Ok(Turn {
        text: completion.text,
        prompt_tokens: completion.prompt_tokens,
        reused_tokens: completion.reused_tokens,
        generated_tokens: completion.generated_tokens,
        limit,
        ended: ended.to_owned(),
        perplexity,
    })
}

fn unanswered() -> EngineError {
    EngineError::WorkerDied { reason: "a sample was given up".to_owned() }
}
