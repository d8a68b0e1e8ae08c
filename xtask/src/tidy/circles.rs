//! Files that import each other, directly or through others.
//!
//! An import between a module and one inside it, at any depth, does not count: a module consists of its parts, and they
//! see its contents. So `a.rs` and `a/b.rs` may import each other, but `a/b.rs` and `a/c.rs` may not, nor `a/b.rs` and
//! `d.rs`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

use super::graph::{Graph, Names};
use super::program::Program;
use super::source::Finding;

/// Files each of which imports all others, directly or through others.
#[derive(Debug, PartialEq, Eq)]
pub struct Circle {
    /// In order of their paths.
    pub files: Vec<String>,
    /// The imports among them that count.
    pub imports: Graph,
}

/// The imports that count for circles.
pub fn counted(program: &Program, graph: &Graph) -> Graph {
    let kin = |from: &String, to: &String| match (program.files.get(from), program.files.get(to)) {
        (Some(&from), Some(&to)) => program.are_kin(from, to),
        _ => false,
    };
    graph.iter().filter(|((from, to), _)| !kin(from, to)).map(|(ends, names)| (ends.clone(), names.clone())).collect()
}

/// The circles of a graph, the largest first.
pub fn circles(graph: &Graph) -> Vec<Circle> {
    let edges = DiGraphMap::<&str, ()>::from_edges(graph.keys().map(|(from, to)| (from.as_str(), to.as_str())));
    let mut circles = Vec::new();
    for component in tarjan_scc(&edges).into_iter().filter(|files| files.len() > 1) {
        let files: BTreeSet<String> = component.into_iter().map(str::to_owned).collect();
        let imports = graph.iter().filter(|((from, to), _)| files.contains(from) && files.contains(to));
        let imports = imports.map(|(ends, names)| (ends.clone(), names.clone())).collect();
        circles.push(Circle { files: files.into_iter().collect(), imports });
    }
    circles.sort_by(|one, other| other.files.len().cmp(&one.files.len()).then_with(|| one.files.cmp(&other.files)));
    circles
}

/// The number of files in the largest circle; 1 where there is none.
pub fn largest(circles: &[Circle]) -> usize {
    circles.first().map_or(1, |circle| circle.files.len())
}

/// Returns one finding for each circle, which names the files of its shortest way round.
pub fn check(program: &Program, graph: &Graph) -> Vec<Finding> {
    circles(&counted(program, graph)).iter().map(finding).collect()
}

fn finding(circle: &Circle) -> Finding {
    let round = shortest(circle);
    let first = round.first().cloned().unwrap_or_default();
    let mut what = format!("{} files import each other: {first}", circle.files.len());
    let mut line = 0;
    for (place, from) in round.iter().enumerate() {
        let to = &round[(place + 1) % round.len()];
        if let Some(names) = circle.imports.get(&(from.clone(), to.clone())) {
            if place == 0 {
                line = first_line(names);
            }
            what.push_str(&format!(" → {to} ({})", listed(names)));
        }
    }
    what.push_str("; move what ties them into a file that imports neither");
    Finding::new(first, line, what)
}

/// The shortest way round in the circle.
fn shortest(circle: &Circle) -> Vec<String> {
    let rounds = circle.files.iter().filter_map(|start| round(circle, start));
    rounds.min_by_key(Vec::len).unwrap_or_default()
}

/// The shortest way from the file back to itself.
fn round(circle: &Circle, start: &str) -> Option<Vec<String>> {
    let mut before: BTreeMap<&str, &str> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(from) = queue.pop_front() {
        for to in circle.imports.keys().filter(|(one, _)| one == from).map(|(_, to)| to.as_str()) {
            if to == start {
                let mut way: Vec<_> = std::iter::successors(Some(from), |file| before.get(file).copied()).collect();
                way.reverse();
                return Some(way.into_iter().map(str::to_owned).collect());
            }
            if !before.contains_key(to) {
                before.insert(to, from);
                queue.push_back(to);
            }
        }
    }
    None
}

/// The line of the first of the names.
pub fn first_line(names: &Names) -> usize {
    names.values().copied().min().unwrap_or(0)
}

/// The names in one line.
pub fn listed(names: &Names) -> String {
    names.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::graph::graph;
    use crate::tidy::modules::program;
    use crate::tidy::program::Crate;
    use crate::tidy::source::sources;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let program = program(&sources(files), &[Crate { name: "a", folder: "a/src" }]);
        assert_eq!(program.findings, []);
        check(&program, &graph(&program)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_module_and_its_parts_may_import_each_other() {
        let one = "mod two; pub struct One; use two::{Two, four::Four};";
        let two = "pub mod four; use super::One; pub struct Two;";
        let four = "use crate::one::{One, two::Two}; use crate::Root; pub struct Four;";
        assert_eq!(
            found(&[
                ("a/src/lib.rs", "pub mod one; pub struct Root; pub use one::One;"),
                ("a/src/one.rs", one),
                ("a/src/one/two.rs", two),
                ("a/src/one/two/four.rs", four),
            ]),
            [""; 0]
        );
    }

    #[test]
    fn a_circle_is_shown_with_the_names_that_tie_it() {
        assert_eq!(
            found(&[
                ("a/src/lib.rs", "mod one; mod two; mod three;"),
                ("a/src/one.rs", "\nuse crate::two::Two; pub struct One;"),
                ("a/src/two.rs", "pub struct Two(crate::three::Three);"),
                ("a/src/three.rs", "pub struct Three; fn f() { format!(\"{}\", super::one::One) }"),
            ]),
            [
                "a/src/one.rs:2: 3 files import each other: a/src/one.rs → a/src/two.rs (Two) → a/src/three.rs (Three) → \
              a/src/one.rs (One); move what ties them into a file that imports neither"
            ]
        );
    }

    #[test]
    fn siblings_and_their_cousins_may_not() {
        let siblings = found(&[
            ("a/src/lib.rs", "mod one;"),
            ("a/src/one.rs", "mod two; mod three; pub use two::Two; pub use three::Three;"),
            ("a/src/one/two.rs", "use super::Three; pub struct Two;"),
            ("a/src/one/three.rs", "use super::Two; pub struct Three;"),
        ]);
        assert_eq!(siblings.len(), 1, "{siblings:?}");
        let cousins = found(&[
            ("a/src/lib.rs", "mod one; mod two;"),
            ("a/src/one.rs", "pub mod part;"),
            ("a/src/one/part.rs", "pub struct Part; use crate::two::Two;"),
            ("a/src/two.rs", "pub struct Two; use crate::one::part::Part;"),
        ]);
        assert_eq!(cousins.len(), 1, "{cousins:?}");
    }

    #[test]
    fn the_largest_circle_is_one_file_where_there_is_none() {
        assert_eq!(largest(&[]), 1);
    }
}
