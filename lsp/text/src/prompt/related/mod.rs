//! What a prompt has of other files: the signatures of what the file imports, and the places of other files that were edited
//! last, as comments before everything else. Pure: reading the files is somebody else's.
//!
//! The comments stand at the prompt's very beginning, so that every change of theirs throws the whole KV cache away. They
//! depend on nothing near the cursor, and their order is that of the imports and of the places' first edits: typing
//! leaves them as they are.

mod imports;
mod places;

pub use imports::{Import, Wanted, imports};
pub use places::{Places, around};

use crate::python::{Signature, signatures};

/// What a module's text says to those who import it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Module {
    /// What it defines.
    pub signatures: Vec<Signature>,
    /// What it passes on from other modules.
    pub imports: Vec<Import>,
}

/// The names that are shown of a module that is imported whole.
const OF_ALL: usize = 16;

impl Module {
    /// What a text says.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self { signatures: signatures(text), imports: imports(text) }
    }

    /// The signatures of the names, in the module's order; of a whole module the first few that are public, classes without
    /// their members.
    #[must_use]
    pub fn pieces(&self, wanted: &Wanted) -> Vec<Vec<String>> {
        let signatures = self.signatures.iter();
        match wanted {
            Wanted::Names(names) => signatures
                .filter(|signature| names.contains(&signature.name))
                .map(|signature| signature.lines.clone())
                .collect(),
            Wanted::All => signatures
                .filter(|signature| !signature.name.starts_with('_'))
                .map(|signature| signature.lines.iter().take(1).cloned().collect())
                .take(OF_ALL)
                .collect(),
        }
    }

    /// Those of the names that the module does not define.
    #[must_use]
    pub fn missing(&self, wanted: &Wanted) -> Vec<String> {
        let Wanted::Names(names) = wanted else { return Vec::new() };
        let defined = |name: &&String| self.signatures.iter().any(|signature| signature.name == **name);
        names.iter().filter(|name| !defined(name)).cloned().collect()
    }
}

/// Why a file is in a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The prompt's file imports it.
    Imported,
    /// It was edited a while ago.
    Edited,
}

impl Why {
    /// The word for it on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::Edited => "edited",
        }
    }
}

/// A part of another file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The file's path from the workspace folder on, with slashes.
    pub file: String,
    /// Why it is of interest.
    pub why: Why,
    /// Lines without their ends: of an imported file a piece for each name, of which the first line matters most; of an edited one
    /// all in one piece.
    pub pieces: Vec<Vec<String>>,
}

/// What was shown of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The file's path from the workspace folder on.
    pub file: String,
    /// Why it is in the prompt.
    pub why: Why,
    /// How many of its lines are.
    pub lines: usize,
}

/// The comments before a prompt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// The comments with a blank line behind them; empty if there is nothing to show.
    pub text: String,
    /// What is in them.
    pub shown: Vec<Shown>,
}

/// The parts as comments, as many of their lines as fit `budget` tokens, as `count` counts them.
///
/// Every imported name comes before the members of any class, and an edited place is shown whole or not at all. What is
/// shown stands in the order of the parts.
#[must_use]
pub fn block(parts: &[Part], budget: usize, count: &dyn Fn(&str) -> usize) -> Block {
    let whole = Picked::all(parts).block(parts);
    if whole.text.is_empty() || count(&whole.text) <= budget {
        return whole;
    }
    let mut picked = Picked::none(parts);
    // The blank line at the end, and what tokens come to more in one text than one by one.
    let mut room = Room { left: budget.saturating_sub(4), count };
    picked.heads(parts, &mut room);
    picked.places(parts, &mut room);
    picked.members(parts, &mut room);
    let block = picked.block(parts);
    // A count that grows faster than the lines' own.
    if count(&block.text) <= budget { block } else { Block::default() }
}

/// A budget that lines are taken from.
struct Room<'a> {
    left: usize,
    count: &'a dyn Fn(&str) -> usize,
}

impl Room<'_> {
    fn takes(&mut self, text: &str) -> bool {
        let left = self.left.checked_sub((self.count)(text));
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }
}

/// The number of lines that are shown of each piece of each part.
struct Picked(Vec<Vec<usize>>);

impl Picked {
    fn all(parts: &[Part]) -> Self {
        Self(parts.iter().map(|part| part.pieces.iter().map(Vec::len).collect()).collect())
    }

    fn none(parts: &[Part]) -> Self {
        Self(parts.iter().map(|part| vec![0; part.pieces.len()]).collect())
    }

    /// Takes the first line of every piece of imported files.
    fn heads(&mut self, parts: &[Part], room: &mut Room) {
        for (part, picked) in of(parts, &mut self.0, Why::Imported) {
            let mut title = title(part);
            for (piece, lines) in part.pieces.iter().zip(picked) {
                let Some(first) = piece.first() else { continue };
                if room.takes(&format!("{title}{}", comment(first))) {
                    *lines = 1;
                    title.clear();
                }
            }
        }
    }

    /// Takes edited places, those that were added last before the others.
    fn places(&mut self, parts: &[Part], room: &mut Room) {
        let mut places: Vec<_> = of(parts, &mut self.0, Why::Edited).collect();
        places.reverse();
        for (part, picked) in places {
            if room.takes(&commented(part, part.pieces.iter().flatten())) {
                picked.iter_mut().zip(&part.pieces).for_each(|(lines, piece)| *lines = piece.len());
            }
        }
    }

    /// Takes the members of classes whose first line is shown.
    fn members(&mut self, parts: &[Part], room: &mut Room) {
        for (part, picked) in of(parts, &mut self.0, Why::Imported) {
            for (piece, lines) in part.pieces.iter().zip(picked).filter(|(_, lines)| **lines == 1) {
                *lines += piece.iter().skip(1).take_while(|line| room.takes(&comment(line))).count();
            }
        }
    }

    fn block(&self, parts: &[Part]) -> Block {
        let mut block = Block::default();
        for (part, picked) in parts.iter().zip(&self.0) {
            let lines: Vec<_> =
                part.pieces.iter().zip(picked).flat_map(|(piece, lines)| piece.iter().take(*lines)).collect();
            if lines.is_empty() {
                continue;
            }
            block.shown.push(Shown { file: part.file.clone(), why: part.why, lines: lines.len() });
            block.text.push_str(&commented(part, lines));
        }
        if !block.text.is_empty() {
            block.text.push('\n');
        }
        block
    }
}

/// The parts of that kind, with what is picked of them.
fn of<'p, 'q>(
    parts: &'p [Part],
    picked: &'q mut [Vec<usize>],
    why: Why,
) -> impl Iterator<Item = (&'p Part, &'q mut Vec<usize>)> {
    parts.iter().zip(picked).filter(move |(part, _)| part.why == why)
}

fn title(part: &Part) -> String {
    format!("# {}\n", part.file)
}

fn commented<'l>(part: &Part, lines: impl IntoIterator<Item = &'l String>) -> String {
    lines.into_iter().fold(title(part), |text, line| text + &comment(line))
}

fn comment(line: &str) -> String {
    if line.is_empty() { "#\n".to_owned() } else { format!("# {line}\n") }
}

#[cfg(test)]
mod tests;
