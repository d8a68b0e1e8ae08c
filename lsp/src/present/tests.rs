use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use codegen_core::{Completion, Sampling};
use codegen_text::candidates::{Ranked, Score};
use codegen_text::document::Document;
use codegen_text::prompt::HistoryCut;
use codegen_text::provenance::{Alternative, GenerationInfo, Provenance, Records, TurnMap, TurnState};
use codegen_text::turns::TurnOptions;
use serde_json::{Value, json};
use tower_lsp::ls_types::{self as lsp, Uri};

use super::cuts::{Basis, Counted, Cut};
use super::status::*;
use super::{actions, cuts, lenses};
use crate::config::CodeLenses;
use crate::protocol::commands;

const TEXT: &str = "# one\na = 1\n\n# two\n\n# three\nc = 3\n\n# four\n";

/// The record of a turn that was generated as it stands in `document`.
fn record(document: &Document, prompt: &str) -> Provenance {
    let texts = Records::default().texts(document, &TurnOptions::default());
    let (_, turn) = texts.into_iter().find(|(turn, _)| turn.prompt == prompt).unwrap();
    let made = GenerationInfo {
        model: "m".to_owned(),
        sampling: Sampling::GREEDY,
        max_tokens: 8,
        prompt: String::new(),
        history: HistoryCut::default(),
        completion: Completion::default(),
    };
    Provenance { turn, made, raised: None }
}

fn turns_of(text: &str, records: &Records, working: &[usize]) -> Vec<Known> {
    let document = Document::new(text, 1);
    known(&document, &TurnMap::of(&document, records, &TurnOptions::default()), records, working)
}

/// The titles of each turn's lenses.
fn titles(turns: &[Known], cuts: &[Option<Cut>], which: CodeLenses) -> Vec<Vec<String>> {
    let lenses = lenses::lenses(turns, cuts, |known| lenses::shown(known, which, false));
    (0..turns.len())
        .map(|turn| lenses.iter().filter(|lens| lens.turn == turn).map(|lens| lens.title.clone()).collect())
        .collect()
}

#[test]
fn empty_turns_are_synthesized_one_or_all() {
    let turns = turns_of(TEXT, &Records::default(), &[]);
    let auto: [&[&str]; 4] = [&[], &["Write code", "Write all (2)"], &[], &["Write code"]];
    assert_eq!(titles(&turns, &[], CodeLenses::Auto), auto);
    let hand = ["Replace 1 line by generated code", "written by hand"];
    let all: [&[&str]; 4] = [&hand, auto[1], &hand, auto[3]];
    assert_eq!(titles(&turns, &[], CodeLenses::All), all);
    assert_eq!(titles(&turns, &[], CodeLenses::Off), [const { Vec::<String>::new() }; 4]);
    let marked = lenses::lenses(&turns, &[], |known| lenses::shown(known, CodeLenses::Auto, true));
    assert_eq!(marked.len(), 7, "with a marker every comment is meant");
    // The only empty turn needs no "all".
    let one = turns_of("# one\n", &Records::default(), &[]);
    assert_eq!(titles(&one, &[], CodeLenses::Auto), [["Write code"]]);
}

#[test]
fn a_turn_at_work_can_be_cancelled_and_no_more() {
    let two = TEXT.find("# two").unwrap();
    let turns = turns_of(TEXT, &Records::default(), &[two]);
    let expected: [&[&str]; 4] = [&[], &["Cancel"], &[], &["Write code"]];
    assert_eq!(titles(&turns, &[], CodeLenses::Auto), expected);
    let offers: Vec<Offer> = actions::of_turn(&turns[1]).into_iter().map(|action| action.offer).collect();
    assert_eq!(offers, [Offer::Cancel, Offer::Explain]);
}

#[test]
fn generated_turns_are_made_anew() {
    let document = Document::new(TEXT, 1);
    let mut records = Records::default();
    let one = record(&document, "one");
    let alternative = |index, program: &str| Alternative {
        program: program.to_owned(),
        ranked: Ranked { index, completion: Completion::default(), score: Score::default(), copies: 1 },
        made: one.made.clone(),
    };
    let each = [(2, "b = 1"), (0, "a = 1"), (3, "c = 1")].map(|(index, program)| alternative(index, program));
    records.sampled(&one.turn, each.to_vec());
    records.generated(one);
    records.generated(Provenance { raised: Some("NameError: b".to_owned()), ..record(&document, "three") });
    let turns = turns_of(TEXT, &records, &[]);
    let expected: [&[&str]; 4] = [
        &["Regenerate", "Regenerate from here", "Next candidate (2/3)", "generated"],
        &["Write code", "Write all (2)"],
        &["Regenerate", "Next candidate", "generated, raises NameError: b"],
        &["Write code"],
    ];
    assert_eq!(titles(&turns, &[], CodeLenses::Auto), expected);
}

#[test]
fn a_later_turn_of_another_block_does_not_follow() {
    let text = "def f():\n    # one\n    a = 1\n\n# two\nb = 2\n";
    let document = Document::new(text, 1);
    let mut records = Records::default();
    records.generated(record(&document, "one"));
    records.generated(record(&document, "two"));
    let following: Vec<bool> = turns_of(text, &records, &[]).iter().map(|known| known.following).collect();
    assert_eq!(following, [false, false]);
}

/// The lens that shows a turn's state.
fn status(state: TurnState, change: impl FnOnce(&mut Known)) -> Option<String> {
    let document = Document::new(TEXT, 1);
    let mut turns = turns_of(TEXT, &Records::default(), &[]);
    turns.truncate(1);
    turns[0].state = state;
    turns[0].record = Some(Arc::new(Provenance { raised: Some("E: x\nmore".to_owned()), ..record(&document, "one") }));
    change(&mut turns[0]);
    let lenses = lenses::lenses(&turns, &[], |_| true);
    lenses.into_iter().find(|lens| lens.offer == Offer::Explain).map(|lens| lens.title)
}

#[test]
fn the_status_says_what_is_known() {
    let plain = |_: &mut Known| {};
    let changed = |prompt, before| move |known: &mut Known| known.changed = Changed { prompt, before };
    let failed = |reason: &str| {
        let failure = Some(reason.to_owned());
        move |known: &mut Known| known.failure = failure
    };
    let table = [
        (status(TurnState::Empty, plain), None),
        (status(TurnState::Generated, plain), Some("generated, raises E: x")),
        (status(TurnState::Edited, plain), Some("edited by hand")),
        (status(TurnState::Edited, |known| known.record = None), Some("written by hand")),
        (status(TurnState::Stale, plain), Some("stale, raises E: x")),
        (status(TurnState::Stale, changed(true, false)), Some("stale: its prompt changed, raises E: x")),
        (status(TurnState::Stale, changed(false, true)), Some("stale: a turn before it changed, raises E: x")),
        (
            status(TurnState::Stale, changed(true, true)),
            Some("stale: its prompt and a turn before it changed, raises E: x"),
        ),
        (status(TurnState::Failed, plain), Some("failed")),
        (status(TurnState::Failed, failed("no text\nat all")), Some("failed: no text")),
    ];
    for (got, expected) in table {
        assert_eq!(got.as_deref(), expected);
    }
    let long = status(TurnState::Failed, failed(&"\u{1F40D}".repeat(200))).unwrap();
    assert_eq!(long.chars().count(), "failed: ".len() + 80 + 1);
}

#[test]
fn a_failed_turn_is_tried_again() {
    let mut turns = turns_of("# one\n", &Records::default(), &[]);
    turns[0].state = TurnState::Failed;
    turns[0].failure = Some("no text".to_owned());
    assert_eq!(titles(&turns, &[], CodeLenses::Auto), [["Write code again", "failed: no text"]]);
    let again = actions::of_turn(&turns[0]).remove(0);
    assert_eq!((again.title.as_str(), again.offer), ("Write code for this prompt again", Offer::Synthesize));
}

#[test]
fn actions_say_what_they_replace() {
    let document = Document::new(TEXT, 1);
    let mut records = Records::default();
    records.generated(record(&document, "three"));
    let turns = turns_of(TEXT, &records, &[]);
    let titles = |index: usize| -> Vec<String> {
        actions::of_turn(&turns[index]).into_iter().map(|action| action.title).collect()
    };
    let shared = ["Show candidates for this turn", "Explain this turn"];
    let with = |own: &[&str]| -> Vec<String> { own.iter().chain(&shared).map(|&title| title.to_owned()).collect() };
    assert_eq!(titles(0), with(&["Replace 1 line by generated code"]));
    assert_eq!(titles(1), with(&["Write code for this prompt"]));
    assert_eq!(titles(2), with(&["Regenerate this turn", "Write the next candidate"]));
}

#[test]
fn what_is_offered_goes_by_what_may_be_replaced() {
    let text = "\
# one line
a = 1

# above code

def f():
    # with a placeholder
    pass

match a:

    # between cases

    case 1:
        pass
";
    let actions: Vec<_> = turns_of(text, &Records::default(), &[])
        .iter()
        .map(|known| {
            let first = actions::of_turn(known).remove(0);
            (known.turn.prompt.clone(), first.title, first.offer, first.disabled.is_some())
        })
        .collect();
    let write = "Write code for this prompt";
    let expected = [
        ("one line", "Replace 1 line by generated code", Offer::Replace(1), false),
        ("above code", write, Offer::Synthesize, false),
        ("with a placeholder", write, Offer::Synthesize, false),
        ("between cases", write, Offer::Synthesize, true),
    ];
    let expected =
        expected.map(|(prompt, title, offer, disabled)| (prompt.to_owned(), title.to_owned(), offer, disabled));
    assert_eq!(actions, expected);
}

#[test]
fn a_selection_is_about_the_prompts_in_it_or_the_turn_around_it() {
    let document = Document::new(TEXT, 1);
    let turns = turns_of(TEXT, &Records::default(), &[]);
    let at = |text: &str| TEXT.find(text).unwrap();
    let table: [(Range<usize>, &[usize]); 7] = [
        (at("# one")..at("# one"), &[0]),
        (at("a =")..at("a ="), &[0]),
        (at("a =")..at("a =") + 3, &[0]),
        (at("a =")..at("# two") + 1, &[1]),
        (at("a =")..at("c ="), &[1, 2]),
        (0..TEXT.len(), &[0, 1, 2, 3]),
        (at("# two") + 3..at("# three"), &[1]),
    ];
    for (selection, expected) in table {
        assert_eq!(actions::selected(&document, &turns, &selection), expected, "{selection:?}");
    }
    let outside = Document::new("x = 1\n", 1);
    assert_eq!(actions::selected(&outside, &[], &(0..3)), Vec::<usize>::new());
}

#[test]
fn several_turns_are_synthesized_where_they_are_empty() {
    let range = lsp::Range::default();
    let of = |working: &[usize], which: &[usize]| -> Vec<String> {
        let turns = turns_of(TEXT, &Records::default(), working);
        let turns: Vec<&Known> = which.iter().map(|&index| &turns[index]).collect();
        actions::of_several(&turns, range).into_iter().map(|action| action.title).collect()
    };
    assert_eq!(of(&[], &[0, 1, 2, 3]), ["Write code for the 2 empty prompts in the selection"]);
    assert_eq!(of(&[], &[0, 1]), ["Write code for the empty prompt in the selection"]);
    assert_eq!(of(&[], &[0, 2]), Vec::<String>::new());
    assert_eq!(of(&[TEXT.find("# two").unwrap()], &[0, 1]), Vec::<String>::new());
}

#[test]
fn kinds_include_what_they_are_a_prefix_of() {
    let table: [(&[&'static str], bool); 7] = [
        (&["refactor.rewrite"], true),
        (&["refactor"], true),
        (&[""], true),
        (&["quickfix", "refactor"], true),
        (&["quickfix"], false),
        (&["refactor.rewrite.more", "refact"], false),
        (&[], false),
    ];
    for (only, expected) in table {
        let kinds: Vec<lsp::CodeActionKind> = only.iter().map(|&kind| kind.into()).collect();
        assert_eq!(actions::wanted(Some(&kinds)), expected, "{only:?}");
    }
    assert!(actions::wanted(None));
}

#[test]
fn every_offer_is_a_command_of_the_server_with_its_argument() {
    let uri: Uri = "file:///a.py".parse().unwrap();
    let position = lsp::Position::new(3, 4);
    let range = lsp::Range::new(position, position);
    let at = json!({"uri": "file:///a.py", "position": {"line": 3, "character": 4}});
    let plus = |key: &str, value: Value| {
        let mut argument = at.clone();
        argument[key] = value;
        argument
    };
    let table = [
        (Offer::Synthesize, "codegen.synthesize", at.clone()),
        (Offer::SynthesizeAll(None), "codegen.synthesizeAll", json!({"uri": "file:///a.py"})),
        (
            Offer::SynthesizeAll(Some(range)),
            "codegen.synthesizeAll",
            json!({"uri": "file:///a.py", "range": {"start": at["position"], "end": at["position"]}}),
        ),
        (Offer::Regenerate, "codegen.regenerate", at.clone()),
        (Offer::RegenerateFromHere, "codegen.regenerate", plus("following", json!(true))),
        (Offer::Replace(3), "codegen.replace", plus("lines", json!(3))),
        (Offer::Candidates, "codegen.candidates", at.clone()),
        (Offer::NextCandidate, "codegen.accept", plus("index", json!("next"))),
        (Offer::Cancel, "codegen.cancel", at.clone()),
        (Offer::Explain, "codegen.explainTurn", at.clone()),
    ];
    for (offer, name, argument) in table {
        let command = offer.command("title".to_owned(), &uri, position);
        assert_eq!((command.command.as_str(), command.arguments), (name, Some(vec![argument])));
        assert!(commands::ALL.contains(&name), "{name}");
    }
}

/// As many turns at the top level, each with a piece of code.
fn many(count: usize) -> String {
    (0..count).map(|number| format!("# turn {number}\nx{number} = {number}\n\n")).collect()
}

/// A document with its turns, which take long to find if there are hundreds.
struct Counting {
    document: Document,
    turns: Vec<Known>,
    budget: usize,
}

impl Counting {
    fn new(text: &str, budget: usize) -> Self {
        Self { document: Document::new(text, 1), turns: turns_of(text, &Records::default(), &[]), budget }
    }

    /// Counts as if every byte before a prompt were a token and only whole turns could be dropped. Returns the cuts,
    /// the counts to keep, and which turns had to be counted.
    fn count(&self, before: &Counted, basis: Basis) -> (Vec<Option<Cut>>, Counted, Vec<String>) {
        let counted = RefCell::new(Vec::new());
        let mut one = |known: &Known| {
            counted.borrow_mut().push(known.turn.prompt.clone());
            let end = known.turn.prompt_range.end;
            let earlier = self.turns.iter().filter(|other| other.turn.prompt_range.end < end);
            let fits = |other: &&Known| end - other.turn.prompt_range.start <= self.budget;
            let (kept, dropped) = earlier.partition(fits);
            let prompts = |turns: Vec<&Known>| turns.into_iter().map(|known| known.turn.prompt.clone()).collect();
            HistoryCut { kept: prompts(kept), dropped: prompts(dropped), preamble_cut: false }
        };
        let (cuts, keep) = cuts::cuts(&self.document, &self.turns, &|_| true, self.budget, (basis, before), &mut one);
        (cuts, keep, counted.into_inner())
    }
}

fn count(text: &str, budget: usize, before: &Counted, basis: Basis) -> (Vec<Option<Cut>>, Counted, Vec<String>) {
    Counting::new(text, budget).count(before, basis)
}

#[test]
fn a_short_history_is_not_counted_at_all() {
    let (cuts, _, counted) = count(&many(9), 1000, &Counted::default(), Basis::default());
    assert!(cuts.iter().all(Option::is_none) && counted.is_empty(), "{counted:?}");
}

#[test]
fn a_history_that_does_not_fit_is_counted_once() {
    let text = many(9);
    let budget = text.find("# turn 5").unwrap();
    let (cuts, keep, counted) = count(&text, budget, &Counted::default(), Basis::default());
    let words: Vec<_> = cuts.iter().map(|cut| cut.as_ref().and_then(Cut::words)).collect();
    assert_eq!(words[..5], [const { None }; 5]);
    assert_eq!(words[5].as_deref(), Some("history cut: 1 of 5 turns left out"));
    assert_eq!(words[8].as_deref(), Some("history cut: 4 of 8 turns left out"));
    let mut once = counted.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), counted.len());
    // Nothing has changed; a turn at the end has; everything has.
    let again = count(&text, budget, &keep, Basis::default());
    assert_eq!((again.0, again.2.len()), (cuts, 0));
    let (_, _, counted) = count(&text.replace("turn 8", "turn eight"), budget, &keep, Basis::default());
    assert_eq!(counted, ["turn eight"]);
    let (_, _, counted) = count(&text.replace("turn 0", "turn zero"), budget, &keep, Basis::default());
    assert!(counted.len() > 4);
    // Another engine counts differently.
    let (_, _, counted) = count(&text, budget, &keep, Basis { engine: 2, ..Basis::default() });
    assert!(counted.len() > 4);
}

#[test]
fn a_long_document_is_counted_bit_by_bit() {
    let counting = Counting::new(&many(300), 200);
    let (mut keep, mut counts) = (Counted::default(), Vec::new());
    for _ in 0..20 {
        let (cuts, kept, counted) = counting.count(&keep, Basis::default());
        keep = kept;
        counts.push(counted.len());
        let uncut = cuts.iter().take_while(|cut| cut.is_none()).count();
        assert!(uncut > 2 && cuts[uncut..].iter().all(|cut| cut.as_ref().and_then(Cut::words).is_some()));
        let unsaid = cuts.iter().filter(|cut| **cut == Some(Cut::Uncounted)).count();
        assert_eq!(unsaid == 0, counted.len() < 24, "{counts:?}");
    }
    assert!(counts[0] <= 24 + 9 && counts.last() == Some(&0), "{counts:?}");
}

#[test]
fn a_shortened_preamble_is_told() {
    let cut = |preamble_cut| Cut::Counted(HistoryCut { preamble_cut, ..HistoryCut::default() });
    assert_eq!(cut(true).words().unwrap(), "history cut: what stands before the turns was shortened");
    assert_eq!(cut(false).words(), None);
    assert_eq!(Cut::Uncounted.words().unwrap(), "history cut");
}
