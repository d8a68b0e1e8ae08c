//! Tests of both readers: their results for good files, and their errors for bad lines.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::super::{HumanEvalProblem, LeftOut, MtpbProblem, humaneval, lines, mtpb};

fn good() -> Value {
    json!({
        "id": "7", "name": "Shelf", "description": "Counts books.", "category": "list",
        "prompts": ["Put {books} on a shelf named \"{{shelf}}\".", "Print their number."],
        "inputs": [{"books": ["a", 1, null]}, {"books": 2.0}], "outputs": [3, [true, "x"]], "max_gen_length": 64,
    })
}

fn with(field: &str, value: Value) -> String {
    let mut line = good();
    line[field] = value;
    line.to_string()
}

fn without(field: &str) -> String {
    let mut line = good();
    line.as_object_mut().unwrap().shift_remove(field);
    line.to_string()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What is said of the only line of a file.
#[track_caller]
fn reason(line: &str) -> String {
    let read = mtpb::read(line.as_bytes());
    assert!(read.problems.is_empty() && read.left_out.len() == 1, "{line}: {read:?}");
    assert_eq!(read.left_out[0].line, 1);
    read.left_out[0].reason.clone()
}

#[test]
fn an_mtpb_problem() {
    let read = mtpb::read(good().to_string().as_bytes());
    assert_eq!(read.left_out, []);
    let problem: &MtpbProblem = &read.problems[0];
    assert_eq!(problem.cases[0].prompts, ["Put ['a', 1, None] on a shelf named \"{shelf}\".", "Print their number."]);
    assert_eq!(problem.cases[1].prompts[0], "Put 2.0 on a shelf named \"{shelf}\".");
    assert_eq!((&problem.cases[0].output, &problem.cases[1].output), (&json!(3), &json!([true, "x"])));
    assert_eq!((problem.line, problem.max_gen_length), (1, Some(64)));
    let facts = problem.facts();
    assert_eq!((facts.id.as_str(), facts.name.as_str(), facts.category.as_str()), ("7", "Shelf", "list"));
    assert_eq!((facts.line, facts.turns, facts.inputs), (1, 2, 2));
}

#[test]
fn ids_are_texts_or_numbers_and_a_limit_may_be_missing() {
    let line = with("id", json!(7)).replace("\"max_gen_length\":64", "\"max_gen_length\":null");
    let problem = mtpb::read(line.as_bytes()).problems.remove(0);
    assert_eq!((problem.id.as_str(), problem.max_gen_length), ("7", None));
    assert_eq!(mtpb::read(without("max_gen_length").as_bytes()).problems[0].max_gen_length, None);
}

#[test]
fn what_is_wrong_with_a_line_of_mtpb() {
    let table = [
        ("{\"id\": }".to_owned(), "it is not JSON: expected value (column 8)"),
        ("{\"id\": 1, \"x\": NaN}".to_owned(), "it is not JSON: expected value (column 16)"),
        ("{\"id\": 1".to_owned(), "it is not JSON: EOF while parsing an object (column 8)"),
        ("{\"id\": \"\\ud800\"}".to_owned(), "it is not JSON: unexpected end of hex escape (column 15)"),
        ("[1]".to_owned(), "it is a list, not an object"),
        (format!("{}1{}", "[".repeat(1000), "]".repeat(1000)), "it is not JSON: recursion limit exceeded (column 128)"),
        (without("id"), "there is no `id`"),
        (without("name"), "there is no `name`"),
        (without("description"), "there is no `description`"),
        (without("category"), "there is no `category`"),
        (without("prompts"), "there is no `prompts`"),
        (without("inputs"), "there is no `inputs`"),
        (without("outputs"), "there is no `outputs`"),
        (with("id", json!(1.5)), "`id` is the number 1.5, not a text or a whole number"),
        (with("id", json!(" ")), "`id` is empty"),
        (with("name", json!(1)), "`name` is the number 1, not a text"),
        (with("prompts", json!("p")), "`prompts` is a text, not a list"),
        (with("prompts", json!([])), "`prompts` is empty"),
        (with("prompts", json!(["p", true])), "`prompts[1]` is a truth value, not a text"),
        (with("prompts", json!(["p", " "])), "`prompts[1]` is empty"),
        (with("prompts", json!(["p {books"])), "`prompts[0]`: the `{` at byte 3 is never closed"),
        (
            with("prompts", json!(["p", "p {volumes}"])),
            "`inputs[0]` has no field `volumes`, which `prompts[1]` asks for",
        ),
        (
            with("inputs", json!([{"books": 1}, {"book": 1}])),
            "`inputs[1]` has no field `books`, which `prompts[0]` asks for",
        ),
        (with("inputs", json!([])), "`inputs` is empty"),
        (with("inputs", json!([{"books": 1}, [1]])), "`inputs[1]` is a list, not an object"),
        (with("outputs", json!([1])), "there are 2 `inputs`, but 1 `outputs`"),
        (with("outputs", json!([1, 2, 3])), "there are 2 `inputs`, but 3 `outputs`"),
        (
            with("outputs", json!([1, ["BIG"]])).replace("\"BIG\"", "18446744073709551616"),
            "`outputs[1]` has a whole number of more than 64 bits, which is not supported",
        ),
        (with("max_gen_length", json!(0)), "`max_gen_length` is the number 0, not a whole number from 1 to 65536"),
        (
            with("max_gen_length", json!(1e9)),
            "`max_gen_length` is the number 1000000000.0, not a whole number from 1 to 65536",
        ),
        (with("max_gen_length", json!("9")), "`max_gen_length` is a text, not a whole number from 1 to 65536"),
        (
            good().to_string().replacen('{', "{\"inputs\":[],", 1),
            "it cannot be read: duplicate field `inputs` at line 1 column ",
        ),
    ];
    for (line, expected) in table {
        let reason = reason(&line);
        assert!(reason == expected || (expected.ends_with(' ') && reason.starts_with(expected)), "{reason}");
    }
}

#[test]
fn a_prompt_may_not_grow_beyond_all_bounds() {
    let long = "x".repeat(1 << 18);
    let line = with("inputs", json!([{"books": long}, {"books": 1}])).replace("Put {books}", &"{books}".repeat(5));
    assert_eq!(
        reason(&line),
        "`inputs[0]` makes it longer than 1048576 bytes, which `prompts[0]` asks for",
        "said of the input that does it"
    );
}

#[test]
fn bad_lines_do_not_keep_good_ones_from_being_read() {
    let mut file = Vec::new();
    file.extend_from_slice("\u{feff}".as_bytes());
    file.extend_from_slice(format!("{}\r\n", with("id", json!("one"))).as_bytes());
    file.extend_from_slice(b"\n  \t\r\n");
    file.extend_from_slice(b"{\"id\": \"caf\xe9\"}\n");
    file.extend_from_slice(format!("{}\n", with("id", json!("one"))).as_bytes());
    file.extend_from_slice(b"?\n");
    file.extend_from_slice(format!("  {}", with("id", json!("two"))).as_bytes());
    for bytes in [file.clone(), gzip(&file)] {
        // A byte order mark is passed over in plain files only.
        let bytes = if bytes == file { bytes } else { gzip(&file[3..]) };
        let read = mtpb::read(&bytes);
        let ids: Vec<_> = read.problems.iter().map(|problem| (problem.line, problem.id.as_str())).collect();
        assert_eq!(ids, [(1, "one"), (7, "two")]);
        let said: Vec<_> = read.left_out.iter().map(LeftOut::to_string).collect();
        assert_eq!(
            said,
            [
                "line 4: it is not UTF-8 from its byte 12 on",
                "line 5: its id `one` is that of line 1, too",
                "line 6: it is not JSON: expected value (column 1)",
            ]
        );
    }
}

#[test]
fn an_empty_file_has_no_problems() {
    for bytes in [&b""[..], b"\n\n", &gzip(b"")] {
        assert_eq!(mtpb::read(bytes).problems, []);
        assert_eq!(mtpb::read(bytes).left_out, []);
    }
}

#[test]
fn damaged_gzip_data_is_named_with_the_line_it_ends_in() {
    let lines: String = (0..200).map(|id| with("id", json!(id)) + "\n").collect();
    let whole = gzip(lines.as_bytes());
    for cut in [2, 5, 10, 100, whole.len() / 2, whole.len() - 9, whole.len() - 1] {
        let read = mtpb::read(&whole[..cut]);
        let last = read.left_out.last().unwrap_or_else(|| panic!("nothing is said at {cut}"));
        assert_eq!(last.reason, "the gzip data ends too soon; is the file complete?", "at {cut}");
        assert_eq!(last.line, read.problems.len() + 1, "at {cut}");
    }
    let mut wrong = whole.clone();
    let checksum = wrong.len() - 6;
    wrong[checksum] ^= 1;
    let read = mtpb::read(&wrong);
    assert!(read.left_out[0].reason.starts_with("the gzip data is damaged: "), "{:?}", read.left_out);
    // Consecutive gzip members are one file, as for every other reader.
    let two = [gzip(with("id", json!(1)).as_bytes()), gzip(format!("\n{}", with("id", json!(2))).as_bytes())].concat();
    assert_eq!(mtpb::read(&two).problems.len(), 2);
}

#[test]
fn a_gzip_bomb_is_not_unpacked_into_memory() {
    let line = vec![b' '; usize::try_from(lines::LONGEST).unwrap() + 1];
    let bad = gzip(&[&line[..], b"\n", good().to_string().as_bytes()].concat());
    let read = mtpb::read(&bad);
    assert_eq!((read.left_out[0].to_string().as_str(), read.problems.len()), ("line 1: it has more than 16 MiB", 1));
    // One line without end: it is skipped without being kept.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..=(lines::LARGEST >> 20) {
        encoder.write_all(&vec![b'x'; 1 << 20]).unwrap();
    }
    let read = mtpb::read(&encoder.finish().unwrap());
    let said: Vec<_> = read.left_out.iter().map(LeftOut::to_string).collect();
    assert_eq!(
        said,
        ["line 1: it has more than 16 MiB", "line 2: the file has more than 256 MiB, and from here on is not read"]
    );
    let read = mtpb::read("x\n".repeat(5000).as_bytes());
    assert_eq!(read.left_out.len(), lines::PATIENCE + 1);
    assert!(read.left_out.last().unwrap().reason.contains("is this a file of problems?"));
}

#[test]
fn a_humaneval_problem_and_what_may_be_wrong_with_it() {
    let good = json!({
        "task_id": "Own/0", "prompt": "def one():\n", "entry_point": "one",
        "canonical_solution": "    return 1\n", "test": "def check(candidate):\n    assert candidate() == 1\n",
    });
    let problem: HumanEvalProblem = humaneval::read(&gzip(good.to_string().as_bytes())).problems.remove(0);
    assert_eq!((problem.id.as_str(), problem.canonical_solution.as_deref()), ("Own/0", Some("    return 1\n")));
    let facts = problem.facts();
    assert_eq!((facts.name.as_str(), facts.turns, facts.inputs, facts.category.as_str()), ("one", 1, 1, ""));
    let changed = |field: &str, value: Value| {
        let mut line = good.clone();
        line[field] = value;
        humaneval::read(line.to_string().as_bytes())
    };
    assert_eq!(changed("canonical_solution", Value::Null).problems[0].canonical_solution, None);
    for (field, value, expected) in [
        ("task_id", Value::Null, "line 1: there is no `task_id`"),
        ("prompt", json!(""), "line 1: `prompt` is empty"),
        ("test", json!(1), "line 1: `test` is the number 1, not a text"),
        ("entry_point", json!("f(x)"), "line 1: `entry_point` is `f(x)`, which cannot be the name of a function"),
        ("entry_point", json!("1f"), "line 1: `entry_point` is `1f`, which cannot be the name of a function"),
        ("canonical_solution", json!([]), "line 1: `canonical_solution` is a list, not a text"),
    ] {
        assert_eq!(changed(field, value).left_out[0].to_string(), expected);
    }
}
