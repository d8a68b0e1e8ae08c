//! `codegen-lsp synthesize` on comments as people write them.

#[cfg(unix)]
use super::escapes::on_a_terminal;
use super::{THREADS, err, file, program, run};

const MIXED: &str = "x = [3, 1, 2]\n# Sort x in place.\n\n# TODO: fix this later\nimport os\n# noqa\n";

#[test]
fn comments_that_ask_for_nothing_are_written_by_their_number() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.py", MIXED.as_bytes());
    let (out, said) = run(&["synthesize", &path]);
    assert_eq!(out, MIXED);
    let why = "a.py: no comment here asks for code by itself: 1 comment stands above code of its own, 1 comment stands directly \
               below code; put a blank line above, or use --turn N (see --list)\n";
    assert!(said.ends_with(why), "{said}");
    let (out, said) = run(&["synthesize", &path, "--list"]);
    assert_eq!(out, "");
    let others =
        "2 comments ask for nothing by themselves, and --turn N writes code for them: 1 (line 2), 2 (line 4)\n";
    assert_eq!(said, format!("note: {others}"));
    let (_, said) = run(&["synthesize", &path, "--turn", "1", "--in-place", "-v"]);
    assert!(said.starts_with("turn 1: "), "{said}");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, after) = MIXED.split_once("\n\n# TODO").unwrap();
    assert!(text.starts_with(&format!("{before}\n")) && text.ends_with(&format!("# TODO{after}")), "{text}");
    assert!(text.len() > MIXED.len(), "{text}");
    let output = program(&["synthesize", &path, "--turn", "3"]).output().unwrap();
    assert!(err(&output).contains("there is no turn 3: there are 2, counted from 1"), "{}", err(&output));
}

#[test]
#[cfg(unix)]
fn what_is_streamed_is_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    for text in [
        "# assign the list [3, 8, 1] to numbers\n\n# biggest number\n\n# how many numbers are there?\n",
        "numbers = [3, 8, 1]\n\n# now print them one per line\n\nx = 1\n",
        "def largest(numbers):\n    # biggest of numbers\n    pass\n",
        "def largest(numbers):\n\t# return the largest of numbers\n\tpass\n\nif True:\n\tprint(1)\n",
    ] {
        for text in [text.to_owned(), text.replace('\n', "\r\n")] {
            let path = file(folder.path(), "a.py", text.as_bytes());
            // A terminal ends lines with a carriage return, too; the text has none of its own.
            let stream = on_a_terminal(&["synthesize", &path, THREADS[0], THREADS[1], "-q"]).replace("\r\n", "\n");
            assert!(!stream.contains('\r'), "{stream:?}");
            run(&["synthesize", &path, "--in-place"]);
            let written = std::fs::read_to_string(&path).unwrap();
            if text.contains('\r') {
                assert_eq!(written.matches('\n').count(), written.matches("\r\n").count(), "{written:?}");
            }
            let written = written.replace("\r\n", "\n");
            assert!(written.len() > text.replace("\r\n", "\n").len().saturating_sub(8), "{written:?}");
            // Turns are streamed with a blank line between; a prompt is shown from its first line on.
            for turn in stream.split("\n\n#") {
                let turn = turn.trim_start_matches('#').trim_start_matches(' ');
                assert!(!turn.is_empty() && written.contains(turn.trim_end_matches('\n')), "{turn:?} in {written:?}");
            }
        }
    }
}
