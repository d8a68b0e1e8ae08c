//! What is told of long work while it is done.

use std::time::Duration;

/// The time between two lines about it where there is no terminal.
pub const SILENCE: Duration = Duration::from_secs(15);

/// A duration in words, rounded to seconds below 90 s, then to minutes below 90 min, then to tenths of an hour.
#[must_use]
pub fn duration(seconds: f64) -> String {
    match seconds {
        short if short < 90.0 => format!("{short:.0} s"),
        medium if medium < 90.0 * 60.0 => format!("{:.0} min", medium / 60.0),
        long => format!("{:.1} h", long / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let table = [(0.2, "0 s"), (89.0, "89 s"), (90.0, "2 min"), (3000.0, "50 min"), (5400.0, "1.5 h")];
        for (seconds, expected) in table {
            assert_eq!(duration(seconds), expected);
        }
    }
}
