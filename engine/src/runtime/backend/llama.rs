//! The backend that runs a GGUF with llama.cpp. Outside this file and its folder, only `ggml.rs` names llama.cpp's bindings
//! and holds unsafe code.
//!
//! # What logits depend on
//!
//! The same tokens do not always give the same bits, because llama.cpp's CPU code chooses how to compute by how many
//! tokens it computes at once, and each way rounds differently:
//!
//! - Weights that are repacked when they are loaded (on x86 those in `q4_0` and `q4_k`) are multiplied with four tokens at
//!   a time, and one by one with what is left over. The two quantize activations differently, so it matters whether a
//!   token is among the last one to three of a batch whose size is no multiple of four.
//! - Other K-quants (on x86 `q5_k` and `q6_k`, of which the built-in model is made) are multiplied row by row for up to
//!   seven tokens, and in tiles from eight on.
//! - Fused attention takes the queries of one sequence in tiles where there are 64 or more, and one by one otherwise. A
//!   sequence that is alone in its batch has its cache divided among the threads from 512 cells on, so that there, and only
//!   there, the number of threads matters too. Attention that is not fused rounds differently for one token and for several.
//!
//! The number of threads changes while the engine runs (see [`crate::runtime::threads`]), unless it was given or the batch holds a
//! request that must give the same bits every time ([`codegen_core::Request::fresh`]): such batches always use all threads.
//!
//! Which tokens are computed at once follows from what else runs, from the chunks in which a prompt is fed, and from what
//! the KV cache holds of it. With the built-in model, one thread and fused attention, batches of 1 to 7 tokens gave equal
//! bits, and larger ones logits that differed by up to 0.33; with llama.cpp's tiles switched off (`GGML_CPU_TILED_MM=0`),
//! all batches of up to 63 tokens gave equal bits, and only those of 64 or more did not.

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use codegen_core::{EngineError, TokenId};
use llama_cpp_2::LlamaBackendDeviceType;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::model::{LlamaLoraAdapter, LlamaModel};
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::vocab::VocabType;

use super::{Backend, BatchToken, Vocabulary, log};
use crate::decode::lookup;
use crate::gguf::Gguf;
use crate::model::{AdapterSummary, Infill, Spelling};
use crate::runtime::cpu;
use crate::runtime::load::offload::{self, MICRO_BATCH, Placement, Sizes};
use crate::runtime::load::options::{Device, EngineOptions, FlashAttention, KvType, ModelInfo};
use crate::runtime::load::preflight;
use crate::runtime::load::progress::Progress;
use crate::runtime::pacing::Pacing;

mod libraries;
mod native;

use native::{Context, ContextParams};

/// llama.cpp rounds each sequence's context up to a multiple of this.
const CONTEXT_STEP: usize = 256;

/// llama.cpp, once it is initialized.
struct Started {
    backend: LlamaBackend,
    /// The libraries that were loaded; see [`libraries`].
    libraries: Vec<String>,
}

/// Initializes llama.cpp, once per process, and sends its log to `tracing`.
fn start() -> Result<&'static Started, String> {
    static STARTED: OnceLock<Result<Started, String>> = OnceLock::new();
    let started = STARTED.get_or_init(|| {
        native::install_log();
        native::install_last_words();
        // Before llama.cpp is initialized: if it knows no backend by then, it also looks in the working directory.
        let libraries = libraries::load()?;
        let backend = LlamaBackend::init().map_err(|error| error.to_string())?;
        Ok(Started { backend, libraries })
    });
    started.as_ref().map_err(Clone::clone)
}

fn backend() -> Result<&'static LlamaBackend, String> {
    start().map(|started| &started.backend)
}

/// Serializes loading: the log with the reason of a failure and the placement of layers belongs to the whole process,
/// and so does a device's free memory.
static LOADING: Mutex<()> = Mutex::new(());

/// Devices that llama.cpp can compute on.
pub(in crate::runtime) fn devices() -> Vec<Device> {
    if backend().is_err() {
        return Vec::new();
    }
    llama_cpp_2::list_llama_ggml_backend_devices()
        .into_iter()
        .map(|device| Device {
            index: device.index,
            name: device.name,
            description: device.description,
            backend: device.backend,
            gpu: matches!(device.device_type, LlamaBackendDeviceType::Gpu | LlamaBackendDeviceType::IntegratedGpu),
            memory_total: device.memory_total as u64,
            memory_free: device.memory_free as u64,
        })
        .collect()
}

/// Returns the GPU features of this build, the libraries that were loaded, and llama.cpp's description of the CPU's
/// instruction sets; or why llama.cpp cannot be started.
pub(in crate::runtime) fn build_info() -> String {
    let libraries = match start() {
        Ok(started) if started.libraries.is_empty() => String::new(),
        Ok(started) => format!("libraries: {}; ", started.libraries.join(", ")),
        Err(reason) => return reason,
    };
    let features =
        [("cuda", cfg!(feature = "cuda")), ("vulkan", cfg!(feature = "vulkan")), ("metal", cfg!(feature = "metal"))];
    let features: Vec<_> = features.into_iter().filter_map(|(name, on)| on.then_some(name)).collect();
    let features = if features.is_empty() { "none".to_owned() } else { features.join(", ") };
    format!("GPU features: {features}; {libraries}{}", native::system_info().trim())
}

/// Loads a model and gives it to `run` on this thread, on whose stack the context lives.
pub(in crate::runtime) fn load<T>(
    options: &EngineOptions,
    progress: &Progress,
    run: impl FnOnce(&mut dyn Backend, ModelInfo) -> T,
) -> Result<T, EngineError> {
    preflight::options::check(options)?;
    preflight::options::file(&options.model)
        .map_err(|reason| EngineError::ModelNotFound { path: options.model.clone(), reason })?;
    let model_refused = |reason: String| EngineError::ModelLoad { path: options.model.clone(), reason };
    // A file that cannot be read here cannot be checked, and llama.cpp may end the process for it.
    let gguf = Gguf::open(&options.model).map_err(|error| model_refused(error.reason()))?;
    if let Some(reason) = preflight::model::problem(&gguf.metadata, &gguf.tensors) {
        return Err(model_refused(reason));
    }
    let adapter = options.lora.as_ref().map(|path| preflight::adapter::open(path, &gguf)).transpose()?;
    let (spelling, infill) = (Arc::new(Spelling::of(&gguf)), Infill::of(&gguf.metadata));
    let backend = backend().map_err(model_refused)?;
    let mut placement =
        Placement::new(options, &devices(), || Sizes::of(&gguf, adapter.as_ref(), options).unwrap_or_default())?;
    let mut run = Some(run);
    loop {
        match load_placed(backend, options, progress, adapter.as_ref(), (&spelling, infill), &placement, &mut run) {
            Err(error) if placement.shrink() => {
                // The plan is an estimate, and other programs use the device, too.
                tracing::warn!(%error, layers = placement.layers, "loading failed; trying with fewer layers on the GPU");
            }
            result => return result,
        }
    }
}

/// Loads the model with a given placement, and takes `run` only when nothing can fail any more.
fn load_placed<T>(
    backend: &LlamaBackend,
    options: &EngineOptions,
    progress: &Progress,
    adapter: Option<&Gguf>,
    (spelling, infill): (&Arc<Spelling>, Option<Infill>),
    placement: &Placement,
    run: &mut Option<impl FnOnce(&mut dyn Backend, ModelInfo) -> T>,
) -> Result<T, EngineError> {
    let loading = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
    let refused =
        |error: String| EngineError::ModelLoad { path: options.model.clone(), reason: log::reason().unwrap_or(error) };
    let capture = log::Capture::start();
    let params = LlamaModelParams::default()
        .with_use_mmap(options.mmap)
        .with_n_gpu_layers(placement.layers)
        .with_devices(&placement.devices)
        .map_err(|error| refused(error.to_string()))?
        .with_progress_callback(told(progress));
    let mut model =
        LlamaModel::load_from_file(backend, &options.model, &params).map_err(|error| refused(error.to_string()))?;
    // Added before there is a context, because the context reserves memory for the adapter's part. The model frees it.
    let lora = adapter.map(|adapter| lora(&mut model, &adapter.path)).transpose()?;
    let model = Arc::new(model);
    let architecture = model.meta_val_str("general.architecture").unwrap_or_default();
    if architecture.contains("bert") || architecture.starts_with("t5") {
        return Err(refused(format!("{architecture} models encode text and do not continue it")));
    }
    let context_train = model.n_ctx_train() as usize;
    if context_train == 0 {
        return Err(refused("it does not say how many tokens of context it was trained with".into()));
    }
    let tokens = options.context.unwrap_or(context_train);
    if tokens > context_train {
        return Err(EngineError::bad_option(
            "context",
            tokens,
            format!("the model was trained with at most {context_train} tokens"),
        ));
    }
    let threads = options.threads.unwrap_or_else(cpu::physical_cores);
    let mut context =
        Context::new(&model, context_params(options, placement.slots, tokens, threads)).map_err(&refused)?;
    if let Some(lora) = &lora {
        context.set_adapter(lora).map_err(&refused)?;
    }
    let lines = capture.finish();
    drop(loading);

    let (gpu_layers, gpu_devices) = offload::from_log(lines.iter().map(String::as_str), &placement.names);
    let file_name = || options.model.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let layers = model.n_layer() as usize;
    // Where all is on a GPU, the CPU's threads have next to nothing to do, and what a batch costs says nothing about them.
    let all_on_gpu = gpu_layers > layers;
    let pacing = Pacing::new(threads, options.threads.is_none() && !all_on_gpu);
    // Threads are started when they are first used.
    context.set_threads(1);
    let info = ModelInfo {
        name: model.meta_val_str("general.name").unwrap_or_else(|_| file_name()),
        architecture,
        parameters: model.n_params(),
        bytes: model.size(),
        context_train,
        context: tokens,
        slots: placement.slots,
        vocabulary: usize::try_from(model.n_vocab()).unwrap_or(0),
        layers,
        gpu_layers,
        gpu_devices,
        threads,
        threads_chosen: pacing.chooses(),
        adapter: adapter.and_then(AdapterSummary::of),
        infill,
    };
    tracing::info!(model = info.title(), layers = info.layers, gpu_layers, gpus = ?info.gpu_devices, threads, "model loaded");
    let mut llama = Llama {
        vocabulary: Arc::new(LlamaVocabulary::new(Arc::clone(&model), info.vocabulary, Arc::clone(spelling))),
        context,
        pacing,
        threads: 1,
        tokens,
        max_batch: options.batch,
        slots: placement.slots,
        guesses: if options.lookup { lookup::SIZES[lookup::SIZES.len() - 1] } else { 0 },
    };
    match run.take() {
        Some(run) => Ok(run(&mut llama, info)),
        None => Err(refused("it has been loaded before".into())),
    }
}

/// Tells llama.cpp's share of the tensors that are loaded; `true` lets it go on.
fn told(progress: &Progress) -> impl FnMut(f32) -> bool + use<> {
    let progress = progress.clone();
    move |share| {
        progress.report(share);
        true
    }
}

/// Adds an adapter, which has been checked, to a model.
fn lora(model: &mut LlamaModel, path: &Path) -> Result<LlamaLoraAdapter, EngineError> {
    model.lora_adapter_init(path).map_err(|error| {
        let reason = log::reason().unwrap_or_else(|| error.to_string());
        EngineError::AdapterLoad { path: path.to_owned(), reason }
    })
}

fn context_params(options: &EngineOptions, slots: usize, context: usize, threads: usize) -> ContextParams {
    // Each slot has a cache of its own (`kv_unified` off): attention then costs what its own tokens cost, not what all
    // slots' do. llama.cpp divides `n_ctx` among the sequences, and rounds down.
    let tokens = context.next_multiple_of(CONTEXT_STEP) * slots;
    let count = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    let kv_type = match options.kv_type {
        KvType::F16 => llama_cpp_sys_2::GGML_TYPE_F16,
        KvType::F32 => llama_cpp_sys_2::GGML_TYPE_F32,
    };
    let mut params = native::context_params();
    params.n_ctx = count(tokens);
    // llama.cpp reserves a row of logits for each slot, and ends the process where a batch has no room for as many.
    params.n_batch = count(options.batch.max(slots));
    params.n_ubatch = count(options.batch.min(MICRO_BATCH));
    params.n_seq_max = count(slots);
    params.kv_unified = false;
    params.n_threads = index(threads);
    params.n_threads_batch = index(threads);
    params.type_k = kv_type;
    params.type_v = kv_type;
    params.flash_attn_type = match options.flash_attention {
        FlashAttention::Auto => llama_cpp_sys_2::LLAMA_FLASH_ATTN_TYPE_AUTO,
        FlashAttention::On => llama_cpp_sys_2::LLAMA_FLASH_ATTN_TYPE_ENABLED,
        FlashAttention::Off => llama_cpp_sys_2::LLAMA_FLASH_ATTN_TYPE_DISABLED,
    };
    params
}

struct LlamaVocabulary {
    model: Arc<LlamaModel>,
    size: usize,
    /// Whether tokens have texts; some models, such as those made for tests, have none. llama.cpp ends the process when
    /// it is asked for them.
    has_text: bool,
    /// How tokens that the model never writes are spelled in its input.
    spelling: Arc<Spelling>,
}

impl LlamaVocabulary {
    fn new(model: Arc<LlamaModel>, size: usize, spelling: Arc<Spelling>) -> Self {
        let has_text = model.vocab().vocab_type() != VocabType::NONE;
        Self { model, size, has_text, spelling }
    }

    /// Whether the model has the token; llama.cpp throws an exception, which ends the process, for one that it does not
    /// have.
    fn known(&self, token: TokenId) -> Option<LlamaToken> {
        let known = self.has_text && usize::try_from(token).is_ok_and(|index| index < self.size);
        known.then_some(LlamaToken(token))
    }
}

impl Vocabulary for LlamaVocabulary {
    fn tokenize(&self, text: &str) -> Vec<TokenId> {
        if !self.has_text {
            return Vec::new();
        }
        let vocab = self.model.vocab();
        let tokens = vocab.tokenize(text.as_bytes(), false, false);
        // Not llama.cpp's own special tokens: an end that it puts behind a text is none where the text is continued.
        let first = vocab.should_add_bos().then(|| self.known(vocab.bos().0)).flatten();
        self.spelling.apply(first.into_iter().chain(tokens).map(|token| token.0))
    }

    fn token_bytes(&self, token: TokenId, out: &mut Vec<u8>) {
        if let Some(token) = self.known(token) {
            self.model.vocab().token_to_piece_into(token, out, false, None);
        }
    }

    fn is_end(&self, token: TokenId) -> bool {
        self.known(token).is_some_and(|token| self.model.vocab().is_eog(token))
    }

    fn end_of_text(&self) -> Option<TokenId> {
        self.known(self.model.vocab().eos().0).map(|token| token.0)
    }

    fn len(&self) -> usize {
        self.size
    }
}

/// A loaded model with its KV cache.
struct Llama {
    vocabulary: Arc<LlamaVocabulary>,
    context: Context,
    pacing: Pacing,
    /// The number of threads that llama.cpp was last given.
    threads: usize,
    tokens: usize,
    max_batch: usize,
    slots: usize,
    guesses: usize,
}

impl Backend for Llama {
    fn vocabulary(&self) -> Arc<dyn Vocabulary> {
        Arc::<LlamaVocabulary>::clone(&self.vocabulary)
    }

    fn context(&self) -> usize {
        self.tokens
    }

    fn batch(&self) -> usize {
        self.max_batch
    }

    fn slots(&self) -> usize {
        self.slots
    }

    fn decode(&mut self, batch: &[BatchToken]) -> Result<(), EngineError> {
        let Self { context, pacing, threads, .. } = self;
        pacing.run(batch.len(), |wanted, limit| {
            if wanted != *threads {
                context.set_threads(index(wanted));
                *threads = wanted;
            }
            let ended = context.decode(batch, limit);
            ended.map_err(|error| EngineError::Decode { reason: log::reason().unwrap_or(error) })
        })
    }

    fn repeatable(&mut self, on: bool) {
        self.pacing.pin(on);
    }

    fn threads(&self) -> usize {
        self.threads
    }

    fn guesses(&self) -> usize {
        self.guesses
    }

    fn logits(&mut self, at: usize) -> &[f32] {
        self.context.logits(index(at))
    }

    fn truncate(&mut self, slot: usize, from: usize) -> bool {
        self.context.truncate(index(slot), index(from))
    }

    fn copy(&mut self, from: usize, to: usize, length: usize) -> bool {
        // Between separate caches, llama.cpp copies only whole sequences.
        self.context.copy(index(from), index(to));
        // A recurrent model's state cannot return to an earlier position.
        self.truncate(to, length)
    }
}

/// Positions and slots are bounded by options that fit; see `preflight::options::check`.
fn index(value: usize) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}
