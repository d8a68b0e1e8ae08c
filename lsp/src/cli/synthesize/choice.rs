//! Chooses the turns of a file that are written.

use std::ops::Range;

use anyhow::bail;
use codegen_text::document::Document;
use codegen_text::turns::{self, PromptKind, Silence, Turn, TurnOptions};

/// The user's choice. Turns are counted from 1, in the order of their prompts: all comments that can be asked for by name,
/// whether or not they ask for code of themselves; see [`turns::askable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// Every turn that asks for code of itself.
    Open,
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
    /// The code that was written, in the document as it is now: comments in it have no number.
    places: Vec<Range<usize>>,
    /// The prompts and the code that was written. The docstring of a function with a body is a turn only if it is among
    /// them, so that the turns behind it keep their numbers.
    written: Vec<(String, String)>,
}

impl<'o> Chosen<'o> {
    /// Starts at the first chosen turn. A comment that the user named becomes a prompt of the document. With `anew`, later
    /// turns are chosen whether or not they have code.
    ///
    /// # Errors
    /// The document has fewer turns.
    pub fn new(document: &mut Document, choice: Choice, anew: bool, options: &'o TurnOptions) -> anyhow::Result<Self> {
        let from = match choice {
            Choice::Open => 0,
            Choice::One(number) | Choice::From(number) => {
                let all = turns::askable(document, &turns::turns(document, options), options);
                match number.checked_sub(1).and_then(|index| all.get(index)) {
                    Some(prompt) => {
                        document.ask(prompt.clone());
                        prompt.start
                    }
                    None if all.is_empty() => bail!("there are no comment prompts, so there is no turn {number}"),
                    None if all.len() == 1 => bail!("there is no turn {number}: there is only turn 1 (see --list)"),
                    None => bail!("there is no turn {number}: there are {}, counted from 1 (see --list)", all.len()),
                }
            }
        };
        Ok(Self { choice, options, from, anew, begun: false, places: Vec::new(), written: Vec::new() })
    }

    /// The next turn to write, and its number.
    pub fn next(&self, document: &Document) -> Option<(usize, Turn)> {
        let any = self.choice != Choice::Open && (self.anew || !self.begun);
        let wanted =
            |turn: &Turn| turn.prompt_range.start >= self.from && (any || turns::offers(document, turn, self.options));
        self.numbered(document).into_iter().find(|(_, turn)| wanted(turn))
    }

    /// The turns of the document, in order, with the numbers that they had before any code was written. A comment in code that
    /// was written is no turn, and has no number: it belongs to the turn whose code it stands in.
    pub fn numbered(&self, document: &Document) -> Vec<(usize, Turn)> {
        let known = |turn: &Turn, program: &str| {
            self.written.iter().any(|(prompt, written)| *prompt == turn.prompt && written == program)
        };
        let is_written = |prompt: &Range<usize>| self.places.iter().any(|place| place.contains(&prompt.start));
        let all = turns::turns_known(document, self.options, &known);
        let mut askable = turns::askable(document, &all, self.options);
        askable.retain(|prompt| !is_written(prompt));
        let mut numbered: Vec<(usize, Turn)> = Vec::new();
        for turn in all {
            if is_written(&turn.prompt_range) {
                if let Some((_, around)) = numbered.last_mut() {
                    let end = turn.program_range.end.max(turn.prompt_range.end);
                    around.program_range.end = around.program_range.end.max(end);
                }
                continue;
            }
            let before = askable.partition_point(|prompt| prompt.start < turn.prompt_range.start);
            numbered.push((before + 1, turn));
        }
        numbered
    }

    /// The number of turns that keep their code, of those behind the named one.
    pub fn left_alone(&self, document: &Document) -> usize {
        let has_code = |turn: &&Turn| turns::silence(document, turn, self.options) == Some(Silence::Code);
        let all = turns::turns(document, self.options);
        all.iter().filter(|turn| turn.prompt_range.start > self.from).filter(has_code).count()
    }

    /// Whether the next turn is one that the user named.
    pub fn is_named(&self) -> bool {
        self.choice != Choice::Open && !self.begun
    }

    /// Marks the turn as done: it has `program` now, if that is not empty, and its code ends at `end`.
    pub fn done(&mut self, turn: &Turn, program: String, end: usize) {
        if !program.is_empty() {
            self.places.push(turn.prompt_range.end..end);
        }
        if turn.kind == PromptKind::Docstring && !program.is_empty() {
            self.written.push((turn.prompt.clone(), program));
        }
        self.begun = true;
        self.from = match self.choice {
            Choice::One(_) => usize::MAX,
            Choice::Open | Choice::From(_) => end,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# one\na = 1\n\n# two\n\n# three\ndef f():\n    # inner\n    pass\n\n# four\n";

    fn chosen(choice: Choice, anew: bool) -> Vec<(usize, String)> {
        let (mut document, options) = (Document::new(TEXT, 0), TurnOptions::default());
        let mut chosen = Chosen::new(&mut document, choice, anew, &options).unwrap();
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
            assert_eq!(chosen(Choice::Open, anew), named(&[(2, "two"), (4, "inner"), (5, "four")]));
            assert_eq!(chosen(Choice::One(1), anew), named(&[(1, "one")]));
            assert_eq!(chosen(Choice::One(4), anew), named(&[(4, "inner")]));
        }
        assert_eq!(chosen(Choice::From(2), true), named(&[(2, "two"), (3, "three"), (5, "four")]));
        let open = [(2, "two"), (4, "inner"), (5, "four")];
        assert_eq!(chosen(Choice::From(2), false), named(&open));
        assert_eq!(chosen(Choice::From(1), false), named(&[&[(1, "one")][..], &open[..]].concat()));
    }

    #[test]
    fn turns_keep_their_numbers_when_a_docstring_before_them_gets_its_body() {
        let text = "def f():\n    'One.'\n\ndef g():\n    'Two.'\n    return 2\n\n# three\n";
        let (mut document, options) = (Document::new(text, 0), TurnOptions::default());
        let mut chosen = Chosen::new(&mut document, Choice::Open, false, &options).unwrap();
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
    fn any_comment_can_be_named() {
        let text = "x = [3, 1, 2]\n# Sort x in place.\n\n# TODO: fix this later\nimport os\n# noqa\n# print x\n";
        let chosen = |choice| {
            let (mut document, options) = (Document::new(text, 0), TurnOptions::default());
            let chosen = Chosen::new(&mut document, choice, false, &options).unwrap();
            chosen.next(&document).map(|(number, turn)| (number, turn.prompt))
        };
        assert_eq!(chosen(Choice::Open), None);
        assert_eq!(chosen(Choice::One(1)), Some((1, "Sort x in place.".to_owned())));
        assert_eq!(chosen(Choice::One(2)), Some((2, "TODO: fix this later".to_owned())));
        assert_eq!(chosen(Choice::One(3)), Some((3, "print x".to_owned())));
    }

    #[test]
    fn comments_in_what_was_written_have_no_number() {
        for code in
            ["x = 1\n# sort x\nx = 2", "x = 1\n# note", "x = 1\n\n# Sort x.\nx = 2", "if x:\n    # Sort x.\n    x = 2"]
        {
            let text = "# one\n\n# two\n";
            let (mut document, options) = (Document::new(text, 0), TurnOptions::default());
            let mut chosen = Chosen::new(&mut document, Choice::Open, false, &options).unwrap();
            let (_, turn) = chosen.next(&document).unwrap();
            let edit = turns::program_edit(&document, &turn, code);
            let end = edit.range.start + edit.text.len();
            document.edit(edit.range, &edit.text);
            chosen.done(&turn, code.to_owned(), end);
            let (number, turn) = chosen.next(&document).unwrap();
            assert_eq!((number, turn.prompt.as_str()), (2, "two"), "{code}");
            let all = chosen.numbered(&document);
            let all = all.iter().map(|(number, turn)| {
                (*number, turn.prompt.as_str(), document.slice(turn.program_range.clone()).trim_end().to_owned())
            });
            let expected = [(1, "one", code.to_owned()), (2, "two", String::new())];
            assert_eq!(all.collect::<Vec<_>>(), expected, "{code}");
        }
    }

    #[test]
    fn turns_that_are_not_there() {
        let options = TurnOptions::default();
        let error = |text: &str, choice| {
            Chosen::new(&mut Document::new(text, 0), choice, false, &options).err().map(|error| error.to_string())
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
            error("# one\n", Choice::One(2)),
            Some("there is no turn 2: there is only turn 1 (see --list)".to_owned())
        );
        assert_eq!(
            error("x = 1\n", Choice::One(1)),
            Some("there are no comment prompts, so there is no turn 1".to_owned())
        );
        assert_eq!(error("x = 1\n", Choice::Open), None);
    }
}
