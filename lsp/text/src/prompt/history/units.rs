//! A history in units, each of which is kept or dropped as a whole, oldest first.

use std::collections::HashSet;

use codegen_core::History;
use tree_sitter::Node;

use crate::document::parse_text;
use crate::python::{self, Names, names};

/// A piece of a history.
pub(super) struct Unit {
    /// The text that the model is shown.
    pub text: String,
    /// The part of the history that the unit is.
    pub kind: UnitKind,
    /// Names that it uses, or that its prompt may mean.
    pub uses: Vec<String>,
    /// Its statements that can be kept when the unit is dropped.
    pub statements: Vec<Statement>,
}

/// The part of a history that a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnitKind {
    /// The header of a block that the turns are in; dropped last.
    Header,
    /// Statements or comments of the preamble.
    Preamble,
    /// A turn, by its index.
    Turn(usize),
}

/// A statement that others may need.
pub(super) struct Statement {
    /// The text that the model is shown, its line end included.
    pub text: String,
    /// Whether it imports something: imports always stay.
    pub import: bool,
    /// Whether the names it uses are used later only, when what it defines is called.
    pub deferred: bool,
    /// Names that it defines or changes, each with whether the name's earlier value is no longer needed afterwards.
    pub binds: Vec<(String, bool)>,
    /// Names that it uses.
    pub uses: Vec<String>,
}

/// The units of a history, the oldest first: those of the preamble, whose texts make up the preamble, then one for
/// every turn.
pub(super) fn units(history: &History) -> Vec<Unit> {
    let mut units = preamble(&history.preamble, &history.indent);
    for (number, turn) in history.turns.iter().enumerate() {
        units.push(of_turn(number, turn, &history.indent));
    }
    units
}

/// Names that a prompt may mean: its words.
pub(super) fn words(prompt: &str) -> Vec<String> {
    python::words(prompt).map(str::to_owned).collect()
}

fn of_turn(number: usize, (prompt, program): &(String, String), indent: &str) -> Unit {
    let tree = parse_text(program);
    let root = tree.root_node();
    let mut uses = words(prompt);
    uses.extend(names(root, program).used.into_iter().map(|name| name.name));
    let mut lines: Vec<(usize, Vec<Node>)> = Vec::new();
    for child in python::children(root) {
        let start = line_start(program, child.start_byte());
        match lines.last_mut().filter(|(last, _)| *last == start) {
            Some((_, nodes)) => nodes.push(child),
            None => lines.push((start, vec![child])),
        }
    }
    let indented = |line: &str| if line.is_empty() { String::new() } else { format!("{indent}{line}") };
    let statements = lines.iter().filter_map(|(start, nodes)| {
        let text = program.get(*start..nodes.last()?.end_byte())?;
        statement(nodes, program, &text.lines().map(indented).collect::<Vec<_>>().join("\n"))
    });
    let statements = statements.collect();
    let alone = History {
        turns: vec![(prompt.clone(), program.clone())],
        indent: indent.to_owned(),
        // There is no prompt after it; a single line end is rendered in its place.
        opening: Some(String::new()),
        ..History::default()
    };
    let mut text = alone.render("");
    text.pop();
    Unit { text, kind: UnitKind::Turn(number), uses, statements }
}

/// A statement worth keeping: one that imports or defines something.
fn statement(nodes: &[Node], program: &str, text: &str) -> Option<Statement> {
    let mut all = Names::default();
    for node in nodes {
        let names = names(*node, program);
        all.bound.extend(names.bound);
        all.used.extend(names.used);
        all.modified.extend(names.modified);
    }
    let import = nodes
        .iter()
        .all(|node| matches!(node.kind(), "import_statement" | "import_from_statement" | "future_import_statement"));
    let deferred = nodes.iter().all(|node| matches!(node.kind(), "function_definition" | "decorated_definition"));
    // Code in a block may not have been run.
    let simple = nodes.iter().all(|node| !node.kind().ends_with("_statement") || node.kind() == "expression_statement");
    let kept: HashSet<&str> = all.used.iter().map(|name| name.name.as_str()).collect();
    let anew = |name: &str| import || deferred || (simple && !kept.contains(name));
    let names = all.bound.iter().chain(&all.modified);
    let binds: Vec<_> = names.map(|name| (name.name.clone(), anew(&name.name))).collect();
    let stays = import || !binds.is_empty();
    let uses = all.used.iter().map(|name| name.name.clone()).collect();
    stays.then(|| Statement { text: format!("{}\n", text.trim_end()), import, deferred, binds, uses })
}

/// The units of a preamble. If the turns are in a block, each block around them is divided into its header and the
/// statements before the turns; what follows is parsed as if a statement stood there.
fn preamble(preamble: &str, indent: &str) -> Vec<Unit> {
    let whole = format!("{preamble}{indent}pass\n");
    let tree = parse_text(&whole);
    let place = preamble.len() + indent.len();
    let mut starts: Vec<(usize, UnitKind, Vec<Node>)> = Vec::new();
    let mut block = Some(tree.root_node());
    while let Some(node) = block.take() {
        for child in python::children(node) {
            if child.start_byte() >= preamble.len() {
                break;
            }
            let start = line_start(preamble, child.start_byte());
            let around = child.end_byte() > preamble.len();
            let kind = if around { UnitKind::Header } else { UnitKind::Preamble };
            match starts.last_mut().filter(|(last, ..)| *last == start) {
                Some((_, last, nodes)) => {
                    nodes.push(child);
                    if around {
                        *last = kind;
                    }
                }
                None => starts.push((start, kind, vec![child])),
            }
            if around {
                block = inner_block(child, place);
            }
        }
    }
    let ends: Vec<usize> = starts.iter().skip(1).map(|(start, ..)| *start).chain([preamble.len()]).collect();
    let mut begin = 0;
    let mut units = Vec::with_capacity(starts.len());
    for ((start, kind, nodes), end) in starts.into_iter().zip(ends) {
        let text = preamble.get(begin..end).unwrap_or_default().to_owned();
        let statements = if kind == UnitKind::Preamble {
            let last = nodes.last().map_or(start, Node::end_byte);
            statement(&nodes, &whole, preamble.get(start..last).unwrap_or_default()).into_iter().collect()
        } else {
            Vec::new()
        };
        let uses = if kind == UnitKind::Preamble {
            nodes.iter().flat_map(|node| names(*node, &whole).used).map(|name| name.name).collect()
        } else {
            words(&text)
        };
        units.push(Unit { text, kind, uses, statements });
        begin = end;
    }
    if units.is_empty() && !preamble.is_empty() {
        units.push(Unit {
            text: preamble.to_owned(),
            kind: UnitKind::Preamble,
            uses: Vec::new(),
            statements: Vec::new(),
        });
    }
    units
}

/// The outermost block in `node` that `place` is in.
fn inner_block(node: Node, place: usize) -> Option<Node> {
    let mut node = node;
    loop {
        node = python::children(node).find(|child| child.start_byte() <= place && child.end_byte() > place)?;
        if node.kind() == "block" {
            return Some(node);
        }
    }
}

fn line_start(text: &str, offset: usize) -> usize {
    text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
}
