//! The backend that runs a GGUF with llama.cpp. No other file of the engine names llama-cpp-2 or holds unsafe code.

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use llama_cpp_2::LlamaBackendDeviceType;
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::{KvCacheType, LlamaContextParams};
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::token::LlamaToken;

use super::backend::{Backend, BatchToken, Vocabulary};
use super::engine::Serve;
use super::offload::{self, Placement, Sizes};
use super::{Device, EngineOptions, FlashAttention, KvType, ModelInfo, cpu, log};
use crate::{EngineError, TokenId};

/// Tokens that llama.cpp computes at once, at most: more gain no speed and take memory.
const MICRO_BATCH: usize = 512;
/// llama.cpp's own limits (`LLAMA_MAX_SEQ`, `GGML_MAX_N_THREADS`), which it enforces by ending the process.
const MAX_SLOTS: usize = 256;
const MAX_THREADS: usize = 512;
/// llama.cpp rounds each sequence's context up to a multiple of this.
const CONTEXT_STEP: usize = 256;

/// llama.cpp itself, initialized once per process and never again, with its log sent to `tracing`.
fn backend() -> Result<&'static LlamaBackend, String> {
    static BACKEND: OnceLock<Result<LlamaBackend, String>> = OnceLock::new();
    let backend = BACKEND.get_or_init(|| {
        ffi::install_log();
        LlamaBackend::init().map_err(|error| error.to_string())
    });
    backend.as_ref().map_err(Clone::clone)
}

/// Models are loaded one at a time: the log that says what went wrong, or where the layers went, is the process's, and
/// so is the free memory of a device.
static LOADING: Mutex<()> = Mutex::new(());

/// Devices that llama.cpp can compute on.
pub(super) fn devices() -> Vec<Device> {
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

/// The GPU features this was built with, and what llama.cpp says about the CPU's instruction sets.
pub(super) fn build_info() -> String {
    let _ = backend();
    let features =
        [("cuda", cfg!(feature = "cuda")), ("vulkan", cfg!(feature = "vulkan")), ("metal", cfg!(feature = "metal"))];
    let features: Vec<_> = features.into_iter().filter_map(|(name, on)| on.then_some(name)).collect();
    let features = if features.is_empty() { "none".to_owned() } else { features.join(", ") };
    format!("GPU features: {features}; {}", ffi::system_info().trim())
}

/// Loads a model and serves requests on this thread, on whose stack the context lives, until nobody is left.
pub(super) fn load(options: &EngineOptions, serve: Serve) -> Result<(), EngineError> {
    check_options(options)?;
    check_file(&options.model)?;
    let backend = backend().map_err(|reason| EngineError::ModelLoad { path: options.model.clone(), reason })?;
    let mut serve = Some(serve);
    let mut placement = Placement::new(options, &devices(), || ffi::sizes(options).unwrap_or_default())?;
    loop {
        match load_placed(backend, options, &placement, &mut serve) {
            Err(error) if placement.shrink() => {
                // The plan is an estimate, and others use the device too.
                tracing::warn!(%error, layers = placement.layers, "loading failed; trying with fewer layers on the GPU");
            }
            result => return result,
        }
    }
}

/// Loads with a given placement, and takes `serve` only once nothing can fail any more.
fn load_placed(
    backend: &LlamaBackend,
    options: &EngineOptions,
    placement: &Placement,
    serve: &mut Option<Serve>,
) -> Result<(), EngineError> {
    let loading = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
    let refused =
        |error: String| EngineError::ModelLoad { path: options.model.clone(), reason: log::reason().unwrap_or(error) };
    let capture = log::Capture::start();
    let params = LlamaModelParams::default()
        .with_use_mmap(options.mmap)
        .with_n_gpu_layers(placement.layers)
        .with_devices(&placement.devices)
        .map_err(|error| refused(error.to_string()))?;
    let model =
        LlamaModel::load_from_file(backend, &options.model, &params).map_err(|error| refused(error.to_string()))?;
    let model = Arc::new(model);
    let context_train = model.n_ctx_train() as usize;
    let tokens = options.context.unwrap_or(context_train);
    if tokens > context_train {
        return Err(EngineError::bad_option(
            "context",
            tokens,
            format!("the model was trained with at most {context_train} tokens"),
        ));
    }
    let threads = options.threads.unwrap_or_else(cpu::physical_cores);
    let context = model
        .new_context(backend, context_params(options, tokens, threads))
        .map_err(|error| refused(error.to_string()))?;
    let lines = capture.finish();
    drop(loading);

    let (gpu_layers, gpu_devices) = offload::from_log(lines.iter().map(String::as_str), &placement.names);
    let file_name = || options.model.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let info = ModelInfo {
        name: model.meta_val_str("general.name").unwrap_or_else(|_| file_name()),
        architecture: model.meta_val_str("general.architecture").unwrap_or_default(),
        parameters: model.n_params(),
        bytes: model.size(),
        context_train,
        context: tokens,
        slots: options.slots,
        vocabulary: usize::try_from(model.n_vocab()).unwrap_or(0),
        layers: model.n_layer() as usize,
        gpu_layers,
        gpu_devices,
        threads,
    };
    tracing::info!(model = info.name, layers = info.layers, gpu_layers, gpus = ?info.gpu_devices, threads, "model loaded");
    let mut llama = Llama {
        vocabulary: Arc::new(LlamaVocabulary { model: Arc::clone(&model), size: info.vocabulary }),
        batch: LlamaBatch::new(options.batch, 1),
        context,
        tokens,
        max_batch: options.batch,
        slots: options.slots,
    };
    if let Some(serve) = serve.take() {
        serve.serve(&mut llama, info);
    }
    Ok(())
}

/// Whatever would make llama.cpp end the process must not reach it.
fn check_options(options: &EngineOptions) -> Result<(), EngineError> {
    let within = |option, value: usize, most: usize| {
        if (1..=most).contains(&value) {
            Ok(())
        } else {
            Err(EngineError::bad_option(option, value, format!("a number from 1 to {most}")))
        }
    };
    within("threads", options.threads.unwrap_or(1), MAX_THREADS)?;
    within("context", options.context.unwrap_or(1), 1 << 24)?;
    within("batch", options.batch, 1 << 16)?;
    within("slots", options.slots, MAX_SLOTS)
}

/// Tells apart what the operating system refuses from what llama.cpp does not understand.
fn check_file(path: &Path) -> Result<(), EngineError> {
    let not_found = |reason: String| EngineError::ModelNotFound { path: path.to_owned(), reason };
    let file = std::fs::File::open(path).map_err(|error| not_found(error.to_string()))?;
    match file.metadata() {
        Ok(metadata) if metadata.is_dir() => Err(not_found("it is a folder, not a GGUF file".into())),
        Ok(_) => Ok(()),
        Err(error) => Err(not_found(error.to_string())),
    }
}

fn context_params(options: &EngineOptions, context: usize, threads: usize) -> LlamaContextParams {
    // Each slot has a cache of its own (`kv_unified` off): attention then costs what its own tokens cost, not what all
    // slots' do. llama.cpp divides `n_ctx` among the sequences, and rounds down.
    let tokens = context.next_multiple_of(CONTEXT_STEP) * options.slots;
    let count = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    let threads = i32::try_from(threads).unwrap_or(1);
    let kv_type = match options.kv_type {
        KvType::F16 => KvCacheType::F16,
        KvType::F32 => KvCacheType::F32,
    };
    LlamaContextParams::default()
        .with_n_ctx(NonZeroU32::new(count(tokens)))
        .with_n_batch(count(options.batch))
        .with_n_ubatch(count(options.batch.min(MICRO_BATCH)))
        .with_n_seq_max(count(options.slots))
        .with_kv_unified(false)
        .with_n_threads(threads)
        .with_n_threads_batch(threads)
        .with_type_k(kv_type)
        .with_type_v(kv_type)
        .with_flash_attention_policy(match options.flash_attention {
            FlashAttention::Auto => llama_cpp_sys_2::LLAMA_FLASH_ATTN_TYPE_AUTO,
            FlashAttention::On => llama_cpp_sys_2::LLAMA_FLASH_ATTN_TYPE_ENABLED,
            FlashAttention::Off => llama_cpp_sys_2::LLAMA_FLASH_ATTN_TYPE_DISABLED,
        })
}

struct LlamaVocabulary {
    model: Arc<LlamaModel>,
    size: usize,
}

impl LlamaVocabulary {
    /// llama.cpp throws an exception, which ends the process, for a token it does not have.
    fn known(&self, token: TokenId) -> Option<LlamaToken> {
        usize::try_from(token).is_ok_and(|index| index < self.size).then_some(LlamaToken(token))
    }
}

impl Vocabulary for LlamaVocabulary {
    fn tokenize(&self, text: &str) -> Vec<TokenId> {
        self.model.vocab().tokenize(text.as_bytes(), false, false).into_iter().map(|token| token.0).collect()
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
struct Llama<'model> {
    vocabulary: Arc<LlamaVocabulary>,
    context: LlamaContext<'model>,
    batch: LlamaBatch<'static>,
    tokens: usize,
    max_batch: usize,
    slots: usize,
}

impl Backend for Llama<'_> {
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
        let failed = |reason: String| EngineError::Decode { reason };
        self.batch.clear();
        for token in batch {
            self.batch
                .add(LlamaToken(token.token), index(token.position), &[index(token.slot)], token.logits)
                .map_err(|error| failed(error.to_string()))?;
        }
        self.context.decode(&mut self.batch).map_err(|error| failed(log::reason().unwrap_or_else(|| error.to_string())))
    }

    fn logits(&mut self, at: usize) -> &[f32] {
        self.context.get_logits_ith(index(at))
    }

    fn truncate(&mut self, slot: usize, from: usize) -> bool {
        let from = u32::try_from(from).unwrap_or(u32::MAX);
        self.context.kv_cache_seq_rm(index(slot), Some(from), None).is_ok()
    }

    fn copy(&mut self, from: usize, to: usize, length: usize) {
        // Between caches of their own, llama.cpp copies whole sequences only.
        let copied = self.context.kv_cache_seq_cp(index(from), index(to), None, None);
        debug_assert!(copied.is_ok(), "no position is given that could be out of range");
        self.truncate(to, length);
    }
}

/// Positions and slots are bounded by options that fit; see `check_options`.
fn index(value: usize) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

/// What llama-cpp-2 has no safe wrapper for.
#[allow(unsafe_code)]
mod ffi {
    use std::ffi::{CStr, CString, c_char, c_void};
    use std::ptr::NonNull;

    use tracing::Level;

    use super::*;

    pub(super) fn install_log() {
        // SAFETY: the callback is a function of this program and takes no data; it lives as long as the process.
        unsafe { llama_cpp_sys_2::llama_log_set(Some(take_log), std::ptr::null_mut()) }
    }

    unsafe extern "C" fn take_log(level: llama_cpp_sys_2::ggml_log_level, text: *const c_char, _: *mut c_void) {
        if text.is_null() {
            return;
        }
        // SAFETY: llama.cpp passes a NUL-terminated string that lives during the call.
        let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
        let level = match level {
            llama_cpp_sys_2::GGML_LOG_LEVEL_CONT => None,
            llama_cpp_sys_2::GGML_LOG_LEVEL_ERROR => Some(Level::ERROR),
            llama_cpp_sys_2::GGML_LOG_LEVEL_WARN => Some(Level::WARN),
            llama_cpp_sys_2::GGML_LOG_LEVEL_INFO => Some(Level::INFO),
            _ => Some(Level::DEBUG),
        };
        // A panic must not unwind into C++. What a log's writer panics about is its own affair.
        let _ = std::panic::catch_unwind(|| log::take(level, &text));
    }

    pub(super) fn system_info() -> String {
        // SAFETY: it returns a NUL-terminated string in static memory, which only this function rewrites, and always with
        // the same bytes.
        unsafe { CStr::from_ptr(llama_cpp_sys_2::llama_print_system_info()) }.to_string_lossy().into_owned()
    }

    /// A GGUF's header.
    struct Gguf(NonNull<llama_cpp_sys_2::gguf_context>);

    impl Gguf {
        fn open(path: &Path) -> Option<Self> {
            let path = CString::new(path.to_str()?).ok()?;
            let params = llama_cpp_sys_2::gguf_init_params { no_alloc: true, ctx: std::ptr::null_mut() };
            // SAFETY: `path` is NUL-terminated and outlives the call; `no_alloc` with a null `ctx` reads the header only.
            NonNull::new(unsafe { llama_cpp_sys_2::gguf_init_from_file(path.as_ptr(), params) }).map(Self)
        }

        fn number(&self, key: &str) -> Option<u64> {
            let key = CString::new(key).ok()?;
            // SAFETY: the context is alive, the key NUL-terminated; the value is read only if it is there and of this
            // type, as llama.cpp demands.
            unsafe {
                let at = llama_cpp_sys_2::gguf_find_key(self.0.as_ptr(), key.as_ptr());
                (at >= 0 && llama_cpp_sys_2::gguf_get_kv_type(self.0.as_ptr(), at) == llama_cpp_sys_2::GGUF_TYPE_UINT32)
                    .then(|| llama_cpp_sys_2::gguf_get_val_u32(self.0.as_ptr(), at).into())
            }
        }

        fn text(&self, key: &str) -> Option<String> {
            let key = CString::new(key).ok()?;
            // SAFETY: as in `number`; the string is copied before the context is freed.
            unsafe {
                let at = llama_cpp_sys_2::gguf_find_key(self.0.as_ptr(), key.as_ptr());
                (at >= 0 && llama_cpp_sys_2::gguf_get_kv_type(self.0.as_ptr(), at) == llama_cpp_sys_2::GGUF_TYPE_STRING)
                    .then(|| CStr::from_ptr(llama_cpp_sys_2::gguf_get_val_str(self.0.as_ptr(), at)))
                    .map(|text| text.to_string_lossy().into_owned())
            }
        }

        fn tensors(&self) -> impl Iterator<Item = (String, u64)> {
            // SAFETY: the context is alive.
            let count = unsafe { llama_cpp_sys_2::gguf_get_n_tensors(self.0.as_ptr()) };
            (0..count).map(|tensor| {
                // SAFETY: `tensor` is below the number of tensors; the name is copied.
                unsafe {
                    let name = CStr::from_ptr(llama_cpp_sys_2::gguf_get_tensor_name(self.0.as_ptr(), tensor));
                    let bytes = llama_cpp_sys_2::gguf_get_tensor_size(self.0.as_ptr(), tensor);
                    (name.to_string_lossy().into_owned(), bytes as u64)
                }
            })
        }
    }

    impl Drop for Gguf {
        fn drop(&mut self) {
            // SAFETY: made by `gguf_init_from_file`, freed once.
            unsafe { llama_cpp_sys_2::gguf_free(self.0.as_ptr()) }
        }
    }

    /// What the model's parts weigh with these options. `None` if the file is no GGUF; loading it says more.
    pub(super) fn sizes(options: &EngineOptions) -> Option<Sizes> {
        let gguf = Gguf::open(&options.model)?;
        let architecture = gguf.text("general.architecture")?;
        let number = |key: &str| gguf.number(&format!("{architecture}.{key}"));
        let width = number("embedding_length")?;
        let heads = number("attention.head_count").unwrap_or(1).max(1);
        // Architectures that say this per layer give no number here; they are counted as if every head had its own.
        let kv_heads = number("attention.head_count_kv").unwrap_or(heads);
        let head = number("attention.key_length").unwrap_or(width / heads);
        let context =
            options.context.map_or_else(|| number("context_length").unwrap_or(2048), |context| context as u64);
        let bytes = match options.kv_type {
            KvType::F16 => 2,
            KvType::F32 => 4,
        };
        let tokens = context.saturating_mul(options.slots as u64);
        let mut sizes = Sizes { kv_per_layer: tokens.saturating_mul(2 * kv_heads * head * bytes), ..Sizes::default() };
        let mut vocabulary = 0;
        for (name, size) in gguf.tensors() {
            sizes.add(&name, size);
            if name.starts_with("token_embd") {
                // At least four bits an entry.
                vocabulary = 2 * size / width.max(1);
            }
        }
        if sizes.output < vocabulary {
            // Tied embeddings: a copy of them is the output layer.
            sizes.output += vocabulary * width / 2;
        }
        let micro_batch = options.batch.min(MICRO_BATCH) as u64;
        sizes.scratch = micro_batch.saturating_mul(4 * (vocabulary + 16 * width));
        Some(sizes)
    }

    #[cfg(test)]
    #[test]
    #[allow(clippy::unwrap_used)]
    fn a_models_parts_are_weighed() {
        let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/models/builtin.gguf");
        let mut options = EngineOptions::new(model.into());
        options.context = Some(1024);
        options.slots = 3;
        let sizes = sizes(&options).unwrap();
        let file = std::fs::metadata(model).unwrap().len();
        let weights = sizes.layers.iter().sum::<u64>() + sizes.output;
        assert!(sizes.layers.iter().all(|&layer| layer == sizes.layers[0] && layer > 0));
        assert!(weights > file / 3 && weights < file, "{weights} of {file}");
        assert!(sizes.kv_per_layer > 0 && sizes.kv_per_layer.is_multiple_of(1024 * 3 * 4));
    }
}
