//! Programs that call the kernel where Python would not.

use crate::support::{everywhere, limits, printed};

/// Says of each call, a number for x86_64 and one for aarch64, which error it ends with.
const CALL: &str = r#"
import ctypes, errno, os, platform
libc = ctypes.CDLL(None, use_errno=True)
place = ['x86_64', 'aarch64'].index(platform.machine())
def call(what, numbers, expected, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(numbers[place]), *[a if hasattr(a, 'contents') or isinstance(a, ctypes.Array) else ctypes.c_ulong(a) for a in arguments])
    found = errno.errorcode.get(ctypes.get_errno()) if result == -1 else 'done'
    if found != expected:
        print(what, found)
"#;

const REFUSED: &str = r#"
room = ctypes.create_string_buffer(256)
NEWUSER, NEWNS, NEWNET, SIGCHLD = 0x10000000, 0x20000, 0x40000000, 17
call('io_uring_setup', (425, 425), 'EPERM', 1, room)
call('io_uring_enter', (426, 426), 'EPERM', 0, 0, 0, 0, 0, 0)
call('io_uring_register', (427, 427), 'EPERM', 0, 0, 0, 0)
call('ptrace', (101, 117), 'EPERM', 0, 0, 0, 0)
call('process_vm_readv', (310, 270), 'EPERM', os.getpid(), 0, 0, 0, 0, 0)
call('process_vm_writev', (311, 271), 'EPERM', os.getpid(), 0, 0, 0, 0, 0)
call('pidfd_getfd', (438, 438), 'EPERM', 0, 0, 0)
call('kcmp', (312, 272), 'EPERM', os.getpid(), os.getpid(), 0, 0, 0)
call('bpf', (321, 280), 'EPERM', 0, room, 0)
call('perf_event_open', (298, 241), 'EPERM', room, 0, 0, 0, 0)
call('userfaultfd', (323, 282), 'EPERM', 0)
call('kexec_load', (246, 104), 'EPERM', 0, 0, 0, 0)
call('init_module', (175, 105), 'EPERM', room, 0, room)
call('keyctl', (250, 219), 'EPERM', 0, 0xfffffffd, 0)
call('add_key', (248, 217), 'EPERM', room, room, room, 0, 0)
call('request_key', (249, 218), 'EPERM', room, room, room, 0)
call('unshare nothing', (272, 97), 'EPERM', 0)
call('unshare user', (272, 97), 'EPERM', NEWUSER)
call('setns', (308, 268), 'EPERM', 0, 0)
for flags in (NEWUSER, NEWNS, NEWNET, NEWUSER | NEWNS | SIGCHLD):
    call('clone', (56, 220), 'EPERM', flags, 0, 0, 0, 0)
call('clone3', (435, 435), 'ENOSYS', room, 88)
call('mount', (165, 40), 'EPERM', room, room, room, 0, 0)
call('umount2', (166, 39), 'EPERM', room, 0)
call('pivot_root', (155, 41), 'EPERM', room, room)
call('chroot', (161, 51), 'EPERM', room)
call('open_tree', (428, 428), 'EPERM', 0, room, 0)
call('move_mount', (429, 429), 'EPERM', 0, room, 0, room, 0)
call('fsopen', (430, 430), 'EPERM', room, 0)
call('mount_setattr', (442, 442), 'EPERM', 0, room, 0, room, 0)
call('open_by_handle_at', (304, 265), 'EPERM', 0, room, 0)
call('fanotify_init', (300, 262), 'EPERM', 0, 0)
call('personality', (135, 92), 'EPERM', 0x40000)
call('TIOCSTI', (16, 29), 'EPERM', 0, 0x5412, room)
call('TIOCLINUX', (16, 29), 'EPERM', 0, 0x541c, room)
call('TIOCSTI with other bits', (16, 29), 'EPERM', 0, 0x1_0000_5412, room)
call('connect', (42, 203), 'EPERM', 0, room, 0)
call('socket', (41, 198), 'EAFNOSUPPORT', 40, 1, 0)
call('a call that is not known', (1000, 1000), 'ENOSYS')
if place == 0:
    call('socket by the x32 interface', (0x40000029, 0), 'ENOSYS', 2, 1, 0)
    call('ptrace by the x32 interface', (0x40000209, 0), 'ENOSYS', 0, 0, 0, 0)
# And what must go on working.
call('personality, asked', (135, 92), 'done', 0xffffffff)
call('getpid', (39, 172), 'done')
"#;

#[test]
fn what_goes_around_the_other_walls_is_refused_by_an_error() {
    printed(&limits(), &format!("{CALL}{REFUSED}print('end')"), |out, report| {
        if report.isolation.network {
            assert_eq!(out, "end");
        }
    });
}

#[cfg(target_arch = "x86_64")]
#[test]
fn calls_by_another_architectures_numbers_are_refused() {
    // mov eax, 20 (getpid of i386); int 0x80; ret. A kernel without that interface ends the child by a signal.
    let program = "import ctypes, mmap, os\n\
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)\n\
        page.write(b'\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3')\n\
        call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))\n\
        pid = os.fork()\n\
        if pid == 0: os._exit(1 if call() == os.getpid() else 0)\n\
        print('answered' if os.waitpid(pid, 0)[1] == 256 else 'refused')";
    printed(&limits(), program, |out, report| {
        if report.isolation.network {
            assert_eq!(out, "refused");
        }
    });
}

#[test]
fn ordinary_programs_do_not_notice() {
    let program = "import concurrent.futures, os, shutil, subprocess, tempfile, threading, time\n\
        print(subprocess.run(['/bin/sh', '-c', 'echo a | cat'], capture_output=True, text=True, check=True).stdout.strip())\n\
        with concurrent.futures.ThreadPoolExecutor(2) as pool: print(sum(pool.map(abs, [-1, 2])))\n\
        with tempfile.NamedTemporaryFile(dir='.') as file: shutil.copy2(file.name, 'copy'); os.chmod('copy', 0o600)\n\
        reader, writer = os.pipe(); os.write(writer, b'x'); print(os.read(reader, 1).decode())\n\
        os.utime('copy'); os.rename('copy', 'moved'); os.remove('moved'); print(time.clock_gettime(0) > 0)";
    printed(&limits(), program, |out, _| assert_eq!(out, "a\n3\nx\nTrue"));
    // Semaphores take a folder for shared memory, which Landlock's programs do not have.
    let program = "import multiprocessing\nmultiprocessing.set_start_method('fork')\n\
        from concurrent.futures import ProcessPoolExecutor\n\
        with ProcessPoolExecutor(2) as pool: print(sum(pool.map(abs, [-1, 2])))";
    everywhere(&limits(), program, |_, report| {
        if report.isolation.processes {
            assert_eq!(report.stdout, "3\n", "{report:?}");
        }
    });
}
