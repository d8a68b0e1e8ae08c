//! Owners of what llama.cpp hands out as pointers: a model and a context, with the few calls that the engine makes.
//!
//! They stand on llama-cpp-sys-2 alone. llama-cpp-2, which wraps the same calls, keeps the context's pointer to itself, and
//! without it the number of threads cannot be changed once a context is there (`llama_set_n_threads`).

#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char, c_void};
use std::path::Path;
use std::ptr::NonNull;
use std::sync::{Arc, OnceLock};

use llama_cpp_sys_2 as sys;
use tracing::Level;

use crate::TokenId;
use crate::runtime::{BatchToken, Device, log};

/// Initializes llama.cpp. To be called once in a process, before anything else of this file.
pub(super) fn init() {
    // SAFETY: it takes nothing, and the caller calls it once.
    unsafe { sys::llama_backend_init() }
}

/// Sends llama.cpp's log to [`log`].
pub(super) fn install_log() {
    // SAFETY: the callback is a function of this program and takes no data; it lives as long as the process.
    unsafe { sys::llama_log_set(Some(take_log), std::ptr::null_mut()) }
}

unsafe extern "C" fn take_log(level: sys::ggml_log_level, text: *const c_char, _: *mut c_void) {
    if text.is_null() {
        return;
    }
    // SAFETY: llama.cpp passes a NUL-terminated string that lives during the call.
    let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
    let level = match level {
        sys::GGML_LOG_LEVEL_CONT => None,
        sys::GGML_LOG_LEVEL_ERROR => Some(Level::ERROR),
        sys::GGML_LOG_LEVEL_WARN => Some(Level::WARN),
        sys::GGML_LOG_LEVEL_INFO => Some(Level::INFO),
        _ => Some(Level::DEBUG),
    };
    // A panic must not unwind into C++. What a log's writer panics about is its own affair.
    let _ = std::panic::catch_unwind(|| log::take(level, &text));
}

/// What llama.cpp says before it ends the process goes where errors go. Otherwise it would start a debugger, where
/// there is one, which writes to standard output.
pub(super) fn install_last_words() {
    // SAFETY: as for the log.
    unsafe { sys::ggml_set_abort_callback(Some(take_last_words)) };
}

unsafe extern "C" fn take_last_words(text: *const c_char) {
    if text.is_null() {
        return;
    }
    // SAFETY: llama.cpp passes a NUL-terminated string that lives during the call.
    let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
    let _ = std::panic::catch_unwind(|| tracing::error!(target: "llama.cpp", "it ends this process: {text}"));
}

/// What llama.cpp says about the instruction sets it uses.
pub(super) fn system_info() -> &'static str {
    static INFO: OnceLock<String> = OnceLock::new();
    INFO.get_or_init(|| {
        // SAFETY: it returns a NUL-terminated string in static memory. Each call writes that anew, so that there must
        // be no other at the same time; there is one call.
        unsafe { CStr::from_ptr(sys::llama_print_system_info()) }.to_string_lossy().into_owned()
    })
}

/// Devices that llama.cpp can compute on, in its own order.
pub(super) fn devices() -> Vec<Device> {
    // SAFETY: the registry of devices is filled when llama.cpp is initialized, and is only read here.
    let count = unsafe { sys::ggml_backend_dev_count() };
    (0..count).map(device).collect()
}

fn device(index: usize) -> Device {
    // SAFETY: the index is below the count; devices live as long as the process; a zeroed structure of numbers, booleans
    // and pointers is valid, and is filled by the call.
    let (props, registry) = unsafe {
        let device = sys::ggml_backend_dev_get(index);
        let mut props: sys::ggml_backend_dev_props = std::mem::zeroed();
        sys::ggml_backend_dev_get_props(device, &raw mut props);
        (props, sys::ggml_backend_reg_name(sys::ggml_backend_dev_backend_reg(device)))
    };
    let gpu = matches!(props.type_, sys::GGML_BACKEND_DEVICE_TYPE_GPU | sys::GGML_BACKEND_DEVICE_TYPE_IGPU);
    Device {
        index,
        name: text(props.name),
        description: text(props.description),
        backend: text(registry),
        gpu,
        memory_total: props.memory_total as u64,
        memory_free: props.memory_free as u64,
    }
}

fn text(pointer: *const c_char) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: the names of devices and of their registries are NUL-terminated strings that live as long as those.
    unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
}

/// A path as llama.cpp takes it.
fn c_path(path: &Path) -> Result<CString, String> {
    let text = path.to_str().ok_or("its path is not Unicode, and llama.cpp takes no other")?;
    CString::new(text).map_err(|_| "its path holds a zero byte".into())
}

/// A loaded model.
pub(super) struct Model(NonNull<sys::llama_model>);

// SAFETY: a model belongs to no thread.
unsafe impl Send for Model {}
// SAFETY: once loaded, a model is only read by what takes `&Model` here. What changes it takes `&mut Model`, or is
// `Context::new`, which the caller keeps apart by a lock.
unsafe impl Sync for Model {}

impl Model {
    /// Loads a GGUF. `devices` are indices into [`devices`]; with none, all stays on the CPU.
    ///
    /// # Errors
    /// llama.cpp refuses it; the reason is in its log.
    pub fn load(path: &Path, mmap: bool, gpu_layers: u32, devices: &[usize]) -> Result<Self, String> {
        let path = c_path(path)?;
        // SAFETY: it only reads the registry.
        let count = unsafe { sys::ggml_backend_dev_count() };
        if let Some(unknown) = devices.iter().find(|&&index| index >= count) {
            return Err(format!("there is no device {unknown}"));
        }
        // SAFETY: the indices have been checked.
        let mut list: Vec<_> = devices.iter().map(|&index| unsafe { sys::ggml_backend_dev_get(index) }).collect();
        list.push(std::ptr::null_mut());
        // SAFETY: it returns a plain value.
        let mut params = unsafe { sys::llama_model_default_params() };
        params.devices = list.as_mut_ptr();
        params.n_gpu_layers = i32::try_from(gpu_layers).unwrap_or(i32::MAX);
        params.load_mode = if mmap { sys::LLAMA_LOAD_MODE_MMAP } else { sys::LLAMA_LOAD_MODE_NONE };
        // SAFETY: path and list, which ends with a null pointer, live during the call; nothing else in the parameters points
        // to anything.
        let model = unsafe { sys::llama_model_load_from_file(path.as_ptr(), params) };
        NonNull::new(model).map(Self).ok_or_else(|| "llama.cpp cannot load it".into())
    }

    fn pointer(&self) -> *const sys::llama_model {
        self.0.as_ptr()
    }

    /// The model's vocabulary, which lives as long as the model.
    fn vocabulary(&self) -> *const sys::llama_vocab {
        // SAFETY: the model is alive.
        unsafe { sys::llama_model_get_vocab(self.pointer()) }
    }

    /// A metadata value as text; `None` if there is no such key.
    pub fn metadata(&self, key: &str) -> Option<String> {
        let key = CString::new(key).ok()?;
        let mut buffer = vec![0u8; 256];
        loop {
            // SAFETY: the buffer has the length that is given, and the key ends with a zero byte.
            let length = unsafe {
                let out = buffer.as_mut_ptr().cast::<c_char>();
                sys::llama_model_meta_val_str(self.pointer(), key.as_ptr(), out, buffer.len())
            };
            let length = usize::try_from(length).ok()?;
            if length < buffer.len() {
                buffer.truncate(length);
                return String::from_utf8(buffer).ok();
            }
            buffer.resize(length + 1, 0);
        }
    }

    /// Number of parameters.
    pub fn parameters(&self) -> u64 {
        // SAFETY: the model is alive, here and in the three below.
        unsafe { sys::llama_model_n_params(self.pointer()) }
    }

    /// Bytes of all tensors.
    pub fn bytes(&self) -> u64 {
        // SAFETY: see above.
        unsafe { sys::llama_model_size(self.pointer()) }
    }

    /// Tokens of context it was trained with; 0 if it does not say.
    pub fn context_train(&self) -> usize {
        // SAFETY: see above.
        usize::try_from(unsafe { sys::llama_model_n_ctx_train(self.pointer()) }).unwrap_or(0)
    }

    /// Repeating layers.
    pub fn layers(&self) -> usize {
        // SAFETY: see above.
        usize::try_from(unsafe { sys::llama_model_n_layer(self.pointer()) }).unwrap_or(0)
    }

    /// Entries in the vocabulary.
    pub fn vocabulary_size(&self) -> usize {
        // SAFETY: the vocabulary is the model's, which is alive; so in all that follow.
        usize::try_from(unsafe { sys::llama_vocab_n_tokens(self.vocabulary()) }).unwrap_or(0)
    }

    /// Whether tokens have texts.
    pub fn has_text(&self) -> bool {
        // SAFETY: see above.
        unsafe { sys::llama_vocab_type(self.vocabulary()) != sys::LLAMA_VOCAB_TYPE_NONE }
    }

    /// The token that ends a text; -1 if there is none.
    pub fn end_of_text(&self) -> TokenId {
        // SAFETY: see above.
        unsafe { sys::llama_vocab_eos(self.vocabulary()) }
    }

    /// Whether a token, which must be in the vocabulary, ends the text.
    pub fn is_end(&self, token: TokenId) -> bool {
        // SAFETY: see above.
        unsafe { sys::llama_vocab_is_eog(self.vocabulary(), token) }
    }

    /// Tokens of a text, without special ones added or parsed. The vocabulary must have texts.
    pub fn tokenize(&self, text: &str) -> Vec<TokenId> {
        let Ok(length) = i32::try_from(text.len()) else {
            tracing::error!(bytes = text.len(), "a text of more than 2 GiB cannot be tokenized");
            return Vec::new();
        };
        let mut tokens: Vec<TokenId> = vec![0; text.len() / 2 + 8];
        loop {
            // SAFETY: text and buffer have the lengths that are given.
            let count = unsafe {
                let (text, room) = (text.as_ptr().cast(), i32::try_from(tokens.len()).unwrap_or(i32::MAX));
                sys::llama_tokenize(self.vocabulary(), text, length, tokens.as_mut_ptr(), room, false, false)
            };
            match usize::try_from(count) {
                Ok(count) => {
                    tokens.truncate(count);
                    return tokens;
                }
                // What is negative says how many there are.
                Err(_) => tokens.resize(count.unsigned_abs() as usize, 0),
            }
        }
    }

    /// Appends the bytes of a token, which must be in the vocabulary.
    pub fn token_bytes(&self, token: TokenId, out: &mut Vec<u8>) {
        let start = out.len();
        let mut room = 32;
        loop {
            out.resize(start + room, 0);
            // SAFETY: `out` has as much room behind `start` as is given.
            let written = unsafe {
                let (at, room) = (out.as_mut_ptr().add(start).cast(), i32::try_from(room).unwrap_or(i32::MAX));
                sys::llama_token_to_piece(self.vocabulary(), token, at, room, 0, false)
            };
            match usize::try_from(written) {
                Ok(written) => {
                    out.truncate(start + written);
                    return;
                }
                Err(_) => room = written.unsigned_abs() as usize,
            }
        }
    }

    /// Reads an adapter from a file that has been checked. The model frees it.
    ///
    /// # Errors
    /// llama.cpp refuses it; the reason is in its log.
    pub fn adapter(&mut self, path: &Path) -> Result<Adapter, String> {
        let path = c_path(path)?;
        // SAFETY: the model is alive and nothing else uses it, as `&mut` says; the path lives during the call.
        let adapter = unsafe { sys::llama_adapter_lora_init(self.0.as_ptr(), path.as_ptr()) };
        NonNull::new(adapter).map(Adapter).ok_or_else(|| "llama.cpp cannot load it".into())
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        // SAFETY: nothing uses the model any more: each context holds an `Arc` of it.
        unsafe { sys::llama_model_free(self.0.as_ptr()) }
    }
}

/// An adapter of a model, which frees it.
pub(super) struct Adapter(NonNull<sys::llama_adapter_lora>);

/// What a context is made with.
pub(super) use sys::llama_context_params as ContextParams;

/// llama.cpp's defaults.
pub(super) fn context_params() -> ContextParams {
    // SAFETY: it returns a plain value.
    unsafe { sys::llama_context_default_params() }
}

/// A model with a KV cache, and room for what it computes.
pub(super) struct Context {
    context: NonNull<sys::llama_context>,
    model: Arc<Model>,
    batch: Batch,
    /// The threads of the last batch that had more than one.
    pool: Option<ThreadPool>,
}

impl Context {
    /// Makes a context. Only one may be made at a time of one model, which is the caller's to see to.
    ///
    /// # Errors
    /// llama.cpp refuses, most likely for want of memory; the reason is in its log.
    pub fn new(model: &Arc<Model>, params: ContextParams) -> Result<Self, String> {
        // SAFETY: the model is alive, and stays so as long as the context, which holds it; the parameters point to nothing.
        let context = unsafe { sys::llama_init_from_model(model.0.as_ptr(), params) };
        let context = NonNull::new(context).ok_or("llama.cpp cannot make a context")?;
        Ok(Self { context, model: Arc::clone(model), batch: Batch::default(), pool: None })
    }

    /// Adds an adapter of its own model.
    ///
    /// # Errors
    /// llama.cpp refuses; the reason is in its log.
    pub fn set_adapter(&mut self, adapter: &Adapter) -> Result<(), String> {
        let (mut adapters, mut scales) = ([adapter.0.as_ptr()], [1.0f32]);
        // SAFETY: both arrays have one element and live during the call; the adapter lives as long as its model.
        let code = unsafe {
            sys::llama_set_adapters_lora(self.context.as_ptr(), adapters.as_mut_ptr(), 1, scales.as_mut_ptr())
        };
        if code == 0 { Ok(()) } else { Err(format!("llama.cpp cannot add the adapter (code {code})")) }
    }

    /// How many threads compute what is decoded from now on. To be called before the first batch.
    pub fn set_threads(&mut self, threads: i32) {
        let context = self.context.as_ptr();
        // SAFETY: the context is alive, and nothing is being computed, as `&mut` says; so in all of this.
        unsafe { sys::llama_set_n_threads(context, threads, threads) };
        if threads == 1 {
            // The pool's threads would be woken for each batch, to find nothing to do.
            // SAFETY: see above.
            unsafe { sys::llama_detach_threadpool(context) };
            return;
        }
        if self.pool.as_ref().is_none_or(|pool| pool.threads != threads) {
            // SAFETY: see above.
            unsafe { sys::llama_detach_threadpool(context) };
            self.pool = ThreadPool::new(threads);
        }
        if let Some(pool) = &self.pool {
            // SAFETY: see above; the pool lives until it is detached, or as long as the context.
            unsafe { sys::llama_attach_threadpool(context, pool.pool.as_ptr(), pool.pool.as_ptr()) };
        }
    }

    /// Decodes tokens and adds them to the KV cache.
    ///
    /// # Errors
    /// The cache has no room, or llama.cpp fails; its log says more.
    pub fn decode(&mut self, tokens: &[BatchToken]) -> Result<(), String> {
        let batch = self.batch.fill(tokens)?;
        // SAFETY: the batch points to arrays of as many elements as it has tokens, which live during the call.
        match unsafe { sys::llama_decode(self.context.as_ptr(), batch) } {
            0 => Ok(()),
            1 => Err("the KV cache has no room for the batch".into()),
            code => Err(format!("llama.cpp cannot decode the batch (code {code})")),
        }
    }

    /// The logits of the last batch's `index`-th token; empty if none were asked for.
    pub fn logits(&mut self, index: i32) -> &[f32] {
        // SAFETY: the context is alive; the index is checked by llama.cpp, which answers with null.
        let logits = unsafe { sys::llama_get_logits_ith(self.context.as_ptr(), index) };
        if logits.is_null() {
            return &[];
        }
        // SAFETY: a row holds a number for each entry of the vocabulary, and stays until the next batch, for which the
        // context is borrowed mutably.
        unsafe { std::slice::from_raw_parts(logits, self.model.vocabulary_size()) }
    }

    /// Forgets a sequence's positions from `from` on; false if the cache cannot do that.
    pub fn truncate(&mut self, sequence: i32, from: i32) -> bool {
        // SAFETY: the context is alive; the sequence is below the number that it was made for.
        unsafe {
            let memory = sys::llama_get_memory(self.context.as_ptr());
            !memory.is_null() && sys::llama_memory_seq_rm(memory, sequence, from, -1)
        }
    }

    /// Makes a sequence hold what another holds.
    pub fn copy(&mut self, from: i32, to: i32) {
        // SAFETY: as above, for both sequences.
        unsafe {
            let memory = sys::llama_get_memory(self.context.as_ptr());
            if !memory.is_null() {
                sys::llama_memory_seq_cp(memory, from, to, -1, -1);
            }
        }
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: the context is not used any more; its model is still alive, since fields are dropped after this.
        unsafe { sys::llama_free(self.context.as_ptr()) }
    }
}

/// The arrays that a batch points to, kept for the next one.
#[derive(Default)]
struct Batch {
    tokens: Vec<sys::llama_token>,
    positions: Vec<sys::llama_pos>,
    counts: Vec<i32>,
    sequences: Vec<sys::llama_seq_id>,
    sequence_pointers: Vec<*mut sys::llama_seq_id>,
    logits: Vec<i8>,
}

impl Batch {
    /// A batch of these tokens, each in one sequence, that points into `self`.
    fn fill(&mut self, tokens: &[BatchToken]) -> Result<sys::llama_batch, String> {
        let int = |value: usize| i32::try_from(value).map_err(|_| format!("{value} is more than llama.cpp can count"));
        let count = int(tokens.len())?;
        self.tokens.clear();
        self.positions.clear();
        self.sequences.clear();
        self.logits.clear();
        for token in tokens {
            self.tokens.push(token.token);
            self.positions.push(int(token.position)?);
            self.sequences.push(int(token.slot)?);
            self.logits.push(i8::from(token.logits));
        }
        self.counts.resize(tokens.len(), 1);
        self.sequence_pointers.clear();
        self.sequence_pointers.extend(self.sequences.iter_mut().map(|sequence| std::ptr::from_mut(sequence)));
        Ok(sys::llama_batch {
            n_tokens: count,
            token: self.tokens.as_mut_ptr(),
            embd: std::ptr::null_mut(),
            pos: self.positions.as_mut_ptr(),
            n_seq_id: self.counts.as_mut_ptr(),
            seq_id: self.sequence_pointers.as_mut_ptr(),
            logits: self.logits.as_mut_ptr(),
        })
    }
}

/// How long a pool's threads look for the next batch before they sleep, in steps of some 2 ms: as long as sampling and the
/// like take between two tokens, and no longer, since others may want the core.
const POLL: u32 = 1;

/// Threads that compute together with the one that decodes. They spin where they wait for each other within a batch, and
/// sleep between two.
struct ThreadPool {
    pool: NonNull<sys::ggml_threadpool>,
    threads: i32,
}

impl ThreadPool {
    /// A pool of so many threads, that of the caller included; `None` if there is no memory for it.
    fn new(threads: i32) -> Option<Self> {
        // SAFETY: it returns a plain value.
        let mut params = unsafe { sys::ggml_threadpool_params_default(threads) };
        params.poll = POLL;
        // SAFETY: the parameters live during the call.
        let pool = unsafe { sys::ggml_threadpool_new(&raw mut params) };
        NonNull::new(pool).map(|pool| Self { pool, threads })
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        // SAFETY: no batch is being computed, since that borrows the context, which owns the pool; contexts forget a pool
        // before they drop it, or are gone.
        unsafe { sys::ggml_threadpool_free(self.pool.as_ptr()) }
    }
}
