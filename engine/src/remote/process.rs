//! The process of the other side: its start, what it writes on its standard error, and its end.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use codegen_core::{EngineError, printable};

use super::client::{self, End};
use crate::runtime::{Engine, EngineOptions, Progress};

/// How long a process has to end once it has hung up or was hung up on; it is killed then.
const ENDING: Duration = Duration::from_secs(2);

/// How long after the end of a process its last words may take: another process may hold its standard error.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// The lines of standard error that are kept.
const LINES: usize = 40;

/// The bytes of such a line that are kept.
const LINE: u64 = 2000;

/// The program that hosts an engine: one whose process calls [`super::serve`] on its standard input and output, with nothing else
/// on the output.
#[derive(Debug, Clone)]
pub struct HostProgram {
    /// The program's file.
    pub path: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
}

/// The processes that have not ended.
static PROCESSES: Mutex<Vec<Weak<Mutex<Child>>>> = Mutex::new(Vec::new());

/// Kills the processes of all engines that have not ended. A process ends by itself when the last handle of its engine is dropped,
/// see [`Engine::wait_for_all`]; this is for one that does not.
pub fn end_all() {
    for process in lock(&PROCESSES).drain(..).filter_map(|process| process.upgrade()) {
        // One that has ended meanwhile is none that could be killed.
        let _ = lock(&process).kill();
    }
}

impl Engine {
    /// Does the same as [`Engine::load_telling`] in a process of its own, which this one survives: if that ends, all requests fail
    /// with [`EngineError::ProcessDied`], and [`Engine::when_dead`] tells.
    ///
    /// # Errors
    /// Those of [`Engine::load`]; [`EngineError::NoProcess`] if the program cannot be started; [`EngineError::ProcessDied`] if it
    /// ends while it loads the model.
    pub fn spawn_process(
        program: &HostProgram,
        options: &EngineOptions,
        progress: Progress,
    ) -> Result<Self, EngineError> {
        let (program, options) = (program.clone(), options.clone());
        // On Linux the process may ask to be ended with the thread that started it, and so this one does, which stays to its end.
        Self::spawn(move |serve| {
            let process = Process::start(&program)
                .map_err(|error| EngineError::NoProcess { reason: format!("{}: {error}", program.path.display()) })?;
            let (output, input) = process.pipes()?;
            match client::follow(serve, (output, input), options, &progress) {
                Ok(()) => {
                    process.end();
                    Ok(())
                }
                Err(End::Refused(error)) => Err(error),
                Err(End::Lost(said)) => Err(EngineError::ProcessDied { reason: process.obituary(said) }),
            }
        })
    }
}

/// A process that is killed when this is dropped, if it has not ended.
struct Process {
    child: Arc<Mutex<Child>>,
    lines: Arc<Mutex<VecDeque<String>>>,
    /// Hung up on at the end of standard error.
    silence: Receiver<()>,
}

impl Process {
    fn start(program: &HostProgram) -> io::Result<Self> {
        let mut command = Command::new(&program.path);
        command
            .args(&program.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // ggml would run a debugger in a process that it ends.
            .env("GGML_NO_BACKTRACE", "1");
        #[cfg(unix)]
        {
            // What interrupts the server on a terminal is no end of the engine's; the server ends it.
            std::os::unix::process::CommandExt::process_group(&mut command, 0);
        }
        let mut child = command.spawn()?;
        tracing::info!("the engine runs in process {}", child.id());
        let (lines, (speaking, silence)) = (Arc::<Mutex<VecDeque<String>>>::default(), channel());
        if let Some(stderr) = child.stderr.take() {
            let kept = Arc::clone(&lines);
            std::thread::Builder::new().name("codegen-engine-log".to_owned()).spawn(move || {
                listen(stderr, &kept);
                drop(speaking);
            })?;
        }
        let child = Arc::new(Mutex::new(child));
        let mut processes = lock(&PROCESSES);
        processes.retain(|process| process.strong_count() > 0);
        processes.push(Arc::downgrade(&child));
        Ok(Self { child, lines, silence })
    }

    fn pipes(&self) -> Result<(std::process::ChildStdout, std::process::ChildStdin), EngineError> {
        let mut child = lock(&self.child);
        let pipes = child.stdout.take().zip(child.stdin.take());
        pipes.ok_or_else(|| EngineError::NoProcess { reason: "it has no standard input and output".to_owned() })
    }

    /// Waits for its end, which it has been told of, and kills it if that does not come.
    fn end(&self) -> Option<ExitStatus> {
        let deadline = Instant::now() + ENDING;
        loop {
            if let Ok(Some(status)) = lock(&self.child).try_wait() {
                return Some(status);
            }
            if Instant::now() >= deadline {
                let mut child = lock(&self.child);
                let _ = child.kill();
                return child.wait().ok();
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// How it ended, in words; `said` is what it had said of that before.
    fn obituary(&self, said: Option<String>) -> String {
        let how = match (said, self.end()) {
            (Some(said), _) => said,
            (None, Some(status)) => ended(status),
            (None, None) => "nothing is known of how".to_owned(),
        };
        let _ = self.silence.recv_timeout(LAST_WORDS);
        match last_words(&lock(&self.lines)) {
            Some(words) => format!("{how}; its last words: {}", printable::text(&words)),
            None => how,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let mut child = lock(&self.child);
        if matches!(child.try_wait(), Ok(None)) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Logs the lines of a process' standard error, and keeps the last of them.
fn listen(stderr: ChildStderr, kept: &Mutex<VecDeque<String>>) {
    let mut stderr = BufReader::new(stderr);
    let mut line = Vec::new();
    loop {
        line.clear();
        match stderr.by_ref().take(LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line).trim().to_owned();
        if !text.is_empty() {
            tracing::info!("the engine's process: {text}");
            let mut kept = lock(kept);
            if kept.len() == LINES {
                kept.pop_front();
            }
            kept.push_back(text);
        }
    }
}

/// How a process ended.
fn ended(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return by_signal(signal);
    }
    match status.code() {
        Some(code) => format!("it left with the code {code}"),
        None => status.to_string(),
    }
}

#[cfg(any(unix, test))]
fn by_signal(signal: i32) -> String {
    let (name, means) = match signal {
        4 => (" (SIGILL)", ": it has met an instruction that this processor does not have"),
        6 => (" (SIGABRT)", ""),
        8 => (" (SIGFPE)", ""),
        9 => (" (SIGKILL)", ", as where memory runs out"),
        11 => (" (SIGSEGV)", ""),
        15 => (" (SIGTERM)", ""),
        _ => ("", ""),
    };
    format!("signal {signal}{name} has ended it{means}")
}

/// What a process wrote last: the last error in its log and what came after it, or else its last line.
fn last_words(lines: &VecDeque<String>) -> Option<String> {
    let error = lines.iter().rposition(|line| line.starts_with("ERROR") || line.contains("panicked at"));
    let last: Vec<&str> = match error {
        Some(first) => lines.iter().skip(first).take(3).map(String::as_str).collect(),
        None => lines.iter().rfind(|line| !line.starts_with("INFO")).map(String::as_str).into_iter().collect(),
    };
    (!last.is_empty()).then(|| last.join(" "))
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_in_words() {
        for (signal, words) in [
            (6, "signal 6 (SIGABRT) has ended it"),
            (9, "signal 9 (SIGKILL) has ended it, as where memory runs out"),
            (35, "signal 35 has ended it"),
        ] {
            assert_eq!(by_signal(signal), words);
        }
    }

    #[test]
    fn the_last_words_are_those_of_the_last_error() {
        for (lines, words) in [
            (&[][..], None),
            (&["INFO codegen_engine: loaded"], None),
            (&["WARN x: slow", "INFO y: done"], Some("WARN x: slow")),
            (&["ERROR llama.cpp: a", "ERROR llama.cpp: b", "at c"], Some("ERROR llama.cpp: b at c")),
            (&["something", "terminate called"], Some("terminate called")),
        ] {
            let lines: VecDeque<String> = lines.iter().map(ToString::to_string).collect();
            assert_eq!(last_words(&lines).as_deref(), words, "{lines:?}");
        }
    }

    #[test]
    fn a_program_that_is_not_there_or_says_nothing() {
        let options = EngineOptions::new("m".into());
        let none = HostProgram { path: "/no/such/program".into(), arguments: Vec::new() };
        let error = Engine::spawn_process(&none, &options, Progress::default()).unwrap_err();
        assert!(matches!(&error, EngineError::NoProcess { reason } if reason.contains("/no/such/program")), "{error}");
        #[cfg(unix)]
        {
            let script = "echo 'no such flag' >&2; exit 3";
            let shell = HostProgram { path: "/bin/sh".into(), arguments: vec!["-c".into(), script.into()] };
            let error = Engine::spawn_process(&shell, &options, Progress::default()).unwrap_err();
            let reason = "it left with the code 3; its last words: no such flag";
            assert_eq!(error, EngineError::ProcessDied { reason: reason.to_owned() });
            // One that says what nobody can read is ended.
            let babble = HostProgram { path: "/bin/sh".into(), arguments: vec!["-c".into(), "exec yes".into()] };
            let error = Engine::spawn_process(&babble, &options, Progress::default()).unwrap_err();
            assert!(error.to_string().contains("cannot be read"), "{error}");
        }
    }
}
