//! The engine's options and its description of itself, as plain data.

use std::path::PathBuf;

use codegen_core::between;
use serde::{Deserialize, Serialize};

use crate::model::{AdapterSummary, Infill};

/// How many of the model's layers go to a GPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum GpuLayers {
    /// All if they fit, as many as fit otherwise, none without a GPU.
    #[default]
    Auto,
    /// All; an error if they do not fit.
    All,
    /// This many, counted from the model's end.
    Count(u32),
}

/// Whether attention uses llama.cpp's fused kernels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum FlashAttention {
    /// llama.cpp decides.
    #[default]
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

/// The type of the numbers in the KV cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum KvType {
    /// Half precision.
    #[default]
    F16,
    /// Single precision: twice the memory, for comparisons with a reference.
    F32,
}

/// The limits on the number of slots: as many as fit, but at least two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotsWithin {
    /// Bytes that the KV caches of all slots together may take.
    pub memory: u64,
    /// How many slots there are at most.
    pub most: usize,
}

impl SlotsWithin {
    /// The setting for one user: 8 slots in 1 GiB. One is for typing and one for a synthesis meanwhile; more are for
    /// candidates.
    pub const INTERACTIVE: Self = Self { memory: 1 << 30, most: 8 };
    /// The setting for evaluation, where no user waits for a single request: 16 slots in 2 GiB.
    pub const EVALUATION: Self = Self { memory: 2 << 30, most: 16 };
}

/// How a model is loaded and run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineOptions {
    /// A GGUF file.
    #[serde(with = "between")]
    pub model: PathBuf,
    /// A GGUF file of a LoRA adapter that is added to the model while it runs.
    #[serde(with = "between::optional")]
    pub lora: Option<PathBuf>,
    /// Threads for matrix products. `None` lets the engine choose while it runs, from one to the machine's physical
    /// cores, by the measured cost of tokens, which includes the effect of other programs.
    pub threads: Option<usize>,
    /// Tokens of context for each slot; `None` takes what the model was trained with.
    pub context: Option<usize>,
    /// Tokens decoded in one call at most: a prompt is fed in chunks of this many.
    pub batch: usize,
    /// Requests decoded side by side, each with its own KV cache. `None` takes as many as `slots_within` allows.
    pub slots: Option<usize>,
    /// How many slots there are where `slots` leaves it open.
    pub slots_within: SlotsWithin,
    /// How many layers go to a GPU.
    pub gpu_layers: GpuLayers,
    /// The device to use first, by its index in `Engine::devices`; `None` leaves it to llama.cpp.
    pub main_device: Option<usize>,
    /// Fused attention.
    pub flash_attention: FlashAttention,
    /// Map the file instead of reading it.
    pub mmap: bool,
    /// The KV cache's type.
    pub kv_type: KvType,
    /// Compute several tokens at once where what is said has been said before. It changes how long the tokens take, and
    /// which they are only as far as llama.cpp rounds by how many are computed at once. Off: with the built-in model wrong guesses
    /// cost more than right ones save (`BENCHMARKS.md`, "What was said before").
    pub lookup: bool,
}

impl EngineOptions {
    /// The defaults, for the given GGUF file.
    #[must_use]
    pub fn new(model: PathBuf) -> Self {
        Self {
            model,
            lora: None,
            threads: None,
            context: None,
            batch: 256,
            slots: None,
            slots_within: SlotsWithin::INTERACTIVE,
            gpu_layers: GpuLayers::Auto,
            main_device: None,
            flash_attention: FlashAttention::Auto,
            mmap: true,
            kv_type: KvType::F16,
            lookup: false,
        }
    }
}

/// A device that llama.cpp can compute on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its index among all devices.
    pub index: usize,
    /// Its short name, such as `CUDA0`.
    pub name: String,
    /// Its long name, such as the card's.
    pub description: String,
    /// The llama.cpp backend it belongs to, such as `CUDA` or `CPU`.
    pub backend: String,
    /// Whether it is a GPU rather than the CPU or an accelerator library.
    pub gpu: bool,
    /// Bytes of memory in all.
    pub memory_total: u64,
    /// Bytes of memory free.
    pub memory_free: u64,
}

/// The properties of the loaded model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// `general.name`, or the file's name.
    pub name: String,
    /// `general.architecture`.
    pub architecture: String,
    /// Number of parameters.
    pub parameters: u64,
    /// Bytes of all tensors.
    pub bytes: u64,
    /// Tokens of context the model was trained with.
    pub context_train: usize,
    /// Tokens of context of each slot.
    pub context: usize,
    /// Requests decoded side by side.
    pub slots: usize,
    /// Entries in the vocabulary.
    pub vocabulary: usize,
    /// Repeating layers.
    pub layers: usize,
    /// Layers on a GPU, the output layer counted as one.
    pub gpu_layers: usize,
    /// Names of the devices that hold layers; empty if all are on the CPU.
    pub gpu_devices: Vec<String>,
    /// Threads used for matrix products: all the time, or at most.
    pub threads: usize,
    /// Whether the engine chooses fewer where that is faster.
    pub threads_chosen: bool,
    /// The adapter that is added to it.
    pub adapter: Option<AdapterSummary>,
    /// The tokens with which it is shown the text behind a gap, if it was trained for that.
    pub infill: Option<Infill>,
}

impl ModelInfo {
    /// The name to show for the model, with the adapter's.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.adapter {
            Some(adapter) => format!("{} with the adapter {}", self.name, adapter.name),
            None => self.name.clone(),
        }
    }
}

/// How many threads computed the last batches; zero before there was any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ThreadsInUse {
    /// Threads of the last batch of one token.
    pub decode: usize,
    /// Threads of the last batch of several tokens, such as a part of a prompt.
    pub batch: usize,
}

/// Work done since the engine was started. Monotonic; read it before and after to measure a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counters {
    /// Prompt tokens run through the model.
    pub prefill_tokens: u64,
    /// Prompt tokens found in the KV cache instead.
    pub reused_tokens: u64,
    /// Tokens sampled.
    pub generated_tokens: u64,
    /// Tokens that were computed before it was known whether they follow.
    pub guessed_tokens: u64,
    /// Those of them that did follow.
    pub right_guesses: u64,
    /// Calls of the backend's `decode`.
    pub batches: u64,
    /// Requests that have been given their last event.
    pub finished_requests: u64,
}
