//! Finds the options that a user may have meant by an unknown key.

use super::{SECTION, options};

/// The largest number of bytes of a key that is compared: option names are far shorter, and comparing takes time by
/// length.
const MOST: usize = 64;

/// The options or sections most like `key`, which is none of `section`; none if it is like no other.
#[must_use]
pub fn names(section: &str, key: &str) -> Vec<String> {
    if key.len() > MOST {
        return Vec::new();
    }
    let wanted = plain(key);
    let near = options::children(section).into_iter().filter_map(|(known, name, _)| {
        let known = plain(known);
        let distance = strsim::damerau_levenshtein(&wanted, &known);
        // A third of the letters may be wrong.
        (distance <= wanted.len().max(known.len()) / 3).then_some((distance, name))
    });
    if let Some((_, name)) = near.min() {
        return vec![name];
    }
    let elsewhere = options::ALL.iter().filter(|option| option.keys().last().is_some_and(|last| plain(last) == wanted));
    elsewhere.map(|option| option.name.to_owned()).collect()
}

/// The nested form of an option whose name was written as one key, such as `inline.enabled`.
#[must_use]
pub fn written_with_dots(section: &str, key: &str) -> Option<String> {
    let option = options::find(bare(key)).filter(|_| section.is_empty() && key.contains('.'))?;
    Some(option.name.rsplit('.').fold("…".to_owned(), |inner, key| format!("{{\"{key}\": {inner}}}")))
}

/// A key without the section's name, which some users write in front of it.
#[must_use]
pub fn bare(key: &str) -> &str {
    key.strip_prefix(SECTION).and_then(|rest| rest.strip_prefix('.')).unwrap_or(key)
}

/// A key without the differences between conventions: case, `_` and `-`.
fn plain(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_found() {
        for (section, key, expected) in [
            ("", "gpulayers", &["gpuLayers"][..]),
            ("", "gpu_layers", &["gpuLayers"]),
            ("", "thread", &["threads"]),
            ("", "inlin", &["inline"]),
            ("", "mdoel", &["model"]),
            ("", "trust", &["trusted"]),
            ("inline", "enable", &["inline.enabled"]),
            ("inline", "max-tokens", &["inline.maxTokens"]),
            ("synthesis", "candidate", &["synthesis.candidates"]),
            ("synthesis", "CODELENS", &["synthesis.codeLens"]),
            ("", "maxTokens", &["inline.maxTokens", "synthesis.maxTokens"]),
            ("", "verify", &["synthesis.verify"]),
            ("synthesis", "trusted", &["trusted"]),
            ("inline", "colour", &[]),
            ("", "colour", &[]),
            ("", "shape", &[]),
            ("", "?", &[]),
            ("", "", &[]),
        ] {
            assert_eq!(names(section, key), expected, "{section} {key}");
        }
        assert_eq!(names("", &"model".repeat(1000)), Vec::<String>::new());
    }

    #[test]
    fn a_name_as_one_key_is_taken_apart() {
        for (section, key, expected) in [
            ("", "inline.enabled", Some("{\"inline\": {\"enabled\": …}}")),
            ("", "codegen.synthesis.verify", Some("{\"synthesis\": {\"verify\": …}}")),
            ("", "inline.colour", None),
            ("", "inline", None),
            ("", "model", None),
            ("", "codegen.model", Some("{\"model\": …}")),
            ("inline", "inline.enabled", None),
        ] {
            assert_eq!(written_with_dots(section, key).as_deref(), expected, "{section} {key}");
        }
    }
}
