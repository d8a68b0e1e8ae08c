//! `codegen-lsp synthesize FILE…`: turns of files, in order, each with the earlier ones as history.

mod arguments;
mod check;
mod choice;
mod list;
mod patch;
mod report;
mod stream;
mod terminal;
mod writer;

use std::io::IsTerminal;
use std::ops::AddAssign;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use codegen_text::document::Document;
use codegen_text::turns::{self, Turn, TurnOptions};

pub use arguments::Arguments;
pub(in crate::cli) use arguments::level;

use super::interrupt::Interrupts;
use super::output::{self, counted};
use super::settings::Settings;
use super::source::{self, Source, Text};
use choice::{Choice, Chosen};
use report::Fate;
use terminal::Terminal;
use writer::Writer;

/// The exit code where a turn failed, or `--check` found something.
const FAILED: u8 = 1;

/// A text whose turns are written.
struct Job<'o> {
    source: Source,
    /// The text as it was read.
    read: Text,
    document: Document,
    chosen: Chosen<'o>,
    options: &'o TurnOptions,
    /// The number of later turns that keep the code they have.
    left: usize,
}

/// The numbers of turns by what came of them, of one text or of several.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Tally {
    /// Those that were chosen.
    chosen: usize,
    /// Those whose code was written, be it by force.
    written: usize,
    /// Those whose code was refused, or is not well. The others that were not written were not tried.
    failed: usize,
}

impl Tally {
    /// The written turns in words: `7 turns`, or `5 of 7 turns`.
    fn words(self) -> String {
        let chosen = counted(self.chosen, "turn");
        if self.written == self.chosen { chosen } else { format!("{} of {chosen}", self.written) }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.chosen += other.chosen;
        self.written += other.written;
        self.failed += other.failed;
    }
}

/// Writes the code of the turns. The exit code is 1 if a turn failed.
///
/// # Errors
/// A file or the model is not usable, or the engine fails; the file that was worked on is then unchanged.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    let sources: Vec<Source> = arguments.files.iter().map(|path| Source::from(path.as_path())).collect();
    arguments.refuse_for_several(&sources)?;
    let settings = sources.first().map_or_else(Settings::here, Settings::of).tell();
    let limit = settings.config.max_file_bytes;
    let options = arguments.turn_options(&settings.config);
    let read = |source: &Source| Ok((source.clone(), source.read_python(limit, "codegen-lsp synthesize -")?));
    let texts = sources.iter().map(read);
    let texts = texts.collect::<anyhow::Result<Vec<_>>>()?;
    if arguments.list {
        return list::run(arguments, &texts, &options).map(|()| ExitCode::SUCCESS);
    }
    if arguments.check {
        return check::run(arguments, &texts, &options, &settings.config);
    }
    if arguments.in_place {
        sources.iter().filter_map(Source::path).try_for_each(source::check_writable)?;
    }
    let jobs = texts.into_iter().map(|(source, read)| Job::new(arguments, source, read, &options));
    let jobs = jobs.collect::<anyhow::Result<Vec<_>>>()?;
    let interrupts = Interrupts::wait();
    let mut terminal = Terminal::new(arguments);
    let mut writer = None;
    let mut all = Tally::default();
    for mut job in jobs {
        if job.is_done(&options) {
            terminal.whole(&job.marked(&job.read.text))?;
            continue;
        }
        let writer = match &mut writer {
            Some(writer) => writer,
            empty => empty.insert(Writer::new(arguments, &settings.config, &options)?),
        };
        if let Some(path) = job.source.path().filter(|_| arguments.in_place) {
            interrupts.working_on(path);
        }
        let tally = job.write(arguments, writer, &mut terminal)?;
        job.finish(arguments, tally, &terminal, &interrupts)?;
        all += tally;
    }
    if terminal.closes() && all != Tally::default() {
        output::say(&format!("{}, {:.1} s", all.words(), begun.elapsed().as_secs_f64()));
    }
    Ok(if all.failed > 0 { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
}

impl<'o> Job<'o> {
    /// Chooses the turns, before a model is loaded.
    fn new(arguments: &Arguments, source: Source, read: Text, options: &'o TurnOptions) -> anyhow::Result<Self> {
        let mut document = Document::new(&read.text, 0);
        let chosen = Chosen::new(&mut document, arguments.choice(), arguments.replace, options);
        let chosen = chosen.with_context(|| source.name())?;
        if let Some((number, turn)) = chosen.next(&document).filter(|_| chosen.is_named()) {
            resolved(arguments, &document, number, turn).with_context(|| source.name())?;
        }
        let left = match arguments.from {
            Some(_) if !arguments.replace => chosen.left_alone(&document),
            _ => 0,
        };
        Ok(Self { source, read, document, chosen, options, left })
    }

    /// A text with the byte order mark that the file has.
    fn marked(&self, text: &str) -> String {
        format!("{}{text}", self.read.mark)
    }

    /// Whether no turn is chosen; then says why.
    fn is_done(&self, options: &TurnOptions) -> bool {
        let done = self.chosen.next(&self.document).is_none();
        if done {
            output::note(&format!("{}: {}", self.source.name(), list::nothing_asked(&self.document, options)));
        }
        done
    }

    /// Writes the turns into the document.
    fn write(
        &mut self,
        arguments: &Arguments,
        writer: &Writer<'_>,
        terminal: &mut Terminal<'_>,
    ) -> anyhow::Result<Tally> {
        let mut tally = Tally::default();
        let name = self.source.name();
        if let Some((line, rule)) = check::violation(&self.document, &self.read.text) {
            output::warning(&format!(
                "{name}: line {line} does not parse as it is ({rule}), so it cannot be told whether the code that is written does"
            ));
        }
        let mut needed = Vec::new();
        while let Some((number, turn)) = self.chosen.next(&self.document) {
            tally.chosen += 1;
            let turn = match resolved(arguments, &self.document, number, turn.clone()) {
                Ok(turn) => turn,
                Err(refusal) => {
                    output::error(&format!("{name}: {refusal}"));
                    tally.failed += 1;
                    self.chosen.done(&turn, String::new(), turn.prompt_range.end);
                    continue;
                }
            };
            let written = writer.write(&self.document, &turn, terminal)?;
            let fate = Fate::of(&written, || writer.complaint_before(&self.document, &turn, &self.chosen))?;
            let is_written = fate == Fate::Good || arguments.force && fate != Fate::Empty;
            report::tell(&name, number, &self.document, &turn, &written, (&fate, is_written));
            let file = (arguments.files.len() > 1).then_some(name.as_str());
            terminal.json(|| report::json(file, number, &self.document, &turn, &written, is_written))?;
            tally.written += usize::from(is_written);
            tally.failed += usize::from(fate != Fate::Good);
            needed = written.selection.best().map_or(needed, |best| report::needed_elsewhere(&turn, best));
            self.put(arguments, &turn, if is_written { written.text() } else { "" });
            if fate.raises() && !arguments.keep_going {
                let left = self.leave(arguments);
                tally.chosen += left;
                if left > 0 {
                    output::note(&format!("{name}: {}", report::left(left, number, &fate, is_written)));
                }
                break;
            }
        }
        if !needed.is_empty() {
            output::warning(&format!(
                "{name}: the code that follows uses {}, which nothing defines",
                needed.join(", ")
            ));
        }
        Ok(tally)
    }

    /// Marks the turns that are left as done, without code. Returns their number.
    fn leave(&mut self, arguments: &Arguments) -> usize {
        let mut left = 0;
        while let Some((_, turn)) = self.chosen.next(&self.document) {
            self.put(arguments, &turn, "");
            left += 1;
        }
        left
    }

    /// Puts a turn's code into the document, and marks the turn as done.
    fn put(&mut self, arguments: &Arguments, turn: &Turn, code: &str) {
        let mut end = match arguments.choice() {
            // The code of the turn is kept, prompts inside it included.
            Choice::From(_) => turn.program_range.end.max(turn.prompt_range.end),
            Choice::Open | Choice::One(_) => turn.prompt_range.end,
        };
        let mut program = String::new();
        if !code.is_empty() {
            program = turns::written_text(&self.document, turn, code);
            let edit = turns::program_edit(&self.document, turn, code);
            end = edit.range.start + edit.text.len();
            self.document.edit(edit.range, &edit.text);
        }
        self.chosen.done(turn, program, end);
    }

    /// Writes the result to where it goes, and says what was left out.
    fn finish(
        &self,
        arguments: &Arguments,
        tally: Tally,
        terminal: &Terminal<'_>,
        interrupts: &Interrupts,
    ) -> anyhow::Result<()> {
        let (name, old, result) = (self.source.name(), &self.read.text, self.document.text());
        if self.left > 0 {
            let (has, stays, them) = if self.left == 1 { ("has", "stays", "it") } else { ("have", "stay", "them") };
            output::note(&format!(
                "{name}: {} {has} code already and {stays}; with --replace {them} would be written again",
                counted(self.left, "later turn"),
            ));
        }
        let passed = list::passed_over(&Document::new(old, 0), self.options);
        if let Some(passed) = passed.filter(|_| arguments.choice() == Choice::Open) {
            output::note(&format!("{name}: {passed}"));
        }
        if arguments.diff {
            let diff = patch::of(&self.source, &self.marked(old), &self.marked(&result));
            terminal.print(&output::shown(&diff, std::io::stdout().is_terminal()))?;
        }
        terminal.whole(&self.marked(&result))?;
        if let Some(path) = self.source.path().filter(|_| arguments.in_place) {
            if result != *old {
                interrupts.hold(|| source::replace(path, old, &result))?;
            }
            output::say(&format!("{name}: {} written", tally.words()));
        }
        Ok(())
    }
}

/// The turn with the place for its code.
///
/// # Errors
/// The code would replace code that was not generated, or would not be Python.
fn resolved(arguments: &Arguments, document: &Document, number: usize, turn: Turn) -> anyhow::Result<Turn> {
    let replace = format!("--turn {number} --replace");
    turns::resolved(document, turn, arguments.replace)
        .map_err(|refusal| anyhow::anyhow!("turn {number}: {}", refusal.message(&replace)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_counted_of_what_was_chosen() {
        for (chosen, written, failed, expected) in [
            (1, 1, 0, "1 turn"),
            (7, 7, 0, "7 turns"),
            (1, 0, 1, "0 of 1 turn"),
            // By force.
            (1, 1, 1, "1 turn"),
            // One was not tried.
            (7, 5, 1, "5 of 7 turns"),
        ] {
            assert_eq!(Tally { chosen, written, failed }.words(), expected);
        }
    }
}
