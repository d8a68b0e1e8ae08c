//! The flags that select the model and how it is run.

use std::path::PathBuf;

use clap::Args;
use codegen_engine::{Engine, FlashAttention, GpuLayers, SlotsWithin};

use super::number::{at_least, of_option};
use crate::config::options::range;
use crate::config::{Config, EngineConfig, parse_gpu_layers, parse_threads};
use crate::generate::prepare;

/// Flags shared by every command that runs a model.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Model options")]
pub struct EngineArgs {
    /// A model's name, or the path of a GGUF file [default: builtin]
    #[arg(long, value_name = "NAME|FILE")]
    pub model: Option<String>,
    /// A LoRA adapter for the model: a GGUF file that `codegen-lsp model convert` has written
    #[arg(long, value_name = "FILE")]
    pub lora: Option<PathBuf>,
    /// Threads for matrix products: a number, or auto, which takes as many as pay, up to the physical cores [default:
    /// auto]
    #[arg(long, value_name = "auto|N", value_parser = threads)]
    pub threads: Option<Threads>,
    /// Tokens of context [default: what the model was trained with]
    #[arg(long, value_name = "TOKENS", value_parser = of_option::<u32>("context"))]
    pub context: Option<u32>,
    /// Tokens decoded in one call at most [default: 256]
    #[arg(long, value_name = "TOKENS", value_parser = of_option::<u32>("batch"))]
    pub batch: Option<u32>,
    /// Requests decoded side by side [default: as many as fit 1 GiB of KV cache, 2 to 8; for eval 2 GiB, 2 to 16]
    #[arg(long, value_name = "N", value_parser = of_option::<u16>("slots"))]
    pub slots: Option<u16>,
    /// Layers on the GPU: auto, all or a number [default: auto]
    #[arg(long, value_name = "auto|all|N", value_parser = gpu_layers)]
    pub gpu_layers: Option<GpuLayers>,
    /// The number of the device that is used first; `codegen-lsp doctor` lists them
    #[arg(long, value_name = "N", value_parser = at_least(0usize))]
    pub main_device: Option<usize>,
    /// Fused attention: auto, on or off [default: auto; for eval without a GPU off]
    #[arg(long, value_name = "auto|on|off", value_parser = flash_attention)]
    pub flash_attention: Option<FlashAttention>,
    /// Read the model into memory instead of mapping its file
    #[arg(long)]
    pub no_mmap: bool,
}

impl EngineArgs {
    /// The flags applied to the defaults.
    #[must_use]
    pub fn config(&self) -> EngineConfig {
        let mut config = EngineConfig::default();
        self.over(&mut config);
        config
    }

    /// Applies the given flags to `config`.
    pub fn over(&self, config: &mut EngineConfig) {
        if let Some(model) = &self.model {
            config.model.clone_from(model);
        }
        let options = &mut config.options;
        if self.lora.is_some() {
            options.lora.clone_from(&self.lora);
        }
        options.threads = self.threads.map_or(options.threads, |threads| threads.0);
        options.context = self.context.map(|context| context as usize).or(options.context);
        options.batch = self.batch.map_or(options.batch, |batch| batch as usize);
        options.slots = self.slots.map(usize::from).or(options.slots);
        options.gpu_layers = self.gpu_layers.unwrap_or(options.gpu_layers);
        options.main_device = self.main_device.or(options.main_device);
        options.flash_attention = self.flash_attention.unwrap_or(options.flash_attention);
        options.mmap &= !self.no_mmap;
    }

    /// Applies the flags for evaluation, where many texts are generated side by side: more slots and, on machines
    /// without a GPU, no fused attention unless it is asked for. A batch of sixteen took 40 % more processor time with
    /// it (`BENCHMARKS.md`).
    #[must_use]
    pub fn evaluation(&self) -> EngineConfig {
        let mut config = self.config();
        config.options.slots_within = SlotsWithin::EVALUATION;
        if self.flash_attention.is_none() && !Engine::devices().iter().any(|device| device.gpu) {
            config.options.flash_attention = FlashAttention::Off;
        }
        config
    }

    /// Loads the model over the user's options. Blocks.
    ///
    /// # Errors
    /// See [`prepare::load_engine`].
    pub fn load_over(&self, config: &Config) -> anyhow::Result<Engine> {
        let mut engine = config.engine.clone();
        self.over(&mut engine);
        prepare::load_engine(&engine)
    }

    /// Loads the model over the defaults, as measurements do, which depend on nothing but their flags. Blocks.
    ///
    /// # Errors
    /// See [`prepare::load_engine`].
    pub fn load(&self) -> anyhow::Result<Engine> {
        prepare::load_engine(&self.config())
    }
}

/// A number of threads; `None` leaves the choice to the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threads(pub Option<usize>);

fn threads(text: &str) -> Result<Threads, String> {
    let range = range("threads");
    let expected = || format!("expected auto or a whole number from {} to {}", range.start(), range.end());
    parse_threads(text).map(Threads).ok_or_else(expected)
}

fn gpu_layers(text: &str) -> Result<GpuLayers, String> {
    parse_gpu_layers(text).ok_or_else(|| "expected auto, all or a number of layers".to_owned())
}

fn flash_attention(text: &str) -> Result<FlashAttention, String> {
    match text {
        "auto" => Ok(FlashAttention::Auto),
        "on" => Ok(FlashAttention::On),
        "off" => Ok(FlashAttention::Off),
        _ => Err("expected auto, on or off".to_owned()),
    }
}
