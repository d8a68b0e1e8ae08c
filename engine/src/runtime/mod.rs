//! The engine itself: a worker thread that owns the model, and the handles by which the rest of the program asks it.

use std::path::PathBuf;
use std::sync::Arc;

use crate::{Completion, EngineError, Event, Request, TokenId};

pub mod backend;
pub(crate) mod llama;

pub use backend::{Backend, BatchToken, Vocabulary};

/// How many of the model's layers go to a GPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FlashAttention {
    /// llama.cpp decides.
    #[default]
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

/// How a model is loaded and run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineOptions {
    /// A GGUF file.
    pub model: PathBuf,
    /// Threads for matrix products; `None` takes the machine's physical cores.
    pub threads: Option<usize>,
    /// Tokens of context for each slot; `None` takes what the model was trained with.
    pub context: Option<usize>,
    /// Tokens decoded in one call at most: a prompt is fed in chunks of this many.
    pub batch: usize,
    /// Requests decoded side by side, each with its own KV cache.
    pub slots: usize,
    /// How many layers go to a GPU.
    pub gpu_layers: GpuLayers,
    /// Which device is used first, by its index in `Engine::devices`; `None` leaves it to llama.cpp.
    pub main_device: Option<usize>,
    /// Fused attention.
    pub flash_attention: FlashAttention,
    /// Map the file instead of reading it.
    pub mmap: bool,
}

impl EngineOptions {
    /// The defaults, for the given GGUF file.
    #[must_use]
    pub fn new(model: PathBuf) -> Self {
        Self {
            model,
            threads: None,
            context: None,
            batch: 256,
            slots: 2,
            gpu_layers: GpuLayers::Auto,
            main_device: None,
            flash_attention: FlashAttention::Auto,
            mmap: true,
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

/// What is known about the loaded model.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Threads used for matrix products.
    pub threads: usize,
}

/// Work done since the engine was started. Monotonic; read it before and after to measure a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Prompt tokens run through the model.
    pub prefill_tokens: u64,
    /// Prompt tokens found in the KV cache instead.
    pub reused_tokens: u64,
    /// Tokens sampled.
    pub generated_tokens: u64,
    /// Calls of the backend's `decode`.
    pub batches: u64,
    /// Requests that have been given their last event.
    pub finished_requests: u64,
}

/// A running model. Cheap to clone; the worker ends when the last clone and the last [`Generation`] are gone.
#[derive(Clone)]
pub struct Engine {
    vocabulary: Arc<dyn Vocabulary>,
}

/// A request that has been submitted. Dropping it cancels the request within one token or one prompt chunk.
pub struct Generation {}

#[allow(missing_docs, unused_variables, clippy::unimplemented)]
impl Engine {
    /// Loads a GGUF and starts the worker; blocks until the model is ready.
    pub fn load(options: &EngineOptions) -> Result<Self, EngineError> {
        unimplemented!()
    }
    /// Starts a worker around any backend. `make` runs on the worker's thread.
    pub fn start<B: Backend>(
        make: impl FnOnce() -> Result<(B, ModelInfo), EngineError> + Send + 'static,
    ) -> Result<Self, EngineError> {
        unimplemented!()
    }
    /// Devices llama.cpp sees in this build.
    pub fn devices() -> Vec<Device> {
        unimplemented!()
    }
    /// Never blocks.
    pub fn submit(&self, request: Request) -> Generation {
        unimplemented!()
    }
    pub fn info(&self) -> &ModelInfo {
        unimplemented!()
    }
    pub fn counters(&self) -> Counters {
        unimplemented!()
    }
    /// Runs on the calling thread.
    pub fn tokenize(&self, text: &str) -> Vec<TokenId> {
        self.vocabulary.tokenize(text)
    }
    pub fn detokenize(&self, tokens: &[TokenId]) -> String {
        unimplemented!()
    }
}

#[allow(missing_docs, clippy::unimplemented)]
impl Generation {
    /// The next event; `None` after the last. Cancel-safe.
    pub async fn next(&mut self) -> Option<Event> {
        unimplemented!()
    }
    /// The same for callers without an async runtime.
    pub fn blocking_next(&mut self) -> Option<Event> {
        unimplemented!()
    }
    /// Waits for the end.
    pub async fn finish(self) -> Result<Completion, EngineError> {
        unimplemented!()
    }
    pub fn blocking_finish(self) -> Result<Completion, EngineError> {
        unimplemented!()
    }
    /// Stops the work; the last event is then `Done` with the reason `Cancelled`.
    pub fn cancel(&self) {
        unimplemented!()
    }
}
