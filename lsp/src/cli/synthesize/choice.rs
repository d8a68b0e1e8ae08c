//! Chooses the turns of a file that are written.

use anyhow::bail;
use codegen_text::document::Document;
use codegen_text::turns::{self, PromptKind, Turn, TurnOptions};

/// The user's choice. Turns are counted from 1, in the order of their prompts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// Every turn without code.
    Empty,
    /// The turn of this number.
    One(usize),
    /// The turn of this number and all that follow.
    From(usize),
}

/// Goes through the chosen turns while their code is written.
pub(super) struct Chosen<'o> {
    choice: Choice,
    options: &'o TurnOptions,
    /// The byte offset up to which turns are done. Comments inside generated code are no prompts of the user's, so the
    /// search continues behind it.
    from: usize,
    /// Whether turns that have code are chosen, too.
    anew: bool,
    /// Whether the turn that the user named is done.
    begun: bool,
    /// The prompts and the code that was written. The docstring of a function with a body is a turn only if it is among
    /// them, so that the turns behind it keep their numbers.
    written: Vec<(String, String)>,
}

impl<'o> Chosen<'o> {
    /// Starts at the first chosen turn. With `anew`, later turns are chosen whether or not they have code.
    ///
    /// # Errors
    /// The document has fewer turns.
    pub fn new(document: &Document, choice: Choice, anew: bool, options: &'o TurnOptions) -> anyhow::Result<Self> {
        let from = match choice {
            Choice::Empty => 0,
            Choice::One(number) | Choice::From(number) => {
                let turns = turns::turns(document, options);
                match number.checked_sub(1).and_then(|index| turns.get(index)) {
                    Some(turn) => turn.prompt_range.start,
                    None if turns.is_empty() => bail!("there are no comment prompts, so there is no turn {number}"),
                    None => bail!("there is no turn {number}: there are {}, counted from 1 (see --list)", turns.len()),
                }
            }
        };
        Ok(Self { choice, options, from, anew, begun: false, written: Vec::new() })
    }

    /// The next turn to write, and its number in the document as it is now.
    pub fn next(&self, document: &Document) -> Option<(usize, Turn)> {
        let any = self.choice != Choice::Empty && (self.anew || !self.begun);
        let wanted = |turn: &Turn| turn.prompt_range.start >= self.from && (any || turns::is_empty(document, turn));
        let known = |turn: &Turn, program: &str| {
            self.written.iter().any(|(prompt, written)| *prompt == turn.prompt && written == program)
        };
        let turns = turns::turns_known(document, self.options, &known);
        let found = turns.into_iter().enumerate().find(|(_, turn)| wanted(turn));
        found.map(|(index, turn)| (index + 1, turn))
    }

    /// Whether the next turn is one that the user named.
    pub fn is_named(&self) -> bool {
        self.choice != Choice::Empty && !self.begun
    }

    /// Marks the turn as done: it has `program` now, if that is not empty, and its code ends at `end`.
    pub fn done(&mut self, turn: &Turn, program: String, end: usize) {
        if turn.kind == PromptKind::Docstring && !program.is_empty() {
            self.written.push((turn.prompt.clone(), program));
        }
        self.begun = true;
        self.from = match self.choice {
            Choice::One(_) => usize::MAX,
            Choice::Empty | Choice::From(_) => end,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# one\na = 1\n\n# two\n\n# three\ndef f():\n    # inner\n    pass\n\n# four\n";

    fn chosen(choice: Choice, anew: bool) -> Vec<(usize, String)> {
        let (document, options) = (Document::new(TEXT, 0), TurnOptions::default());
        let mut chosen = Chosen::new(&document, choice, anew, &options).unwrap();
        let mut found = Vec::new();
        while let Some((number, turn)) = chosen.next(&document) {
            chosen.done(&turn, String::new(), turn.program_range.end.max(turn.prompt_range.end));
            found.push((number, turn.prompt));
        }
        found
    }

    #[test]
    fn choices() {
        let named = |all: &[(usize, &str)]| all.iter().map(|&(n, prompt)| (n, prompt.to_owned())).collect::<Vec<_>>();
        for anew in [false, true] {
            assert_eq!(chosen(Choice::Empty, anew), named(&[(2, "two"), (5, "four")]));
            assert_eq!(chosen(Choice::One(1), anew), named(&[(1, "one")]));
            assert_eq!(chosen(Choice::One(4), anew), named(&[(4, "inner")]));
        }
        assert_eq!(chosen(Choice::From(2), true), named(&[(2, "two"), (3, "three"), (5, "four")]));
        assert_eq!(chosen(Choice::From(2), false), named(&[(2, "two"), (5, "four")]));
        assert_eq!(chosen(Choice::From(1), false), named(&[(1, "one"), (2, "two"), (5, "four")]));
    }

    #[test]
    fn turns_keep_their_numbers_when_a_docstring_before_them_gets_its_body() {
        let text = "def f():\n    'One.'\n\ndef g():\n    'Two.'\n    return 2\n\n# three\n";
        let (mut document, options) = (Document::new(text, 0), TurnOptions::default());
        let mut chosen = Chosen::new(&document, Choice::Empty, false, &options).unwrap();
        let (number, turn) = chosen.next(&document).unwrap();
        assert_eq!((number, turn.prompt.as_str()), (1, "One."));
        let edit = turns::program_edit(&document, &turn, "return 1");
        let written = turns::written_text(&document, &turn, "return 1");
        let end = edit.range.start + edit.text.len();
        document.edit(edit.range, &edit.text);
        chosen.done(&turn, written, end);
        let (number, turn) = chosen.next(&document).unwrap();
        assert_eq!((number, turn.prompt.as_str()), (2, "three"));
    }

    #[test]
    fn turns_that_are_not_there() {
        let options = TurnOptions::default();
        let error = |text: &str, choice| {
            Chosen::new(&Document::new(text, 0), choice, false, &options).err().map(|error| error.to_string())
        };
        assert_eq!(
            error(TEXT, Choice::One(6)),
            Some("there is no turn 6: there are 5, counted from 1 (see --list)".to_owned())
        );
        assert_eq!(
            error(TEXT, Choice::From(0)),
            Some("there is no turn 0: there are 5, counted from 1 (see --list)".to_owned())
        );
        assert_eq!(
            error("x = 1\n", Choice::One(1)),
            Some("there are no comment prompts, so there is no turn 1".to_owned())
        );
        assert_eq!(error("x = 1\n", Choice::Empty), None);
    }
}
