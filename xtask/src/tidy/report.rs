//! The whole table, for developers who move files: rooms, arrows, circles.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::circles::{self, Circle, listed};
use super::graph::Graph;
use super::program::Program;
use super::rooms::{ROOMS, Room};
use super::source::Source;
use super::table::{arrows, may_import, room_of};

/// The report on a program's imports.
pub fn report(sources: &[Source], program: &Program, graph: &Graph) -> String {
    let mut out = String::new();
    write_rooms(&mut out, sources, program, graph);
    write_arrows(&mut out, graph);
    write_circles(&mut out, &circles::circles(&circles::counted(program, graph)));
    out
}

/// The room's name; for a file that has none, the file or folder at the top of its crate.
fn room_name(path: &str) -> String {
    room_of(ROOMS, path).map_or_else(|| format!("({})", top(path)), |room| room.name.to_owned())
}

fn top(path: &str) -> String {
    let (folder, below) = path.split_once("/src/").unwrap_or(("", path));
    format!("{folder}/src/{}", below.split('/').next().unwrap_or(below).trim_end_matches(".rs"))
}

fn write_rooms(out: &mut String, sources: &[Source], program: &Program, graph: &Graph) {
    let lines: BTreeMap<_, _> =
        sources.iter().map(|source| (source.path.as_str(), source.text.lines().count())).collect();
    let mut rooms: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for path in program.files.keys() {
        let room = rooms.entry(room_name(path)).or_default();
        room.0 += 1;
        room.1 += lines.get(path.as_str()).copied().unwrap_or(0);
    }
    let arrows = arrows(graph, room_name);
    let order = |name: &str| ROOMS.iter().position(|room| room.name == name).unwrap_or(usize::MAX);
    let mut rooms: Vec<_> = rooms.into_iter().collect();
    rooms.sort_by_key(|(name, _)| (order(name), name.clone()));
    let _ = writeln!(out, "room                      files  lines  imports (arrows between files)");
    for (name, (files, lines)) in rooms {
        let imports = arrows.iter().filter(|((from, _), _)| *from == name);
        let imports: Vec<_> = imports.map(|((_, to), files)| format!("{to} ({})", files.len())).collect();
        let _ = writeln!(out, "{name:<26}{files:>5}{lines:>7}  {}", imports.join(", "));
    }
}

fn write_arrows(out: &mut String, graph: &Graph) {
    let refused = graph.iter().filter(|((from, to), _)| !allowed(room_of(ROOMS, from), room_of(ROOMS, to)));
    let refused: Vec<_> = refused.collect();
    let _ = writeln!(out, "\nimports that the table does not allow: {}", refused.len());
    for ((from, to), names) in refused {
        let _ = writeln!(out, "  {} → {}: {from} → {to} ({})", room_name(from), room_name(to), listed(names));
    }
}

/// The table does not apply to files without a room.
fn allowed(from: Option<&Room>, to: Option<&Room>) -> bool {
    from.zip(to).is_none_or(|(from, to)| may_import(from, to))
}

fn write_circles(out: &mut String, circles: &[Circle]) {
    for circle in circles {
        let _ = writeln!(out, "\ncircle of {} files, {} imports", circle.files.len(), circle.imports.len());
        for from in &circle.files {
            let _ = writeln!(out, "  {from}");
            for ((_, to), names) in circle.imports.iter().filter(|((one, _), _)| one == from) {
                let _ = writeln!(out, "    → {to} ({})", listed(names));
            }
        }
    }
    let _ = writeln!(out, "\n{}", figure(circles));
}

/// The figure that says whether the files are free of circles.
pub fn figure(circles: &[Circle]) -> String {
    match circles::largest(circles) {
        1 => "largest circle: 1 file".to_owned(),
        files => format!("largest circle: {files} files"),
    }
}
