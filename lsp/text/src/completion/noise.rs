//! What a model says in place of code: imports of what is imported, and comments upon comments.

use super::Cursor;
use super::refusal::Refusal;
use crate::turns::shown_text;

/// Comment lines in a row that say no more than that the model has nothing else to say.
const COMMENTS: usize = 3;

/// Cuts the text before the first line that imports what the document imports already, and before a comment of three lines
/// or more.
pub(super) fn cut(cursor: &Cursor, text: &str) -> Result<String, Refusal> {
    let mut comments = 0;
    for (number, line) in text.split('\n').enumerate() {
        let line = if number == 0 { format!("{}{line}", cursor.left) } else { line.to_owned() };
        let words = line.trim();
        comments = if words.starts_with('#') { comments + 1 } else { 0 };
        let end = if comments == COMMENTS {
            number + 1 - COMMENTS
        } else if is_import(words) && is_said(cursor, words) {
            number
        } else {
            continue;
        };
        let kept = (end > 0).then(|| text.split('\n').take(end).collect::<Vec<_>>().join("\n"));
        return kept.ok_or(Refusal::Noise);
    }
    Ok(text.to_owned())
}

fn is_import(words: &str) -> bool {
    words.starts_with("import ") || (words.starts_with("from ") && words.contains(" import "))
}

/// Whether a line of the document says the same, at any indentation.
fn is_said(cursor: &Cursor, words: &str) -> bool {
    let same = |line: crate::python::Line| shown_text(cursor.document, line.text..line.end).trim_end() == words;
    cursor.lines_above().any(same) || cursor.lines_below().any(same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::testing::cursor_in;

    #[test]
    fn what_is_cut() {
        for (text, said, kept) in [
            ("import os\n$0", "import os\nimport re", None),
            ("import os\n$0", "import re\nimport os\nx = 1", Some("import re")),
            ("$0\nimport re\n", "import re", None),
            ("import os\nimport $0", "os", None),
            ("import os\n$0", "import os.path", Some("import os.path")),
            ("def f():\n    import os\n    $0", "import os", None),
            ("$0", "x = 1\n# a\n# b\ny = 2", Some("x = 1\n# a\n# b\ny = 2")),
            ("$0", "x = 1\n# a\n# b\n# c\ny = 2", Some("x = 1")),
            ("$0", "# a\n# b\n# c\ny = 2", None),
        ] {
            let (document, offset) = cursor_in(text, |text| Document::new(text, 1));
            assert_eq!(
                cut(&Cursor::new(&document, offset), said).as_deref(),
                kept.ok_or(&Refusal::Noise),
                "{text:?} {said:?}"
            );
        }
    }
}
