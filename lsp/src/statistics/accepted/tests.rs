use super::*;

/// What happens to a suggestion.
#[derive(Debug, Clone)]
enum Act {
    /// One `didChange`.
    Change(Vec<(Range<usize>, &'static str)>),
    Told(super::Told),
    /// The rest is sent again, with the next number.
    Again(&'static str),
}

use Act::{Again, Change, Told};

fn put(at: usize, text: &'static str) -> Act {
    Change(vec![(at..at, text)])
}

/// What was counted.
#[derive(Debug, Default, PartialEq)]
struct Counts {
    shown: usize,
    taken: usize,
    whole: usize,
    model: usize,
    hand: usize,
    other: usize,
    /// The text in the buffer of each piece that is followed.
    followed: Vec<String>,
}

/// A suggestion at the cursor, in one buffer.
struct Play {
    watch: Watch,
    text: Rope,
    number: u64,
    before: usize,
    talks: Talks,
    counts: Counts,
}

impl Play {
    fn new(text: &str, item: &str, before: usize, talks: Talks) -> Self {
        let cursor = text.find("$0").unwrap();
        let (mut watch, text) = (Watch::default(), Rope::from_str(&text.replace("$0", "")));
        watch.suggested(suggested(1, cursor, item, before, false), &[]);
        Self { watch, text, number: 1, before, talks, counts: Counts::default() }
    }

    fn step(&mut self, step: &Act) {
        match step {
            Change(changes) => {
                let before = self.text.clone();
                let changes: Vec<Edit> = changes
                    .iter()
                    .map(|(range, text)| Edit { range: range.clone(), text: (*text).to_owned() })
                    .collect();
                for Edit { range, text } in changes.clone() {
                    let chars = self.text.byte_to_char(range.start)..self.text.byte_to_char(range.end);
                    self.text.remove(chars.clone());
                    self.text.insert(chars.start, &text);
                }
                let found = self.watch.changed(&before, &changes, self.talks);
                self.count(found);
            }
            Told(told) => {
                let found = self.watch.told(self.number, *told).unwrap();
                self.count(found);
            }
            Again(item) => {
                self.number += 1;
                let current = self.watch.current.as_ref().unwrap();
                let cursor = current.origin + current.window.len();
                self.watch.suggested(suggested(self.number, cursor, item, 0, true), &[]);
            }
        }
    }

    fn count(&mut self, found: Found) {
        let counts = &mut self.counts;
        for event in found.events {
            match event {
                Event::Shown(Kind::Line) => counts.shown += 1,
                Event::Taken(Kind::Line) => counts.taken += 1,
                Event::Whole(Kind::Line) => counts.whole += 1,
                Event::Written(Writer::Model, count) => counts.model += count,
                Event::Written(Writer::Hand, count) => counts.hand += count,
                Event::Written(Writer::Other, count) => counts.other += count,
                other => unreachable!("{other:?}"),
            }
        }
        if let Some(Taken { suggestion, range, text, .. }) = found.taken {
            assert_eq!(suggestion, 1, "the first number stands for all");
            let there = self.text.byte_slice(range).to_string();
            assert_eq!(line_feeds(&there), text);
            counts.followed.push(there);
        }
    }
}

fn suggested(number: u64, cursor: usize, text: &str, before: usize, stands: bool) -> Suggested {
    Suggested { number, kind: Kind::Line, cursor, text: text.to_owned(), before, stands }
}

const SILENT: Talks = Talks { of_whole: false, of_parts: false };
const TALKING: Talks = Talks { of_whole: true, of_parts: true };

fn play_with(talks: Talks, text: &str, item: &str, before: usize, steps: &[Act]) -> Counts {
    let mut play = Play::new(text, item, before, talks);
    steps.iter().for_each(|step| play.step(step));
    assert_eq!(play.before, before);
    play.counts
}

fn play(text: &str, item: &str, steps: &[Act]) -> Counts {
    play_with(SILENT, text, item, 0, steps)
}

fn counts(taken: usize, whole: usize, [model, hand, other]: [usize; 3], followed: &[&str]) -> Counts {
    let followed = followed.iter().map(|&text| text.to_owned()).collect();
    Counts { shown: 0, taken, whole, model, hand, other, followed }
}

#[test]
fn by_watching_the_buffer() {
    let item = "self.total + 1";
    for (steps, expected) in [
        // All of it, a line's worth of it in words, and then the rest.
        (vec![put(4, item)], counts(1, 1, [14, 0, 0], &[item])),
        (vec![put(4, "self")], counts(1, 0, [4, 0, 0], &["self"])),
        (vec![put(4, "self."), put(9, "total + 1")], counts(1, 1, [14, 0, 0], &["self.", "total + 1"])),
        // Key by key, to its end; two keys in one change.
        (vec![put(4, "s"), put(5, "e")], counts(0, 0, [0, 2, 0], &[])),
        (vec![put(4, "se"), put(6, "l")], counts(0, 0, [0, 3, 0], &[])),
        (vec![put(4, "s"), put(5, "elf.total + 1")], counts(1, 1, [13, 1, 0], &["elf.total + 1"])),
        // Many characters at once that end within a word: no key does that.
        (vec![put(4, "self.to")], counts(1, 0, [7, 0, 0], &["self.to"])),
        // Something else: a key, a slip that is undone, a paste.
        (vec![put(4, "x")], counts(0, 0, [0, 1, 0], &[])),
        (vec![put(4, "other text")], counts(0, 0, [0, 0, 10], &[])),
        // Undone and done again: counted once; what follows it knows by itself.
        (vec![put(4, item), Change(vec![(4..18, "")]), put(4, item)], counts(1, 1, [14, 0, 0], &[item])),
        // All of it and a line end at once, as some mappings do.
        (vec![put(4, "self.total + 1\n")], counts(1, 1, [14, 0, 0], &[item])),
        // Elsewhere: before it, behind it, and then at its place.
        (vec![put(0, "#"), put(5, item)], counts(1, 1, [14, 1, 0], &[item])),
        (vec![put(7, "#"), put(4, item)], counts(1, 1, [14, 1, 0], &[item])),
        // What it was to continue is gone.
        (vec![Change(vec![(3..4, "")]), put(3, item)], counts(0, 0, [0, 0, 14], &[])),
    ] {
        assert_eq!(play("x = $0\ny\n", item, &steps), expected, "{steps:?}");
    }
}

#[test]
fn a_change_may_have_many_forms() {
    for (text, item, before, steps, expected) in [
        // The line, the word or the whole file replaced.
        ("x = ap$0\n", "append(x)", 2, vec![(4..6, "append(x)")], counts(1, 1, [7, 0, 0], &["pend(x)"])),
        ("x = ap$0\n", "append(x)", 2, vec![(0..6, "x = append(x)")], counts(1, 1, [7, 0, 0], &["pend(x)"])),
        ("x = ap$0\n", "append(x)", 2, vec![(0..7, "x = append(x)\n")], counts(1, 1, [7, 0, 0], &["pend(x)"])),
        // Deleted, then put in; character by character in one notification.
        ("x = ap$0\n", "append(x)", 2, vec![(4..6, ""), (4..4, "append(x)")], counts(1, 1, [7, 0, 0], &["pend(x)"])),
        ("x$0", ".upper", 0, vec![(1..1, ".up"), (4..4, "per")], counts(1, 1, [6, 0, 0], &[".upper"])),
        // A second cursor, where no suggestion is, and the one with it.
        ("x$0\nx\n", ".upper", 0, vec![(3..3, ".upper"), (1..1, ".upper")], counts(1, 1, [6, 0, 6], &[".upper"])),
        // A difference that a client finds further on: "ab" before what begins with "a", "\n" before "\n".
        ("x$0a = 1\n", "ab, ", 0, vec![(2..2, "b, a")], counts(1, 1, [4, 0, 0], &["ab, "])),
        ("x = y$0\nz\n", "\nreturn x", 0, vec![(6..6, "return x\n")], counts(1, 1, [9, 0, 0], &["\nreturn x"])),
        // Line ends of the buffer, and of the client.
        ("if x:$0\r\n", "\r\n    y\r\n", 0, vec![(5..5, "\r\n    y\r\n")], counts(1, 1, [7, 0, 0], &["\r\n    y\r\n"])),
        ("if x:$0\r\n", "\r\n    y", 0, vec![(5..5, "\n    y")], counts(1, 1, [6, 0, 0], &["\n    y"])),
        (
            "if x:$0\r\n",
            "\r\n    yes\r\n    no",
            0,
            vec![(5..5, "\r\n    yes")],
            counts(1, 0, [8, 0, 0], &["\r\n    yes"]),
        ),
        // Other characters than ASCII.
        (
            "\u{e9} = $0\n",
            "\"\u{1F40D}\u{e9}\"",
            0,
            vec![(5..5, "\"\u{1F40D}\u{e9}\"")],
            counts(1, 1, [4, 0, 0], &["\"\u{1F40D}\u{e9}\""]),
        ),
    ] {
        let steps = [Change(steps)];
        assert_eq!(play_with(SILENT, text, item, before, &steps), expected, "{text:?} {steps:?}");
    }
}

#[test]
fn brackets_that_the_editor_closes() {
    let item = "(a, b)";
    for (steps, expected) in [
        // The bracket typed, the closing one added; the rest put between them.
        (vec![put(1, "()"), put(2, "a, b")], counts(1, 1, [5, 1, 0], &["a, b)"])),
        (vec![put(1, "()"), put(2, "a"), put(3, ",")], counts(0, 0, [0, 3, 0], &[])),
        // The suggestion is sent again for what is there by then.
        (vec![put(1, "()"), Again("a, b"), put(3, "a, b")], counts(1, 1, [4, 1, 0], &["a, b"])),
        // All of it, and one bracket more.
        (vec![put(1, "(a, b))")], counts(1, 1, [6, 0, 0], &["(a, b)"])),
    ] {
        // `Again` is for the cursor behind all that was put in; the closer is then in front of what is put in.
        assert_eq!(play("f$0\n", item, &steps), expected, "{steps:?}");
    }
}

#[test]
fn a_client_that_says_so_is_counted_once() {
    let item = "\u{1F40D} = total";
    let (shown, whole) = (super::Told::Shown, super::Told::Whole);
    let part = super::Told::Part;
    for (steps, expected) in [
        // In either order.
        (vec![Told(whole), put(0, item)], counts(1, 1, [9, 0, 0], &[item])),
        (vec![put(0, item), Told(whole)], counts(1, 1, [9, 0, 0], &[item])),
        (vec![put(0, item), Told(whole), Told(whole)], counts(1, 1, [9, 0, 0], &[item])),
        // Only said: the change is one that cannot be recognized, or is still to come.
        (vec![Told(whole)], counts(1, 1, [9, 0, 0], &[])),
        // Parts: the length is from the beginning on, in UTF-16 code units, of which the snake has two.
        (vec![put(0, "\u{1F40D} = to"), Told(part(7))], counts(1, 0, [6, 0, 0], &["\u{1F40D} = to"])),
        (vec![Told(part(4)), put(0, "\u{1F40D} =")], counts(1, 0, [3, 0, 0], &["\u{1F40D} ="])),
        (vec![Told(part(4)), Told(part(4)), Told(part(10))], counts(1, 1, [9, 0, 0], &[])),
        (vec![Told(part(99))], counts(1, 1, [9, 0, 0], &[])),
        (vec![Told(part(0))], counts(0, 0, [0, 0, 0], &[])),
        // What was typed before is not the model's.
        (vec![put(0, "\u{1F40D}"), Told(whole), put(4, " = total")], counts(1, 1, [8, 1, 0], &[" = total"])),
        // Seen.
        (vec![Told(shown), Told(shown)], Counts { shown: 1, ..counts(0, 0, [0; 3], &[]) }),
    ] {
        for talks in [SILENT, TALKING] {
            assert_eq!(play_with(talks, "$0\n", item, 0, &steps), expected, "{steps:?} {talks:?}");
        }
    }
    // Few characters at once are taken only when the client says so.
    assert_eq!(play_with(TALKING, "$0\n", "x()", 0, &[put(0, "x()")]), counts(0, 0, [0, 2, 0], &[]));
    assert_eq!(play_with(SILENT, "$0\n", "x()", 0, &[put(0, "x()")]), counts(1, 1, [3, 0, 0], &["x()"]));
    assert_eq!(play_with(TALKING, "$0\n", "x()", 0, &[put(0, "x()"), Told(whole)]).followed, ["x()"]);
}

#[test]
fn the_rest_sent_again_is_the_same_suggestion() {
    let whole = super::Told::Whole;
    for (steps, expected) in [
        (vec![put(0, "r"), Again("eturn x"), put(1, "e"), Again("turn x"), put(2, "turn x")], [6, 2, 0]),
        (vec![put(0, "return"), Again(" x"), put(6, " x")], [8, 0, 0]),
        // The client says it of what it was given first, or last.
        (vec![put(0, "return"), Again(" x"), put(6, " x"), Told(whole)], [8, 0, 0]),
    ] {
        let found = play("$0\n", "return x", &steps);
        assert_eq!((found.taken, found.whole), (1, 1), "{steps:?}");
        assert_eq!([found.model, found.hand, found.other], expected, "{steps:?}");
    }
    // A part of the first item, said after the rest was sent again.
    let mut play = Play::new("$0\n", "return x + y", 0, SILENT);
    play.step(&put(0, "return"));
    play.step(&Again(" x + y"));
    assert_eq!(play.watch.told(1, super::Told::Part(6)), Some(Found::default()));
    let more = play.watch.told(1, super::Told::Part(8)).unwrap();
    assert_eq!(more.events, [Event::Written(Writer::Model, 2)]);
    // A slip, which forgets it, and the backspace, after which it is sent again.
    let mut play = Play::new("$0\n", "return x", 0, SILENT);
    play.step(&put(0, "rx"));
    assert!(play.watch.current.is_none());
    play.step(&Change(vec![(1..2, "")]));
    play.watch.suggested(suggested(2, 1, "eturn x", 0, true), &[]);
    play.number = 2;
    play.step(&put(1, "eturn x"));
    assert_eq!(play.counts, counts(1, 1, [7, 2, 0], &["eturn x"]));
}

#[test]
fn of_an_earlier_one_the_client_may_still_speak() {
    let mut watch = Watch::default();
    watch.suggested(suggested(1, 0, "first", 0, false), &[]);
    watch.suggested(suggested(2, 0, "second", 0, false), &[]);
    let expected = [Event::Written(Writer::Model, 5), Event::Taken(Kind::Line), Event::Whole(Kind::Line)];
    assert_eq!(watch.told(1, super::Told::Whole).unwrap().events, expected);
    watch.clear();
    assert_eq!(watch.told(2, super::Told::Shown).unwrap().events, [Event::Shown(Kind::Line)]);
    for number in 3..100 {
        watch.suggested(suggested(number, 0, "more", 0, false), &[]);
    }
    for (number, known) in [(0, false), (1, false), (90, false), (91, true), (99, true), (100, false)] {
        assert_eq!(watch.told(number, super::Told::Shown).is_some(), known, "{number}");
    }
    // However often it is sent again.
    for number in 100..200 {
        watch.suggested(suggested(number, 0, "more", 0, true), &[]);
    }
    for (number, known) in [(99, true), (100, false), (168, false), (169, true), (199, true)] {
        assert_eq!(watch.told(number, super::Told::Shown).is_some(), known, "{number}");
    }
}

#[test]
fn without_a_suggestion_there_is_only_typing() {
    let mut watch = Watch::default();
    let text = Rope::from_str("ab\n");
    let change = |range, text: &str| Edit { range, text: text.to_owned() };
    let mut found = |changes: &[Edit]| watch.changed(&text, changes, SILENT).events;
    assert_eq!(found(&[change(2..2, "c")]), [Event::Written(Writer::Hand, 1)]);
    assert_eq!(found(&[change(0..2, "")]), []);
    assert_eq!(found(&[change(0..0, "import os\nimport sys\n")]), [Event::Written(Writer::Other, 21)]);
    assert_eq!(found(&[change(2..2, "\r\n")]), [Event::Written(Writer::Hand, 1)]);
}

#[test]
fn of_several_the_one_that_is_taken_is_counted() {
    let several = |number: u64, text: &str| suggested(number, 4, text, 0, false);
    let others = [several(2, "g(a, b)"), several(3, "f(b, c)")];
    let events = |found: Found| found.events;
    let (all, none) = (Event::Written(Writer::Model, 7), Vec::<Event>::new());
    let taken = [all, Event::Taken(Kind::Line), Event::Whole(Kind::Line)];
    let put = [Edit { range: 4..4, text: "f(b, c)".to_owned() }];
    let before = Rope::from_str("x = ");
    // The buffer shows it, or the client says it, or both.
    let mut watch = Watch::default();
    watch.suggested(several(1, "f(a, b)"), &others);
    assert_eq!(events(watch.changed(&before, &put, Talks { of_whole: true, of_parts: false })), taken);
    assert_eq!(events(watch.told(3, super::Told::Whole).unwrap()), none);
    let mut watch = Watch::default();
    watch.suggested(several(1, "f(a, b)"), &others);
    assert_eq!(events(watch.told(3, super::Told::Whole).unwrap()), taken);
    assert_eq!(events(watch.changed(&before, &put, Talks::default())), none);
    // One that is looked at counts once as shown, whichever it is.
    let mut watch = Watch::default();
    watch.suggested(several(1, "f(a, b)"), &others);
    assert_eq!(events(watch.told(1, super::Told::Shown).unwrap()), [Event::Shown(Kind::Line)]);
    assert_eq!(events(watch.told(2, super::Told::Shown).unwrap()), none);
    // With the next answer they are gone.
    watch.suggested(several(4, "h(a, b)"), &[]);
    assert!(watch.told(3, super::Told::Whole).is_none());
}
