//! `codegen-lsp synthesize`.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use serde_json::Value;

use super::{THREADS, err, file, out, program, run};

const TURNS: &str =
    "# Assign the list [3, 8, 1, 12, 7] to a variable named numbers.\n\n# Sort numbers in descending order.\nx = 1\n";

#[test]
fn synthesize_fills_every_empty_turn_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.py", TURNS.as_bytes());
    let (whole, said) = run(&["synthesize", &path]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), TURNS, "only --in-place writes");
    let (prompt, rest) = TURNS.split_once('\n').unwrap();
    let code = whole.strip_prefix(prompt).and_then(|text| text.strip_suffix(rest));
    assert!(code.is_some_and(|code| !code.trim().is_empty()), "the whole text, and the other turn has code: {whole}");
    assert!(said.starts_with("1 turn, ") && said.ends_with(" s\n") && said.lines().count() == 1, "{said}");

    let two = TURNS.replace("\nx = 1\n", "\n");
    let path = file(folder.path(), "b.py", two.as_bytes());
    let (whole, cost) = run(&["synthesize", &path, "-v"]);
    assert!(cost.contains("turn 1: prompt ") && cost.contains("\nturn 2: ") && cost.contains("tokens/s"), "{cost}");
    let (nothing, said) = run(&["synthesize", &path, "--in-place"]);
    assert_eq!((nothing.as_str(), said), ("", format!("{path}: 2 turns written\n")));
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, whole, "what is printed is what is written");
    let (first, second) = text.split_once("# Sort numbers in descending order.\n").unwrap();
    assert!(
        !first
            .trim_start_matches("# Assign the list [3, 8, 1, 12, 7] to a variable named numbers.\n")
            .trim()
            .is_empty(),
        "{text}"
    );
    assert!(!second.trim().is_empty(), "{text}");
    let (whole, nothing) = run(&["synthesize", &path]);
    assert_eq!(whole, text, "a filter hands on what it has nothing to do for");
    let why = "every prompt already has code; --turn N --replace writes one again (see --list)";
    assert_eq!(nothing, format!("note: {path}: {why}\n"));
    assert_eq!(run(&["synthesize", &path, "-q"]), (text, String::new()));
}

#[cfg(unix)]
#[test]
fn in_place_keeps_permissions_and_links_and_diff_is_a_diff() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.py", TURNS.as_bytes());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let link = folder.path().join("link.py");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let (diff, said) = run(&["synthesize", link.to_str().unwrap(), "--diff", "--in-place"]);
    assert_eq!(said, format!("{}: 1 turn written\n", link.display()));
    assert!(link.is_symlink());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside");
    let text = std::fs::read_to_string(&path).unwrap();
    assert_ne!(text, TURNS);
    let mut lines = diff.lines();
    assert!(lines.next().unwrap().starts_with("--- a/") && lines.next().unwrap().starts_with("+++ b/"), "{diff}");
    assert!(lines.next().unwrap().starts_with("@@ "), "{diff}");
    let added: Vec<&str> = lines.filter_map(|line| line.strip_prefix('+')).collect();
    assert!(!added.is_empty() && added.iter().all(|line| text.lines().any(|other| other == *line)), "{diff}");
}

#[cfg(unix)]
#[test]
fn in_place_does_its_work_where_nobody_reads_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.py", format!("\u{feff}{TURNS}").as_bytes());
    let unread = || {
        let (_, write) = std::io::pipe().unwrap();
        Stdio::from(write)
    };
    let status = program(&["synthesize", &path, "--in-place"]).args(THREADS).stdout(unread()).stderr(unread()).status();
    assert_eq!(status.unwrap().code(), Some(0));
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with('\u{feff}') && text.len() > TURNS.len() + 3, "{text:?}");
}

#[cfg(unix)]
#[test]
fn in_place_refuses_a_read_only_file_before_any_work() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.py", TURNS.as_bytes());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).unwrap();
    let output = program(&["synthesize", &path, "--in-place"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("a.py: it is read-only"), "{}", err(&output));
    assert_eq!(out(&output), "");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), TURNS);
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_the_file_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let many: String = (0..50).map(|index| format!("# define a class number {index} with many methods\n\n")).collect();
    let path = file(folder.path(), "a.py", many.as_bytes());
    let mut child = program(&["synthesize", &path, "--in-place", "-v"]).stderr(Stdio::piped()).spawn().unwrap();
    // Once the first turn is told, the second is being written.
    let mut line = String::new();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    errors.read_line(&mut line).unwrap();
    assert!(line.starts_with("turn 1: "), "{line}");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    use std::os::unix::process::ExitStatusExt;
    assert_eq!(child.wait().unwrap().signal(), Some(2), "as a shell expects it");
    let mut said = String::new();
    errors.read_to_string(&mut said).unwrap();
    assert!(said.ends_with(&format!("error: interrupted; {path} is as it was\n")), "{said}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), many);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside");
}

/// Three turns with code, and one without.
const WRITTEN: &str = "\
# Assign the list [3, 8, 1, 12, 7] to a variable named numbers.
numbers = [3]

# Sort numbers in descending order.
numbers = 'by hand'

# Print numbers.
print('by hand')

# Compute the sum of numbers and store it in total.
";

#[test]
fn a_turn_is_written_anew_and_the_others_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.py", WRITTEN.as_bytes());
    let (nothing, cost) = run(&["synthesize", &path, "--turn", "2", "--replace", "--in-place", "-v"]);
    assert_eq!(nothing, "");
    assert!(cost.contains("turn 2: ") && !cost.contains("turn 3"), "{cost}");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, after) = WRITTEN.split_once("numbers = 'by hand'\n").unwrap();
    let middle =
        text.strip_prefix(before).and_then(|text| text.strip_suffix(after)).unwrap_or_else(|| panic!("{text}"));
    assert!(!middle.trim().is_empty() && !middle.contains("by hand"), "{text}");
}

#[test]
fn turns_are_listed_with_the_numbers_that_they_go_by() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("{WRITTEN}\n\ndef double(x):\n    \"\"\"Return x twice.\n\n    As a list.\n    \"\"\"\n");
    let path = file(folder.path(), "a.py", text.as_bytes());
    let (lines, said) = run(&["synthesize", &path, "--list"]);
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(lines.len(), 5, "{lines:?}");
    assert_eq!(lines[1], "turn 2, line 4, has 1 line of code: Sort numbers in descending order.");
    assert_eq!(lines[3], "turn 4, line 10, asks for code: Compute the sum of numbers and store it in total.");
    assert_eq!(lines[4], "turn 5, line 14, asks for code: Return x twice.");
    assert_eq!(said, "", "no model is needed");
    let (lines, _) = run(&["synthesize", &path, "--list", "--json"]);
    let turns: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let second = serde_json::json!({
        "turn": 2, "line": 4, "prompt": "Sort numbers in descending order.", "asks": false,
        "text": "numbers = 'by hand'",
    });
    assert_eq!(turns[1], second);
    let (lines, said) = run(&["synthesize", &path, "--list", "--marker", "#>"]);
    assert_eq!(
        (lines.as_str(), said),
        ("", format!("note: {path}: no comment starts with #>, as prompts do here (--marker, prompt.marker)\n"))
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn from_a_turn_on_all_are_written_anew_each_after_the_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.py", WRITTEN.as_bytes());
    let (lines, _) = run(&["synthesize", &path, "--from", "2", "--replace", "--json", "--in-place"]);
    let turns: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<u64> = turns.iter().map(|turn| turn["turn"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [2, 3, 4]);
    assert_eq!(turns[2]["prompt"], "Compute the sum of numbers and store it in total.");
    let shown: Vec<&Value> = turns.iter().map(|turn| &turn["history"]["kept"]).collect();
    assert_eq!(shown[0], &serde_json::json!(["Assign the list [3, 8, 1, 12, 7] to a variable named numbers."]));
    assert_eq!(shown[2].as_array().unwrap().len(), 3);
    let stats = |turn: usize, what: &str| turns[turn]["candidates"][0]["stats"][what].as_u64().unwrap();
    for turn in [1, 2] {
        assert!(
            stats(turn, "reusedTokens") + 12 > stats(turn - 1, "promptTokens") + stats(turn - 1, "generatedTokens"),
            "what came before is in the KV cache but for its last tokens: {lines}"
        );
    }
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with(&WRITTEN[..WRITTEN.find("numbers = 'by").unwrap()]), "{text}");
    assert!(!text.contains("by hand"), "{text}");
    for turn in &turns {
        assert!(text.contains(turn["text"].as_str().unwrap().trim_end()), "{turn} in {text}");
    }
}

#[test]
fn code_of_one_s_own_stays_unless_it_is_to_be_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let own = "# Assign 1 to x.\n\nprint('mine')\n\n# Assign 2 to y.\ny = 'mine'\n\n# Assign 3 to z.\n";
    let kept = |arguments: &[&str]| {
        let path = file(folder.path(), "a.py", own.as_bytes());
        let (_, said) = run(&[&["synthesize", &path, "--in-place"], arguments].concat());
        let text = std::fs::read_to_string(&path).unwrap();
        let mut after = text.lines();
        for line in own.lines().filter(|line| !line.is_empty()) {
            assert!(after.any(|other| other == line), "{line:?} is lost: {text}");
        }
        (text, said)
    };
    for arguments in [
        &[][..],
        &["--turn", "1"],
        &["--turn", "1", "--replace"],
        &["--from", "1"],
        &["--from", "3", "--candidates", "2"],
        &["--turn", "3", "--diff"],
        &["--turn", "1", "--json", "--verify"],
        &["--marker", "# "],
    ] {
        let (text, _) = kept(arguments);
        assert_ne!(text, own, "{arguments:?}");
    }
    let (text, said) = kept(&["--from", "1"]);
    assert!(text.starts_with("# Assign 1 to x.\n") && !text.starts_with("# Assign 1 to x.\n\n"), "{text}");
    assert!(
        said.contains("1 later turn has code already and stays; with --replace it would be written again"),
        "{said}"
    );
}

#[test]
fn candidates_are_ranked_and_the_best_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.py", b"numbers = [3, 8, 1]\n\n# Sort numbers in descending order.\n");
    let arguments =
        ["synthesize", &path, "--candidates", "5", "--temperature", "2", "--seed", "7", "--max-tokens", "24"];
    let (json, cost) = run(&[&arguments[..], &["--json", "-v"]].concat());
    let turn: Value = serde_json::from_str(&json).unwrap();
    let candidates = turn["candidates"].as_array().unwrap();
    let copies: u64 = candidates.iter().map(|candidate| candidate["copies"].as_u64().unwrap()).sum();
    assert_eq!(copies, 5);
    assert!(candidates.len() > 1, "at this temperature not all are the same: {json}");
    assert_eq!(candidates[0]["text"], turn["text"]);
    let parses = |candidate: &&Value| candidate["score"]["parses"] == true && candidate["text"] != "";
    let good = candidates.iter().filter(parses).count();
    assert!(good > 0 && candidates.iter().take(good).all(|best| parses(&best)), "what parses comes first: {json}");
    assert_eq!(cost.matches("turn 1, candidate ").count(), candidates.len(), "{cost}");
    let (again, _) = run(&[&arguments[..], &["--diff"]].concat());
    let text = turn["text"].as_str().unwrap();
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap();
    assert!(again.contains(&format!("+{first}")), "equal seeds give equal texts: {again}");
}

#[test]
fn colours_are_for_terminals_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.py", b"# Print the word hello.\n");
    let (plain, _) = run(&["synthesize", &path]);
    assert!(!plain.contains('\x1b'), "{plain:?}");
    let (coloured, _) = run(&["synthesize", &path, "--color", "always"]);
    assert!(coloured.starts_with("\x1b[90m# Print the word hello.\x1b[0m\n"), "{coloured:?}");
    // Under a real terminal, which `script` makes.
    let terminal = std::process::Command::new("script")
        .args(["-qec", &format!("{} synthesize {path} --threads 1", env!("CARGO_BIN_EXE_codegen-lsp")), "/dev/null"])
        .env("TERM", "xterm")
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .output();
    // util-linux has `script`, and every Debian has util-linux.
    let terminal = out(&terminal.unwrap());
    assert!(terminal.contains("\x1b[90m# Print the word hello.\x1b[0m"), "{terminal:?}");
}

#[test]
fn what_cannot_be_done_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.py", WRITTEN.as_bytes());
    let table: [(&[&str], &str); 17] = [
        (&["--replace"], "required"),
        (&["--list", "--turn", "1", "--replace"], "cannot be used with"),
        (
            &["--turn", "3", "--in-place"],
            "a.py: turn 3: 1 line that was not generated here stands directly below the prompt; --turn 3 --replace \
             replaces it, and with a blank line below the prompt code is put above it",
        ),
        (&["--list", "--in-place"], "cannot be used with"),
        (&["--turn", "5"], "a.py: there is no turn 5: there are 4, counted from 1"),
        (&["--from", "0"], "expected a whole number of at least 1"),
        (&["--turn", "x"], "expected a whole number of at least 1"),
        (&["--keep-going"], "required"),
        (&["--check", "--in-place"], "cannot be used with"),
        (&["--turn", "1", "--from", "2"], "cannot be used with"),
        (&["--candidates", "17"], "expected a whole number from 1 to 16"),
        (&["--temperature", "0"], "above 0 and up to 2"),
        (&["--top-p", "1.5"], "above 0 and up to 1"),
        (&["--json", "--diff"], "cannot be used with"),
        (&["--marker", "foo"], "expected the beginning of a comment, such as '#>'"),
        (&["--python", "python3"], "required"),
        (&["--isolation", "limits"], "required"),
    ];
    for (flags, expected) in table {
        let output = program(&[&["synthesize", &path], flags].concat()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{flags:?}");
        assert!(err(&output).contains(expected), "{flags:?}: {}", err(&output));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), WRITTEN);
    }
}

#[test]
fn what_speaks_against_the_only_text_is_said() {
    let folder = tempfile::tempdir().unwrap();
    // A later turn's name, of which the first one's prompt says nothing.
    let path = file(folder.path(), "a.py", b"# Print the word hello.\n\n# Print v0.\nprint(v0)\n");
    let (json, cost) = run(&["synthesize", &path, "--json"]);
    let turn: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(turn["candidates"][0]["score"]["missing"], serde_json::json!(["v0"]), "{json}");
    let said = format!("warning: {path}: the code that follows uses v0, which nothing defines\n");
    assert!(cost.ends_with(&said) && cost.matches("v0").count() == 1, "{cost}");
}

#[test]
fn what_raises_is_found_out_by_running_it() {
    let folder = tempfile::tempdir().unwrap();
    // Whatever the model writes for the second turn, the first raises.
    let text = "# Divide by zero.\nprint('first')\n1 / 0\n\n# Assign the list [3, 8, 1] to a variable named numbers.\n\n# Print numbers.\n";
    let path = file(folder.path(), "a.py", text.as_bytes());
    let output =
        program(&["synthesize", &path, "--verify", "--json", "--python", "python3", "--threads", "1"]).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    let (json, cost) = (out(&output), err(&output));
    let turn: Value = serde_json::from_str(&json).unwrap();
    let score = &turn["candidates"][0]["score"];
    assert_eq!(
        (&score["run"], &score["raised"]),
        (&true.into(), &"ZeroDivisionError: division by zero".into()),
        "{json}"
    );
    assert_eq!(turn["written"], false, "{json}");
    let blamed = "error: {path}: turn 1 raises ZeroDivisionError: division by zero, so turn 2 cannot be checked; its code is not \
                  written (--force writes it)\n";
    assert!(cost.contains(&blamed.replace("{path}", &path)), "{cost}");
    let rest = "note: {path}: 1 turn after turn 2 was not written: no turn can be checked before turn 1 is mended\n";
    assert!(cost.contains(&rest.replace("{path}", &path)), "{cost}");

    let good = file(folder.path(), "b.py", b"# Assign the list [3, 8, 1] to a variable named numbers.\n");
    let (json, _) = run(&["synthesize", &good, "--verify", "--json"]);
    let turn: Value = serde_json::from_str(&json).unwrap();
    let score = &turn["candidates"][0]["score"];
    assert_eq!((&score["run"], &score["raised"]), (&true.into(), &Value::Null), "{json}");

    let output = program(&["synthesize", &good, "--verify", "--python", "no-such-python"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("there is no Python to run programs with (`no-such-python`: "), "{}", err(&output));
}

#[test]
fn what_is_not_written_is_listed_as_such_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let text = "x = [3, 1, 2]\n\n# Sort x in place.\n\nprint(x)\n\n# print them\n\nprint('done')\n";
    let path = file(folder.path(), "a.py", text.as_bytes());
    let (listed, _) = run(&["synthesize", &path, "--list"]);
    assert_eq!(
        listed,
        "turn 1, line 3, asks for code: Sort x in place.\nturn 2, line 7, taken to explain what follows: print them\n"
    );
    let (_, said) = run(&["synthesize", &path]);
    let passed = format!("note: {path}: turn 2 (line 7) is taken to speak of the code that follows");
    assert!(said.contains(&passed), "{said}");
    let checked = program(&["synthesize", &path, "--check"]).output().unwrap();
    assert_eq!(out(&checked), format!("{path}:3: turn 1 has no code: Sort x in place.\n"));
    assert!(err(&checked).contains(&passed), "{}", err(&checked));
}

#[test]
fn a_file_that_is_broken_already_is_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.py", b"x = (\n\n# Print the word hello.\n");
    let output = program(&["synthesize", &path, "--diff"]).args(THREADS).output().unwrap();
    let said = err(&output);
    assert!(said.contains(&format!("warning: {path}: line ")) && said.contains(" does not parse as it is ("), "{said}");
    assert!(
        out(&output).is_empty() || out(&output).starts_with(&format!("--- a{path}\n+++ b{path}\n")),
        "{}",
        out(&output)
    );
}
