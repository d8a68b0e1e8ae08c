use super::*;
use crate::completion::Kind;

fn raw(text: &str) -> RawCompletion {
    RawCompletion { text: text.to_owned(), kind: Kind::Line, tokens: Vec::new(), unfinished: false }
}

fn known(offset: usize, text: &str) -> Known {
    Known { offset, entry: None, answer: Answer::Generated(raw(text)) }
}

fn insert(at: usize, text: &str) -> Edit {
    Edit { range: at..at, text: text.to_owned() }
}

fn delete(range: std::ops::Range<usize>) -> Edit {
    Edit { range, text: String::new() }
}

/// A generation numbered 1 at offset 10, for which "a" waits.
fn in_flight() -> Suggestions<&'static str> {
    let mut suggestions = Suggestions::default();
    assert_eq!(suggestions.ask(10, None, "a", 1), Decision::Start(1, 10, None));
    suggestions
}

/// The text "return x" remembered at offset 10.
fn remembered() -> Suggestions<&'static str> {
    let mut suggestions = in_flight();
    assert_eq!(suggestions.finished(1, raw("return x"), 2), Ended::Answer("a", known(10, "return x")));
    suggestions
}

#[test]
fn a_remembered_suggestion_is_answered_again() {
    assert_eq!(remembered().ask(10, None, "b", 2), Decision::Answer("b", known(10, "return x"), None));
}

#[test]
fn typing_through_shortens_it_and_backspace_brings_it_back() {
    let mut suggestions = remembered();
    assert_eq!(suggestions.changed(&insert(10, "ret")), None);
    assert_eq!(suggestions.ask(13, None, "b", 2), Decision::Answer("b", known(13, "urn x"), None));
    suggestions.changed(&delete(11..13));
    assert_eq!(suggestions.ask(11, None, "b", 2), Decision::Answer("b", known(11, "eturn x"), None));
    suggestions.changed(&insert(11, "q"));
    assert_eq!(suggestions.known(12, None), None);
    suggestions.changed(&delete(11..12));
    assert_eq!(suggestions.ask(11, None, "b", 2), Decision::Answer("b", known(11, "eturn x"), None));
}

#[test]
fn a_space_that_the_model_says_again_is_not_what_is_typed() {
    let mut suggestions = in_flight();
    suggestions.holds(1, " ".to_owned(), Origin::default());
    assert_eq!(suggestions.streamed(1, " ret", 2), None);
    assert_eq!(suggestions.changed(&insert(10, "re")), None);
    assert_eq!(suggestions.ask(12, None, "b", 2), Decision::Join(Some("a")));
    assert_eq!(suggestions.finished(1, raw(" return x"), 2), Ended::Answer("b", known(12, "turn x")));
}

#[test]
fn an_accepted_suggestion_asks_for_more() {
    let mut suggestions = remembered();
    suggestions.changed(&insert(10, "return x"));
    assert_eq!(suggestions.ask(18, None, "b", 2), Decision::Start(2, 18, None));
}

#[test]
fn an_empty_suggestion_is_remembered_too() {
    let mut suggestions = in_flight();
    assert_eq!(suggestions.finished(1, raw(""), 2), Ended::Answer("a", known(10, "")));
    assert_eq!(suggestions.ask(10, None, "b", 2), Decision::Answer("b", known(10, ""), None));
}

#[test]
fn changes_elsewhere_forget_it() {
    for change in [insert(9, "x"), insert(11, "x"), delete(9..10), delete(10..11), delete(5..20)] {
        let mut suggestions = remembered();
        suggestions.changed(&change);
        assert_eq!(suggestions.ask(10, None, "b", 2), Decision::Start(2, 10, None), "{change:?}");

        let mut suggestions = in_flight();
        assert_eq!(suggestions.changed(&change), Some(Dropped { id: 1, waiting: Some("a") }), "{change:?}");
    }
}

#[test]
fn much_typing_forgets_it() {
    let mut suggestions = remembered();
    suggestions.changed(&insert(10, &"y".repeat(8 + SLACK + 1)));
    assert!(suggestions.cached.is_none());
}

#[test]
fn a_cut_through_a_character_forgets_it_instead_of_panicking() {
    let mut suggestions = remembered();
    suggestions.changed(&insert(10, "é"));
    suggestions.changed(&delete(10..11));
    assert_eq!(suggestions.ask(11, None, "b", 2), Decision::Start(2, 11, None));
}

#[test]
fn what_matches_the_stream_joins_the_flight() {
    let mut suggestions = in_flight();
    assert_eq!(suggestions.streamed(1, "retu", 2), None);
    assert_eq!(suggestions.changed(&insert(10, "re")), None);
    assert_eq!(suggestions.ask(12, None, "b", 2), Decision::Join(Some("a")));
    assert_eq!(suggestions.streamed(1, "rn", 2), None);
    assert_eq!(suggestions.finished(1, raw("return x"), 2), Ended::Answer("b", known(12, "turn x")));
}

#[test]
fn what_contradicts_the_stream_ends_the_flight() {
    let mut suggestions = in_flight();
    suggestions.streamed(1, "retu", 2);
    assert_eq!(suggestions.changed(&insert(10, "x")), Some(Dropped { id: 1, waiting: Some("a") }));
    assert_eq!(suggestions.ask(11, None, "b", 2), Decision::Start(2, 11, None));
}

#[test]
fn typing_ahead_of_the_stream_is_judged_when_it_arrives() {
    let mut suggestions = in_flight();
    suggestions.changed(&insert(10, "ra"));
    assert_eq!(suggestions.ask(12, None, "b", 2), Decision::Join(Some("a")));
    assert_eq!(suggestions.streamed(1, "r", 2), None);
    assert_eq!(suggestions.streamed(1, "e", 2), Some(Ended::Restart(2, 12)));
    assert!(suggestions.wants(2) && !suggestions.wants(1));
    assert_eq!(suggestions.finished(1, raw("return"), 3), Ended::Quiet, "the old generation is deaf now");
}

#[test]
fn typing_ahead_without_asking_again_gets_nothing() {
    let mut suggestions = in_flight();
    suggestions.changed(&insert(10, "ra"));
    assert_eq!(suggestions.streamed(1, "re", 2), Some(Ended::Nothing("a")));
    assert!(!suggestions.wants(1));
}

#[test]
fn typing_through_without_asking_again_gets_nothing_but_is_remembered() {
    let mut suggestions = in_flight();
    suggestions.changed(&insert(10, "r"));
    assert_eq!(suggestions.finished(1, raw("return x"), 2), Ended::Nothing("a"));
    assert_eq!(suggestions.ask(11, None, "b", 2), Decision::Answer("b", known(11, "eturn x"), None));
}

#[test]
fn typing_past_the_end_asks_again() {
    let mut suggestions = in_flight();
    suggestions.changed(&insert(10, "return xy"));
    assert_eq!(suggestions.ask(19, None, "b", 2), Decision::Join(Some("a")));
    assert_eq!(suggestions.finished(1, raw("return x"), 2), Ended::Restart(2, 19));
}

#[test]
fn another_place_supersedes() {
    let mut suggestions = in_flight();
    let dropped = Some(Dropped { id: 1, waiting: Some("a") });
    assert_eq!(suggestions.ask(3, None, "b", 2), Decision::Start(2, 3, dropped));
    let mut suggestions = remembered();
    assert_eq!(suggestions.ask(3, None, "b", 2), Decision::Start(2, 3, None));
    let dropped = Some(Dropped { id: 2, waiting: Some("b") });
    assert_eq!(suggestions.ask(10, None, "c", 3), Decision::Answer("c", known(10, "return x"), dropped));
}

#[test]
fn the_one_who_waits_may_go_away() {
    let mut suggestions = in_flight();
    assert_eq!(suggestions.cancelled(|waiting| *waiting == "b"), None);
    assert_eq!(suggestions.cancelled(|waiting| *waiting == "a"), Some(Dropped { id: 1, waiting: Some("a") }));
    assert!(!suggestions.wants(1));
}

#[test]
fn failure_hands_the_waiting_one_back() {
    let mut suggestions = in_flight();
    assert_eq!(suggestions.failed(7), None);
    assert_eq!(suggestions.failed(1), Some("a"));
    assert_eq!(suggestions.ask(10, None, "b", 2), Decision::Start(2, 10, None), "a failure is not remembered");
}

#[test]
fn a_late_engine_begins_where_the_user_is() {
    let mut suggestions = in_flight();
    suggestions.changed(&insert(10, "re"));
    assert_eq!(suggestions.restart(2), Ended::Nothing("a"), "the request was for another text");
    let mut suggestions = in_flight();
    suggestions.changed(&insert(10, "re"));
    suggestions.ask(12, None, "b", 2);
    assert_eq!(suggestions.restart(3), Ended::Restart(3, 12));
    assert_eq!(Suggestions::<&str>::default().restart(4), Ended::Quiet);
}

fn standing(offset: usize, text: &str) -> Known {
    Known { offset, entry: None, answer: Answer::Standing { text: text.to_owned(), confidence: Some(0.5) } }
}

#[test]
fn what_stands_and_still_fits_stays() {
    let mut suggestions = remembered();
    // The gate has shown a part of it.
    suggestions.shown(10, "return".to_owned(), Some(0.5));
    assert_eq!(suggestions.ask(10, None, "b", 2), Decision::Answer("b", standing(10, "return"), None));
    suggestions.changed(&insert(10, "re"));
    assert_eq!(suggestions.ask(12, None, "b", 2), Decision::Answer("b", standing(12, "turn"), None));
    // Once it is typed, the rest of the generation is looked at again.
    suggestions.changed(&insert(12, "turn"));
    assert_eq!(suggestions.ask(16, None, "b", 2), Decision::Answer("b", known(16, " x"), None));
    suggestions.changed(&delete(14..16));
    assert_eq!(suggestions.ask(14, None, "b", 2), Decision::Answer("b", standing(14, "rn"), None));
    suggestions.changed(&insert(14, "q"));
    assert_eq!(suggestions.ask(15, None, "b", 2), Decision::Start(2, 15, None));
}

#[test]
fn closers_that_the_editor_puts_behind_the_cursor_are_not_typed() {
    let mut suggestions = in_flight();
    suggestions.finished(1, raw("print(x, [y])"), 2);
    suggestions.changed(&insert(10, "print"));
    suggestions.changed(&insert(15, "()"));
    assert_eq!(suggestions.ask(16, None, "b", 2), Decision::Answer("b", known(16, "x, [y])"), None));
    suggestions.changed(&insert(16, "x, "));
    suggestions.changed(&insert(19, "[]"));
    assert_eq!(suggestions.ask(20, None, "b", 2), Decision::Answer("b", known(20, "y])"), None));
    assert_eq!(suggestions.ask(21, None, "b", 2), Decision::Start(2, 21, None), "the user is behind a closer");

    let mut suggestions = in_flight();
    suggestions.streamed(1, "f", 2);
    assert_eq!(suggestions.changed(&insert(10, "f()")), None);
    assert_eq!(suggestions.ask(12, None, "b", 2), Decision::Join(Some("a")));
    suggestions.streamed(1, "(x)", 2);
    assert_eq!(suggestions.finished(1, raw("f(x)"), 2), Ended::Answer("b", known(12, "x)")));
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
    let mut suggestions = in_flight();
    let dropped = Some(Dropped { id: 1, waiting: Some("a") });
    assert_eq!(suggestions.ask(10, wanted.clone(), "b", 2), Decision::Start(2, 10, dropped));
    assert_eq!(suggestions.entry(2), wanted.as_ref());
    assert_eq!(suggestions.ask(10, wanted.clone(), "c", 3), Decision::Join(Some("b")));
    let answer = Known { entry: wanted, ..known(10, "retu(x)") };
    assert_eq!(suggestions.finished(2, raw("retu(x)"), 3), Ended::Answer("c", answer));
    // Once the menu has closed, the same suggestion stands.
    assert_eq!(suggestions.ask(10, None, "d", 4), Decision::Answer("d", known(10, "retu(x)"), None));
}

#[test]
fn a_part_of_a_word_that_is_said_again_goes_with_its_tokens() {
    let mut suggestions = in_flight();
    suggestions.holds(1, " nu".to_owned(), Origin::default());
    let score = |solid, logprob| TokenScore { solid, logprob };
    let tokens = vec![score(2, 0.0), score(7, -0.5), score(8, -0.25)];
    let done = RawCompletion { tokens, ..raw(" numbers)") };
    let Ended::Answer("a", Known { answer: Answer::Generated(rest), .. }) = suggestions.finished(1, done, 2) else {
        panic!("no answer")
    };
    assert_eq!((rest.text.as_str(), rest.tokens), ("mbers)", vec![score(5, -0.5), score(6, -0.25)]));
}
