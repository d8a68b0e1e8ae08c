//! Follows the ghost text from key to key.

use serde::Serialize;

/// What an editor draws at a state: the ghost text behind the cursor, or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Drawn {
    /// The text before the cursor.
    pub written: String,
    /// The closers of the editor behind the cursor.
    pub closers: String,
    pub ghost: String,
    /// Whether the cursor is inside a word.
    pub word: bool,
}

/// Counts of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Flips {
    pub keys: usize,
    /// Keys with ghost text before them.
    pub stood: usize,
    /// Of these, keys that fitted and left something of it.
    pub fitted: usize,
    /// Of these, keys after which the ghost text was not the rest.
    pub lost: usize,
    /// Keys at which the ghost text became another one, or came back after one key without any.
    pub flipped: usize,
    pub keys_in_words: usize,
    pub flipped_in_words: usize,
}

impl Flips {
    /// Counts a run of keys, each state with what is drawn then.
    pub fn of(drawn: &[Drawn]) -> Self {
        let mut all = Self::default();
        for (index, pair) in drawn.windows(2).enumerate() {
            let [old, new] = pair else { continue };
            let rest = rest(old, new);
            let is_rest = rest.as_deref().is_some_and(|rest| continues(rest, new));
            all.keys += 1;
            all.stood += usize::from(!old.ghost.is_empty());
            let open = rest.as_ref().is_some_and(|rest| !rest.trim().is_empty() && !only_closers(rest, new));
            all.fitted += usize::from(open);
            all.lost += usize::from(open && !is_rest);
            let changed = !old.ghost.is_empty() && !new.ghost.is_empty() && !is_rest && (open || rest.is_none());
            let back = index > 0 && !drawn[index - 1].ghost.is_empty() && old.ghost.is_empty() && !new.ghost.is_empty();
            let flipped = changed || back;
            all.flipped += usize::from(flipped);
            all.keys_in_words += usize::from(old.word);
            all.flipped_in_words += usize::from(old.word && flipped);
        }
        all
    }

    pub fn add(&mut self, other: &Self) {
        self.keys += other.keys;
        self.stood += other.stood;
        self.fitted += other.fitted;
        self.lost += other.lost;
        self.flipped += other.flipped;
        self.keys_in_words += other.keys_in_words;
        self.flipped_in_words += other.flipped_in_words;
    }
}

/// What is left of the ghost text after a key that fitted it.
fn rest(old: &Drawn, new: &Drawn) -> Option<String> {
    let key = new.written.strip_prefix(&old.written).filter(|key| !key.is_empty())?;
    old.ghost.strip_prefix(key).map(str::to_owned)
}

/// Whether the rest is nothing but what the editor has put there.
fn only_closers(rest: &str, new: &Drawn) -> bool {
    new.closers.starts_with(rest.trim())
}

/// Whether the new ghost text is the rest or a longer one, the closers of the editor aside.
fn continues(rest: &str, new: &Drawn) -> bool {
    let ghost = new.ghost.as_str();
    let with = |count: usize| format!("{ghost}{}", &new.closers[..count]);
    let ends = (0..=new.closers.len()).filter(|at| new.closers.is_char_boundary(*at));
    !ghost.is_empty() && ends.into_iter().any(|count| with(count).starts_with(rest.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flips(states: &[(&str, &str, &str)]) -> [usize; 4] {
        let drawn: Vec<Drawn> = states
            .iter()
            .map(|(written, closers, ghost)| Drawn {
                written: (*written).into(),
                closers: (*closers).into(),
                ghost: (*ghost).into(),
                word: false,
            })
            .collect();
        let Flips { stood, fitted, lost, flipped, .. } = Flips::of(&drawn);
        [stood, fitted, lost, flipped]
    }

    #[test]
    fn ghost_text_from_key_to_key() {
        type Keys = &'static [(&'static str, &'static str, &'static str)];
        let table: [(Keys, [usize; 4]); 9] = [
            (&[("", "", "abc"), ("a", "", "bc")], [1, 1, 0, 0]),
            (&[("", "", "abc"), ("a", "", "bcd")], [1, 1, 0, 0]),
            (&[("", "", "abc"), ("a", "", "x")], [1, 1, 1, 1]),
            (&[("", "", "abc"), ("a", "", "")], [1, 1, 1, 0]),
            (&[("", "", "abc"), ("a", "", ""), ("ab", "", "c")], [1, 1, 1, 1]),
            (&[("", "", "abc"), ("x", "", "y")], [1, 0, 0, 1]),
            (&[("", "", "abc"), ("x", "", "")], [1, 0, 0, 0]),
            (&[("f", "", "(a)"), ("f(", ")", "a")], [1, 1, 0, 0]),
            (&[("", "", "a"), ("a", "", "b")], [1, 0, 0, 0]),
        ];
        for (states, expected) in table {
            assert_eq!(flips(states), expected, "{states:?}");
        }
    }
}
