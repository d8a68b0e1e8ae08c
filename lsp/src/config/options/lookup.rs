//! Options by their names.

use std::ops::RangeInclusive;

use super::ALL;
use crate::config::form::Form;
use crate::config::option::OptionSpec;

/// The option with this name, dots included.
#[must_use]
pub fn find(name: &str) -> Option<&'static OptionSpec> {
    ALL.iter().find(|option| option.name == name)
}

/// The range of an option's whole numbers; the full range for an option without one.
#[must_use]
pub fn range(name: &str) -> RangeInclusive<i64> {
    let range = find(name).and_then(|option| {
        option
            .forms
            .iter()
            .find_map(|form| if let Form::Whole { least, most, .. } = form { Some(*least..=*most) } else { None })
    });
    let bound = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    range.map_or(0..=i64::MAX, |range| bound(*range.start())..=bound(*range.end()))
}

/// The largest of an option's numbers with a fraction; the largest of all for an option without them.
#[must_use]
pub fn most(name: &str) -> f32 {
    let mut forms = find(name).into_iter().flat_map(|option| option.forms);
    let most = forms.find_map(|form| if let Form::Number { most, .. } = form { Some(*most as f32) } else { None });
    most.unwrap_or(f32::MAX)
}

/// The entries directly in a section (`""` is the top): a key, its name from the top, and its option; `None` for a
/// section.
#[must_use]
pub fn children(section: &str) -> Vec<(&'static str, String, Option<&'static OptionSpec>)> {
    let mut children: Vec<(&str, String, _)> = Vec::new();
    for option in ALL {
        let inside = if section.is_empty() { Some(option.name) } else { option.name.strip_prefix(section) };
        let Some(inside) = inside.and_then(|rest| if section.is_empty() { Some(rest) } else { rest.strip_prefix('.') })
        else {
            continue;
        };
        let (key, whole) = inside.split_once('.').map_or((inside, Some(option)), |(key, _)| (key, None));
        let name = if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") };
        if children.last().is_none_or(|(last, ..)| *last != key) {
            children.push((key, name, whole));
        }
    }
    children
}
