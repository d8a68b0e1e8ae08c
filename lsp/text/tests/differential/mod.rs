//! Programs and what is done to them, so that some of them are refused; and CPython's verdicts over them.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// What texts are changed with. A `$` is a name of the text.
struct Pool {
    /// Statements that a compiler may refuse, depending on where they stand.
    statements: Vec<String>,
    /// Expressions, put in the place of a name.
    expressions: Vec<String>,
    /// Lines that open a block, put around a text.
    headers: Vec<String>,
    /// Tokens, put in the place of others.
    tokens: Vec<String>,
}

static POOL: LazyLock<Pool> = LazyLock::new(|| {
    let mut all: std::collections::BTreeMap<String, Vec<String>> =
        serde_json::from_str(include_str!("pool.json")).unwrap();
    let mut list = |name: &str| all.remove(name).unwrap();
    let (statements, expressions) = (list("statements"), list("expressions"));
    Pool { statements, expressions, headers: list("headers"), tokens: list("tokens") }
});

/// Numbers that are the same in every run.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(count.max(1)).unwrap()).unwrap()
    }

    pub fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    fn piece<'p>(&mut self, pool: &'p [String]) -> &'p str {
        &pool[self.below(pool.len())]
    }
}

/// A Python whose compiler decides.
pub struct Python {
    pub version: (u8, u8),
}

/// Writes a line for each text. It ends at a text that takes the compiler a second: some errors it looks for with exponential
/// effort.
const VERDICTS: &str = r#"
import json, signal, sys
def verdict(text):
    try:
        compile(text, "text", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, MemoryError, RecursionError) as error:
        return type(error).__name__ + ": " + str(error)
for text in json.load(sys.stdin):
    signal.setitimer(signal.ITIMER_VIRTUAL, 1)
    print(json.dumps(verdict(text)), flush=True)
"#;

/// What a compiler does with a text.
#[derive(Clone, PartialEq, Eq)]
pub enum Verdict {
    Taken,
    /// Refused, with this message.
    Refused(String),
    /// Given up: it takes too long or crashes.
    Unknown,
}

impl Python {
    /// The one of this machine.
    pub fn here() -> Self {
        let output = Self::run("import sys, json; json.dump(sys.version_info[:2], sys.stdout)", String::new());
        let version = serde_json::from_str(&output).unwrap();
        assert!(version >= (3, 11), "python3 is Python {version:?}; this takes 3.11 or later");
        Self { version }
    }

    fn run(program: &str, input: String) -> String {
        let mut command = Command::new("python3");
        command.args(["-I", "-W", "ignore", "-X", "utf8", "-c", program]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python3 is installed");
        let mut stdin = child.stdin.take().unwrap();
        let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// The compiler's verdict for each text.
    pub fn verdicts(&self, texts: &[String]) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        while verdicts.len() < texts.len() {
            let lines = Self::run(VERDICTS, serde_json::to_string(&texts[verdicts.len()..]).unwrap());
            verdicts.extend(lines.lines().map(|line| match serde_json::from_str(line).unwrap() {
                Some(message) => Verdict::Refused(message),
                None => Verdict::Taken,
            }));
            if verdicts.len() < texts.len() {
                verdicts.push(Verdict::Unknown);
            }
        }
        verdicts
    }
}

/// Pieces of files: one or several statements of the outermost level, of a few lines to a few dozen.
pub fn snippets<'t>(files: impl Iterator<Item = &'t str>) -> Vec<&'t str> {
    let mut snippets = Vec::new();
    for file in files {
        let starts = file.match_indices('\n').map(|(at, _)| at + 1).filter(|at| {
            let line = &file[*at..];
            ["def ", "class ", "@", "if ", "try:", "for ", "async ", "with ", "import ", "from "]
                .iter()
                .any(|start| line.starts_with(start))
        });
        let mut start = 0;
        for next in starts.chain([file.len()]) {
            if next - start > 100 {
                if next - start < 1_500 {
                    snippets.push(&file[start..next]);
                }
                start = next;
            }
        }
    }
    snippets
}

/// A few statements of the pool in a few blocks.
pub fn composed(random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..=random.below(4) {
        let names = if text.is_empty() { "a" } else { text.as_str() };
        text += &(filled(random.piece(&POOL.statements), names, random) + "\n");
        if random.below(3) == 0 {
            text = within(&text, random);
        }
    }
    text
}

/// A text with changes made to it, of kinds that a seed decides.
pub fn mutated(snippet: &str, random: &mut Random) -> String {
    let mut text = snippet.to_owned();
    // Some get what Python takes as well: a text is not always refused for the first thing in it.
    for _ in 0..=random.below(3) {
        text = changed(&text, random);
    }
    text
}

fn changed(text: &str, random: &mut Random) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    if lines.is_empty() {
        lines.push("\n".to_owned());
    }
    let at = random.below(lines.len());
    match random.below(20) {
        0..8 => insert_statement(&mut lines, at, random),
        8..11 => {
            return with_token(text, random, |token, random| {
                is_name(token).then(|| filled(random.piece(&POOL.expressions), text, random))
            });
        }
        11 => return within(text, random),
        12 => {
            lines.remove(at);
        }
        13 => lines.insert(random.below(lines.len()), lines[at].clone()),
        14 => {
            // Moved, and made to fit.
            let line = lines.remove(at);
            let to = random.below(lines.len() + 1);
            let margin = lines.get(to).map_or("", |line| margin(line)).to_owned();
            lines.insert(to, margin + line.trim_start());
        }
        15 => {
            let margin = random.of(&["", " ", "    ", "\t", "        ", "    \t"]);
            lines[at] = margin.to_owned() + lines[at].trim_start_matches([' ', '\t']);
        }
        16 => return with_token(text, random, |_, _| Some(String::new())),
        17 => return with_token(text, random, |token, random| Some(token.to_owned() + random.piece(&POOL.tokens))),
        18 => return with_token(text, random, |_, random| Some(random.piece(&POOL.tokens).to_owned())),
        _ => return with_token(text, random, |token, random| is_name(token).then(|| name(text, random).to_owned())),
    }
    lines.concat()
}

fn margin(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

fn indented(text: &str, margin: &str) -> String {
    text.split_inclusive('\n').map(|line| margin.to_owned() + line).collect()
}

/// A text in a block of its own.
fn within(text: &str, random: &mut Random) -> String {
    let header = random.piece(&POOL.headers);
    let last = margin(header.lines().last().unwrap_or_default()).len();
    format!("{header}\n{}", indented(text, &" ".repeat(last + 4)))
}

fn insert_statement(lines: &mut Vec<String>, at: usize, random: &mut Random) {
    let text = lines.concat();
    let statement = filled(random.piece(&POOL.statements), &text, random);
    let margin = lines.get(at).map_or("", |line| margin(line)).to_owned();
    lines.insert(at, indented(&statement, &margin) + "\n");
}

/// A piece with names of the text in it.
fn filled(piece: &str, text: &str, random: &mut Random) -> String {
    let mut filled = String::new();
    for (index, part) in piece.split('$').enumerate() {
        if index > 0 {
            filled += name(text, random);
        }
        filled += part;
    }
    filled
}

fn is_name(token: &str) -> bool {
    token.starts_with(|char: char| char.is_alphabetic() || char == '_')
}

/// A name of the text; often one that another change may choose too.
fn name<'t>(text: &'t str, random: &mut Random) -> &'t str {
    let names: Vec<&str> = tokens(text).into_iter().filter(|token| is_name(token)).collect();
    match random.below(3) {
        0 => random.of(&["a", "b", "x"]),
        _ if names.is_empty() => "a",
        _ => random.of(&names),
    }
}

/// Words, and all other characters one by one.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = |char: char| char.is_alphanumeric() || char == '_';
        let end = if word(first) { rest.find(|char| !word(char)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (token, after) = rest.split_at(end);
        tokens.push(token);
        rest = after;
    }
    tokens
}

/// The text with one token changed, if the change is made for that token.
fn with_token(text: &str, random: &mut Random, change: impl Fn(&str, &mut Random) -> Option<String>) -> String {
    let mut tokens: Vec<String> = tokens(text).into_iter().map(str::to_owned).collect();
    for _ in 0..20 {
        let at = random.below(tokens.len());
        if let Some(token) = tokens.get(at).filter(|token| !token.trim().is_empty())
            && let Some(new) = change(token, random)
        {
            tokens[at] = new;
            break;
        }
    }
    tokens.concat()
}

/// Every statement of the pool by itself, in a function, in a coroutine, in a class and in a loop.
pub fn statements() -> Vec<String> {
    let mut random = Random::new(0);
    let mut texts = Vec::new();
    for statement in &POOL.statements {
        let statement = filled(statement, "x", &mut random);
        texts.push(format!("{statement}\n"));
        for header in &POOL.headers {
            let last = margin(header.lines().last().unwrap_or_default()).len();
            texts.push(format!("{header}\n{}\n", indented(&statement, &" ".repeat(last + 4))));
        }
    }
    for expression in &POOL.expressions {
        let expression = filled(expression, "x", &mut random);
        texts.push(format!("y = {expression}\n"));
        texts.push(format!("def f():\n    return g({expression})\n"));
        texts.push(format!("async def f():\n    return g[{expression}]\n"));
        texts.push(format!("class C:\n    y = [{expression} for z in {expression} if {expression}]\n"));
    }
    texts
}
