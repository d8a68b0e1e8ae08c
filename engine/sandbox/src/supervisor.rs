//! One supervisor and the program it runs: starts them, reads their output, ends them.

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::output::Kept;
use super::{Clock, Isolation, Limits, Outcome, SandboxError};

const BOOTSTRAP: &str =
    concat!(include_str!("bootstrap.py"), include_str!("walls.py"), include_str!("cleaning.py"), "\n\nmain()\n");
/// How often the cancel flag is checked.
const TICK: Duration = Duration::from_millis(10);
/// How long a supervisor may take to end the program before it is ended itself.
const GRACE: Duration = Duration::from_secs(5);
/// How long it may take to remove the program's files, which may be many and on a slow disk.
const CLEARING_UP: Duration = Duration::from_secs(120);
/// How long a supervisor that has closed its socket without a report may take to end, so that its end can be reported.
const LAST: Duration = Duration::from_secs(2);
/// A program that writes this many times the kept output is ended.
const FLOOD: u64 = 16;
/// Bytes read at once.
const CHUNK: usize = 64 << 10;

/// How a process ended: with an exit status, or by a signal.
#[derive(Debug, Clone, Copy)]
enum End {
    Status(i32),
    Signal(i32),
}

/// The supervisor's reports and the program's output.
#[derive(Debug)]
pub(super) struct Heard {
    /// Why the program was ended, if it did not end by itself.
    pub(super) ended_for: Option<Outcome>,
    pub(super) stdout: Kept,
    pub(super) stderr: Kept,
    said: Vec<u8>,
    /// How the supervisor itself ended; known only if it ended without a report.
    ended: Option<End>,
}

impl Heard {
    /// Whether the supervisor has reported anything by which its end can be told.
    fn is_concluded(&self) -> bool {
        self.ended_for.is_some() || ["ended", "refused", "failed"].iter().any(|key| self.line(key).is_some())
    }

    /// A supervisor's end without a report: its exit status or signal, and the last words on its standard error.
    pub(super) fn last_words(&self) -> String {
        let end = match self.ended {
            Some(End::Status(code)) => format!("with exit status {code}"),
            Some(End::Signal(signal)) => format!("by signal {signal}{}", name_of(signal)),
            None => "in an unknown way".to_owned(),
        };
        let stderr = self.stderr.text();
        match stderr.lines().rfind(|line| !line.trim().is_empty()) {
            Some(last) => format!("{end}; its last words: {last}"),
            None => format!("{end}, without a word"),
        }
    }

    /// Returns the words after `key`, if the supervisor has sent a line that begins with it.
    pub(super) fn line(&self, key: &str) -> Option<&str> {
        // The supervisor sends little, and always UTF-8.
        let said = str::from_utf8(&self.said).ok()?;
        said.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '))
    }

    /// Returns the isolation that the supervisor reported; anything it did not report counts as missing.
    pub(super) fn isolation(&self) -> Isolation {
        let mut words = self.line("isolated").unwrap_or_default().split(' ').map(|word| word == "1");
        let mut next = || words.next().unwrap_or(false);
        Isolation { network: next(), files: next(), processes: next() }
    }

    /// Returns the program's wait status and its processor time.
    pub(super) fn status(&self) -> Option<(i32, Duration)> {
        let (status, cpu) = self.line("ended")?.split_once(' ')?;
        Some((status.parse().ok()?, Duration::from_millis(cpu.parse().ok()?)))
    }
}

/// The limits on a program's wall-clock time.
#[derive(Debug)]
pub(super) struct Time<'a> {
    /// The latest end.
    pub(super) deadline: Instant,
    /// A second limit, which may bring the end forward.
    pub(super) clock: Option<&'a Clock>,
}

/// Sends the job to a new supervisor and waits until it has ended.
pub(super) fn supervise(
    python: &Path,
    message: &[u8],
    limits: &Limits,
    time: &Time<'_>,
    cancel: &AtomicBool,
) -> Result<Heard, SandboxError> {
    let mut supervisor = Supervisor::start(python)
        .map_err(|e| SandboxError::SetUp { reason: format!("`{}` does not start: {e}", python.display()) })?;
    let kept = || Kept::new(limits.output);
    let mut heard = Heard { ended_for: None, stdout: kept(), stderr: kept(), said: Vec::new(), ended: None };
    supervisor
        .listen(&mut heard, message, limits, time, cancel)
        .map_err(|e| SandboxError::SetUp { reason: format!("the supervisor cannot be heard: {e}") })?;
    supervisor.finish(&mut heard);
    Ok(heard)
}

struct Supervisor {
    child: Child,
    channel: UnixStream,
    stdout: Option<std::process::ChildStdout>,
    stderr: Option<std::process::ChildStderr>,
}

impl Supervisor {
    fn start(python: &Path) -> std::io::Result<Self> {
        let (channel, theirs) = UnixStream::pair()?;
        channel.set_nonblocking(true)?;
        let mut child = Command::new(python)
            .args(["-I", "-S", "-c", BOOTSTRAP])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LANG", "C.UTF-8")
            .current_dir("/")
            .stdin(OwnedFd::from(theirs))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        Ok(Self { child, channel, stdout, stderr })
    }

    /// Reads until the supervisor has ended, or until it has failed to end in time.
    fn listen(
        &mut self,
        heard: &mut Heard,
        message: &[u8],
        limits: &Limits,
        time: &Time<'_>,
        cancel: &AtomicBool,
    ) -> std::io::Result<()> {
        let Time { mut deadline, mut clock } = *time;
        let mut unsent = message;
        let mut give_up = None;
        let mut clearing_up = false;
        loop {
            // Only the clean-up is left, and it does not count against the program.
            if !clearing_up && heard.status().is_some() {
                clearing_up = true;
                give_up = Some(Instant::now() + CLEARING_UP);
            }
            if give_up.is_none()
                && let Some(reason) = reason_to_end(heard, limits, deadline, cancel)
            {
                heard.ended_for = Some(reason);
                unsent = &[];
                give_up = Some(Instant::now() + GRACE);
                let _ = self.channel.shutdown(Shutdown::Write);
            }
            let until = give_up.unwrap_or_else(|| deadline.min(Instant::now() + TICK));
            let ready = self.wait(!unsent.is_empty(), until.saturating_duration_since(Instant::now()))?;
            if ready.send {
                send(&mut self.channel, &mut unsent);
            }
            let ended = self.take(heard, ready);
            if let Some(begun) = clock.take_if(|clock| heard.stdout.begins_with(clock.mark.as_bytes())) {
                deadline = deadline.min(Instant::now() + begun.wall);
            }
            if ended || give_up.is_some_and(|at| Instant::now() >= at) {
                return Ok(());
            }
        }
    }

    fn wait(&self, sending: bool, time: Duration) -> std::io::Result<Ready> {
        let input = PollFlags::IN;
        let channel = if sending { input | PollFlags::OUT } else { input };
        let mut fds = vec![PollFd::from_borrowed_fd(self.channel.as_fd(), channel)];
        let out: Option<BorrowedFd<'_>> = self.stdout.as_ref().map(AsFd::as_fd);
        let err: Option<BorrowedFd<'_>> = self.stderr.as_ref().map(AsFd::as_fd);
        fds.extend(out.into_iter().chain(err).map(|fd| PollFd::from_borrowed_fd(fd, input)));
        let time = Timespec::try_from(time).map_err(std::io::Error::other)?;
        match poll(&mut fds, Some(&time)) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => return Ok(Ready::default()),
            Err(error) => return Err(error.into()),
        }
        let any = |place: usize| fds.get(place).is_some_and(|fd| !(fd.revents() - PollFlags::OUT).is_empty());
        Ok(Ready {
            send: fds[0].revents().contains(PollFlags::OUT),
            channel: any(0),
            stdout: out.is_some() && any(1),
            stderr: err.is_some() && any(1 + usize::from(out.is_some())),
        })
    }

    /// Reads what is available. Returns true when the supervisor has ended.
    fn take(&mut self, heard: &mut Heard, ready: Ready) -> bool {
        let mut buffer = vec![0; CHUNK];
        if ready.stdout && !read(&mut self.stdout, &mut buffer, |bytes| heard.stdout.push(bytes)) {
            self.stdout = None;
        }
        if ready.stderr && !read(&mut self.stderr, &mut buffer, |bytes| heard.stderr.push(bytes)) {
            self.stderr = None;
        }
        let mut channel = Some(&mut self.channel);
        ready.channel && !read(&mut channel, &mut buffer, |bytes| heard.said.extend_from_slice(bytes))
    }

    /// Ends all remaining processes and reads what is left in the pipes, without waiting for processes that hold the
    /// other end.
    fn finish(&mut self, heard: &mut Heard) {
        if !heard.is_concluded() {
            heard.ended = self.ended_by_itself();
        }
        self.end();
        for _ in 0..64 {
            match self.wait(false, Duration::ZERO) {
                Ok(ready) if ready.stdout || ready.stderr => self.take(heard, Ready { channel: false, ..ready }),
                _ => break,
            };
        }
    }

    /// Waits a moment for a supervisor that has closed its socket, and returns how it ended. It is not reaped, so that
    /// its number stays its own.
    fn ended_by_itself(&self) -> Option<End> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let until = Instant::now() + LAST;
        loop {
            match waitid(WaitId::Pid(Pid::from_child(&self.child)), options) {
                Ok(Some(status)) => {
                    return status.exit_status().map(End::Status).or(status.terminating_signal().map(End::Signal));
                }
                Ok(None) | Err(rustix::io::Errno::INTR) if Instant::now() < until => std::thread::sleep(TICK),
                Ok(None) | Err(_) => return None,
            }
        }
    }

    fn end(&mut self) {
        // The child has not been reaped yet, so the number is still its own.
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.end();
        }
    }
}

/// The name of a signal in parentheses, where it is one that people know by its name.
fn name_of(signal: i32) -> String {
    let names = [
        (libc::SIGHUP, "SIGHUP"),
        (libc::SIGINT, "SIGINT"),
        (libc::SIGKILL, "SIGKILL: another process or the kernel, perhaps for want of memory, has ended it"),
        (libc::SIGSEGV, "SIGSEGV"),
        (libc::SIGBUS, "SIGBUS"),
        (libc::SIGABRT, "SIGABRT"),
        (libc::SIGTERM, "SIGTERM"),
        (libc::SIGSYS, "SIGSYS: a filter of system calls around this process has ended it"),
        (libc::SIGXCPU, "SIGXCPU: a limit on processor time has ended it"),
    ];
    names.iter().find(|(number, _)| *number == signal).map_or_else(String::new, |(_, name)| format!(" ({name})"))
}

fn reason_to_end(heard: &Heard, limits: &Limits, deadline: Instant, cancel: &AtomicBool) -> Option<Outcome> {
    let flood = limits.output as u64 * FLOOD;
    if cancel.load(Ordering::Relaxed) {
        Some(Outcome::Cancelled)
    } else if heard.stdout.total().max(heard.stderr.total()) > flood {
        Some(Outcome::TooMuchOutput)
    } else if Instant::now() >= deadline {
        Some(Outcome::TimedOut)
    } else {
        None
    }
}

#[derive(Debug, Default, Clone, Copy)]
struct Ready {
    send: bool,
    channel: bool,
    stdout: bool,
    stderr: bool,
}

fn send(channel: &mut UnixStream, unsent: &mut &[u8]) {
    match channel.write(unsent) {
        Ok(sent) => *unsent = &unsent[sent..],
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
        // The supervisor has ended; reading will report that.
        Err(_) => *unsent = &[],
    }
}

/// Returns false at the end of the stream.
fn read(source: &mut Option<impl Read>, buffer: &mut [u8], mut take: impl FnMut(&[u8])) -> bool {
    let Some(source) = source else { return false };
    match source.read(buffer) {
        Ok(0) => false,
        Ok(size) => {
            take(&buffer[..size]);
            true
        }
        Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted),
    }
}
