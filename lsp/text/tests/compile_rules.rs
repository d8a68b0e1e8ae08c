//! What Python's compiler takes is not refused: over files of the standard library.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod library;

use codegen_text::python::violations;
use library::library;

#[test]
fn nothing_of_the_standard_library_is_refused() {
    for (path, text) in library() {
        // Python's own tests have files that it does not take.
        if path.components().any(|part| ["test", "tests", "lib2to3"].iter().any(|name| part.as_os_str() == *name)) {
            continue;
        }
        let found = violations(text, 10);
        let first = found.first().map(|found| text[found.at..].lines().next().unwrap_or_default());
        assert_eq!(first, None, "{}: {found:?}", path.display());
    }
}
