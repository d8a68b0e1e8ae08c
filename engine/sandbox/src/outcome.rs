//! Classifies a program's wait status and standard error. Pure.

use std::time::Duration;

use super::Outcome;

/// Maximum length of an exception's line, in characters.
const LINE: usize = 1000;

/// Returns how the program ended, from its wait status, the processor time it used and was allowed, and its standard
/// error.
pub(super) fn classify_exit(status: i32, used: Duration, allowed: Duration, stderr: &str) -> Outcome {
    // Every system that has a wait status encodes it in this way.
    let (signal, code) = (status & 0x7f, (status >> 8) & 0xff);
    match (signal, code) {
        (0, 0) => Outcome::Passed,
        (0, 1) => match exception(stderr) {
            Some(line) if is_memory_error(line) => Outcome::OutOfMemory,
            Some(line) => Outcome::Raised(line.chars().take(LINE).collect()),
            None => Outcome::Exited(1),
        },
        (0, code) => Outcome::Exited(code),
        // The interpreter prints this exception and then ends itself with the signal, as if it had not caught it.
        (libc::SIGINT, _) if exception(stderr).is_some_and(|line| line.starts_with("KeyboardInterrupt")) => {
            Outcome::Raised("KeyboardInterrupt".to_owned())
        }
        (libc::SIGXCPU, _) => Outcome::OutOfCpu,
        (libc::SIGKILL, _) if used >= allowed => Outcome::OutOfCpu,
        (libc::SIGABRT, _) if ["bad_alloc", "MemoryError", "out of memory"].iter().any(|w| stderr.contains(w)) => {
            Outcome::OutOfMemory
        }
        (signal, _) => Outcome::Killed(signal),
    }
}

/// Whether the exception is a `MemoryError` or a library's own, such as numpy's `_ArrayMemoryError`.
fn is_memory_error(line: &str) -> bool {
    line.split(':').next().is_some_and(|kind| kind.ends_with("MemoryError"))
}

/// Returns the line that names the exception in the last traceback. It is not always the last line, because a message
/// may have several.
fn exception(stderr: &str) -> Option<&str> {
    const HEADER: &str = "Traceback (most recent call last):";
    const GROUP: &str = "  + Exception Group Traceback (most recent call last):";
    let lines: Vec<&str> = stderr.lines().collect();
    let Some(header) = lines.iter().rposition(|line| *line == HEADER || *line == GROUP) else {
        return syntax_error(&lines);
    };
    let margin = if lines[header] == GROUP { "  | " } else { "" };
    let line = lines[header + 1..].iter().find_map(|line| {
        let line = line.strip_prefix(margin)?;
        (!line.starts_with(' ')).then_some(line)
    });
    line.filter(|line| names_exception(line))
}

/// Returns the compiler's error, which has no traceback because there are no calls yet.
fn syntax_error<'a>(lines: &[&'a str]) -> Option<&'a str> {
    let is_error =
        |line: &&&str| ["SyntaxError:", "IndentationError:", "TabError:"].iter().any(|e| line.starts_with(e));
    let place = lines.iter().any(|line| line.starts_with("  File \""));
    // Source that cannot be read has no place either, and no program has run that could have printed more.
    lines.iter().rfind(is_error).filter(|_| place || lines.len() == 1).copied()
}

/// Whether a line is a dotted name, alone or before a colon.
fn names_exception(line: &str) -> bool {
    let name = line.split_once(':').map_or(line, |(name, _)| name);
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.') || name.contains("<locals>")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: i32, stderr: &str) -> Outcome {
        classify_exit(status, Duration::from_secs(1), Duration::from_secs(5), stderr)
    }

    fn raised(stderr: &str) -> Option<String> {
        match of(1 << 8, stderr) {
            Outcome::Raised(line) => Some(line),
            Outcome::Exited(1) => None,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_status_alone_says_how_it_ended_unless_a_traceback_says_more() {
        assert_eq!(of(0, "Traceback (most recent call last):\n  File\nValueError"), Outcome::Passed);
        assert_eq!(of(3 << 8, ""), Outcome::Exited(3));
        assert_eq!(of(1 << 8, "no such thing\n"), Outcome::Exited(1));
        assert_eq!(of(libc::SIGSEGV, ""), Outcome::Killed(11));
        assert_eq!(of(libc::SIGSEGV | 0x80, ""), Outcome::Killed(11));
        assert_eq!(of(libc::SIGINT, ""), Outcome::Killed(2));
        assert_eq!(of(libc::SIGXCPU, ""), Outcome::OutOfCpu);
        assert_eq!(of(libc::SIGKILL, ""), Outcome::Killed(9));
        assert_eq!(classify_exit(libc::SIGKILL, Duration::from_secs(6), Duration::from_secs(5), ""), Outcome::OutOfCpu);
        assert_eq!(of(libc::SIGABRT, "terminate called after throwing 'std::bad_alloc'"), Outcome::OutOfMemory);
    }

    #[test]
    fn the_exception_is_found_in_every_kind_of_traceback() {
        let frames = "Traceback (most recent call last):\n  File \"/p.py\", line 1, in <module>\n    f()\n    ^^^\n";
        let cases = [
            (format!("{frames}ValueError: no"), Some("ValueError: no")),
            (format!("{frames}KeyboardInterrupt\n"), Some("KeyboardInterrupt")),
            (format!("{frames}__main__.Odd: 1\n"), Some("__main__.Odd: 1")),
            (format!("{frames}AssertionError: 1 != 2\n\nFirst differs:\n1\n"), Some("AssertionError: 1 != 2")),
            (format!("{frames}KeyError: 1\n\nDuring handling:\n\n{frames}OSError: 2\n"), Some("OSError: 2")),
            (format!("{frames}nothing that names: an exception\n"), None),
            (frames.to_owned(), None),
            ("  File \"/p.py\", line 1\n    x = = 1\n        ^\nSyntaxError: invalid syntax\n".into(), Some("SyntaxError: invalid syntax")),
            ("SyntaxError: source code cannot contain null bytes\n".into(), Some("SyntaxError: source code cannot contain null bytes")),
            ("a\nSyntaxError: as a word of the program's\n".into(), None),
            (
                "  + Exception Group Traceback (most recent call last):\n  |   File \"/p.py\", line 1, in <module>\n  |     raise\n  | ExceptionGroup: two (2 sub-exceptions)\n  +-+---------------- 1 ----------------\n    | ValueError: a\n".into(),
                Some("ExceptionGroup: two (2 sub-exceptions)"),
            ),
        ];
        for (stderr, expected) in cases {
            assert_eq!(raised(&stderr).as_deref(), expected, "{stderr}");
        }
    }

    #[test]
    fn running_out_of_memory_is_told_from_other_exceptions() {
        let frames = "Traceback (most recent call last):\n  File \"/p.py\", line 1, in <module>\n";
        assert_eq!(of(1 << 8, &format!("{frames}MemoryError\n")), Outcome::OutOfMemory);
        assert_eq!(of(1 << 8, &format!("{frames}numpy._ArrayMemoryError: 8 GiB\n")), Outcome::OutOfMemory);
        assert_eq!(raised(&format!("{frames}ValueError: MemoryError\n")).as_deref(), Some("ValueError: MemoryError"));
    }
}
