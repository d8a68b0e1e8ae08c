use super::*;
use crate::estimate::Interval;
use crate::record::{Key, Problem, Turn};
use crate::scoring::Scoring;

/// A run's header and records.
pub(crate) struct Records {
    pub(crate) header: Header,
    pub(crate) samples: Vec<Sample>,
    pub(crate) verdicts: Vec<Verdict>,
}

impl Records {
    pub(crate) fn summary(&self, ks: &[usize]) -> Summary {
        summarise(&self.header, &self.samples, &self.verdicts, ks)
    }

    /// Adds a sample, and its verdict if there is one.
    fn add(&mut self, place: (&str, usize, usize, usize), turns: usize, verdict: Option<Status>) -> &mut Sample {
        let (condition, problem, input, sample) = place;
        let problem = &self.header.problems[problem];
        let key = Key { condition: condition.to_owned(), problem: problem.id.clone(), input, sample };
        let turn = |turn: usize| Turn {
            text: "x = 1".to_owned(),
            prompt_tokens: 20 * (turn + 1),
            reused_tokens: 0,
            generated_tokens: 5,
            limit: problem.max_gen_length.unwrap_or(self.header.max_tokens)
                * if condition == "single-matched" { problem.turns } else { 1 },
            ended: "stop".to_owned(),
            #[allow(clippy::cast_precision_loss)]
            perplexity: Some((problem.line + 2 * turn) as f64),
        };
        let made = Sample {
            key: key.clone(),
            line: problem.line,
            seed: 1,
            turns: (0..turns).map(turn).collect(),
            program: "x = 1".to_owned(),
            left_out: None,
        };
        if let Some(status) = verdict {
            self.verdicts.push(Verdict { key, status, detail: String::new(), seconds: 0.1 });
        }
        self.samples.push(made);
        self.samples.last_mut().unwrap()
    }
}

fn header(benchmark: Benchmark, conditions: &[&str], problems: Vec<Problem>) -> Header {
    Header {
        format: 1,
        benchmark,
        model: "codegen-tiny".to_owned(),
        model_sha256: "ab".repeat(32),
        adapter_sha256: None,
        problems_sha256: "cd".repeat(32),
        conditions: conditions.iter().map(|&name| name.to_owned()).collect(),
        samples: 2,
        temperature: (benchmark == Benchmark::Mtpb).then_some(0.2),
        top_p: 0.95,
        seed: 7,
        max_tokens: 256,
        context: 2048,
        perplexity: true,
        scoring: None,
        reproducible: None,
        ks: Vec::new(),
        isolation: None,
        problems,
        left_out: Vec::new(),
    }
}

/// Four problems of two categories, two inputs and two samples each, complete in two arms; a third arm is under way.
pub(crate) fn mtpb() -> Records {
    let problem = |index: usize, name: &str, category: &str, turns: usize| Problem {
        id: format!("p{index}"),
        line: index + 1,
        name: name.to_owned(),
        category: category.to_owned(),
        turns,
        inputs: 2,
        max_gen_length: (index == 3).then_some(64),
    };
    let problems = vec![
        problem(0, "Parcel", "string", 2),
        problem(1, "Tide & <b>table</b>", "math", 3),
        problem(2, "Orchard", "string", 3),
        problem(3, "Ferry", "math", 2),
    ];
    let mut header = header(Benchmark::Mtpb, &["multi", "single", "single-matched"], problems);
    header.left_out = vec!["line 9: there is no `inputs`".to_owned()];
    let mut records = Records { header, samples: Vec::new(), verdicts: Vec::new() };
    // Passed samples of four, for every problem.
    for (condition, passed) in [("multi", [4, 3, 2, 0]), ("single", [2, 3, 0, 0])] {
        for (problem, passed) in passed.into_iter().enumerate() {
            let turns = if condition == "multi" { records.header.problems[problem].turns } else { 1 };
            for index in 0..4 {
                let status = if index < passed { Status::Passed } else { [Status::Wrong, Status::Raised][index % 2] };
                records.add((condition, problem, index / 2, index % 2), turns, Some(status));
            }
        }
    }
    records.add(("single-matched", 0, 0, 0), 1, Some(Status::Passed));
    records.add(("single-matched", 0, 0, 1), 1, None);
    let left_out = records.add(("single-matched", 1, 0, 0), 0, None);
    left_out.left_out = Some("line 2, turn 1: 2040 tokens leave no room in a context of 2048".to_owned());
    left_out.program = String::new();
    records.add(("single-matched", 3, 0, 0), 1, Some(Status::TimedOut)).turns[0].limit = 100;
    records
}

/// Three functions, at two temperatures, two samples each.
pub(crate) fn humaneval() -> Records {
    let problem = |index: usize| Problem {
        id: format!("Own/{index}"),
        line: index + 1,
        name: ["stack", "weave", "sift"][index].to_owned(),
        category: String::new(),
        turns: 1,
        inputs: 1,
        max_gen_length: None,
    };
    let header = header(Benchmark::HumanEval, &["0.2", "0.8"], (0..3).map(problem).collect());
    let mut records = Records { header, samples: Vec::new(), verdicts: Vec::new() };
    for (condition, passed) in [("0.2", [2, 0, 0]), ("0.8", [1, 1, 0])] {
        for (problem, passed) in passed.into_iter().enumerate() {
            for sample in 0..2 {
                let status = if sample < passed { Status::Passed } else { Status::SyntaxError };
                records.add((condition, problem, 0, sample), 1, Some(status));
            }
        }
    }
    records
}

#[test]
fn rates_are_passed_samples_over_judged_ones() {
    let summary = mtpb().summary(&[1]);
    let rates: Vec<Option<f64>> = summary.conditions.iter().map(|condition| condition.rate).collect();
    assert_eq!(rates, [Some(9.0 / 16.0), Some(5.0 / 16.0), Some(0.5)]);
    assert_eq!((summary.problems, summary.expected), (4, 16));
    let counts = &summary.conditions[2].counts;
    let (samples, judged, passed) = (counts.samples, counts.judged, counts.passed);
    assert_eq!((samples, judged, passed, counts.left_out, counts.pending), (4, 2, 1, 1, 1));
    // 100 of 2 x 64 tokens; the other limits are as asked for.
    assert_eq!((counts.cut_turns, counts.turns), (1, 3));
    let statuses: Vec<_> = counts.statuses.iter().map(|(&status, &count)| (status, count)).collect();
    assert_eq!(statuses, [(Status::Passed, 1), (Status::TimedOut, 1)]);
    assert!(summary.conditions.iter().all(|condition| condition.pass_at.is_empty()));
}

#[test]
fn groups_are_problems_categories_and_turns() {
    let multi = &mtpb().summary(&[]).conditions[0];
    let rates = |groups: &[Group]| groups.iter().map(|group| (group.key.clone(), group.rate)).collect::<Vec<_>>();
    let some = |key: &str, rate: f64| (key.to_owned(), Some(rate));
    assert_eq!(rates(&multi.by_problem), [some("p0", 1.0), some("p1", 0.75), some("p2", 0.5), some("p3", 0.0)]);
    assert_eq!(rates(&multi.by_category), [some("string", 0.75), some("math", 0.375)]);
    assert_eq!(rates(&multi.by_turns), [some("2", 0.5), some("3", 0.625)]);
    // Line 2, three turns: 2, 4 and 6.
    assert_eq!(multi.by_problem[1].perplexity, Some(4.0));
    assert_eq!((multi.by_problem[1].name.as_str(), multi.by_problem[1].interval), ("Tide & <b>table</b>", None));
    // Prompts count, not samples: 2 turns of means 2 and 5, 3 turns of means 4 and 5.
    assert_eq!(multi.perplexity, Some((2.0 * 2.0 + 3.0 * 4.0 + 3.0 * 5.0 + 2.0 * 5.0) / 10.0));
}

#[test]
fn costs_are_means_of_sums_over_turns() {
    let conditions = mtpb().summary(&[]).conditions;
    // Two or three turns of 20, 40, 60 tokens.
    let expected = Cost {
        prompt_tokens: Some(90.0),
        last_prompt_tokens: Some(50.0),
        generated_tokens: Some(12.5),
        budget: Some((512.0 + 768.0 + 768.0 + 128.0) / 4.0),
    };
    assert_eq!(conditions[0].cost, expected);
    // The sample that was left out costs nothing; the one without a verdict does.
    assert_eq!(conditions[2].cost.budget, Some((512.0 + 512.0 + 100.0) / 3.0));
}

#[test]
fn differences_are_between_the_same_samples_only() {
    let summary = mtpb().summary(&[]);
    assert_eq!(summary.conditions[0].difference, None);
    let single = summary.conditions[1].difference.unwrap();
    assert_eq!((single.rate, single.pairs, single.problems), (-4.0 / 16.0, 16, 4));
    // -2, 0, -2 and 0: half of all signs are as far from zero.
    assert_eq!(single.p, Some(0.5));
    let interval = single.interval.unwrap();
    assert!(interval.low < -0.25 && interval.high >= -0.25 && interval.high <= 0.0, "{interval:?}");
    let matched = summary.conditions[2].difference.unwrap();
    assert_eq!((matched.rate, matched.pairs, matched.problems, matched.p), (0.0, 2, 2, Some(1.0)));
}

#[test]
fn without_the_base_there_are_no_differences() {
    let mut records = mtpb();
    records.header.conditions.remove(0);
    let summary = records.summary(&[]);
    assert_eq!(summary.conditions.len(), 2);
    assert!(summary.conditions.iter().all(|condition| condition.difference.is_none()));
    assert_eq!(summary.conditions[0].rate, Some(5.0 / 16.0));
}

#[test]
fn rules_that_are_not_the_papers_are_named() {
    let mut records = humaneval();
    let told = |records: &Records| records.summary(&[]).notes().iter().any(|note| note.contains("the corrected rules"));
    records.header.scoring = Some(Scoring::Reference);
    assert!(!told(&records));
    records.header.scoring = Some(Scoring::Corrected);
    assert!(told(&records));
}

#[test]
fn the_best_temperature_for_every_k() {
    let summary = humaneval().summary(&[1, 2, 10]);
    let values = |index: usize| summary.conditions[index].pass_at.iter().map(|at| at.value).collect::<Vec<_>>();
    assert_eq!(values(0), [Some(1.0 / 3.0), Some(1.0 / 3.0), None]);
    assert_eq!(values(1), [Some(1.0 / 3.0), Some(2.0 / 3.0), None]);
    let best: Vec<_> = summary.best.iter().map(|best| (best.k, best.condition.as_str(), best.value)).collect();
    assert_eq!(best, [(1, "0.2", 1.0 / 3.0), (2, "0.8", 2.0 / 3.0)]);
    assert!(
        summary.conditions.iter().all(|condition| condition.by_category.is_empty() && condition.difference.is_none())
    );
    assert!(
        summary.notes().contains(&"pass@10 takes 10 verdicts for a problem, which 0 of 3 problems have.".to_owned())
    );
}

/// At every point of a run there is a summary, and no number in it that JSON does not have.
#[test]
fn a_run_may_end_anywhere() {
    for records in [mtpb(), humaneval()] {
        for samples in 0..=records.samples.len() {
            for verdicts in [0, samples / 2, records.verdicts.len()] {
                let verdicts = &records.verdicts[..verdicts];
                let summary = summarise(&records.header, &records.samples[..samples], verdicts, &[1, 2]);
                let json = serde_json::to_value(&summary).unwrap();
                assert!(!summary.to_string().contains("NaN") && !summary.to_string().contains("inf"));
                assert!(json["conditions"][0]["rate"].is_number() || summary.conditions[0].counts.judged == 0);
            }
        }
        let mut empty = records.header.clone();
        (empty.conditions, empty.problems) = (Vec::new(), Vec::new());
        let summary = summarise(&empty, &records.samples, &records.verdicts, &[1]);
        assert_eq!((summary.conditions.len(), summary.expected), (0, 0));
        assert!(summary.to_string().contains("0 problems"));
    }
}

#[test]
fn records_of_something_else_are_passed_over() {
    let mut records = mtpb();
    let whole = records.summary(&[]);
    records.samples[0].key.problem = "p9".to_owned();
    records.samples[1].key.condition = "double".to_owned();
    assert_eq!(records.summary(&[]).conditions[0].counts.samples, whole.conditions[0].counts.samples - 2);
    // The same sample twice is one.
    let mut records = mtpb();
    records.samples.extend(mtpb().samples);
    records.verdicts.extend(mtpb().verdicts);
    assert_eq!(records.summary(&[]), whole);
}

#[test]
fn perplexities_that_are_no_numbers_are_not_counted() {
    let mut records = mtpb();
    for sample in &mut records.samples {
        for (turn, value) in sample.turns.iter_mut().zip([Some(f64::INFINITY), Some(3.0), Some(f64::NAN)]) {
            turn.perplexity = value;
        }
    }
    let perplexities: Vec<_> = records.summary(&[]).conditions.iter().map(|condition| condition.perplexity).collect();
    assert_eq!(perplexities, [Some(3.0), None, None]);
}

#[test]
fn as_it_is_printed() {
    let mut records = mtpb();
    records.header.problems[1].category = "a category \u{1b}[31m whose name does not end soon".to_owned();
    let text = records.summary(&[]).to_string();
    assert!(text.lines().all(|line| line.chars().count() <= 110), "{text}");
    insta::assert_snapshot!("mtpb", text);
    insta::assert_snapshot!("humaneval", humaneval().summary(&[1, 2, 10]));
    let Records { header, .. } = mtpb();
    insta::assert_snapshot!("nothing_yet", summarise(&header, &[], &[], &[]));
}

/// The widest numbers that a run of the whole benchmark has.
#[test]
fn it_fits_the_terminal() {
    let mut summary = mtpb().summary(&[]);
    for condition in &mut summary.conditions {
        condition.name = "multi-no-feedback".to_owned();
        condition.rate = Some(1.0);
        condition.interval = Some(Interval { low: 0.999, high: 1.0 });
        condition.difference = Some(Difference {
            rate: -1.0,
            interval: Some(Interval { low: -0.999, high: -0.888 }),
            p: Some(0.00001),
            pairs: 99999,
            problems: 115,
        });
        let most = Some(99999.0);
        condition.cost = Cost { prompt_tokens: most, last_prompt_tokens: most, generated_tokens: most, budget: most };
        condition.perplexity = Some(9999.99);
        condition.counts = Counts {
            samples: 23000,
            judged: 23000,
            left_out: 1000,
            pending: 1000,
            cut_turns: 1000,
            ..Counts::default()
        };
        condition.counts.statuses = STATUSES.into_iter().map(|status| (status, 10000)).collect();
    }
    summary.expected = 23000;
    let text = summary.to_string();
    let widest = text.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(110), "{widest:?}\n{text}");
}
