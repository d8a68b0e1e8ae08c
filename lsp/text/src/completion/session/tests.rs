use ropey::Rope;

use super::*;
use crate::completion::Kind;
use crate::completion::confidence::TokenScore;
use crate::completion::here::REACH;

mod early;
mod memory;
mod prepared;
mod random;
mod settled;
mod several;

/// A text, and its suggestions.
struct Buffer<W = &'static str> {
    text: String,
    suggestions: Suggestions<W>,
}

impl<W> Buffer<W> {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), suggestions: Suggestions::default() }
    }

    fn here(&self, offset: usize) -> Here {
        Here::at(&Rope::from_str(&self.text), offset)
    }

    fn ask(&mut self, offset: usize, entry: Option<Entry>, waiting: W, next_id: u64) -> Decision<W> {
        self.suggestions.ask(self.here(offset), entry, waiting, next_id)
    }

    fn changed(&mut self, change: &Edit) -> Option<Dropped<W>> {
        self.text.replace_range(change.range.clone(), &change.text);
        self.suggestions.changed(change)
    }

    fn shown(&mut self, offset: usize, text: &str, source: Source) -> Option<Dropped<W>> {
        let stands = Stands { text: text.to_owned(), confidence: Some(0.5) };
        self.suggestions.shown(&self.here(offset), stands, source)
    }

    fn streamed(&mut self, id: u64, text: &str, next_id: u64) -> Option<Ended<W>> {
        self.suggestions.streamed(id, text, -0.5, next_id)
    }

    fn finished(&mut self, id: u64, raw: RawCompletion, next_id: u64) -> Ended<W> {
        self.suggestions.finished(id, raw, next_id)
    }

    fn holds(&mut self, id: u64, held: &str) {
        self.suggestions.holds(id, Kind::Line, held.to_owned(), Origin::default(), None);
    }
}

/// Ten bytes, and a line of ten more below.
const TEXT: &str = "def f():\n \nother = 1\n";

fn raw(text: &str) -> RawCompletion {
    RawCompletion { text: text.to_owned(), kind: Kind::Line, tokens: Vec::new(), unfinished: false }
}

fn generated(offset: usize, text: &str) -> Known {
    Known { offset, entry: None, answer: Answer::Generated(raw(text)), source: Source::Generated }
}

fn known(offset: usize, text: &str) -> Known {
    Known { source: Source::Memory, ..generated(offset, text) }
}

fn join<W>(id: u64, superseded: W) -> Decision<W> {
    Decision::Join { id, superseded: Some(superseded), raised: false }
}

fn insert(at: usize, text: &str) -> Edit {
    Edit { range: at..at, text: text.to_owned() }
}

fn delete(range: std::ops::Range<usize>) -> Edit {
    Edit { range, text: String::new() }
}

/// A generation numbered 1 at offset 10, for which "a" waits.
fn in_flight() -> Buffer {
    let mut buffer = Buffer::new(TEXT);
    assert_eq!(buffer.ask(10, None, "a", 1), Decision::Start(1, 10, None));
    buffer
}

/// The text "return x" remembered at offset 10.
fn remembered() -> Buffer {
    let mut buffer = in_flight();
    assert_eq!(buffer.finished(1, raw("return x"), 2), Ended::Answer("a", generated(10, "return x")));
    buffer
}

#[test]
fn a_remembered_suggestion_is_answered_again() {
    assert_eq!(remembered().ask(10, None, "b", 2), Decision::Answer("b", known(10, "return x"), None));
}

#[test]
fn typing_through_shortens_it_and_backspace_brings_it_back() {
    let mut buffer = remembered();
    assert_eq!(buffer.changed(&insert(10, "ret")), None);
    assert_eq!(buffer.ask(13, None, "b", 2), Decision::Answer("b", known(13, "urn x"), None));
    buffer.changed(&delete(11..13));
    assert_eq!(buffer.ask(11, None, "b", 2), Decision::Answer("b", known(11, "eturn x"), None));
    buffer.changed(&insert(11, "q"));
    assert_eq!(
        {
            let here = buffer.here(12);
            buffer.suggestions.known(&here, None)
        },
        None
    );
    buffer.changed(&delete(11..12));
    assert_eq!(buffer.ask(11, None, "b", 2), Decision::Answer("b", known(11, "eturn x"), None));
}

#[test]
fn a_space_that_the_model_says_again_is_not_what_is_typed() {
    let mut buffer = in_flight();
    buffer.holds(1, " ");
    assert_eq!(buffer.streamed(1, " ret", 2), None);
    assert_eq!(buffer.changed(&insert(10, "re")), None);
    assert_eq!(buffer.ask(12, None, "b", 2), join(1, "a"));
    assert_eq!(buffer.finished(1, raw(" return x"), 2), Ended::Answer("b", generated(12, "turn x")));
}

#[test]
fn an_accepted_suggestion_asks_for_more() {
    let mut buffer = remembered();
    buffer.changed(&insert(10, "return x"));
    assert_eq!(buffer.ask(18, None, "b", 2), Decision::Start(2, 18, None));
}

#[test]
fn an_empty_suggestion_is_remembered_too() {
    let mut buffer = in_flight();
    assert_eq!(buffer.finished(1, raw(""), 2), Ended::Answer("a", generated(10, "")));
    assert_eq!(buffer.ask(10, None, "b", 2), Decision::Answer("b", known(10, ""), None));
}

#[test]
fn changes_elsewhere_end_the_flight_and_make_another_place() {
    for change in [insert(9, "x"), insert(11, "x"), delete(9..10), delete(10..11), delete(5..20)] {
        let mut buffer = remembered();
        buffer.changed(&change);
        let offset = buffer.text.len().min(10);
        assert_eq!(buffer.ask(offset, None, "b", 2), Decision::Start(2, offset, None), "{change:?}");

        let mut buffer = in_flight();
        assert_eq!(buffer.changed(&change), Some(Dropped { id: 1, waiting: Some("a") }), "{change:?}");
    }
}

#[test]
fn a_client_may_replace_what_stays() {
    let mut buffer = in_flight();
    buffer.streamed(1, "return", 2);
    assert_eq!(buffer.changed(&Edit { range: 4..10, text: "f():\n re".to_owned() }), None);
    assert_eq!(buffer.ask(12, None, "b", 2), join(1, "a"));
    let dropped = Some(Dropped { id: 1, waiting: Some("b") });
    assert_eq!(buffer.changed(&Edit { range: 4..10, text: "g():\n ".to_owned() }), dropped);
}

#[test]
fn what_is_typed_far_behind_it_is_not_compared() {
    let long = "y".repeat(REACH);
    let mut buffer = in_flight();
    buffer.finished(1, raw(&format!("{long}zz")), 2);
    buffer.changed(&insert(10, &long));
    assert_eq!(buffer.ask(10 + REACH, None, "b", 2), Decision::Answer("b", known(10 + REACH, "zz"), None));
    buffer.changed(&insert(10 + REACH, "z"));
    assert_eq!(buffer.ask(11 + REACH, None, "b", 2), Decision::Start(2, 11 + REACH, None));
}

#[test]
fn a_cut_through_a_character_forgets_it_instead_of_panicking() {
    let mut buffer = in_flight();
    buffer.changed(&insert(10, "é"));
    let dropped = Some(Dropped { id: 1, waiting: Some("a") });
    assert_eq!(buffer.suggestions.changed(&delete(10..11)), dropped, "no document allows that");
}

#[test]
fn what_matches_the_stream_joins_the_flight() {
    let mut buffer = in_flight();
    assert_eq!(buffer.streamed(1, "retu", 2), None);
    assert_eq!(buffer.changed(&insert(10, "re")), None);
    assert_eq!(buffer.ask(12, None, "b", 2), join(1, "a"));
    assert_eq!(buffer.streamed(1, "rn", 2), None);
    assert_eq!(buffer.finished(1, raw("return x"), 2), Ended::Answer("b", generated(12, "turn x")));
}

#[test]
fn what_contradicts_the_stream_ends_the_flight() {
    let mut buffer = in_flight();
    buffer.streamed(1, "retu", 2);
    assert_eq!(buffer.changed(&insert(10, "x")), Some(Dropped { id: 1, waiting: Some("a") }));
    assert_eq!(buffer.ask(11, None, "b", 2), Decision::Start(2, 11, None));
}

#[test]
fn typing_ahead_of_the_stream_is_judged_when_it_arrives() {
    let mut buffer = in_flight();
    buffer.changed(&insert(10, "ra"));
    assert_eq!(buffer.ask(12, None, "b", 2), join(1, "a"));
    assert_eq!(buffer.streamed(1, "r", 2), None);
    assert_eq!(buffer.streamed(1, "e", 2), Some(Ended::Restart(2, 12)));
    assert!(buffer.suggestions.wants(2) && !buffer.suggestions.wants(1));
    assert_eq!(buffer.finished(1, raw("return"), 3), Ended::Quiet, "the old generation is deaf now");
}

#[test]
fn typing_ahead_without_asking_again_gets_nothing() {
    let mut buffer = in_flight();
    buffer.changed(&insert(10, "ra"));
    assert_eq!(buffer.streamed(1, "re", 2), Some(Ended::Nothing("a")));
    assert!(!buffer.suggestions.wants(1));
}

#[test]
fn typing_through_without_asking_again_gets_nothing_but_is_remembered() {
    let mut buffer = in_flight();
    buffer.changed(&insert(10, "r"));
    assert_eq!(buffer.finished(1, raw("return x"), 2), Ended::Nothing("a"));
    assert_eq!(buffer.ask(11, None, "b", 2), Decision::Answer("b", known(11, "eturn x"), None));
}

#[test]
fn typing_past_the_end_asks_again() {
    let mut buffer = in_flight();
    buffer.changed(&insert(10, "return xy"));
    assert_eq!(buffer.ask(19, None, "b", 2), join(1, "a"));
    assert_eq!(buffer.finished(1, raw("return x"), 2), Ended::Restart(2, 19));
}

#[test]
fn another_place_supersedes() {
    let mut buffer = in_flight();
    let dropped = Some(Dropped { id: 1, waiting: Some("a") });
    assert_eq!(buffer.ask(3, None, "b", 2), Decision::Start(2, 3, dropped));
    let mut buffer = remembered();
    assert_eq!(buffer.ask(3, None, "b", 2), Decision::Start(2, 3, None));
    let dropped = Some(Dropped { id: 2, waiting: Some("b") });
    assert_eq!(buffer.ask(10, None, "c", 3), Decision::Answer("c", known(10, "return x"), dropped));
}

#[test]
fn the_one_who_waits_may_go_away() {
    let mut buffer = in_flight();
    assert_eq!(buffer.suggestions.cancelled(|waiting| *waiting == "b"), None);
    assert_eq!(buffer.suggestions.cancelled(|waiting| *waiting == "a"), Some(Dropped { id: 1, waiting: Some("a") }));
    assert!(!buffer.suggestions.wants(1));
}

#[test]
fn failure_hands_the_waiting_one_back() {
    let mut buffer = in_flight();
    assert_eq!(buffer.suggestions.failed(7), None);
    assert_eq!(buffer.suggestions.failed(1), Some("a"));
    assert_eq!(buffer.ask(10, None, "b", 2), Decision::Start(2, 10, None), "a failure is not remembered");
}

#[test]
fn a_late_engine_begins_where_the_user_is() {
    let mut buffer = in_flight();
    buffer.changed(&insert(10, "re"));
    assert_eq!(buffer.suggestions.restart(2), Ended::Nothing("a"), "the request was for another text");
    let mut buffer = in_flight();
    buffer.changed(&insert(10, "re"));
    buffer.ask(12, None, "b", 2);
    assert_eq!(buffer.suggestions.restart(3), Ended::Restart(3, 12));
    assert_eq!(Suggestions::<&str>::default().restart(4), Ended::Quiet);
}

fn standing(offset: usize, text: &str) -> Known {
    let stands = Stands { text: text.to_owned(), confidence: Some(0.5) };
    Known { offset, entry: None, answer: Answer::Standing(stands), source: Source::Standing }
}

#[test]
fn what_stands_and_still_fits_stays() {
    let mut buffer = remembered();
    // The gate has shown a part of it.
    buffer.shown(10, "return", Source::Generated);
    assert_eq!(buffer.ask(10, None, "b", 2), Decision::Answer("b", standing(10, "return"), None));
    buffer.changed(&insert(10, "re"));
    assert_eq!(buffer.ask(12, None, "b", 2), Decision::Answer("b", standing(12, "turn"), None));
    // Once it is typed, the rest of the generation is looked at again.
    buffer.changed(&insert(12, "turn"));
    assert_eq!(buffer.ask(16, None, "b", 2), Decision::Answer("b", known(16, " x"), None));
    buffer.changed(&delete(14..16));
    assert_eq!(buffer.ask(14, None, "b", 2), Decision::Answer("b", standing(14, "rn"), None));
    buffer.changed(&insert(14, "q"));
    assert_eq!(buffer.ask(15, None, "b", 2), Decision::Start(2, 15, None));
}

#[test]
fn closers_that_the_editor_puts_behind_the_cursor_are_not_typed() {
    let mut buffer = in_flight();
    buffer.finished(1, raw("print(x, [y])"), 2);
    buffer.changed(&insert(10, "print"));
    buffer.changed(&insert(15, "()"));
    assert_eq!(buffer.ask(16, None, "b", 2), Decision::Answer("b", known(16, "x, [y])"), None));
    buffer.changed(&insert(16, "x, "));
    buffer.changed(&insert(19, "[]"));
    assert_eq!(buffer.ask(20, None, "b", 2), Decision::Answer("b", known(20, "y])"), None));
    assert_eq!(buffer.ask(21, None, "b", 2), Decision::Start(2, 21, None), "the user is behind a closer");

    let mut buffer = in_flight();
    buffer.streamed(1, "f", 2);
    assert_eq!(buffer.changed(&insert(10, "f()")), None);
    assert_eq!(buffer.ask(12, None, "b", 2), join(1, "a"));
    buffer.streamed(1, "(x)", 2);
    assert_eq!(buffer.finished(1, raw("f(x)"), 2), Ended::Answer("b", generated(12, "x)")));
}

fn entry(text: &str, rest: &str) -> Option<Entry> {
    Some(Entry { selected: Selected { start: 8, text: text.to_owned() }, rest: rest.to_owned() })
}

#[test]
fn an_entry_of_the_menu_is_continued_or_asked_for() {
    let wanted = entry("x.retu", "retu");
    // "return" is another word than "retu", and "rex" another text.
    for other in [entry("x.retu", "retu"), entry("x.rex", "rex"), entry("x.returns", "returns")] {
        assert_eq!(remembered().ask(10, other, "b", 2), Decision::Start(2, 10, None));
    }
    let same = entry("x.return", "return");
    let answer = Known { entry: same.clone(), ..known(10, "return x") };
    assert_eq!(remembered().ask(10, same.clone(), "b", 2), Decision::Answer("b", answer, None));

    // A generation that was asked for without the entry is not waited for.
    let mut buffer = in_flight();
    let dropped = Some(Dropped { id: 1, waiting: Some("a") });
    assert_eq!(buffer.ask(10, wanted.clone(), "b", 2), Decision::Start(2, 10, dropped));
    assert_eq!(buffer.suggestions.entry(2), wanted.as_ref());
    assert_eq!(buffer.ask(10, wanted.clone(), "c", 3), join(2, "b"));
    let answer = Known { entry: wanted, ..generated(10, "retu(x)") };
    assert_eq!(buffer.finished(2, raw("retu(x)"), 3), Ended::Answer("c", answer));
    // Once the menu has closed, the same suggestion stands.
    assert_eq!(buffer.ask(10, None, "d", 4), Decision::Answer("d", known(10, "retu(x)"), None));
}

#[test]
fn what_is_known_ends_what_is_waited_for() {
    let mut buffer = remembered();
    buffer.ask(10, entry("x.pass", "pass"), "b", 2);
    let dropped = Some(Dropped { id: 2, waiting: Some("b") });
    assert_eq!(buffer.ask(10, None, "c", 3), Decision::Answer("c", known(10, "return x"), dropped));
}

#[test]
fn a_part_of_a_word_that_is_said_again_goes_with_its_tokens() {
    let mut buffer = in_flight();
    buffer.holds(1, " nu");
    let score = |solid, logprob| TokenScore { solid, logprob };
    let tokens = vec![score(2, 0.0), score(7, -0.5), score(8, -0.25)];
    let done = RawCompletion { tokens, ..raw(" numbers)") };
    let Ended::Answer("a", Known { answer: Answer::Generated(rest), .. }) = buffer.finished(1, done, 2) else {
        panic!("no answer")
    };
    assert_eq!((rest.text.as_str(), rest.tokens), ("mbers)", vec![score(5, -0.5), score(6, -0.25)]));
}
