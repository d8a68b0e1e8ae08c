//! From events, as they are written, to keys and the pauses before them.

use std::time::Duration;

use super::{Key, Step};
use crate::cli::bench::numbers::Random;

/// One line of a trace after its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    /// A text that is typed, a key after the other.
    Type(String),
    /// A text that comes at once, from the clipboard or from a suggestion that is accepted.
    Put(String),
    Back(usize),
    Move {
        line: usize,
        column: Option<usize>,
    },
    Open(String),
    /// Milliseconds without a key.
    Wait(u64),
    /// From here on, milliseconds from key to key, on average.
    Pace(u64),
}

/// The milliseconds between two keys of somebody who types fluently.
const PACE: u64 = 120;

/// The keys of events, each with the line of the file that it is written on, and the time that is left behind the last
/// one. The same seed gives the same rhythm.
pub(super) fn steps(events: &[(usize, Event)], seed: u64) -> (Vec<Step>, Duration) {
    let mut typist = Typist { random: Random::new(seed), pace: PACE, waited: 0, steps: Vec::new() };
    for (line, event) in events {
        match event {
            Event::Type(text) => {
                keys(text).into_iter().for_each(|key| typist.press(*line, Key::Insert(key.to_owned())));
            }
            Event::Put(text) => typist.press(*line, Key::Insert(text.clone())),
            Event::Back(count) => (0..*count).for_each(|_| typist.press(*line, Key::Back)),
            Event::Move { line: to, column } => typist.press(*line, Key::Move { line: *to, column: *column }),
            Event::Open(name) => typist.press(*line, Key::Switch(name.clone())),
            Event::Wait(time) => typist.waited += time,
            Event::Pace(pace) => typist.pace = *pace,
        }
    }
    (typist.steps, Duration::from_millis(typist.waited))
}

struct Typist {
    random: Random,
    pace: u64,
    waited: u64,
    steps: Vec<Step>,
}

impl Typist {
    fn press(&mut self, line: usize, key: Key) {
        // People's keys come at half to one and a half times their average.
        let parts = 50 + self.random.below(101) as u64;
        let pause = Duration::from_millis(self.waited + self.pace * parts / 100);
        self.waited = 0;
        self.steps.push(Step { line, pause, key });
    }
}

/// The keys of a text: a character each, and a line end with the indentation that the editor adds to it.
fn keys(text: &str) -> Vec<&str> {
    let (mut keys, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        let length = if first == '\n' {
            1 + rest[1..].len() - rest[1..].trim_start_matches(' ').len()
        } else {
            first.len_utf8()
        };
        let (key, after) = rest.split_at(length);
        keys.push(key);
        rest = after;
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_end_brings_its_indentation() {
        assert_eq!(keys("é:\n    b\n\nc"), ["é", ":", "\n    ", "b", "\n", "\n", "c"]);
    }

    #[test]
    fn the_rhythm_is_human_and_the_same_each_time() {
        let events = [
            (3, Event::Type("ab".into())),
            (4, Event::Pace(10)),
            (5, Event::Wait(1000)),
            (6, Event::Back(2)),
            (7, Event::Put("x\ny".into())),
            (8, Event::Wait(70)),
        ];
        let (all, rest) = steps(&events, 1);
        assert_eq!((all.clone(), rest), steps(&events, 1));
        assert_ne!(all, steps(&events, 2).0);
        assert_eq!(rest, Duration::from_millis(70));
        let keys: Vec<_> = all.iter().map(|step| (step.line, step.key.clone())).collect();
        let insert = |text: &str| Key::Insert(text.to_owned());
        let expected = [(3, insert("a")), (3, insert("b")), (6, Key::Back), (6, Key::Back), (7, insert("x\ny"))];
        assert_eq!(keys, expected);
        for (step, (least, most)) in all.iter().zip([(60, 180), (60, 180), (1005, 1015), (5, 15), (5, 15)]) {
            assert!((least..=most).contains(&step.pause.as_millis()), "{step:?}");
        }
    }
}
