//! Maps values to positions in a picture.

/// Steps between the ticks of an axis of rates.
const STEPS: [f64; 6] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25];
/// Maximum number of ticks of such an axis, not counting zero.
const TICKS: f64 = 5.0;

/// An axis: which values it shows, and where.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    /// The least and the greatest value.
    values: (f64, f64),
    /// The positions of these values, in the picture's units.
    places: (f64, f64),
    logarithmic: bool,
    /// Values to label, with their labels.
    pub(super) ticks: Vec<(f64, String)>,
}

impl Axis {
    /// An axis of rates, from 0 to a round number that is at least `greatest`, in per cent.
    pub(super) fn rates(greatest: f64, places: (f64, f64)) -> Self {
        let greatest = greatest.clamp(0.01, 1.0);
        let step = STEPS.into_iter().find(|step| greatest <= step * TICKS + 1e-9).unwrap_or(0.25);
        let count = (greatest / step - 1e-9).ceil().max(1.0);
        let tick = |index: u32| (f64::from(index) * step, format!("{:.0} %", 100.0 * f64::from(index) * step));
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let ticks = (0..=count as u32).map(tick).collect();
        Self { values: (0.0, count * step), places, logarithmic: false, ticks }
    }

    /// Returns a logarithmic axis of numbers above zero, with the given `ticks` or else round ones.
    pub(super) fn factors(values: &[f64], ticks: Option<Vec<f64>>, places: (f64, f64)) -> Self {
        let positive = || values.iter().copied().filter(|value| value.is_finite() && *value > 0.0);
        let least = positive().fold(f64::INFINITY, f64::min);
        let (least, greatest) = if least.is_finite() { (least, positive().fold(least, f64::max)) } else { (1.0, 10.0) };
        // Room at both sides, and something to show where all values are the same.
        let room = (greatest / least).powf(0.05).max(1.05);
        let (low, high) = (least / room, greatest * room);
        let round = || {
            let exponents = -12..=12;
            let all = exponents.flat_map(|exponent| [1.0, 2.0, 5.0].map(|digit| digit * 10_f64.powi(exponent)));
            let all: Vec<f64> = all.filter(|tick| (low..=high).contains(tick)).collect();
            // Of many decades, the whole ones are enough; of less than one, its ends are named.
            let decades: Vec<f64> =
                all.iter().copied().filter(|tick| (tick.log10() - tick.log10().round()).abs() < 1e-9).collect();
            match (all.len(), decades.len()) {
                (0..=1, _) => vec![least, greatest],
                (_, 4..) => decades,
                _ => all,
            }
        };
        let mut ticks = ticks.unwrap_or_else(round);
        ticks.dedup();
        let ticks = ticks.into_iter().map(|tick| (tick, number(tick))).collect();
        Self { values: (low, high), places, logarithmic: true, ticks }
    }

    /// An axis with a place for each of `names`, at 0, 1, 2 and so on.
    pub(super) fn names(names: &[String], places: (f64, f64)) -> Self {
        let ticks: Vec<(f64, String)> = (0_u32..).map(f64::from).zip(names.iter().cloned()).collect();
        let last = ticks.last().map_or(0.0, |&(last, _)| last);
        Self { values: (-0.5, last + 0.5), places, logarithmic: false, ticks }
    }

    /// Returns the position of a value; a value beyond an end is placed at that end.
    pub(super) fn place(&self, value: f64) -> f64 {
        let scale = |value: f64| if self.logarithmic { value.max(f64::MIN_POSITIVE).ln() } else { value };
        let (low, high) = (scale(self.values.0), scale(self.values.1));
        let share = ((scale(value) - low) / (high - low)).clamp(0.0, 1.0);
        self.places.0 + share * (self.places.1 - self.places.0)
    }

    /// The positions of its two ends.
    pub(super) fn ends(&self) -> (f64, f64) {
        self.places
    }
}

/// Returns a tick's label, without trailing zeros.
fn number(value: f64) -> String {
    if (0.01..1e6).contains(&value) {
        let text = format!("{value:.2}");
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    format!("{value:.0e}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, name)| name.as_str()).collect()
    }

    #[test]
    fn rates_have_round_ticks() {
        for (greatest, expected) in [
            (0.0, "0 %, 1 %"),
            (0.034, "0 %, 1 %, 2 %, 3 %, 4 %"),
            (0.3, "0 %, 10 %, 20 %, 30 %"),
            (0.31, "0 %, 10 %, 20 %, 30 %, 40 %"),
            (1.0, "0 %, 20 %, 40 %, 60 %, 80 %, 100 %"),
            (7.0, "0 %, 20 %, 40 %, 60 %, 80 %, 100 %"),
        ] {
            assert_eq!(names(&Axis::rates(greatest, (0.0, 1.0))).join(", "), expected);
        }
        let axis = Axis::rates(0.8, (100.0, 0.0));
        assert_eq!([0.0, 0.4, 0.8, 9.0].map(|value| axis.place(value).round()), [100.0, 50.0, 0.0, 0.0]);
    }

    #[test]
    fn factors_are_equally_far_apart() {
        let axis = Axis::factors(&[1.0, 100.0], None, (0.0, 120.0));
        assert_eq!(names(&axis), ["1", "2", "5", "10", "20", "50", "100"]);
        assert!((axis.place(10.0) - 60.0).abs() < 1e-9);
        assert!((axis.place(10.0) - axis.place(1.0) - (axis.place(100.0) - axis.place(10.0))).abs() < 1e-9);
        assert_eq!(
            names(&Axis::factors(&[2.0, 3e6], None, (0.0, 1.0))),
            ["1", "10", "100", "1000", "10000", "100000", "1e6"]
        );
        assert_eq!(names(&Axis::factors(&[3.0, 3.3], None, (0.0, 1.0))), ["3", "3.3"]);
        assert_eq!(names(&Axis::factors(&[3.0], None, (0.0, 1.0))), ["3"]);
        assert_eq!(names(&Axis::factors(&[1.0, 8.0], Some(vec![1.0, 8.0]), (0.0, 1.0))), ["1", "8"]);
        for strange in [&[][..], &[0.0], &[f64::NAN, f64::INFINITY, -1.0]] {
            let axis = Axis::factors(strange, None, (0.0, 1.0));
            assert!(axis.place(5.0).is_finite() && axis.place(-5.0).is_finite());
        }
    }
}
