//! What a suggestion repeats of the text that follows the cursor.

use super::Cursor;
use super::scan::Scanner;
use crate::document::Document;
use crate::syntax;

/// Cuts what is already right of the cursor: `print(x|)` with `, y)` gives `print(x, y)`. `None` if nothing is left.
pub(super) fn right(document: &Document, cursor: &Cursor, text: &str) -> Option<String> {
    let right = cursor.right.trim();
    let Some(first) = right.chars().next() else { return Some(text.to_owned()) };
    // In front of something, there is room for one line only.
    let text = text.split('\n').next().unwrap_or_default();
    let mut scanner = Scanner::over(&cursor.left);
    // Brackets of the lines above are not seen from here; an unmatched one counts against them.
    let opened = scanner.depth;
    let mut own: Vec<char> = Vec::new();
    let mut kept = text.len();
    for (at, char) in text.char_indices() {
        let was_in_string = scanner.in_string();
        let depth = scanner.depth;
        scanner.push(char);
        let closes_string = was_in_string && !scanner.in_string();
        let closes_bracket = !was_in_string && ")]}".contains(char) && own.is_empty();
        if (closes_string && char == first && cursor_in_string(&cursor.left) && !text[..at].contains(first))
            || (closes_bracket && char == first && depth <= opened)
        {
            kept = at;
            break;
        }
        if !was_in_string {
            match char {
                '(' | '[' | '{' => own.push(char),
                ')' | ']' | '}' => drop(own.pop()),
                _ => {}
            }
        }
    }
    let mut text = text[..kept].to_owned();
    // What is no bracket or quote, or was not seen as one: the longest end of the text that the line goes on with.
    let overlap = (1..=text.len().min(right.len()))
        .rev()
        .filter(|&length| right.is_char_boundary(length))
        .find(|&length| text.ends_with(&right[..length]) && !balanced_end(&text, length));
    if let Some(length) = overlap {
        text.truncate(text.len() - length);
    }
    let _ = document;
    (!text.trim().is_empty()).then_some(text)
}

fn cursor_in_string(left: &str) -> bool {
    Scanner::over(left).in_string()
}

/// Whether the last `length` bytes of `text` close brackets that `text` itself opened.
fn balanced_end(text: &str, length: usize) -> bool {
    text[text.len() - length..].contains([')', ']', '}']) && Scanner::over(text).depth == 0 && {
        let mut depth = 0i32;
        let mut lowest = 0i32;
        for char in text.chars() {
            depth += i32::from("([{".contains(char)) - i32::from(")]}".contains(char));
            lowest = lowest.min(depth);
        }
        lowest == 0
    }
}

/// Cuts the text before the line from which on it says what the buffer says below the cursor. `None` if that is all of it.
pub(super) fn below(document: &Document, cursor: &Cursor, text: &str) -> Option<String> {
    let mut following = Vec::new();
    let mut number = cursor.line.number;
    while let Some(line) = syntax::line_below(document, number).filter(|_| following.len() < COMPARED) {
        number = line.number;
        following.push(document.slice(line.text..line.end).trim_end().to_owned());
    }
    let first = format!("{}{}", cursor.left, text.split('\n').next().unwrap_or_default());
    let lines: Vec<&str> = std::iter::once(first.as_str()).chain(text.split('\n').skip(1)).collect();
    let written: Vec<(usize, &str)> = lines
        .iter()
        .enumerate()
        .map(|(number, line)| (number, line.trim()))
        .filter(|(_, line)| !line.is_empty())
        .collect();
    let same = |from: usize| {
        let pairs = written[from..].iter().zip(&following);
        !following.is_empty() && pairs.clone().all(|((_, own), below)| own == below) && pairs.len() > 0
    };
    let Some(from) = (0..written.len()).find(|&from| same(from)) else { return Some(text.to_owned()) };
    let (number, _) = written[from];
    // A line that was there before the suggestion is not the suggestion's.
    if number == 0 {
        return None;
    }
    Some(text.split('\n').take(number).collect::<Vec<_>>().join("\n"))
}

/// Lines below that must agree, as far as there are so many.
const COMPARED: usize = 3;
