//! Tables of text, aligned for the terminal.

use std::fmt::Write as _;

/// Columns between columns.
const GAP: &str = "  ";

/// Lays out rows under their heads. The first column is aligned to the left, the others to the right; a column in which all
/// rows are empty is dropped.
pub(super) fn layout(heads: &[&str], rows: &[Vec<String>]) -> String {
    let kept: Vec<usize> = (0..heads.len())
        .filter(|&column| rows.iter().any(|row| row.get(column).is_some_and(|cell| !cell.is_empty())))
        .collect();
    let heads: Vec<String> = heads.iter().map(|&head| head.to_owned()).collect();
    let lines: Vec<&Vec<String>> = std::iter::once(&heads).chain(rows).collect();
    let cell = |row: &Vec<String>, column: usize| row.get(column).cloned().unwrap_or_default();
    let width = |column: usize| lines.iter().map(|row| cell(row, column).chars().count()).max().unwrap_or_default();
    let widths: Vec<(usize, usize)> = kept.iter().map(|&column| (column, width(column))).collect();
    let mut table = String::new();
    for row in lines {
        let mut line = String::new();
        for &(column, width) in &widths {
            let cell = cell(row, column);
            // Writing to a string cannot fail.
            let _ = if column == 0 { write!(line, "{cell:width$}") } else { write!(line, "{GAP}{cell:>width$}") };
        }
        table.push_str(line.trim_end());
        table.push('\n');
    }
    table
}

/// A name from a file, fit for a line: nothing that moves the cursor, and at most `most` characters.
pub(crate) fn name(text: &str, most: usize) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if clean.chars().count() <= most {
        return clean;
    }
    clean.chars().take(most.saturating_sub(1)).chain(['\u{2026}']).collect()
}
