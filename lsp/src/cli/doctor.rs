//! `codegen-lsp doctor`: prints the build, the machine and the speed.

use std::fmt::Write;

use clap::Args;
use codegen_core::{Prompt, Request, printable};
use codegen_engine::model::inspect::size;
use codegen_engine::{Engine, ModelInfo, ThreadsInUse};
use codegen_hub::Store;
use codegen_hub::store::Entry;
use codegen_sandbox::{Level, Limits, Sandbox, Support};

use super::engine_args::EngineArgs;
use super::output;
use super::settings::Settings;
use crate::generate::prepare;
use crate::models::{fit, memory};

/// Arguments of `doctor`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  codegen-lsp doctor
  codegen-lsp doctor --model codegen-350M-mono.gguf --gpu-layers all")]
pub struct Arguments {
    /// The Python that programs would be run with [default: python3]
    #[arg(long, value_name = "PROGRAM")]
    python: Option<String>,
    #[command(flatten)]
    engine: EngineArgs,
}

/// Prints the report. Facts that need no model are printed before it is loaded, since loading may fail.
///
/// # Errors
/// The model cannot be run.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    output::print(&build())?;
    let settings = Settings::here();
    output::print(&options(&settings))?;
    output::print(&format!("llama.cpp     {}\n", Engine::build_info().trim()))?;
    output::print(&devices(&Engine::devices()))?;
    let config = settings.config;
    output::print(&isolation(arguments.python.as_deref().unwrap_or(&config.synthesis.python)))?;
    output::print(&models())?;
    let engine = arguments.engine.load_over(&config)?;
    output::print(&model(engine.info()))?;
    output::print(&speed(&engine)?)?;
    output::print(&threads(engine.info(), engine.threads_in_use()))
}

fn build() -> String {
    let profile = if cfg!(debug_assertions) { "development" } else { "release" };
    let features =
        [("cuda", cfg!(feature = "cuda")), ("vulkan", cfg!(feature = "vulkan")), ("metal", cfg!(feature = "metal"))];
    let features: Vec<&str> = features.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect();
    let features = if features.is_empty() { "none".to_owned() } else { features.join(", ") };
    format!(
        "codegen-lsp   {}\nbuild         {profile}, {} {}, GPU features: {features}\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::ARCH,
        std::env::consts::OS,
    )
}

/// The files that the options come from, and what is wrong with them.
fn options(settings: &Settings) -> String {
    let problems = settings.problems.iter().map(|problem| format!("              {}\n", printable::line(problem)));
    format!("{}{}", settings.files(), problems.collect::<String>())
}

/// The isolation of programs on this system, and what is missing for a better one.
fn isolation(python: &str) -> String {
    match Sandbox::new(python, Limits::default()).and_then(|sandbox| sandbox.support()) {
        Ok(Support { isolation, missing }) => {
            let level = isolation.level();
            let enough = if level < Level::default() {
                format!("less than the default of `synthesis.isolation`, `{}`: no program is run", Level::default())
            } else {
                format!("`{level}`")
            };
            let missing: String =
                missing.iter().map(|clause| format!("              not to be had: {clause}\n")).collect();
            format!("isolation     {isolation} ({enough})\n{missing}")
        }
        Err(error) => format!("isolation     not known: {error}\n"),
    }
}

fn devices(devices: &[codegen_engine::Device]) -> String {
    const GIB: f64 = (1u64 << 30) as f64;
    let mut out = String::new();
    for device in devices {
        let (free, total) = (device.memory_free as f64 / GIB, device.memory_total as f64 / GIB);
        let what = format!("{} ({}), {}", device.name, device.backend, device.description);
        let _ =
            writeln!(out, "device {:<6} {}, {free:.1} of {total:.1} GiB free", device.index, printable::line(&what));
    }
    out
}

/// The models that were pulled, and those that could be.
fn models() -> String {
    let (entries, problems) = match Store::of_user().and_then(|store| store.list()) {
        Ok(found) => found,
        Err(problem) => (Vec::new(), vec![problem.to_string()]),
    };
    let fits = memory::free().map(|free| (free, fit::fitting(free, memory::bandwidth())));
    let problems = problems.iter().map(|problem| format!("              {}\n", printable::line(problem)));
    format!("{}{}{}", here(&entries), problems.collect::<String>(), possible(&entries, fits.as_ref()))
}

fn here(entries: &[Entry]) -> String {
    let all: Vec<_> = entries
        .iter()
        .map(|entry| {
            let kind = entry.file_type.as_ref().map_or_else(String::new, |kind| format!(", {kind}"));
            printable::line(&format!("{} ({}{kind})", entry.name, size(entry.bytes))).into_owned()
        })
        .collect();
    match all.as_slice() {
        [] => "models        builtin; none was pulled\n".to_owned(),
        all => format!("models        builtin, {}\n", all.join(", ")),
    }
}

/// What fits into the memory that is free, about how fast it would write, and which one is recommended.
fn possible(entries: &[Entry], fits: Option<&(u64, Vec<fit::Fit>)>) -> String {
    let Some((free, fits)) = fits else { return String::new() };
    let mut out = String::new();
    for fit in fits {
        let _ = writeln!(
            out,
            "fits          {} as {}, ~{}, about {:.*} tokens/s without a GPU",
            fit.release.name,
            fit.file_type.shown(),
            size(fit.bytes),
            if fit.speed < 10.0 { 1 } else { 0 },
            fit.speed
        );
    }
    let _ = match fit::recommended(fits) {
        None => writeln!(out, "fits          no release fits the {} of memory that are free", size(*free)),
        Some(best) if entries.iter().any(|entry| entry.name == best.release.name) => {
            writeln!(out, "recommended   {name}: --model {name}, or the option `model`", name = best.release.name)
        }
        Some(best) => writeln!(out, "recommended   {name}: `codegen-lsp model pull {name}`", name = best.release.name),
    };
    out
}

fn model(info: &ModelInfo) -> String {
    let place = if info.gpu_layers == 0 {
        "all on the CPU".to_owned()
    } else {
        format!("{} of {} on {}", info.gpu_layers, info.layers + 1, info.gpu_devices.join(", "))
    };
    let adapter = info.adapter.as_ref().map_or_else(String::new, |adapter| format!("{}, {adapter}", adapter.name));
    let adapter = match adapter.as_str() {
        "" => String::new(),
        adapter => format!("adapter       {}\n", printable::line(adapter)),
    };
    let behind = if info.infill.is_some() { "infill        the text after the cursor is read, too\n" } else { "" };
    format!(
        "model         {} ({}), {:.1} million parameters, {:.1} MB\n{adapter}context       {} tokens in each of {} slots, trained with {}\nlayers        {place}\n{behind}",
        printable::line(&info.name),
        printable::line(&info.architecture),
        info.parameters as f64 / 1e6,
        info.bytes as f64 / 1e6,
        info.context,
        info.slots,
        info.context_train,
    )
}

/// The number of threads that compute, which is known after the first computation.
fn threads(info: &ModelInfo, used: ThreadsInUse) -> String {
    if !info.threads_chosen {
        return format!("threads       {}\n", info.threads);
    }
    format!(
        "threads       1 to {}, chosen while running by what tokens cost; at the end {} for the prompt and {} for the answer\n",
        info.threads, used.batch, used.decode,
    )
}

/// Measures the speed on a prompt that is in no cache.
fn speed(engine: &Engine) -> anyhow::Result<String> {
    let mut text = String::new();
    for index in 0..40 {
        let _ = writeln!(text, "def function_{index}(a, b):\n    return a * {index} + b\n");
    }
    let mut tokens = engine.tokenize(&text);
    let context = engine.info().context;
    tokens.truncate((context / 2).clamp(1, 256));
    let request = Request::new(Prompt::Tokens(tokens), (context / 4).clamp(1, 64));
    let done = engine.submit(request).blocking_finish()?;
    let (prefill, decode) = prepare::speeds(&done);
    let show =
        |speed: Option<f64>| speed.map_or_else(|| "not measured".to_owned(), |speed| format!("{speed:.0} tokens/s"));
    Ok(format!("speed         prompt {}, answer {}\n", show(prefill), show(decode)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_told_with_what_fits_and_what_is_recommended() {
        let entry = Entry {
            name: "codegen-350M-mono".to_owned(),
            file: "/x".into(),
            file_type: Some("Q8_0".to_owned()),
            repository: String::new(),
            commit: String::new(),
            source: String::new(),
            bytes: 379_000_000,
        };
        assert_eq!(here(&[]), "models        builtin; none was pulled\n");
        let entries = [entry];
        assert_eq!(here(&entries), "models        builtin, codegen-350M-mono (379.0 MB, Q8_0)\n");
        let told = |entries: &[Entry], free| possible(entries, Some(&(free, fit::fitting(free, 10e9))));
        let said = told(&[], 4_000_000_000);
        assert_eq!(said.matches("fits          codegen-").count(), 2, "{said}");
        assert!(
            said.ends_with("recommended   codegen-350M-mono: `codegen-lsp model pull codegen-350M-mono`\n"),
            "{said}"
        );
        assert!(told(&entries, 4_000_000_000).contains("--model codegen-350M-mono"));
        assert!(told(&[], 1000).contains("no release fits the 1.0 kB"));
        assert_eq!(possible(&[], None), "");
    }
}
