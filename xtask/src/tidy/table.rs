//! Checks the files' imports against the table of rooms.

use std::collections::{BTreeMap, BTreeSet};

use super::circles::{first_line, listed};
use super::graph::Graph;
use super::program::{Crate, Program};
use super::rooms::Room;
use super::source::{Finding, Source, lies_in};

/// Returns the room of a file: the one with the longest matching place.
pub fn room_of<'a>(rooms: &'a [Room], path: &str) -> Option<&'a Room> {
    rooms.iter().filter(|room| lies_in(path, room.place)).max_by_key(|room| room.place.len())
}

/// Whether files of one room may import those of the other.
pub fn may_import(from: &Room, to: &Room) -> bool {
    from.name == to.name || from.imports.iter().any(|&allowed| covers(allowed, to.name))
}

/// Whether the name is that of the room, or of its crate.
fn covers(name: &str, room: &str) -> bool {
    room.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Finds imports that the table does not allow, files without a room, and rooms without a file.
pub fn check(program: &Program, graph: &Graph, rooms: &[Room]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in program.files.keys().filter(|path| room_of(rooms, path).is_none()) {
        findings.push(Finding::new(path, 0, "this file has no room: move it into one of xtask/src/tidy/rooms.rs"));
    }
    for ((from, to), names) in graph {
        if let (Some(one), Some(other)) = (room_of(rooms, from), room_of(rooms, to))
            && !may_import(one, other)
        {
            let names = (first_line(names), listed(names));
            let what = format!(
                "{} may not import {}, but takes {} from {to}: move that to where both may have it",
                one.name, other.name, names.1
            );
            findings.push(Finding::new(from, names.0, what));
        }
    }
    let lived_in: BTreeSet<_> =
        program.files.keys().filter_map(|path| room_of(rooms, path)).map(|room| room.name).collect();
    for room in rooms.iter().filter(|room| !lived_in.contains(room.name)) {
        findings.push(Finding::new(
            room.place,
            0,
            format!("the room {} has no file: take it out of the table", room.name),
        ));
    }
    findings
}

/// Finds sources of the workspace that are in none of the crates.
pub fn strangers(sources: &[Source], crates: &[Crate]) -> Vec<Finding> {
    let stranger = |source: &&Source| {
        let in_sources = source.path.contains("/src/") && source.extension() == "rs" && !source.is_test();
        in_sources && !crates.iter().any(|krate| lies_in(&source.path, krate.folder))
    };
    let what = "belongs to no crate of the table: add the crate to xtask/src/tidy/rooms.rs";
    sources.iter().filter(stranger).map(|source| Finding::new(&source.path, 0, what)).collect()
}

/// Returns how the rooms import each other: the names for each pair, with the files.
pub fn arrows(graph: &Graph, room: impl Fn(&str) -> String) -> BTreeMap<(String, String), Vec<(&str, &str)>> {
    let mut arrows: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (from, to) in graph.keys() {
        let ends = (room(from), room(to));
        if ends.0 != ends.1 {
            arrows.entry(ends).or_default().push((from.as_str(), to.as_str()));
        }
    }
    arrows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::graph::graph;
    use crate::tidy::modules::program;
    use crate::tidy::rooms::{CRATES, ROOMS};
    use crate::tidy::source::sources;

    const A: Crate = Crate { name: "a", folder: "a/src" };
    const SMALL: [Room; 3] = [
        Room { name: "a.low", place: "a/src/low", imports: &[] },
        Room { name: "a.high", place: "a/src/high", imports: &["a.low"] },
        Room { name: "a", place: "a/src/lib", imports: &["a"] },
    ];

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let program = program(&sources(files), &[A]);
        check(&program, &graph(&program), &SMALL).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn imports_that_the_table_allows_are_no_finding() {
        let files = [
            ("a/src/lib.rs", "pub mod low; pub mod high; pub use high::High;"),
            ("a/src/low.rs", "pub struct Low;"),
            ("a/src/high.rs", "mod part; pub struct High(crate::low::Low);"),
            ("a/src/high/part.rs", "use crate::low::Low;"),
        ];
        assert_eq!(found(&files), [""; 0]);
    }

    #[test]
    fn imports_that_it_does_not_allow_are() {
        let files = [
            ("a/src/lib.rs", "pub mod low; pub mod high; pub use high::High;"),
            ("a/src/low.rs", "\nuse crate::High;"),
            ("a/src/high.rs", "pub struct High;"),
        ];
        let expected = "a/src/low.rs:2: a.low may not import a.high, but takes High from a/src/high.rs: move that to \
                        where both may have it";
        assert_eq!(found(&files), [expected]);
    }

    #[test]
    fn every_file_has_a_room_and_every_room_a_file() {
        let files = [("a/src/lib.rs", "mod low; mod middle;"), ("a/src/low.rs", ""), ("a/src/middle.rs", "")];
        assert_eq!(
            found(&files),
            [
                "a/src/middle.rs: this file has no room: move it into one of xtask/src/tidy/rooms.rs",
                "a/src/high: the room a.high has no file: take it out of the table",
            ]
        );
    }

    #[test]
    fn a_crate_that_the_table_lacks_is_found() {
        let files = sources(&[("a/src/lib.rs", ""), ("b/src/lib.rs", ""), ("b/src/tests.rs", ""), ("b/build.rs", "")]);
        let found = strangers(&files, &[A]);
        assert_eq!(found.iter().map(|finding| finding.path.as_str()).collect::<Vec<_>>(), ["b/src/lib.rs"]);
    }

    #[test]
    fn the_table_names_rooms_that_there_are_and_has_no_circle() {
        for (place, room) in ROOMS.iter().enumerate() {
            assert!(CRATES.iter().any(|krate| lies_in(room.place, krate.folder)), "{} lies in no crate", room.name);
            for allowed in room.imports {
                let above: Vec<_> = ROOMS[..place].iter().filter(|other| covers(allowed, other.name)).collect();
                assert!(!above.is_empty(), "{} may import {allowed}, which stands nowhere above it", room.name);
                let below = ROOMS[place + 1..].iter().find(|other| covers(allowed, other.name));
                assert!(below.is_none(), "{} may import {allowed}, some of which stands below it", room.name);
            }
        }
    }

    #[test]
    fn the_longest_place_that_fits_is_the_room() {
        for (path, room) in [
            ("lsp/src/server/state.rs", Some("lsp.server")),
            ("lsp/src/server/handlers/lens.rs", Some("lsp.handlers")),
            ("lsp/src/server/main_loop.rs", Some("lsp.main_loop")),
            ("lsp/src/server.rs", Some("lsp.transport")),
            ("lsp/src/lib.rs", Some("lsp")),
            ("engine/core/src/request.rs", Some("core")),
            ("lsp/src/elsewhere.rs", None),
        ] {
            assert_eq!(room_of(ROOMS, path).map(|room| room.name), room, "{path}");
        }
    }
}
