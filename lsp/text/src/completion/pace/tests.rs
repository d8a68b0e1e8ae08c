use super::*;
use crate::document::Document;
use crate::edit::Edit;
use crate::testing::cursor_in;

/// Inside a word with text behind it, where Tabby waits for three intervals.
const WORD: Spot = Spot { in_word: true, ends_line: false, ends_text: false };
/// Behind an operator at the end of the text, where it waits for one and a half.
const END: Spot = Spot { in_word: false, ends_line: true, ends_text: true };
const LINE_END: Spot = Spot { in_word: true, ends_line: true, ends_text: false };

const EAGER: Manner = Manner { eagerness: Eagerness::Eager, debounce: Debounce::Auto };
const CALM: Manner = Manner { eagerness: Eagerness::Calm, debounce: Debounce::Auto };
const ON_DEMAND: Manner = Manner { eagerness: Eagerness::OnDemand, debounce: Debounce::Auto };

const fn fixed(eagerness: Eagerness, delay: u64) -> Manner {
    Manner { eagerness, debounce: Debounce::Fixed(delay) }
}

/// An automatic request that needs the model.
const fn new(spot: Spot) -> Ask {
    Ask { invoked: false, known: false, spot }
}

/// A pace after `keys` keys that are `interval` milliseconds apart, and the time of the last.
fn typing(keys: usize, interval: u64) -> (Pace, u64) {
    let mut pace = Pace::default();
    let mut now = 1_000_000;
    for _ in 0..keys {
        now += interval;
        pace.typed(now, 1);
    }
    (pace, now)
}

/// A pace with one key and these dismissals, which end with the time that is returned.
fn dismissing(count: u64, apart: u64) -> (Pace, u64) {
    let (mut pace, mut now) = typing(1, 0);
    for _ in 0..count {
        pace.shown(now);
        now += apart;
        pace.dismissed(now);
    }
    pace.typed(now, 1);
    (pace, now)
}

#[test]
fn delays_follow_the_typist_and_the_model_within_bounds() {
    for (keys, interval, answers, spot, expected) in [
        // Too few keys to say how fast somebody is.
        (1, 0, &[][..], WORD, 600),
        (20, 100, &[], WORD, 600),
        (1, 0, &[], END, 300),
        (1, 0, &[], LINE_END, 480),
        (21, 100, &[], WORD, 300),
        (21, 100, &[], END, 150),
        (500, 150, &[], WORD, 450),
        // Nobody is taken to be faster than ten keys a second, or slower than two and a half.
        (50, 40, &[], WORD, 300),
        (50, 400, &[], WORD, 1000),
        (50, 401, &[], WORD, 600),
        (50, 400, &[], END, 600),
        // What the model takes is taken off, down to the lower bound.
        (50, 200, &[120], WORD, 480),
        (50, 200, &[120, 130, 5000], WORD, 470),
        (50, 200, &[700, 800, 900], WORD, 100),
        (50, 200, &[900, 900, 900, 20, 20, 20, 20, 20, 20, 20, 20], WORD, 580),
    ] {
        let (mut pace, now) = typing(keys, interval);
        answers.iter().for_each(|answer| pace.responded(*answer));
        assert_eq!(pace.decide(&new(spot), EAGER, now), Decision::After(expected), "{keys} {interval} {answers:?}");
    }
}

#[test]
fn changes_that_are_no_typing_do_not_count_as_typing() {
    for (step, keys, expected) in [
        // Held back by the client: three keys in 150 ms are one in 50, and two one in 75.
        (150, 3, 300),
        (300, 2, 450),
        (300, 1, 900),
        // A bracket that the editor closes, what is pasted, and what a formatter does.
        (5, 1, 600),
        (150, 9, 600),
        (150, 0, 600),
    ] {
        let (mut pace, mut now) = typing(1, 0);
        for _ in 0..100 {
            now += step;
            pace.typed(now, keys);
        }
        assert_eq!(pace.decide(&new(WORD), EAGER, now), Decision::After(expected), "{keys} every {step} ms");
    }
}

#[test]
fn delays_count_from_the_last_key() {
    let (mut pace, now) = typing(50, 200);
    // A client that waited by itself waits for the rest only.
    for (passed, expected) in [(0, 600), (75, 525), (200, 400), (600, 0), (1_000_000, 0)] {
        assert_eq!(pace.decide(&new(WORD), EAGER, now + passed), Decision::After(expected), "{passed}");
    }
    pace.moved(now + 300);
    assert_eq!(pace.decide(&new(WORD), EAGER, now + 400), Decision::After(500));
    // A clock that does not go forward is none, and yet no harm.
    assert_eq!(pace.decide(&new(WORD), EAGER, 0), Decision::After(600));
    // Nothing has been typed at all: there is no typing to wait for the end of.
    assert_eq!(Pace::default().decide(&new(WORD), EAGER, 5), Decision::After(0));
}

#[test]
fn who_asks_for_what_decides() {
    use Decision::{After, Refused};
    let (mut pace, now) = typing(50, 200);
    let asks = |spot| {
        [(false, false), (false, true), (true, false), (true, true)].map(|(invoked, known)| Ask {
            invoked,
            known,
            spot,
        })
    };
    for (manner, spot, automatic) in [
        (EAGER, WORD, After(600)),
        (EAGER, END, After(300)),
        (fixed(Eagerness::Eager, 0), WORD, After(0)),
        (fixed(Eagerness::Eager, 5000), END, After(5000)),
        (CALM, WORD, Refused(Refusal::InsideLine)),
        (CALM, LINE_END, After(700)),
        (CALM, END, After(700)),
        (fixed(Eagerness::Calm, 250), END, After(250)),
        (fixed(Eagerness::Calm, 250), WORD, Refused(Refusal::InsideLine)),
        (ON_DEMAND, END, Refused(Refusal::OnDemand)),
        (fixed(Eagerness::OnDemand, 0), END, Refused(Refusal::OnDemand)),
    ] {
        let decided = asks(spot).map(|ask| pace.decide(&ask, manner, now));
        assert_eq!(decided, [automatic, After(0), After(0), After(0)], "{manner:?} {spot:?}");
    }
    pace.snooze(now + 60_000);
    for manner in [EAGER, CALM, ON_DEMAND, fixed(Eagerness::Eager, 0)] {
        let snoozed = Refused(Refusal::Snoozed { left: 60_000 });
        let decided = asks(END).map(|ask| pace.decide(&ask, manner, now));
        assert_eq!(decided, [snoozed, snoozed, After(0), After(0)], "{manner:?}");
    }
}

#[test]
fn a_slow_typist_s_pause_is_the_longer_of_the_two() {
    let (pace, now) = typing(50, 400);
    assert_eq!(pace.decide(&new(LINE_END), CALM, now), Decision::After(960));
}

#[test]
fn suggestions_come_again_when_they_were_put_off_until() {
    let mut pace = Pace::default();
    assert_eq!(pace.snoozed(0), None);
    pace.snooze(500);
    for (now, left) in [(0, Some(500)), (499, Some(1)), (500, None), (501, None)] {
        assert_eq!(pace.snoozed(now), left, "{now}");
        assert_eq!(pace.decide(&new(END), EAGER, now) == Decision::After(0), left.is_none(), "{now}");
    }
    pace.snooze(900);
    assert_eq!(pace.snoozed(600), Some(300));
    pace.wake();
    assert_eq!(pace.snoozed(600), None);
}

#[test]
fn dismissals_in_a_row_raise_the_delay() {
    for (count, manner, spot, expected) in [
        (0, EAGER, END, 300),
        (5, EAGER, END, 300),
        (6, EAGER, END, 450),
        (7, EAGER, END, 675),
        (8, EAGER, END, 1012),
        (10, EAGER, END, 2275),
        // No more are remembered than that.
        (1000, EAGER, END, 2275),
        (10, EAGER, WORD, 3000),
        (6, CALM, END, 1050),
        (10, CALM, END, 3000),
        // No delay at all is raised as well, and a delay of the user's that is longer than any is left.
        (5, fixed(Eagerness::Eager, 0), END, 0),
        (6, fixed(Eagerness::Eager, 0), END, 150),
        (10, fixed(Eagerness::Eager, 5000), END, 5000),
    ] {
        let (pace, now) = dismissing(count, 250);
        assert_eq!(pace.decide(&new(spot), manner, now), Decision::After(expected), "{count} {manner:?} {spot:?}");
    }
}

#[test]
fn acceptances_and_time_lower_it_again() {
    let (pace, now) = dismissing(10, 250);
    let after = |pace: &Pace, passed: u64| {
        let mut pace = pace.clone();
        pace.typed(now + passed, 1);
        pace.decide(&new(END), EAGER, now + passed)
    };
    // 300 ms times up to 1.5, 1.3 or 1.2 for each of five.
    for (minutes, expected) in [(0, 2275), (5, 1127), (9, 756), (10, 300), (100, 300)] {
        assert_eq!(after(&pace, minutes * 60_000), Decision::After(expected), "{minutes} minutes");
    }
    let mut liked = pace;
    liked.shown(now);
    liked.accepted();
    assert_eq!(after(&liked, 0), Decision::After(300));
    // It takes a whole row again.
    for n in 1..=6 {
        liked.shown(now);
        liked.dismissed(now + 250);
        assert_eq!(after(&liked, 250) == Decision::After(300), n <= 5, "{n}");
    }
}

#[test]
fn what_nobody_can_have_read_or_seen_is_not_dismissed() {
    let (mut pace, mut now) = typing(1, 0);
    for _ in 0..20 {
        pace.shown(now);
        now += 249;
        pace.dismissed(now);
        // There is nothing to dismiss any more.
        now += 1000;
        pace.dismissed(now);
    }
    assert_eq!(pace.decide(&new(END), EAGER, now), Decision::After(0));
    pace.typed(now, 1);
    assert_eq!(pace.decide(&new(END), EAGER, now), Decision::After(300));
    // Shown again while it is typed, a suggestion stands since it was shown first, and is dismissed once.
    for n in 1..=6 {
        (0..5).for_each(|step| pace.shown(now + step * 100));
        now += 500;
        pace.dismissed(now);
        pace.typed(now, 1);
        assert_eq!(pace.decide(&new(END), EAGER, now) == Decision::After(300), n <= 5, "{n}");
    }
}

#[test]
fn places_are_told_apart() {
    let far = format!("x = 1$0{}y", " ".repeat(1000));
    let below = format!("x = 1$0\n{}y", " ".repeat(1000));
    for (text, in_word, ends_line, ends_text) in [
        ("$0", false, true, true),
        ("x$0", true, true, true),
        ("x_$0", true, true, true),
        ("caf\u{e9}$0", true, true, true),
        ("x = $0", false, true, true),
        ("x = $0  \n\n", false, true, true),
        ("x = $0\ny", false, true, false),
        ("x = $0\r\ny", false, true, false),
        ("x = $0 \t\ry", false, true, false),
        ("f($0)", false, false, false),
        ("f(a$0)\n", true, false, false),
        ("x = $0 # c", false, false, false),
        ("\n$0\ny", false, true, false),
        ("    $0x", false, false, false),
        (&far, true, false, false),
        (&below, true, true, false),
    ] {
        let (document, offset) = cursor_in(text, |text| Document::new(text, 1));
        let expected = Spot { in_word, ends_line, ends_text };
        assert_eq!(Spot::of(&document, offset), expected, "{text:?}");
    }
    let document = Document::new("\u{e9}", 1);
    assert_eq!(Spot::of(&document, 1), Spot { in_word: false, ends_line: false, ends_text: false });
    assert_eq!(Spot::of(&document, 99), Spot { in_word: true, ends_line: true, ends_text: true });
}

#[test]
fn refusals_say_why() {
    for (refusal, text) in [
        (Refusal::Snoozed { left: 1 }, "suggestions are put off for another 1 s"),
        (Refusal::Snoozed { left: 60_001 }, "suggestions are put off for another 61 s"),
        (Refusal::OnDemand, "suggestions come on demand only"),
        (Refusal::InsideLine, "suggestions come at the ends of lines only"),
    ] {
        assert_eq!(refusal.to_string(), text);
    }
}

#[test]
fn eagerness_is_ordered_by_how_much_comes() {
    assert!(Eagerness::ALL.is_sorted());
    assert_eq!(Eagerness::ALL.map(Eagerness::name), ["eager", "calm", "onDemand"]);
    assert_eq!(Manner::default(), EAGER);
}

#[test]
fn what_is_watched_counts() {
    let (mut pace, now) = dismissing(5, 250);
    for (typed, expected) in [("no", 450), ("yes", 300)] {
        let mut watch = Watch::default();
        watch.shown(10, "yes");
        pace.shown(now - 1000);
        let typed = Edit { range: 10..10, text: typed.to_owned() };
        pace.ended(watch.changed(&typed).unwrap(), now);
        assert_eq!(pace.decide(&new(END), EAGER, now), Decision::After(expected), "{typed:?}");
    }
}
