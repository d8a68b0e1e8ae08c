//! A history cut to fit the model's context. Pure.
//!
//! Statements of the preamble and turns are dropped as wholes, the oldest first. Imports in them stay, and so do
//! definitions that the kept text uses, and those that these use in turn. The code that encloses the turns stays, too.
//!
//! Every further turn makes a history longer. If each time only as much were dropped as must be, the prompt would begin
//! anew with every turn, and the KV cache of the turn before would be useless. So when something must be dropped, the
//! history is cut to three quarters of the budget. The cut for a turn is found by going through all turns before it, in
//! order, so that what is dropped for one turn stays dropped for the turns after it.

#[cfg(test)]
mod tests;
mod units;

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use codegen_core::History;

use crate::prompt::HistoryCut;
use units::{Statement, Unit, UnitKind, units, words};

/// A history that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fitted {
    /// The text that the model continues.
    pub text: String,
    /// The parts of the history that are in the text.
    pub cut: HistoryCut,
}

/// The history's text for the turn `prompt`, within `budget` tokens as `count` counts them. The prompt itself is never
/// cut.
#[must_use]
pub fn fit(history: &History, prompt: &str, budget: usize, count: &dyn Fn(&str) -> usize) -> Fitted {
    let text = history.render(prompt);
    if count(&text) <= budget {
        let kept = history.turns.iter().map(|(prompt, _)| prompt.clone()).collect();
        return Fitted { text, cut: HistoryCut { kept, ..HistoryCut::default() } };
    }
    let units = units(history);
    let plan = Plan::new(history, &units, budget, count);
    let mut start = plan.start(prompt);
    loop {
        let mut draft = plan.draft(start, prompt);
        let mut text = draft.render(history, prompt);
        let mut tokens = count(&text);
        if tokens > budget && start < units.len() {
            // The whole can have a few more tokens than the sum of its parts, but too rarely to matter for earlier
            // turns.
            start += 1;
            continue;
        }
        while tokens > budget && draft.shorten(tokens - budget, count) {
            text = draft.render(history, prompt);
            tokens = count(&text);
        }
        return Fitted { text, cut: draft.cut(history) };
    }
}

/// A history in units, and what they cost. Every text is counted once.
struct Plan<'a> {
    history: &'a History,
    units: &'a [Unit],
    budget: usize,
    count: &'a dyn Fn(&str) -> usize,
    /// Tokens of the units before each of them, headers aside; one more than there are units.
    sums: Vec<usize>,
    /// Tokens of all headers.
    headers: usize,
    /// All statements that can be kept from dropped units, oldest first.
    statements: Vec<Stayer<'a>>,
    /// Statements that bind a name, oldest first, each with whether it needs no earlier value of the name.
    binders: HashMap<&'a str, Vec<(usize, bool)>>,
}

/// A statement that can be kept when its unit is dropped.
struct Stayer<'a> {
    statement: &'a Statement,
    /// The index of its unit.
    unit: usize,
    /// Its tokens, counted when they are first needed.
    tokens: OnceCell<usize>,
}

impl<'a> Plan<'a> {
    fn new(history: &'a History, units: &'a [Unit], budget: usize, count: &'a dyn Fn(&str) -> usize) -> Self {
        let (mut sums, mut headers) = (vec![0], 0);
        let mut statements = Vec::new();
        let mut binders: HashMap<&str, Vec<(usize, bool)>> = HashMap::new();
        let mut sum = 0;
        for (number, unit) in units.iter().enumerate() {
            let tokens = count(&unit.text);
            *(if unit.kind == UnitKind::Header { &mut headers } else { &mut sum }) += tokens;
            sums.push(sum);
            for statement in &unit.statements {
                for (name, anew) in &statement.binds {
                    binders.entry(name).or_default().push((statements.len(), *anew));
                }
                statements.push(Stayer { statement, unit: number, tokens: OnceCell::new() });
            }
        }
        Self { history, units, budget, count, sums, headers, statements, binders }
    }

    /// The first unit that is not dropped, for the turn after all others. What was dropped for an earlier turn stays
    /// dropped, even if it would fit now.
    fn start(&self, prompt: &str) -> usize {
        let preamble = self.units.len() - self.history.turns.len();
        let earlier = self.history.turns.iter().map(|(prompt, _)| prompt.as_str());
        let mut start = 0;
        for (number, prompt) in earlier.chain([prompt]).enumerate() {
            let step = Step { end: preamble + number, prompt, tokens: self.prompt_tokens(prompt, number) };
            if self.size(start, &step) > self.budget {
                start = self.advanced(start, &step);
            }
        }
        start
    }

    fn prompt_tokens(&self, prompt: &str, number: usize) -> usize {
        let opening = self.history.opening.clone().filter(|_| number == self.history.turns.len());
        let alone = History { indent: self.history.indent.clone(), opening, ..History::default() };
        (self.count)(&alone.render(prompt))
    }

    /// The start that brings the history down to three quarters of the budget, or to all of it if otherwise no turn
    /// would be left.
    fn advanced(&self, start: usize, step: &Step) -> usize {
        let first = |budget: usize| {
            // Sizes shrink from unit to unit: what stays of a unit is a part of it.
            let (mut low, mut high) = (start, step.end);
            while low < high {
                let middle = low.midpoint(high);
                if self.size(middle, step) <= budget { high = middle } else { low = middle + 1 }
            }
            low
        };
        let spacious = first(self.budget / 4 * 3);
        if spacious < step.end { spacious } else { first(self.budget) }
    }

    /// The approximate number of tokens shown if the units before `start` are dropped.
    fn size(&self, start: usize, step: &Step) -> usize {
        let window = self.sums[step.end].saturating_sub(self.sums[start]);
        let staying = self.staying(start, step.end, step.prompt);
        let staying = staying.into_iter().map(|index| {
            let Stayer { statement, tokens, .. } = &self.statements[index];
            *tokens.get_or_init(|| (self.count)(&statement.text))
        });
        self.headers + window + step.tokens + staying.sum::<usize>()
    }

    /// Statements of the dropped units that stay: imports, and definitions of names that are still used.
    fn staying(&self, start: usize, end: usize, prompt: &str) -> Vec<usize> {
        let dropped = self.statements.partition_point(|stayer| stayer.unit < start);
        if dropped == 0 {
            return Vec::new();
        }
        let mut stays: Vec<bool> = self.statements[..dropped].iter().map(|stayer| stayer.statement.import).collect();
        let prompt = words(prompt);
        let headers = self.units[..start].iter().filter(|unit| unit.kind == UnitKind::Header);
        let kept = headers.chain(&self.units[start..end]).flat_map(|unit| &unit.uses);
        // Names, and the statement before which they must be defined.
        let mut wanted: Vec<(&str, usize)> = kept.chain(&prompt).map(|name| (name.as_str(), dropped)).collect();
        let mut seen: HashSet<(&str, usize)> = HashSet::new();
        while let Some((name, before)) = wanted.pop() {
            if !seen.insert((name, before)) {
                continue;
            }
            for index in self.defining(name, before) {
                let Stayer { statement, .. } = &self.statements[index];
                if !std::mem::replace(&mut stays[index], true) {
                    let before = if statement.deferred { dropped } else { index };
                    wanted.extend(statement.uses.iter().map(|name| (name.as_str(), before)));
                }
            }
        }
        (0..dropped).filter(|index| stays[*index]).collect()
    }

    /// The statements that give a name its value before a statement: the last that defines it anew, and those that
    /// change it afterwards.
    fn defining(&self, name: &str, before: usize) -> impl Iterator<Item = usize> {
        let binders = self.binders.get(name).map(Vec::as_slice).unwrap_or_default();
        let binders = &binders[..binders.partition_point(|(index, _)| *index < before)];
        let last = binders.iter().rposition(|(_, anew)| *anew).unwrap_or(0);
        binders[last..].iter().map(|(index, _)| *index)
    }

    fn draft(&self, start: usize, prompt: &str) -> Draft {
        let staying = self.staying(start, self.units.len(), prompt);
        let mut staying = staying.into_iter().map(|index| &self.statements[index]).peekable();
        let mut draft = Draft { pieces: Vec::new(), first: 0 };
        for (number, unit) in self.units.iter().enumerate() {
            let preamble = !matches!(unit.kind, UnitKind::Turn(_));
            let mut push = |text: &str, rank| draft.pieces.push(Piece { text: text.to_owned(), rank, preamble });
            if unit.kind == UnitKind::Header {
                unit.text.split_inclusive('\n').for_each(|line| push(line, Rank::Header));
            } else if number < start {
                while let Some(Stayer { statement, .. }) = staying.next_if(|stayer| stayer.unit == number) {
                    push(&statement.text, if statement.import { Rank::Import } else { Rank::Definition });
                }
                draft.first += usize::from(!preamble);
            } else if preamble {
                push(&unit.text, Rank::Definition);
            }
        }
        draft
    }
}

/// A turn of the history, at the time when it was the next to generate.
struct Step<'a> {
    /// The end of the units before it.
    end: usize,
    prompt: &'a str,
    /// Tokens of its prompt.
    tokens: usize,
}

/// The rest of a history that is being shortened.
struct Draft {
    /// The pieces of text before the turns.
    pieces: Vec<Piece>,
    /// The index of the first turn that is left.
    first: usize,
}

struct Piece {
    text: String,
    rank: Rank,
    /// Whether it is part of the preamble rather than of a turn.
    preamble: bool,
}

/// The order in which pieces are dropped once no turn is left.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Definition,
    Import,
    Header,
}

impl Draft {
    fn render(&self, history: &History, prompt: &str) -> String {
        let shown = History {
            preamble: self.pieces.iter().map(|piece| piece.text.as_str()).collect(),
            turns: history.turns.get(self.first..).unwrap_or_default().to_vec(),
            ..history.clone()
        };
        shown.render(prompt)
    }

    /// Drops about `excess` tokens, the oldest piece of the lowest rank first; false if nothing is left to drop.
    fn shorten(&mut self, excess: usize, count: &dyn Fn(&str) -> usize) -> bool {
        let mut taken = 0;
        while taken < excess {
            let lowest = self.pieces.iter().enumerate().min_by_key(|(_, piece)| piece.rank).map(|(index, _)| index);
            let Some(index) = lowest else { return taken > 0 };
            taken += count(&self.pieces.remove(index).text).max(1);
        }
        true
    }

    fn cut(&self, history: &History) -> HistoryCut {
        let prompts = |turns: &[(String, String)]| turns.iter().map(|(prompt, _)| prompt.clone()).collect();
        let (dropped, kept) = history.turns.split_at(self.first.min(history.turns.len()));
        let left = self.pieces.iter().filter(|piece| piece.preamble).flat_map(|piece| piece.text.split_whitespace());
        let preamble_cut = !left.eq(history.preamble.split_whitespace());
        HistoryCut { kept: prompts(kept), dropped: prompts(dropped), preamble_cut }
    }
}
