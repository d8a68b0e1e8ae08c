//! Days, as the counts are kept by.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A day in UTC, as `2026-01-31`. Days compare as their names do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(String);

impl Day {
    /// The day of a time.
    #[must_use]
    pub fn of(time: SystemTime) -> Self {
        let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self::numbered(seconds / 86_400)
    }

    /// The day, so many days after 1970-01-01.
    fn numbered(number: u64) -> Self {
        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days. Years begin in March.
        let days = number + 719_468;
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        Self(format!("{year:04}-{month:02}-{day:02}"))
    }

    /// The first of the `days` days that end with the day of `time`.
    #[must_use]
    pub fn first_of(days: u64, time: SystemTime) -> Self {
        let back = Duration::from_secs(days.saturating_sub(1).saturating_mul(86_400));
        Self::of(time.checked_sub(back).unwrap_or(UNIX_EPOCH))
    }

    /// The day's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }

    /// The day of that name, if it looks like one.
    #[must_use]
    pub fn of_name(day: &str) -> Option<Self> {
        let digits = |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
        let mut parts = day.split('-');
        let is_day = digits(parts.next()?, 4) && digits(parts.next()?, 2) && digits(parts.next()?, 2);
        (is_day && parts.next().is_none()).then(|| Self(day.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(days: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(days * 86_400 + 86_399)
    }

    #[test]
    fn the_calendar() {
        for (days, name) in [
            (0, "1970-01-01"),
            (31, "1970-02-01"),
            (789, "1972-02-29"),
            (790, "1972-03-01"),
            (11_016, "2000-02-29"),
            (11_322, "2000-12-31"),
            (20_454, "2026-01-01"),
            (47_540, "2100-02-28"),
            (47_541, "2100-03-01"),
        ] {
            let day = Day::of(at(days));
            assert_eq!(day.name(), name, "{days}");
            assert_eq!(Day::of_name(name), Some(day));
        }
        assert_eq!(Day::of(UNIX_EPOCH - Duration::from_secs(1)).name(), "1970-01-01");
    }

    #[test]
    fn the_first_of_some_days() {
        for (days, name) in [(0, "1972-02-29"), (1, "1972-02-29"), (2, "1972-02-28"), (30, "1972-01-31")] {
            assert_eq!(Day::first_of(days, at(789)).name(), name, "{days}");
        }
        assert_eq!(Day::first_of(u64::MAX, at(789)).name(), "1970-01-01");
    }

    #[test]
    fn other_names() {
        for name in ["", "2026-1-1", "2026-01-01-01", "2026-01", "x026-01-01", "2026-01-01.json", "\u{663}026-01-01"] {
            assert_eq!(Day::of_name(name), None, "{name:?}");
        }
    }
}
