//! A long program for traces in large files, made from a seed.

use std::fmt::Write;

use crate::cli::bench::numbers::Random;

const NOUNS: [&str; 24] = [
    "order",
    "invoice",
    "customer",
    "shipment",
    "product",
    "payment",
    "ticket",
    "session",
    "report",
    "account",
    "message",
    "sensor",
    "vehicle",
    "booking",
    "employee",
    "measurement",
    "warehouse",
    "contract",
    "document",
    "recipe",
    "student",
    "course",
    "device",
    "route",
];

const FIELDS: [(&str, &str); 10] = [
    ("name", "str"),
    ("amount", "float"),
    ("count", "int"),
    ("created", "datetime"),
    ("status", "str"),
    ("weight", "float"),
    ("owner", "str"),
    ("priority", "int"),
    ("comment", "str"),
    ("active", "bool"),
];

const HEAD: &str = "\"\"\"Records of a small company, and what is computed from them.\"\"\"\n\nimport json\nfrom collections import \
                    defaultdict\nfrom dataclasses import dataclass, field\nfrom datetime import datetime, timedelta\n\n";

/// A program of at least `lines` lines, the same for the same seed: classes of data with methods, and functions that read,
/// select, group and print them.
pub(super) fn program(lines: usize, seed: u64) -> String {
    let mut random = Random::new(seed);
    let mut text = HEAD.to_owned();
    let (mut count, mut part) = (text.lines().count(), 0);
    while count < lines {
        let noun = NOUNS[(part / 4 + part / (4 * NOUNS.len())) % NOUNS.len()];
        let number = part / (4 * NOUNS.len());
        let class = if number == 0 { capital(noun) } else { format!("{}{number}", capital(noun)) };
        let before = text.len();
        match part % 4 {
            0 => record(&mut text, &class, noun, &mut random),
            1 => selection(&mut text, &class, noun, number, &mut random),
            2 => grouping(&mut text, &class, noun, number, &mut random),
            _ => reading(&mut text, &class, noun, number, &mut random),
        }
        count += text[before..].matches('\n').count();
        part += 1;
    }
    text
}

fn capital(noun: &str) -> String {
    let (first, rest) = noun.split_at(1);
    first.to_uppercase() + rest
}

fn record(text: &mut String, class: &str, noun: &str, random: &mut Random) {
    let _ = writeln!(
        text,
        "\n@dataclass\nclass {class}:\n    \"\"\"One {noun}, as the office keeps it.\"\"\"\n\n    number: int"
    );
    let skipped = random.below(3);
    for (name, kind) in FIELDS.iter().skip(skipped) {
        let _ = writeln!(text, "    {name}: {kind}");
    }
    let days = 7 + random.below(60);
    let _ = writeln!(
        text,
        "    tags: list[str] = field(default_factory=list)\n\n    def is_late(self, today: datetime) -> bool:\n        \
         return self.status != \"done\" and today - self.created > timedelta(days={days})\n\n    \
         def label(self) -> str:\n        if self.owner:\n            return f\"{{self.number}}: {{self.status}} \
         ({{self.owner}})\"\n        return f\"{{self.number}}: {{self.status}}\"\n"
    );
}

fn selection(text: &mut String, class: &str, noun: &str, number: usize, random: &mut Random) {
    let suffix = suffix(number);
    let field = random.pick(&["weight", "priority"]);
    let limit = 1 + random.below(90);
    let _ = writeln!(
        text,
        "\ndef {field}_of_{noun}s{suffix}({noun}s: list[{class}], limit: float = {limit}) -> list[{class}]:\n    \
         \"\"\"The {noun}s whose {field} is above the limit, the largest first.\"\"\"\n    found = [{noun} for {noun} in \
         {noun}s if {noun}.{field} > limit]\n    return sorted(found, key=lambda {noun}: {noun}.{field}, reverse=True)\n"
    );
}

fn grouping(text: &mut String, class: &str, noun: &str, number: usize, random: &mut Random) {
    let suffix = suffix(number);
    let key = random.pick(&["status", "owner", "comment"]);
    let _ = writeln!(
        text,
        "\ndef {noun}s_by_{key}{suffix}({noun}s: list[{class}]) -> dict[str, list[{class}]]:\n    groups = \
         defaultdict(list)\n    for {noun} in {noun}s:\n        if not {noun}.active:\n            continue\n        \
         groups[{noun}.{key}].append({noun})\n    return dict(groups)\n"
    );
}

fn reading(text: &mut String, class: &str, noun: &str, number: usize, random: &mut Random) {
    let suffix = suffix(number);
    let indent = 2 * (1 + random.below(2));
    let _ = writeln!(
        text,
        "\ndef read_{noun}s{suffix}(path: str) -> list[{class}]:\n    {noun}s = []\n    with open(path, \
         encoding=\"utf-8\") as file:\n        for number, line in enumerate(file, 1):\n            try:\n                \
         {noun}s.append({class}(**json.loads(line)))\n            except (TypeError, ValueError) as error:\n                \
         print(f\"{{path}}:{{number}}: {{error}}\")\n    return {noun}s\n\n\ndef write_{noun}s{suffix}({noun}s: \
         list[{class}], path: str) -> None:\n    with open(path, \"w\", encoding=\"utf-8\") as file:\n        \
         json.dump([vars({noun}) for {noun} in {noun}s], file, indent={indent}, default=str)\n"
    );
}

fn suffix(number: usize) -> String {
    if number == 0 { String::new() } else { format!("_{number}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_program_of_enough_lines() {
        let text = program(5000, 7);
        assert_eq!(text, program(5000, 7));
        assert_ne!(text, program(5000, 8));
        let lines = text.lines().count();
        assert!((5000..5050).contains(&lines), "{lines}");
        let names: Vec<&str> =
            text.lines().filter(|line| line.starts_with("def ") || line.starts_with("class ")).collect();
        let different: std::collections::BTreeSet<&&str> = names.iter().collect();
        assert_eq!(names.len(), different.len(), "every name is defined once");
    }
}
