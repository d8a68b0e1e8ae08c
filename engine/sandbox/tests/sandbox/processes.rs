//! Programs that turn against other processes.

use std::process::{Child, Command, Stdio};

use codegen_sandbox::{Means, Outcome};

use crate::levels::{Refuses, where_the_system};
use crate::support::{alive, everywhere, lesser, limits, marker, named, printed, run, sandboxes};

/// A process of this test's, which ends with it.
struct Bystander(Child);

impl Drop for Bystander {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn neither_the_parent_nor_anybody_else_can_be_signalled() {
    let mut bystander = Bystander(
        Command::new("sleep")
            .arg("1000")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    let program = format!(
        "import os, signal\n\
        signal.signal(signal.SIGTERM, signal.SIG_IGN)\n\
        for pid in ({test}, {bystander}, os.getppid(), 1, 0, -1):\n\
        \x20 for s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL):\n\
        \x20   if pid in (0, -1) and s != signal.SIGTERM: continue\n\
        \x20   try: os.kill(pid, s)\n\
        \x20   except OSError: pass\n\
        print('here')",
        test = std::process::id(),
        bystander = bystander.0.id(),
    );
    for (means, sandbox) in sandboxes(&limits()) {
        let report = sandbox.run(&safe(&program, &sandbox), &crate::support::never()).unwrap();
        assert_eq!((&report.outcome, report.stdout.as_str()), (&Outcome::Passed, "here\n"), "{means:?} {report:#?}");
        assert!(bystander.0.try_wait().unwrap().is_none(), "{means:?}");
    }
}

/// The program as it is where processes are out of reach. Otherwise it would end this test, and this is what the report says:
/// then it is shown to be told so.
fn safe(program: &str, sandbox: &codegen_sandbox::Sandbox) -> String {
    let guarded = run(
        sandbox,
        "import os\ntry: os.kill(PARENT, 0)\nexcept OSError: print('guarded')"
            .replace("PARENT", &std::process::id().to_string())
            .as_str(),
    );
    let guarded_by_user = guarded.stdout == "guarded\n";
    assert!(guarded_by_user || !guarded.isolation.processes);
    if guarded_by_user { program.to_owned() } else { "print('here')".to_owned() }
}

#[test]
fn the_supervisor_cannot_be_looked_into() {
    let program = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n\
        for pid in {os.getppid(), 1}:\n\
        \x20 if libc.ptrace(16, pid, 0, 0) == 0: print('traced', pid)\n\
        \x20 for name in ('mem', 'environ', 'fd/0', 'maps'):\n\
        \x20   try: open(f'/proc/{pid}/{name}', 'rb').read(1); print('read', pid, name)\n\
        \x20   except OSError: pass\n";
    printed(&limits(), program, |out, _| assert_eq!(out, ""));
}

#[test]
fn other_processes_are_not_seen_where_that_is_claimed() {
    let program = "import os\nprint(sorted(int(p) for p in os.listdir('/proc') if p.isdigit()) if os.path.isdir('/proc') else [])";
    printed(&limits(), "pass", |_, _| {});
    everywhere(&limits(), program, |_, report| {
        if report.isolation.processes {
            assert!(["[1, 2]\n", "[]\n"].contains(&report.stdout.as_str()), "{report:?}");
        }
    });
}

#[test]
fn no_rights_can_be_had_again() {
    let program = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n\
        for name, flag in (('user', 0x10000000), ('mount', 0x20000), ('pid', 0x20000000), ('net', 0x40000000), ('user and mount', 0x10020000)):\n\
        \x20 pid = os.fork()\n\
        \x20 if pid == 0: os._exit(0 if libc.unshare(flag) == 0 else 1)\n\
        \x20 if os.waitpid(pid, 0)[1] == 0: print('unshared', name)\n\
        if libc.mount(b'tmpfs', b'.', b'tmpfs', 0, 0) == 0: print('mounted')\n\
        for i in (0, 65534):\n\
        \x20 try: os.setuid(i); print('became', i)\n\
        \x20 except OSError: pass\n\
        try: print(*[line.split()[1] for line in open('/proc/self/status') if line.startswith(('CapPrm', 'CapEff', 'CapBnd', 'CapAmb'))])\n\
        except OSError: pass\n";
    everywhere(&limits(), program, |_, report| {
        if report.isolation.processes {
            assert!(report.stdout.chars().all(|c| c == '0' || c.is_whitespace()), "{report:#?}");
        }
    });
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn the_keys_of_a_session_stay_with_it() {
    // The filter keeps programs from asking for keys, so there is none here.
    // The keyring's number and what the kernel says of it: "keyring;OWNER;GROUP;RIGHTS;NAME".
    let program = "import ctypes\nlibc = ctypes.CDLL(None)\ntext = ctypes.create_string_buffer(200)\n\
        number = libc.syscall(250, ctypes.c_long(0), ctypes.c_long(-3), ctypes.c_long(0))\n\
        if libc.syscall(250, ctypes.c_long(6), ctypes.c_long(-3), text, ctypes.c_long(200)) > 0:\n\
        \x20 print(number, text.value.decode().split(';')[-1])\n\
        \x20 print(libc.syscall(250, ctypes.c_long(11), ctypes.c_long(-3), text, ctypes.c_long(200)))\n";
    where_the_system(&[Refuses::Filters], || {
        // Sandboxes of its own: what this thread is refused is remembered.
        for means in [Means::All, Means::UserNamespaces, Means::Landlock, Means::Limits] {
            let sandbox = lesser(means, &limits());
            let said = [run(&sandbox, program), run(&sandbox, program)].map(|report| report.stdout);
            // Nothing is said where the system has no keys.
            if !said[0].is_empty() {
                assert_ne!(said[0], said[1], "{means:?}: each program has a keyring of its own");
                assert!(said.iter().all(|said| said.ends_with(" _ses\n0\n")), "{means:?}: new and empty: {said:?}");
            }
        }
    });
}

#[test]
fn a_daemon_ends_with_the_program() {
    let marker = marker();
    let program = named(&marker)
        + "import os, time\n\
        for _ in range(3):\n\
        \x20 if os.fork() == 0:\n\
        \x20   os.setsid()\n\
        \x20   if os.fork() == 0:\n\
        \x20     while True: time.sleep(1000)\n\
        \x20   os._exit(0)\n\
        print('done')";
    everywhere(&limits(), &program, |means, report| {
        assert_eq!((&report.outcome, report.stdout.as_str()), (&Outcome::Passed, "done\n"));
        assert_eq!(alive(&marker), [0; 0], "{means:?}");
    });
}
