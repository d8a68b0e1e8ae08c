//! From the candidates of a turn to the code that is written for it.

use codegen_text::provenance::{Alternative, Alternatives, Provenance, TurnText};
use codegen_text::turns::{self, Insertion, Refusal};

use super::{Next, Now, Operation};
use crate::synthesis::answer::{Outcome, Sampled, Written};
use crate::synthesis::pending_edit::PendingEdit;
use crate::synthesis::plan;
use crate::synthesis::purpose::{Purpose, Which};
use crate::synthesis::step::{Phase, Selected, Step};

impl<W> Operation<W> {
    /// Continues once all candidates have ended.
    pub(super) fn candidates_ended(&mut self, now: &mut Now<'_>) -> Next {
        let Some(Step { phase: Phase::Generating(generating), .. }) = &self.step else { return Next::Wait };
        if !generating.parts.iter().all(|part| part.ended) {
            return Next::Wait;
        }
        if generating.parts.iter().any(|part| part.completion.is_some()) {
            return Next::Select;
        }
        if self.told.is_empty() {
            return self.over(Outcome::Cancelled);
        }
        now.records.failed(&generating.text, &self.told.join("; "));
        self.over(Outcome::Failed)
    }

    /// Writes the best candidate, or answers with all of them.
    pub(super) fn select(&mut self, selected: Selected, now: &mut Now<'_>) -> Next {
        let Selected { text, each, sampled, .. } = selected;
        if each.is_empty() {
            return self.wrote_nothing(&text, now);
        }
        if sampled > 1 {
            now.records.sampled(&text, each.clone());
        }
        if let Some(which) = self.purpose.which() {
            return match now.records.alternatives(&text) {
                Some(alternatives) => self.choose(&alternatives, which, now),
                None => self.wrote_nothing(&text, now),
            };
        }
        match self.purpose {
            Purpose::Candidates { .. } => {
                let insertion = self.step.as_ref().map(|step| turns::insertion(&step.snapshot, &step.turn));
                let replaces = match insertion {
                    Some(Insertion::Refuse(Refusal::OwnCode { lines })) => lines,
                    _ => 0,
                };
                self.alternatives = Some(Sampled { each, present: text.program, replaces });
                self.leaving = true;
                Next::Leave
            }
            Purpose::Regenerate { .. } => {
                // A user who asks for another text does not want the best one if that is the present one.
                let other = each.iter().position(|alternative| alternative.program != text.program);
                self.write(&text, each.get(other.unwrap_or(0)), now)
            }
            _ => self.write(&text, each.first(), now),
        }
    }

    fn wrote_nothing(&mut self, text: &TurnText, now: &mut Now<'_>) -> Next {
        self.notes.push(format!("the model wrote no code for {}", self.which()));
        now.records.failed(text, "the model wrote no code");
        self.leaving = true;
        Next::Leave
    }

    /// Writes one of the alternatives for the current turn.
    pub(super) fn choose(&mut self, alternatives: &Alternatives, which: Which, now: &mut Now<'_>) -> Next {
        let Some(text) = self.step.as_ref().map(|step| step.text.clone()) else { return Next::Wait };
        let place = which.place(alternatives, &text.program);
        let note = match place.map(|place| alternatives.each.get(place)) {
            Some(chosen) if chosen.is_none_or(|chosen| chosen.program != text.program) => {
                return self.write(&text, chosen, now);
            }
            Some(_) if alternatives.each.len() == 1 && !matches!(which, Which::Index(_)) => {
                "there is no other alternative".to_owned()
            }
            Some(_) => "this is the present code".to_owned(),
            None => {
                let mut known: Vec<usize> = alternatives.each.iter().map(|each| each.ranked.index).collect();
                known.sort_unstable();
                let known: Vec<String> = known.iter().map(usize::to_string).collect();
                format!("there is no such alternative; there are {}", known.join(", "))
            }
        };
        self.notes.push(note);
        self.over(Outcome::Nothing)
    }

    /// Writes an alternative; `text` is the current turn.
    fn write(&mut self, text: &TurnText, chosen: Option<&Alternative>, now: &mut Now<'_>) -> Next {
        let Some(chosen) = chosen else { return self.over(Outcome::Nothing) };
        let Some(document) = now.document else { return self.over(Outcome::Closed) };
        let (replaces, uri) = (self.replaces(), self.uri.clone());
        let Some(step) = self.step.as_mut() else { return Next::Wait };
        let completion = chosen.ranked.completion.clone();
        let Some(edit) = step.edit(&completion.text).filter(|_| step.prompt.is_some()) else {
            self.drop_turn();
            return self.next(now);
        };
        let score = chosen.ranked.score.clone();
        if let Some(raised) = &score.raised {
            let about = plan::first_line(&step.turn);
            self.notes.push(format!("run up to \"{about}\", the program fails: {raised}"));
        }
        let record = Provenance {
            turn: text.with_program(chosen.program.clone()),
            made: chosen.made.clone(),
            raised: score.raised.clone(),
        };
        let written = Written { prompt: step.turn.prompt.clone(), completion, score };
        if document.slice(edit.range.clone()) == edit.text {
            self.notes.push("the model wrote the same code again".to_owned());
            self.written.push(written);
            now.records.generated(record);
            self.leaving = true;
            return Next::Leave;
        }
        if !now.can_apply {
            self.written.push(written);
            self.notes.push("this editor cannot apply edits (workspace/applyEdit)".to_owned());
            return self.over(Outcome::NotApplied);
        }
        step.phase = Phase::Applying;
        match PendingEdit::new(uri, now.id, step, replaces, (record, written)) {
            Some(edit) => Next::Write(Box::new(edit)),
            None => self.next(now),
        }
    }
}
