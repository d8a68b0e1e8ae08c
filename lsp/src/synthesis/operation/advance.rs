//! Decides what is to be done next for a command, and starts its turns.

use codegen_text::document::Document;
use codegen_text::provenance::{self, TurnText};
use codegen_text::turns::{self, Refusal, Turn};

use super::{Model, News, Next, Now, Operation, Progress};
use crate::synthesis::answer::Outcome;
use crate::synthesis::plan;
use crate::synthesis::purpose::Purpose;
use crate::synthesis::step::Step;

impl<W> Operation<W> {
    /// The next action, by everything that was recorded.
    pub fn next(&mut self, now: &mut Now<'_>) -> Next {
        if let Some(outcome) = self.ending {
            return Next::End(outcome);
        }
        if std::mem::take(&mut self.announce) {
            return Next::Announce;
        }
        if self.leaving {
            return Next::Leave;
        }
        if self.step.is_none() {
            return self.begin(now);
        }
        match self.news.take() {
            Some(News::Begun) => Next::Prepare,
            Some(News::Known(alternatives, which)) => self.choose(&alternatives, which, now),
            Some(News::Prepared(model, prepared)) if now.model == Model::Ready(model) => Next::Submit(prepared),
            Some(News::Prepared(..)) => {
                // The model that counted the tokens is gone; the turn waits for the next model.
                self.put_back();
                self.next(now)
            }
            Some(News::Selected(selected)) => self.select(*selected, now),
            None => self.candidates_ended(now),
        }
    }

    /// Starts the next turn, unless it has to wait; ends the command after the last one.
    fn begin(&mut self, now: &mut Now<'_>) -> Next {
        loop {
            if matches!(self.progress, Progress::Asked(_)) {
                return Next::Wait;
            }
            let Some(place) = self.plan.front() else { return self.over(self.outcome()) };
            let Some(document) = now.document else { return self.over(Outcome::Closed) };
            if document.is_pending() {
                return Next::Parse;
            }
            if let Some(reason) = document.syntax_gap() {
                return self.failed(plan::not_parsed(reason));
            }
            if now.arriving.iter().any(|prompt| provenance::overlap(prompt, place)) {
                // The code of an earlier command is about to arrive, and its change must not be taken for typing.
                return Next::Wait;
            }
            let turns = now.turns.get(document, now.records, now.options);
            let options = now.options;
            let waits = |turn: &Turn| turns::is_empty(document, turn) || turns::offers(document, turn, options);
            let wanted = |turn: &Turn| self.purpose != Purpose::All || waits(turn);
            let Some(found) = turns.covering(place).filter(|found| wanted(&found.turn)) else {
                self.skip();
                continue;
            };
            match self.purpose.resolve(document, found.turn.clone()) {
                Ok(turn) => return self.take(document, turn, found.text.clone(), now),
                Err(refusal) => self.refuse(&found.turn, &refusal),
            }
        }
    }

    /// Makes the turn current, if the model is loaded; an alternative that exists needs no model.
    fn take(&mut self, document: &Document, turn: Turn, text: TurnText, now: &mut Now<'_>) -> Next {
        let known = self.purpose.which().and_then(|which| {
            let known = now.records.alternatives(&text).filter(|known| !known.each.is_empty())?;
            Some(News::Known(known, which))
        });
        let news = match (known, now.model) {
            (Some(known), _) => known,
            (None, Model::Ready(_)) => News::Begun,
            (None, Model::Loading) => return Next::Wait,
            (None, Model::Unloaded) => return Next::Load,
            (None, Model::Failed(reason)) => {
                let note = format!("no model to synthesize with: {reason}");
                now.records.failed(&text, &note);
                return self.failed(note);
            }
        };
        *now.last_id += 1;
        self.plan.pop_front();
        self.taken += 1;
        self.step = Some(Step::new(*now.last_id, document.clone(), (turn, text)));
        self.news = Some(news);
        Next::Begin
    }

    /// Leaves the next turn as it is, because no code may be written there.
    fn refuse(&mut self, turn: &Turn, refusal: &Refusal) {
        self.plan.pop_front();
        self.taken += 1;
        self.refused += 1;
        let about = match self.total {
            1 => String::new(),
            _ => format!("\"{}\": ", plan::first_line(turn)),
        };
        self.notes.push(format!("{about}{refusal}"));
    }

    /// Skips the next turn, which has code meanwhile, or is gone.
    fn skip(&mut self) {
        self.plan.pop_front();
        self.taken += 1;
        if self.total == 1 && self.purpose != Purpose::All {
            self.lose();
        }
    }

    /// Plans the current turn again, as the first one.
    fn put_back(&mut self) {
        if let Some(prompt) = self.step.take().and_then(|step| step.prompt) {
            self.plan.push_front(prompt);
            self.taken = self.taken.saturating_sub(1);
        }
    }
}
