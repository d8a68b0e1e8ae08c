use super::*;
use crate::document::Document;
use crate::edit::Edit;
use proptest::prelude::*;

/// Counts words.
fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn part(file: &str, why: Why, pieces: &[&[&str]]) -> Part {
    let pieces = pieces.iter().map(|piece| piece.iter().map(|&line| line.to_owned()).collect()).collect();
    Part { file: file.to_owned(), why, pieces }
}

fn parts() -> Vec<Part> {
    vec![
        part(
            "pkg/util.py",
            Why::Imported,
            &[&["def add(a, b):"], &["class Shape:", "    size = 1", "    def area(self):"]],
        ),
        part("pkg/other.py", Why::Imported, &[&["LIMIT = 10"]]),
        part("main.py", Why::Edited, &[&["x = 1", "", "y = 2"]]),
        part("late.py", Why::Edited, &[&["z = 3"]]),
    ]
}

#[test]
fn all_of_it_in_comments() {
    let block = block(&parts(), 1000, &words);
    assert_eq!(
        block.text,
        "# pkg/util.py\n# def add(a, b):\n# class Shape:\n#     size = 1\n#     def area(self):\n# pkg/other.py\n# LIMIT = 10\n\
         # main.py\n# x = 1\n#\n# y = 2\n# late.py\n# z = 3\n\n"
    );
    let shown: Vec<_> = block.shown.iter().map(|shown| (shown.file.as_str(), shown.why.name(), shown.lines)).collect();
    assert_eq!(
        shown,
        [
            ("pkg/util.py", "imported", 4),
            ("pkg/other.py", "imported", 1),
            ("main.py", "edited", 3),
            ("late.py", "edited", 1)
        ]
    );
    assert_eq!(super::block(&[], 1000, &words), Block::default());
    assert_eq!(super::block(&[part("a.py", Why::Imported, &[])], 1000, &words), Block::default());
}

#[test]
fn names_come_before_members_and_later_places_before_earlier_ones() {
    let lines = |budget: usize| block(&parts(), budget, &words).text.lines().map(str::to_owned).collect::<Vec<_>>();
    // Four are kept free.
    assert_eq!(lines(10), ["# pkg/util.py", "# def add(a, b):", ""]);
    assert_eq!(lines(13), ["# pkg/util.py", "# def add(a, b):", "# class Shape:", ""]);
    let names = ["# pkg/util.py", "# def add(a, b):", "# class Shape:", "# pkg/other.py", "# LIMIT = 10"];
    assert_eq!(lines(20)[..5], names);
    assert_eq!(lines(25)[5..], ["# late.py", "# z = 3", ""]);
    // A place whole or not at all, then members.
    let more = lines(33);
    assert_eq!(more[3..4], ["#     size = 1"]);
    assert!(!more.contains(&"# main.py".to_owned()), "{more:?}");
}

#[test]
fn a_module_says_what_is_asked_for() {
    let module = Module::of(
        "from .b import far\n\nLIMIT = 1\n\ndef f(): ...\n\nclass A:\n    def m(self): ...\n\n_hidden = 2\n",
    );
    let names = |names: &[&str]| Wanted::Names(names.iter().map(|&name| name.to_owned()).collect());
    assert_eq!(module.pieces(&names(&["A", "f"])), [vec!["def f():"], vec!["class A:", "    def m(self):"]]);
    assert_eq!(module.pieces(&names(&["_hidden"])), [["_hidden = 2"]]);
    assert_eq!(module.pieces(&Wanted::All), [["LIMIT = 1"], ["def f():"], ["class A:"]]);
    assert_eq!(module.missing(&names(&["A", "far", "none"])), ["far", "none"]);
    assert_eq!(module.missing(&Wanted::All), Vec::<String>::new());
}

fn typed(places: &mut Places<char>, document: char, at: usize) {
    places.edited(&document, &Edit { range: at..at, text: "x".to_owned() });
}

fn order(places: &Places<char>) -> String {
    places.outside(&'-').map(|(document, _)| *document).collect()
}

#[test]
fn a_place_that_is_edited_again_stays_where_it_stands() {
    let mut places = Places::default();
    for document in ['a', 'b', 'c'] {
        typed(&mut places, document, 10);
    }
    assert_eq!(order(&places), "abc");
    typed(&mut places, 'a', 11);
    assert_eq!(order(&places), "abc");
    // A new one goes last; a third of one document takes the room of its own older one.
    typed(&mut places, 'a', 5000);
    assert_eq!(order(&places), "abca");
    typed(&mut places, 'a', 20_000);
    assert_eq!(order(&places), "abca");
    let of_a: Vec<_> = places.outside(&'-').filter(|(document, _)| **document == 'a').map(|(_, at)| at).collect();
    assert_eq!(of_a, [20_001, 5001]);
    // When all is full, the one that was edited the longest ago goes, and the others stay.
    for document in ['d', 'e', 'f', 'g'] {
        typed(&mut places, document, 10);
    }
    assert_eq!(order(&places), "abcadefg");
    typed(&mut places, 'h', 10);
    assert_eq!(order(&places), "ahcadefg");
    places.forget(&'a');
    assert_eq!(order(&places), "hcdefg");
    assert_eq!(places.outside(&'c').map(|(document, _)| *document).collect::<String>(), "hdefg");
}

#[test]
fn places_move_with_their_text_and_large_edits_are_none() {
    let mut places = Places::default();
    typed(&mut places, 'a', 1000);
    places.edited(&'a', &Edit { range: 0..0, text: "y".repeat(3000) });
    places.edited(&'b', &Edit { range: 0..3000, text: String::new() });
    assert_eq!(places.outside(&'-').collect::<Vec<_>>(), [(&'a', 4001)]);
    places.edited(&'a', &Edit { range: 3500..8000, text: String::new() });
    assert_eq!(places.outside(&'-').collect::<Vec<_>>(), [(&'a', 3500)]);
}

#[test]
fn a_place_is_a_few_lines() {
    let text = "a = 1\n\n\nclass A:\n  def f(self):\n    x = 1\n    return x\n\n\n\n\nb = 2\n";
    let document = Document::new(text, 1);
    let at = |needle: &str| around(&document, text.find(needle).unwrap_or_default());
    assert_eq!(at("x = 1"), ["class A:", "    def f(self):", "        x = 1", "        return x"]);
    assert_eq!(at("b = 2"), ["b = 2"]);
    assert_eq!(at("a = 1"), ["a = 1", "", "", "class A:"]);
    let inner = Document::new("def f():\n    a = 1\n    b = 2\n    c = 3\n    d = 4\n    if e:\n        g()\n", 1);
    assert_eq!(around(&inner, inner.len() - 30), ["a = 1", "b = 2", "c = 3", "d = 4", "if e:", "    g()"]);
    let long = Document::new(&"\u{e9}".repeat(1000), 1);
    assert!(around(&long, 5)[0].len() <= 121);
    assert_eq!(around(&Document::new("", 1), 7), Vec::<String>::new());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_block_fits(budget in 0..60usize, by_bytes in any::<bool>(), which in prop::collection::vec(0..4usize, 0..6)) {
        let all = parts();
        let parts: Vec<_> = which.iter().map(|&index| all[index].clone()).collect();
        let count = |text: &str| if by_bytes { text.len() / 3 } else { words(text) };
        let block = block(&parts, budget, &count);
        prop_assert!(count(&block.text) <= budget);
        prop_assert_eq!(block.text.is_empty(), block.shown.is_empty());
        prop_assert!(block.text.lines().all(|line| line.is_empty() || line.starts_with('#')));
        let lines: usize = block.shown.iter().map(|shown| shown.lines + 1).sum();
        prop_assert_eq!(block.text.lines().filter(|line| !line.is_empty()).count(), lines);
    }
}
