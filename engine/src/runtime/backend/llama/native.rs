//! The owner of a context of llama.cpp, with the few calls that the engine makes, and llama.cpp's log.
//!
//! A model, its vocabulary and its adapters are llama-cpp-2's. A context is not, because that crate keeps the context's
//! pointer to itself, and without it neither the number of threads nor the pool that they come from can be changed once
//! a context is there (`llama_set_n_threads`, `llama_attach_threadpool`).
//!
//! # Threads: what was tried
//!
//! Tokens per second of the built-in model on two cores beside about five other processes, in turns; what was read and what
//! was generated:
//!
//! | how | threads | read | generated |
//! | --- | --- | ---: | ---: |
//! | OpenMP that spins 10,000 times, then sleeps | 2 | 955–2059 | 7–13 |
//! | OpenMP as it is (it spins for some milliseconds) | 2 | 121–438 | 2–6 |
//! | ggml's own pool | 2 | 122–151 | 3–16 |
//! | no other thread | 1 | 1978–3873 | 159–418 |
//! | ggml's own pool, the number chosen ([`crate::runtime::threads`]) | 1–2 | 2468–2577 | 234–313 |
//!
//! - How long OpenMP's threads spin can only be said in the environment, before `main`: the program had to start itself again,
//!   and as a library it could say nothing. Besides, libgomp counts the threads of all engines of the process, and where
//!   there are more than cores, waiting threads sleep at once, even if most of those counted rest.
//! - `omp_set_max_active_levels(0)` needs no context's pointer, but knows one thread or all and nothing between, and there is
//!   no OpenMP on a Mac.
//! - Two contexts, one for each number of threads, need the KV cache twice.
//! - llama-cpp-2's `LlamaContext` could be read as the pointer that it begins with, but Rust may lay it out as it likes. Its
//!   `LlamaModel` is `repr(transparent)`, so that a context of our own can be made of it ([`pointer_of`]).
//! - A thread that does not exist is not waited for. So the way in which threads wait matters little, and their number
//!   matters much. ggml's own pool spins, which is right for threads that each have a core.

#![allow(unsafe_code)]

use std::cell::Cell;
use std::ffi::{CStr, CString, c_char, c_void};
use std::path::Path;
use std::ptr::NonNull;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use llama_cpp_2::model::{LlamaLoraAdapter, LlamaModel};
use llama_cpp_sys_2 as sys;
use tracing::Level;

use crate::runtime::backend::{BatchToken, log};
use crate::runtime::pacing::Ended;

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
    // A panic must not unwind into C++. A panic of the log's subscriber is ignored.
    let _ = std::panic::catch_unwind(|| log::take(level, &text));
}

/// Sends llama.cpp's last message before it ends the process to standard error. By default it would start a debugger,
/// if there is one, which writes to standard output.
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

/// Has llama.cpp load the libraries of its backends that lie in the folder and run on this machine: of each kind of backend
/// the variant that suits the processor best. What it loads is in its log.
pub(super) fn load_libraries(folder: &Path) -> Result<(), String> {
    let name = folder.to_str().and_then(|name| CString::new(name).ok());
    let name = name.ok_or_else(|| format!("llama.cpp cannot read {}: the name is no Unicode", folder.display()))?;
    // SAFETY: the name is NUL-terminated and lives during the call. Constructors of the libraries run; they are as much
    // this program's as its own code, since they lie beside it.
    unsafe { sys::ggml_backend_load_all_from_path(name.as_ptr()) };
    Ok(())
}

/// Returns llama.cpp's description of the instruction sets it uses.
pub(super) fn system_info() -> &'static str {
    static INFO: OnceLock<String> = OnceLock::new();
    INFO.get_or_init(|| {
        // SAFETY: it returns a NUL-terminated string in static memory. Each call writes that anew, so that there must
        // be no other at the same time; there is one call.
        unsafe { CStr::from_ptr(sys::llama_print_system_info()) }.to_string_lossy().into_owned()
    })
}

/// The pointer that a wrapper of llama-cpp-2 consists of.
///
/// The crate has no call for it. [`LlamaModel`] and [`LlamaLoraAdapter`] are `repr(transparent)` around a pointer that is
/// never null; that is no promise of the crate's, so its version is pinned, and a change of size does not compile.
fn pointer_of<W, T>(wrapper: &W) -> NonNull<T> {
    const { assert!(size_of::<W>() == size_of::<NonNull<T>>() && align_of::<W>() == align_of::<NonNull<T>>()) }
    // SAFETY: by its two callers `W` is a transparent wrapper of exactly this pointer.
    unsafe { std::ptr::from_ref(wrapper).cast::<NonNull<T>>().read() }
}

fn model_pointer(model: &LlamaModel) -> NonNull<sys::llama_model> {
    pointer_of(model)
}

fn adapter_pointer(adapter: &LlamaLoraAdapter) -> NonNull<sys::llama_adapter_lora> {
    pointer_of(adapter)
}

/// The parameters of a new context.
pub(super) use sys::llama_context_params as ContextParams;

/// llama.cpp's defaults.
pub(super) fn context_params() -> ContextParams {
    // SAFETY: it returns a plain value.
    unsafe { sys::llama_context_default_params() }
}

/// A model with a KV cache and buffers for its computation.
pub(super) struct Context {
    context: NonNull<sys::llama_context>,
    model: Arc<LlamaModel>,
    batch: Batch,
    /// The threads of the last batch that had more than one.
    pool: Option<ThreadPool>,
    /// llama.cpp has a pointer to it.
    deadline: Box<Deadline>,
    /// Whether tokens can be taken back.
    goes_back: bool,
}

/// The time at which the batch being computed is given up.
type Deadline = Cell<Option<Instant>>;

/// Whether the batch is late. llama.cpp calls this after each operation, on the thread that decodes.
unsafe extern "C" fn is_late(deadline: *mut c_void) -> bool {
    // SAFETY: it is the context's own, which is alive while it computes, and no other thread has it.
    let deadline = unsafe { &*deadline.cast::<Deadline>() };
    let late = deadline.get().is_some_and(|deadline| Instant::now() >= deadline);
    if late {
        log::expect_failure(true);
    }
    late
}

impl Context {
    /// Makes a context. The caller ensures that only one context is made of a model at a time.
    ///
    /// # Errors
    /// llama.cpp refuses, most likely because memory is short; the reason is in its log.
    pub fn new(model: &Arc<LlamaModel>, params: ContextParams) -> Result<Self, String> {
        // SAFETY: the model is alive, and stays so as long as the context, which holds it; the parameters point to nothing.
        let context = unsafe { sys::llama_init_from_model(model_pointer(model).as_ptr(), params) };
        let context = NonNull::new(context).ok_or("llama.cpp cannot make a context")?;
        let deadline = Box::<Deadline>::default();
        // SAFETY: the context is alive; the deadline stays where it is as long as the context, which owns it.
        unsafe {
            let data = std::ptr::from_ref(&*deadline).cast_mut().cast::<c_void>();
            sys::llama_set_abort_callback(context.as_ptr(), Some(is_late), data);
        }
        Ok(Self {
            context,
            model: Arc::clone(model),
            batch: Batch::default(),
            pool: None,
            deadline,
            goes_back: !model.is_recurrent() && !model.is_hybrid(),
        })
    }

    /// Adds an adapter that was loaded for this model.
    ///
    /// # Errors
    /// llama.cpp refuses; the reason is in its log.
    pub fn set_adapter(&mut self, adapter: &LlamaLoraAdapter) -> Result<(), String> {
        let (mut adapters, mut scales) = ([adapter_pointer(adapter).as_ptr()], [1.0f32]);
        // SAFETY: both arrays have one element and live during the call; the adapter lives as long as its model.
        let code = unsafe {
            sys::llama_set_adapters_lora(self.context.as_ptr(), adapters.as_mut_ptr(), 1, scales.as_mut_ptr())
        };
        if code == 0 { Ok(()) } else { Err(format!("llama.cpp cannot add the adapter (code {code})")) }
    }

    /// Sets the number of threads for the following batches. Must be called before the first batch.
    pub fn set_threads(&mut self, threads: i32) {
        let context = self.context.as_ptr();
        // SAFETY: the context is alive, and nothing is being computed, as `&mut` says; so in all of this.
        unsafe { sys::llama_set_n_threads(context, threads, threads) };
        if threads == 1 {
            // The pool's threads would be woken for each batch without having work to do.
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

    /// Decodes tokens and adds them to the KV cache, or gives up after `limit` and leaves the cache as it was. A model
    /// whose state cannot return to an earlier position, such as a recurrent one's, is never given up.
    ///
    /// # Errors
    /// The cache has no room, or llama.cpp fails; the reason is in its log.
    pub fn decode(&mut self, tokens: &[BatchToken], limit: Option<Duration>) -> Result<Ended, String> {
        let batch = self.batch.fill(tokens)?;
        let limit = limit.filter(|_| self.goes_back);
        self.deadline.set(limit.map(|limit| Instant::now() + limit));
        // SAFETY: the batch points to arrays of as many elements as it has tokens, which live during the call.
        let code = unsafe { sys::llama_decode(self.context.as_ptr(), batch) };
        self.deadline.set(None);
        log::expect_failure(false);
        match code {
            0 => Ok(Ended::Computed),
            // What llama.cpp had computed before in parts of the batch stays in the cache.
            2 if limit.is_some() => {
                let taken_back = tokens.iter().all(|token| self.take_back(token));
                taken_back.then_some(Ended::GivenUp).ok_or_else(|| "a batch cannot be taken back".to_owned())
            }
            1 => Err("the KV cache has no room for the batch".into()),
            code => Err(format!("llama.cpp cannot decode the batch (code {code})")),
        }
    }

    /// Removes a token, and everything after it in its sequence, from the cache.
    fn take_back(&mut self, token: &BatchToken) -> bool {
        let int = |value: usize| i32::try_from(value).unwrap_or(i32::MAX);
        self.truncate(int(token.slot), int(token.position))
    }

    /// Returns the logits of the last batch's `index`-th token; empty if the batch did not ask for them.
    pub fn logits(&mut self, index: i32) -> &[f32] {
        // SAFETY: the context is alive; the index is checked by llama.cpp, which answers with null.
        let logits = unsafe { sys::llama_get_logits_ith(self.context.as_ptr(), index) };
        if logits.is_null() {
            return &[];
        }
        // SAFETY: a row holds a number for each entry of the vocabulary, and stays until the next batch, for which the
        // context is borrowed mutably.
        unsafe { std::slice::from_raw_parts(logits, usize::try_from(self.model.n_vocab()).unwrap_or(0)) }
    }

    /// Removes a sequence's positions from `from` on; false if the cache cannot do that.
    pub fn truncate(&mut self, sequence: i32, from: i32) -> bool {
        // SAFETY: the context is alive; the sequence is below the number that it was made for.
        unsafe {
            let memory = sys::llama_get_memory(self.context.as_ptr());
            !memory.is_null() && sys::llama_memory_seq_rm(memory, sequence, from, -1)
        }
    }

    /// Copies one sequence's contents to another.
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
        self.sequence_pointers.extend(self.sequences.iter_mut().map(std::ptr::from_mut));
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

/// How long a pool's threads poll for the next batch before they sleep, in steps of about 2 ms. This is about the time
/// for sampling and other work between two tokens; polling longer would keep the core from other programs.
const POLL: u32 = 1;

/// The functions for thread pools, which belong to ggml's CPU code. That may be a library that was chosen when the program
/// started, so they are asked for by their names, as llama.cpp itself does.
#[derive(Clone, Copy)]
struct PoolFunctions {
    new: NewPool,
    free: FreePool,
}

type NewPool = unsafe extern "C" fn(*mut sys::ggml_threadpool_params) -> *mut sys::ggml_threadpool;
type FreePool = unsafe extern "C" fn(*mut sys::ggml_threadpool);

impl PoolFunctions {
    /// Finds the functions; `None` without any CPU code.
    fn find() -> Option<Self> {
        // SAFETY: the name is NUL-terminated. What it returns lives as long as the process.
        let cpu = unsafe { sys::ggml_backend_reg_by_name(c"CPU".as_ptr()) };
        if cpu.is_null() {
            return None;
        }
        let address = |name: &CStr| {
            // SAFETY: the backend is not null, and the name is NUL-terminated.
            NonNull::new(unsafe { sys::ggml_backend_reg_get_proc_address(cpu, name.as_ptr()) })
        };
        let (new, free) = (address(c"ggml_threadpool_new")?, address(c"ggml_threadpool_free")?);
        // SAFETY: these are the addresses of the functions of these names, and the constant below has their types.
        unsafe {
            let new = std::mem::transmute::<NonNull<c_void>, NewPool>(new);
            let free = std::mem::transmute::<NonNull<c_void>, FreePool>(free);
            Some(Self { new, free })
        }
    }
}

/// Compiles only while the bindings declare the functions with these types. Nothing refers to it, because a program whose CPU
/// code is a library is not linked with them.
const _: PoolFunctions = PoolFunctions { new: sys::ggml_threadpool_new, free: sys::ggml_threadpool_free };

/// Threads that compute together with the thread that decodes. They spin while they wait for each other within a batch,
/// and sleep between batches.
struct ThreadPool {
    pool: NonNull<sys::ggml_threadpool>,
    threads: i32,
    functions: PoolFunctions,
}

impl ThreadPool {
    /// Makes a pool of so many threads, including the caller's; `None` if memory is short.
    fn new(threads: i32) -> Option<Self> {
        let functions = PoolFunctions::find()?;
        // SAFETY: it returns a plain value.
        let mut params = unsafe { sys::ggml_threadpool_params_default(threads) };
        params.poll = POLL;
        // SAFETY: the parameters live during the call.
        let pool = unsafe { (functions.new)(&raw mut params) };
        NonNull::new(pool).map(|pool| Self { pool, threads, functions })
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        // SAFETY: no batch is being computed, since that borrows the context, which owns the pool; contexts forget a pool
        // before they drop it, or are gone.
        unsafe { (self.functions.free)(self.pool.as_ptr()) }
    }
}

#[cfg(test)]
mod tests {
    use llama_cpp_2::model::params::LlamaModelParams;

    use super::*;

    const BUILTIN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/models/builtin.gguf");

    #[test]
    fn what_was_given_up_has_left_nothing_behind() {
        let backend = crate::runtime::backend::llama::backend().unwrap();
        let model = LlamaModel::load_from_file(backend, BUILTIN, &LlamaModelParams::default()).unwrap();
        let model = Arc::new(model);
        let context = || {
            let mut params = context_params();
            (params.n_ctx, params.n_batch, params.n_ubatch, params.n_seq_max) = (256, 64, 16, 1);
            let mut context = Context::new(&model, params).unwrap();
            context.set_threads(1);
            context
        };
        let token =
            |position: usize| BatchToken { token: 100 + position as i32, position, slot: 0, logits: position == 39 };
        let tokens: Vec<BatchToken> = (0..40).map(token).collect();
        let (head, tail) = tokens.split_at(8);
        let logits = |context: &mut Context| {
            assert_eq!(context.decode(tail, None).unwrap(), Ended::Computed);
            context.logits(31).to_vec()
        };
        let mut plain = context();
        plain.decode(head, None).unwrap();
        let mut late = context();
        late.decode(head, None).unwrap();
        for limit in [Duration::ZERO, Duration::from_micros(300)] {
            let ended = late.decode(tail, Some(limit)).unwrap();
            assert!(ended == Ended::GivenUp || !limit.is_zero(), "no time is too little");
            if ended == Ended::Computed {
                assert!(late.truncate(0, 8));
            }
        }
        let (plain, late) = (logits(&mut plain), logits(&mut late));
        assert!(!plain.is_empty() && plain == late);
    }
}
