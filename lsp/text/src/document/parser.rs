//! Tree-sitter with a budget. Parsing broken text costs up to a hundred times what parsing whole text does, and an
//! editor's text is broken most of the time.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ropey::Rope;
use tree_sitter::{ParseOptions, ParseState, Parser, Point, Tree};

use crate::document::scanner::Scanner;

/// The budget of a parse: `steps` in any case, and more of them as long as they take no more than `time`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Reports of the parser's progress, one for every hundred of its operations. A step is about 70 bytes of text. It
    /// takes 5 to 20 microseconds of whole or 60 to 200 of broken code; below a statement, each comment makes the
    /// scanner look at all comments after it.
    pub steps: usize,
    /// Processor time of the thread, so that other load on the machine changes nothing.
    pub time: Duration,
}

impl Budget {
    /// No limit.
    pub const UNLIMITED: Self = Self { steps: usize::MAX, time: Duration::MAX };
}

/// The rest of a [`Budget`], for one parse or several.
pub struct Meter<'c> {
    budget: Budget,
    steps: usize,
    time: Duration,
    cancelled: Option<&'c AtomicBool>,
}

impl<'c> Meter<'c> {
    /// A meter with its whole budget.
    #[must_use]
    pub fn new(budget: Budget) -> Self {
        Self { budget, steps: 0, time: Duration::ZERO, cancelled: None }
    }

    /// The same meter, used up at once when `cancelled` becomes true.
    #[must_use]
    pub fn until(self, cancelled: &'c AtomicBool) -> Self {
        Self { cancelled: Some(cancelled), ..self }
    }

    /// The number of steps made so far.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Whether the budget is used up.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.is_cancelled() || (self.steps > self.budget.steps && self.time >= self.budget.time)
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.is_some_and(|cancelled| cancelled.load(Ordering::Relaxed))
    }
}

/// The processor time that this thread has used.
#[cfg(unix)]
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let part = |value: i64| u64::try_from(value).unwrap_or_default();
    Duration::from_secs(part(time.tv_sec)) + Duration::from_nanos(part(time.tv_nsec))
}

#[cfg(not(unix))]
fn processor_time() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}

thread_local! {
    static PARSER: RefCell<Parser> = RefCell::new(python_parser());
}

#[allow(clippy::expect_used)]
fn python_parser() -> Parser {
    let mut parser = Parser::new();
    // Fails only if the two crates were built for different tree-sitter ABIs: then no test passes either.
    parser.set_language(&tree_sitter_python::LANGUAGE.into()).expect("tree-sitter-python fits tree-sitter");
    parser
}

/// Parses `rope`, reusing the `old` tree, which must have been edited as the text was. `None` if the meter ran out.
pub(super) fn parse(rope: &Rope, old: Option<&Tree>, meter: &mut Meter) -> Option<Tree> {
    if meter.is_spent() {
        return None;
    }
    let length = rope.len_bytes();
    let mut read = |byte: usize, _: Point| -> &[u8] {
        if byte >= length {
            return &[];
        }
        let (chunk, start, ..) = rope.chunk_at_byte(byte);
        chunk.as_bytes().get(byte - start..).unwrap_or_default()
    };
    let (began, before) = (processor_time(), meter.time);
    let mut progress = |_: &ParseState| {
        meter.steps += 1;
        // The clock is read only where it decides.
        if meter.steps > meter.budget.steps {
            meter.time = before + processor_time().saturating_sub(began);
        }
        if meter.is_spent() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let tree = PARSER.with_borrow_mut(|parser| {
        let tree =
            parser.parse_with_options(&mut read, old, Some(ParseOptions::new().progress_callback(&mut progress)));
        if tree.is_none() {
            // Otherwise the next parse would resume this one.
            parser.reset();
        }
        tree
    });
    meter.time = before + processor_time().saturating_sub(began);
    tree
}

/// Parses a text that is in no document, without limits.
#[allow(clippy::expect_used)]
#[must_use]
pub(crate) fn parse_text(text: &str) -> Tree {
    // `None` comes only from a parser without language, or from a meter that runs out; neither is the case.
    parse(&Rope::from_str(text), None, &mut Meter::new(Budget::UNLIMITED)).expect("the budget is unlimited")
}

/// Brackets in brackets in a text that is still parsed. Python itself refuses more than 200, and tree-sitter takes 180
/// bytes for each that is never closed.
const DEEPEST: usize = 500;

/// Words that no statement inside brackets begins with: an unclosed bracket above such a line is an error that ends
/// there.
const BEGINNINGS: [&str; 6] = ["def ", "class ", "async def ", "import ", "from ", "@"];

/// Whether more than [`DEEPEST`] brackets are open at some place.
pub(super) fn is_too_deep(chunks: &mut dyn Iterator<Item = &str>) -> bool {
    let (mut scanner, mut words) = (Scanner::default(), String::new());
    // Whether nothing but the beginning of its first words has been seen of the line.
    let mut first = true;
    for char in chunks.flat_map(str::chars) {
        scanner.push(char);
        if char == '\n' {
            first = true;
            words.clear();
        } else if first && !(words.is_empty() && char.is_whitespace()) {
            words.push(char);
            let begins = BEGINNINGS.contains(&words.as_str());
            if begins && !scanner.in_string() {
                scanner.depth = 0;
            }
            first = !begins && BEGINNINGS.iter().any(|beginning| beginning.starts_with(words.as_str()));
        }
        if scanner.depth > DEEPEST {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {

    use super::*;

    const STEPS: fn(usize) -> Budget = |steps| Budget { steps, time: Duration::ZERO };

    #[test]
    fn a_parse_ends_with_its_budget_and_leaves_nothing_behind() {
        let rope = Rope::from_str(&"def f(a, b:\n    return [a\n\n".repeat(200));
        let mut whole = Meter::new(Budget::UNLIMITED);
        let tree = parse(&rope, None, &mut whole).unwrap();
        assert!(whole.steps() > 20, "{}", whole.steps());
        for steps in [0, 1, whole.steps() / 2] {
            let mut meter = Meter::new(STEPS(steps));
            assert!(parse(&rope, None, &mut meter).is_none(), "{steps}");
            assert_eq!(meter.steps(), steps + 1);
            assert!(meter.is_spent());
            // The next parse of the thread starts from scratch.
            let other = parse(&Rope::from_str("x = 1\n"), None, &mut Meter::new(Budget::UNLIMITED)).unwrap();
            assert_eq!(other.root_node().to_sexp(), parse_text("x = 1\n").root_node().to_sexp());
        }
        let again = parse(&rope, None, &mut Meter::new(STEPS(whole.steps()))).unwrap();
        assert_eq!(again.root_node().to_sexp(), tree.root_node().to_sexp());
    }

    #[test]
    fn several_parses_share_a_budget() {
        let rope = Rope::from_str(&"x = [1, 2, 3]\n".repeat(100));
        let mut one = Meter::new(Budget::UNLIMITED);
        parse(&rope, None, &mut one).unwrap();
        let mut meter = Meter::new(STEPS(one.steps() * 2 + 1));
        let parsed = (0..5).filter(|_| parse(&rope, None, &mut meter).is_some()).count();
        assert_eq!(parsed, 2);
    }

    #[test]
    fn a_cancelled_parse_ends() {
        let cancelled = AtomicBool::new(true);
        let mut meter = Meter::new(Budget::UNLIMITED).until(&cancelled);
        assert!(parse(&Rope::from_str("x = 1\n"), None, &mut meter).is_none());
    }

    #[test]
    fn what_is_nested_too_deep() {
        let deep = |text: &str| is_too_deep(&mut std::iter::once(text));
        for (text, expected) in [
            ("x = 1\n".repeat(10_000), false),
            ("(".repeat(DEEPEST), false),
            ("(".repeat(DEEPEST + 1), true),
            ("f(\n".repeat(DEEPEST + 1), true),
            (format!("{}{}", "(".repeat(DEEPEST), ")".repeat(DEEPEST)).repeat(3), false),
            ("# (\n".repeat(1000), false),
            ("x = '('\n".repeat(1000), false),
            ("x = [\n    ':(',\n]\n".repeat(1000), false),
            // Broken functions, one below the other.
            ("def f(a, b:\n    return [a\n".repeat(1000), false),
            ("    async def f(a, b:\n        return [a\n".repeat(1000), false),
            ("    default(\n".repeat(1000), true),
        ] {
            assert_eq!(deep(&text), expected, "{:?}", text.get(..40));
        }
    }
}
