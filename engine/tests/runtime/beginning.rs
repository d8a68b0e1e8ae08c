//! Texts that have to begin with something.

use codegen_core::{Beginning, Completion, EngineError, FinishReason, Request};
use codegen_engine::runtime::backend::scripted::{END_OF_TEXT, Script};

use super::support::{complete, fails, request};

/// A model that says `text` whatever stands before it, each byte with the logit 5, and has a second choice with the logit 3.
fn saying(text: &'static str, second: &'static str) -> Script {
    Script::weighing(move |tokens| {
        let said = tokens.len() - PROMPT.len();
        let token = |text: &str| text.as_bytes().get(said).map_or(END_OF_TEXT, |&byte| byte.into());
        vec![(token(second), 3.0), (token(text), 5.0)]
    })
}

const PROMPT: &str = "print(";

fn begun(script: Script, begin: Option<Beginning>) -> Completion {
    complete(&script.engine(), Request { begin, ..request(PROMPT, 12) })
}

#[test]
fn a_text_begins_with_one_of_the_given_and_then_goes_on_freely() {
    let model = || saying("value + 1)", "values, x)");
    for (given, texts, expected) in [
        ("", &["value", "numbers"][..], "value + 1)"),
        // The first choice would make another word.
        ("val", &["values", "var"], "values+ 1)"),
        ("val", &["value", "values"], "value + 1)"),
        // What the model thinks nothing of.
        ("nu", &["numbers", "x"], "numbers 1)"),
    ] {
        let done = begun(model(), Beginning::one_of(given, texts));
        assert_eq!(done.text, expected, "{given:?} {texts:?}");
        assert_eq!(done.reason, FinishReason::EndOfText);
    }
}

#[test]
fn a_probability_is_among_the_tokens_that_agree_with_what_is_given() {
    let logprob = |begin| begun(saying("value", "xalue"), begin).tokens[0].logprob;
    let free = logprob(None);
    // What is there is certain, however unlikely it was.
    assert!(logprob(Some(Beginning::with("x"))).abs() < 1e-6);
    // A word that was chosen because no other was allowed is as unlikely as it is.
    let held = logprob(Beginning::one_of("", ["xalue"]));
    assert!((held - (free - 2.0)).abs() < 1e-4, "{held} {free}");
}

#[test]
fn tokens_say_where_their_text_ends() {
    let done = begun(saying("é=1", ""), None);
    let ends: Vec<_> = done.tokens.iter().map(|token| token.end).collect();
    assert_eq!((done.text.as_str(), ends), ("é=1", vec![0, 2, 3, 4]));
    assert_eq!(done.tokens.len(), done.generated_tokens);
}

#[test]
fn a_text_that_no_token_can_begin_fails() {
    // The scripted model's tokens are the bytes, the end of the text, and nothing else: all bytes but one are ruled out.
    let script =
        Script::weighing(|_| (0..=END_OF_TEXT).map(|token| (token, f32::NEG_INFINITY)).chain([(120, 1.0)]).collect());
    let error = fails(&script.engine(), Request { begin: Some(Beginning::with("y")), ..request(PROMPT, 4) });
    assert!(matches!(&error, EngineError::Decode { reason } if reason.contains("begin")), "{error}");
}
