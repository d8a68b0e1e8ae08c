//! What users saved, as a table and as JSON.

use std::fmt::Write;

use serde_json::{Value, json as object};

use super::Typed;
use crate::cli::bench::numbers::quantile;

/// One user: the model, who suggested, and what was done.
pub(in crate::cli::bench::suggest) type User = (String, String, Typed);

/// The users as a table in Markdown.
pub(in crate::cli::bench::suggest) fn text(users: &[User]) -> String {
    let mut out = String::from(
        "| model | how | files | keys of all | pressed | saved | whole | line | words | shown per 100 keys | wrong | \
         p50, ms | p95 | p50 after acceptance | p95 |\n\
         | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for (model, how, typed) in users {
        let _ = writeln!(
            out,
            "| {model} | {how} | {} | {} | {} | {:.1} % | {} | {} | {} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} |",
            typed.files,
            typed.all,
            typed.pressed,
            100.0 * typed.saved(),
            typed.whole,
            typed.line,
            typed.words,
            per_hundred(typed.shown, typed.asked),
            per_hundred(typed.wrong, typed.asked),
            quantile(&typed.times, 0.5),
            quantile(&typed.times, 0.95),
            quantile(&typed.after, 0.5),
            quantile(&typed.after, 0.95),
        );
    }
    out
}

/// The users as JSON.
pub(in crate::cli::bench::suggest) fn json(users: &[User]) -> String {
    let users: Vec<Value> = users
        .iter()
        .map(|(model, how, typed)| {
            object!({
                "model": model, "how": how, "typed": typed, "saved": typed.saved(),
                "p50Ms": quantile(&typed.times, 0.5), "p95Ms": quantile(&typed.times, 0.95),
                "afterAcceptance": {"p50Ms": quantile(&typed.after, 0.5), "p95Ms": quantile(&typed.after, 0.95)},
            })
        })
        .collect();
    format!("{:#}", object!({"users": users}))
}

fn per_hundred(count: usize, of: usize) -> f64 {
    100.0 * count as f64 / of.max(1) as f64
}

impl Typed {
    /// The part of all keys that was saved.
    fn saved(&self) -> f64 {
        1.0 - self.pressed as f64 / self.all.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saved_are_the_keys_not_pressed() {
        let (times, after) = (vec![1.0, 3.0, 2.0], vec![4.0]);
        let typed = Typed {
            files: 1,
            all: 200,
            pressed: 150,
            asked: 140,
            shown: 70,
            wrong: 7,
            times,
            after,
            ..Typed::default()
        };
        let users = [("built-in".to_owned(), "codegen-lsp".to_owned(), typed)];
        assert!(
            text(&users).contains("| 200 | 150 | 25.0 % | 0 | 0 | 0 | 50.0 | 5.0 | 2.0 | 3.0 | 4.0 | 4.0 |"),
            "{}",
            text(&users)
        );
        let json: Value = serde_json::from_str(&json(&users)).unwrap();
        assert_eq!((&json["users"][0]["saved"], &json["users"][0]["typed"]["all"]), (&object!(0.25), &object!(200)));
    }
}
