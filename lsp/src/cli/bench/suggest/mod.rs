//! Measures how long suggestions take, and what they save: typing traces are replayed in real time against this server and against
//! llama-server, in turns; and a user types whole files, and accepts what is right. BENCHMARKS.md states the rules.

mod peer;
mod replay;
mod report;
mod tally;
mod target;
mod trace;
mod user;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use clap::Args;
use codegen_engine::model::builtin;
use serde_json::Value;

use self::peer::Peer;
use self::report::{Kind, Row};
use self::target::Target;
use self::trace::Trace;
use self::user::{Manner, Typed};
use super::eval::random_model;
use super::llama_server;
use super::noise::Noise;
use super::settings::{Setting, setting};
use crate::cli::output;
use crate::config::option::OptionSpec;
use crate::config::{Config, options};

/// Arguments of this measurement.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  codegen-lsp bench suggest --model builtin --json  in the project's folder
  codegen-lsp bench suggest --user --limit 1        a user who accepts what is right")]
pub struct SuggestArguments {
    /// The traces: files, or folders of them
    #[arg(long, value_name = "PATH", default_value = "fixtures/suggest")]
    traces: Vec<PathBuf>,
    /// Only these traces, by their names, separated by commas
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    only: Vec<String>,
    /// Replay each trace this often
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = crate::cli::number::whole(1..=100u8))]
    rounds: u8,
    /// Beside this number of busy loops; several numbers, separated by commas, are measured one after the other
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "0", value_parser = crate::cli::number::whole(0..=64u8))]
    beside: Vec<u8>,
    /// The models: builtin, 350m (random weights in the shape of CodeGen-350M), or a GGUF file [default: both; with --user
    /// builtin]
    #[arg(long, value_name = "MODEL,…", value_delimiter = ',')]
    model: Vec<String>,
    /// Where the model of random weights is kept [default: where the built-in model is unpacked to]
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Divide all pauses by this number
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = speed)]
    speed: f64,
    /// Compare with this llama-server
    #[arg(long, value_name = "FILE")]
    llama_server: Option<PathBuf>,
    /// The numbers of threads of llama-server, which is compared with each of them
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "1,2", value_parser = crate::cli::number::whole(1..=64u8))]
    peer_threads: Vec<u8>,
    /// Answer what is typed through from what llama-server suggested before, as llama.vim does
    #[arg(long)]
    peer_keeps: bool,
    /// The server's program [default: this one]
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
    /// Set a setting of the server (repeatable)
    #[arg(long = "set", visible_alias = "setting", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Measure the server once more without a feature that can be switched off: the NAME of a setting inline.NAME
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    without: Vec<String>,
    /// Replay no traces, but type these files, or those of folders, and accept what is right [default: fixtures/typing/dev and
    /// fixtures/typing/fresh]
    #[arg(long, value_name = "FILE", num_args = 0..)]
    user: Option<Vec<PathBuf>>,
    /// Type only the first N files
    #[arg(long, value_name = "N", requires = "user", value_parser = crate::cli::number::at_least(1usize))]
    limit: Option<usize>,
    /// Type only the first N keys of each file
    #[arg(long, value_name = "N", requires = "user", value_parser = crate::cli::number::at_least(1usize))]
    keys: Option<usize>,
    /// The user sees no suggestion that takes longer [default: waits for each]
    #[arg(long, value_name = "MS", requires = "user", value_parser = crate::cli::number::at_least(1u64))]
    within: Option<u64>,
    /// The user looks at each suggestion for this long before the next key
    #[arg(long, value_name = "MS", requires = "user", default_value_t = 0)]
    look: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn speed(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (0.1..=1000.0).contains(number));
    number.ok_or_else(|| "it must be a number from 0.1 to 1000".to_owned())
}

/// Measures and prints.
pub(super) fn run(arguments: &SuggestArguments) -> anyhow::Result<()> {
    let settings = arguments.settings.iter().map(|text| setting(text)).collect::<anyhow::Result<Vec<_>>>()?;
    let variants = variants(&settings, &arguments.without)?;
    if let Some(files) = &arguments.user {
        return users(arguments, &variants, files);
    }
    let traces = traces(&arguments.traces, &arguments.only)?;
    let mut rows = Vec::new();
    for model in Model::all(arguments, &["builtin", "350m"])? {
        let mut targets = targets(arguments, &variants, &model)?;
        for &beside in &arguments.beside {
            output::say(&format!("{}, beside {beside} busy loops …", model.name));
            let noise = Noise::loops(beside.into())?;
            rows.extend(replayed(arguments, &traces, &model.name, beside.into(), &mut targets)?);
            noise.end()?;
        }
    }
    if arguments.json { output::json(&report::json(&rows)) } else { output::print(&report::text(&rows)) }
}

/// All traces with all targets, which take turns.
fn replayed(
    arguments: &SuggestArguments,
    traces: &[Trace],
    model: &str,
    beside: usize,
    targets: &mut [(Kind, Target)],
) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for trace in traces {
        output::say(&format!("{}: {} …", trace.name, trace.about));
        let row = |(kind, target): &(Kind, Target)| Row {
            model: model.to_owned(),
            beside,
            trace: trace.name.clone(),
            how: target.name().to_owned(),
            kind: *kind,
            ..Row::default()
        };
        let mut of_trace: Vec<Row> = targets.iter().map(row).collect();
        for round in 0..usize::from(arguments.rounds) {
            for turn in 0..targets.len() {
                // The first target changes from round to round.
                let index = (turn + round) % targets.len();
                std::thread::sleep(llama_server::REST);
                // A round beside another load has new files, too.
                let number = beside * 1000 + round + 1;
                let tally = replay::replay(trace, number, arguments.speed, &mut targets[index].1);
                of_trace[index]
                    .tally
                    .add(tally.with_context(|| format!("{}, {}", trace.name, targets[index].1.name()))?);
            }
        }
        rows.extend(of_trace);
    }
    Ok(rows)
}

/// Users of each model and target, one after the other.
fn users(arguments: &SuggestArguments, variants: &[Variant], named: &[PathBuf]) -> anyhow::Result<()> {
    let held_out = ["fixtures/typing/dev", "fixtures/typing/fresh"].map(PathBuf::from);
    let mut files = user::files(if named.is_empty() { &held_out } else { named })?;
    files.truncate(arguments.limit.unwrap_or(usize::MAX));
    let within = arguments.within.map(Duration::from_millis);
    let look = Duration::from_millis(arguments.look);
    let manner = Manner { keys: arguments.keys.unwrap_or(usize::MAX), within, look };
    let mut all = Vec::new();
    for model in Model::all(arguments, &["builtin"])? {
        for (_, mut target) in targets(arguments, variants, &model)? {
            let mut typed = Typed::default();
            for file in &files {
                output::say(&format!("{}: {} …", target.name(), file.display()));
                user::type_file(file, manner, &mut target, &mut typed)?;
            }
            all.push((model.name.clone(), target.name().to_owned(), typed));
        }
    }
    if arguments.json { output::json(&user::json(&all)) } else { output::print(&user::text(&all)) }
}

/// A model that is run: its name, its file, and what the server's setting is.
struct Model {
    name: String,
    path: PathBuf,
    setting: Option<Setting>,
}

impl Model {
    fn all(arguments: &SuggestArguments, default: &[&str]) -> anyhow::Result<Vec<Self>> {
        let named: Vec<&str> = arguments.model.iter().map(String::as_str).collect();
        let named = if named.is_empty() { default } else { &named };
        let model = |name: &&str| {
            let (path, label) = match *name {
                "builtin" => return Ok(Self { name: "built-in".into(), path: builtin::unpacked()?, setting: None }),
                "350m" => (random_model(arguments.folder.as_deref())?, "350M".to_owned()),
                path => {
                    let path = std::path::absolute(path)?;
                    ensure!(path.is_file(), "{} is no file, and neither builtin nor 350m", path.display());
                    let label = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                    (path, label)
                }
            };
            let text = path.to_str().context("the model's path is not Unicode")?;
            let setting = Some(("model".to_owned(), Value::from(text)));
            Ok(Self { name: label, path, setting })
        };
        named.iter().map(model).collect()
    }
}

/// A way of setting the server.
#[derive(Debug, PartialEq)]
struct Variant {
    name: String,
    settings: Vec<Setting>,
}

/// The server as it is, and without each of some features.
fn variants(settings: &[Setting], without: &[String]) -> anyhow::Result<Vec<Variant>> {
    let mut all = vec![Variant { name: "codegen-lsp".to_owned(), settings: settings.to_vec() }];
    for feature in without {
        let name = format!("inline.{feature}");
        let switch = |option: &&OptionSpec| (option.get)(&Config::default()).is_boolean();
        if options::find(&name).filter(switch).is_none() {
            let mut known = options::ALL.iter().filter(switch).filter_map(|option| option.name.strip_prefix("inline."));
            let known = known.by_ref().collect::<Vec<_>>().join(", ");
            bail!("there is no switch {name}; there are: {known}");
        }
        let settings = settings.iter().cloned().chain([(name, Value::Bool(false))]).collect();
        all.push(Variant { name: format!("codegen-lsp without {feature}"), settings });
    }
    Ok(all)
}

/// All who are measured with a model, started.
fn targets(arguments: &SuggestArguments, variants: &[Variant], model: &Model) -> anyhow::Result<Vec<(Kind, Target)>> {
    let program = match &arguments.server {
        Some(program) => program.clone(),
        None => std::env::current_exe().context("cannot tell which program this is")?,
    };
    let mut all = Vec::new();
    for Variant { name, settings } in variants {
        let settings: Vec<Setting> = settings.iter().cloned().chain(model.setting.clone()).collect();
        let kind = if all.is_empty() { Kind::Ours } else { Kind::Without };
        all.push((kind, Target::ours(name, &program, &settings)?));
    }
    if let Some(program) = &arguments.llama_server {
        for &threads in &arguments.peer_threads {
            let peer = Peer::start(program, &model.path, threads.into(), arguments.peer_keeps)?;
            all.push((Kind::Peer, Target::Peer(Box::new(peer))));
        }
    }
    Ok(all)
}

/// The traces in files and folders, in the order of their names.
fn traces(paths: &[PathBuf], only: &[String]) -> anyhow::Result<Vec<Trace>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let read = std::fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))?;
            files.extend(read.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?);
        } else {
            files.push(path.clone());
        }
    }
    let is_trace = |file: &Path| file.extension().is_some_and(|ending| ending == "trace");
    files.retain(|file| is_trace(file) || paths.contains(file));
    files.sort();
    let read = |file: &PathBuf| {
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        trace::parse(file, &text)
    };
    let mut all = files.iter().map(read).collect::<anyhow::Result<Vec<_>>>()?;
    let names: Vec<String> = all.iter().map(|trace| trace.name.clone()).collect();
    if let Some(missing) = only.iter().find(|name| !names.contains(name)) {
        bail!("no trace is called {missing}; there are: {}", names.join(", "));
    }
    all.retain(|trace| only.is_empty() || only.contains(&trace.name));
    let shown = || paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
    ensure!(!all.is_empty(), "{} has no .trace file", shown());
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trace_of_the_project_can_be_typed() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/suggest");
        let all = traces(&[folder], &[]).unwrap();
        assert!(all.len() >= 8, "{}", all.len());
        for trace in all {
            assert!(!trace.about.is_empty() && trace.steps.len() >= 60, "{}: {}", trace.name, trace.steps.len());
        }
    }

    #[test]
    fn a_feature_must_be_a_switch() {
        let set = [("a".to_owned(), Value::from(1))];
        let names = |without: &str| variants(&set, &[without.to_owned()]);
        let both = names("enabled").unwrap();
        assert_eq!(both[1].settings, [set[0].clone(), ("inline.enabled".to_owned(), Value::Bool(false))]);
        for wrong in ["nothing", "maxTokens"] {
            assert!(names(wrong).unwrap_err().to_string().contains("there are: "), "{wrong}");
        }
    }
}
