//! Numbers on the command line, refused in words that name the ones that will do.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::config::options;

/// A parser of whole numbers in a range.
pub fn whole<N>(range: RangeInclusive<N>) -> impl Fn(&str) -> Result<N, String> + Clone + Send + Sync + 'static
where
    N: FromStr + PartialOrd + Display + Clone + Send + Sync + 'static,
{
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("expected a whole number from {} to {}", range.start(), range.end()))
    }
}

/// A parser of whole numbers of which there is no largest.
pub fn at_least<N>(least: N) -> impl Fn(&str) -> Result<N, String> + Clone + Send + Sync + 'static
where
    N: FromStr + PartialOrd + Display + Clone + Send + Sync + 'static,
{
    move |text| {
        let number = text.parse().ok().filter(|number| *number >= least);
        number.ok_or_else(|| format!("expected a whole number of at least {least}"))
    }
}

/// A parser of numbers above zero, up to `most`.
pub fn fraction(most: f32) -> impl Fn(&str) -> Result<f32, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|number: &f32| *number > 0.0 && *number <= most);
        number.ok_or_else(|| format!("expected a number above 0 and up to {most}"))
    }
}

/// A parser of the whole numbers that an option of the server may have.
pub fn of_option<N: TryFrom<i64>>(name: &str) -> impl Fn(&str) -> Result<N, String> + Clone + Send + Sync + 'static {
    let whole = whole(options::range(name));
    move |text| {
        let number = whole(text)?;
        N::try_from(number).map_err(|_| format!("{number} is too large"))
    }
}

/// A parser of the numbers above zero that an option of the server may have.
pub fn fraction_of_option(name: &str) -> impl Fn(&str) -> Result<f32, String> + Clone + Send + Sync + 'static {
    fraction(options::most(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_is_told_in_words() {
        let said = |text| whole(1..=16u8)(text);
        assert_eq!(said("16"), Ok(16));
        for wrong in ["0", "17", "300", "-1", "x", "", "1.5"] {
            assert_eq!(said(wrong), Err("expected a whole number from 1 to 16".to_owned()), "{wrong}");
        }
        assert_eq!(at_least(1u64)("7"), Ok(7));
        for wrong in ["0", "x", "99999999999999999999999"] {
            assert_eq!(at_least(1u64)(wrong), Err("expected a whole number of at least 1".to_owned()), "{wrong}");
        }
        assert_eq!(fraction(2.0)("0.5"), Ok(0.5));
        for wrong in ["0", "2.1", "NaN", "inf", "x"] {
            assert_eq!(fraction(2.0)(wrong), Err("expected a number above 0 and up to 2".to_owned()), "{wrong}");
        }
    }
}
