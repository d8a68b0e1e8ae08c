"""Supervises one program: shuts it in, starts it, waits, and leaves nothing of it behind.

Standard input is a socket to the server. The server sends the job through it, and this program sends reports back, one
per line:

    isolated NETWORK FILES PROCESSES   what the program is kept from (each 0 or 1); sent just before it starts
    ended STATUS CPU                   its wait status, and its processor time in milliseconds
    refused ERRNO WHAT                 the system does not allow this mode; nothing has been run
    failed WHAT                        something else stands in the way; nothing has been run

The server ends a program by shutting down its side of the socket, which also happens when the server dies. No file
descriptor of the supervisor, including this socket, stays open past the `exec` of the program. The view of the file
system is in `walls.py` and the removal of leftovers in `cleaning.py`; both are part of the same text. The modes, from
the most to the least isolated:

    root       new namespaces, made with the rights of root
    user       new namespaces, inside a new user namespace
    landlock   limits only, plus Landlock's rules for files, signals and TCP
    limits     limits only
    clean      runs nothing: removes what another supervisor has left behind

In each mode the program gets the job's system call filters, if any. A mode that cannot be set up completely is refused.

With namespaces there are three processes: this supervisor, the first process of the new process namespace (`init`; when it
ends, the kernel ends the rest of that namespace), and the program. Otherwise there are two.
"""

import _signal
import errno
import os
import resource
import select
import sys

LINUX = sys.platform.startswith("linux")
if LINUX:
    import ctypes

    LIBC = ctypes.CDLL(None, use_errno=True)

# From <sched.h>, <sys/mount.h>, <sys/prctl.h>, <linux/landlock.h>; the same on every architecture.
NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
RDONLY, NOSUID, NODEV, NOEXEC, REMOUNT, BIND, REC, PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
NOATIME, NODIRATIME, RELATIME = 1024, 2048, 1 << 21
DETACH = 2
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 24, 36, 38
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
# The first version that guards files against truncation.
LANDLOCK_ENOUGH = 3
KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219, "loongarch64": 219, "ppc64le": 271, "s390x": 280}
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41, "loongarch64": 41, "ppc64le": 203, "s390x": 217}

# The program's user id inside a user namespace.
INSIDE = 1000
# Under root, each program runs as a user id that no account has: this number plus the supervisor's process id.
STRANGER = 0x70000000
NOBODY = 65534
# The paths under which a program can write.
WRITABLE = (b"/job/", b"/tmp/", b"/dev/shm/")
CHANNEL = 0


def tell(line):
    try:
        os.write(CHANNEL, line.replace("\n", " ").encode("utf-8", "replace") + b"\n")
    except OSError:
        pass


def receive():
    """Reads the job: entries of a name, a length and that many bytes. A name may occur more than once."""

    def exactly(size):
        parts = []
        while size:
            part = os.read(CHANNEL, min(size, 1 << 20))
            if not part:
                os._exit(0)
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    data, at, job = exactly(int(exactly(20))), 0, {}
    while at < len(data):
        end = data.index(b"\n", at)
        name, size = data[at:end].split()
        at = end + 1 + int(size)
        job.setdefault(name.decode(), []).append(data[end + 1:at])
    return job


def number(job, name):
    return int(job[name][0])


# System calls


def call(what, result):
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, what + ": " + os.strerror(code))
    return result


def prctl(option, value):
    call("prctl %d" % option, LIBC.prctl(option, ctypes.c_ulong(value), 0, 0, 0))


def unshare(flags):
    call("unshare", LIBC.unshare(flags))


def mount(source, target, kind, flags, data=None):
    call("mount " + os.fsdecode(target), LIBC.mount(source, target, kind, ctypes.c_ulong(flags), data))


def write(path, data):
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view):]
    finally:
        os.close(handle)


def become(uid):
    """Gives up root permanently."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def stranger():
    """Returns a user id that no account has, or the id of `nobody` in a container without such ids."""
    uid = STRANGER + os.getpid()
    try:
        with open("/proc/self/uid_map") as lines:
            for line in lines:
                first, _, count = map(int, line.split())
                if first <= uid < first + count:
                    return uid
    except OSError:
        pass
    return NOBODY


def drop_rights(uid):
    """Gives up every capability permanently, and becomes `uid` unless that is None."""
    for capability in range(64):
        if LIBC.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0) == -1:
            break
    if uid is not None:
        become(uid)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    call("capset", LIBC.capset(header, (ctypes.c_uint32 * 6)()))


# The program


def limit(which, value, more=0):
    """Sets a resource limit; no limit can be raised above the one that is already set."""
    _, top = resource.getrlimit(which)
    soft, hard = value, value + more
    if top != resource.RLIM_INFINITY:
        soft, hard = min(soft, top), min(hard, top)
    resource.setrlimit(which, (soft, hard))


def leave_keyring():
    """Joins an empty keyring instead of the session's, whose secrets from a login all child processes could read."""
    if not LINUX or os.uname().machine not in KEYCTL:
        return
    # The operation is "join"; it joins a new keyring without a name.
    if LIBC.syscall(KEYCTL[os.uname().machine], ctypes.c_long(1), None) == -1:
        code = ctypes.get_errno()
        # Where there are no keys, or a container forbids access to them, the program cannot reach any either.
        if code not in (errno.ENOSYS, errno.EPERM, errno.EACCES):
            raise OSError(code, "keyctl: " + os.strerror(code))


class Filter(ctypes.Structure if LINUX else object):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)] if LINUX else []


def refuse_calls(filters):
    """Has the kernel refuse this process the system calls that the filters name."""
    for instructions in filters:
        buffer = ctypes.create_string_buffer(instructions, len(instructions))
        filter = Filter(len(instructions) // 8, ctypes.addressof(buffer))
        if LIBC.prctl(PR_SET_SECCOMP, ctypes.c_ulong(2), ctypes.byref(filter), 0, 0) == -1:
            code = ctypes.get_errno()
            raise Refused(code, "system calls cannot be filtered: " + os.strerror(code))


class Refused(OSError):
    """The system does not allow what this mode requires."""


def start(job, folder, program, processes):
    """Becomes the program."""
    os.setsid()
    leave_keyring()
    for name in ("SIGPIPE", "SIGXFSZ", "SIGINT", "SIGCHLD"):
        _signal.signal(getattr(_signal, name), _signal.SIG_DFL)
    os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
    os.chdir(folder)
    os.nice(5)
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_NOFILE, 256)
    limit(resource.RLIMIT_FSIZE, number(job, "file_size"))
    # The first limit sends a signal, which can be ignored; the second one ends the process.
    limit(resource.RLIMIT_CPU, number(job, "cpu"), 1)
    limit(resource.RLIMIT_NPROC, processes)
    try:
        limit(resource.RLIMIT_AS, number(job, "memory"))
    except (ValueError, OSError):
        # macOS knows this limit by name only.
        if LINUX:
            raise
    environment = {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": folder,
        "TMPDIR": folder,
        "PYTHONSAFEPATH": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
    }
    python = os.fsdecode(job["python"][0])
    flags = [os.fsdecode(flag) for flag in job.get("flag", [b"-s"])]
    refuse_calls(job.get("filter", []))
    os.execve(python, [python, *flags, program], environment)


def die_first():
    """Makes this process the first that the kernel ends when the machine runs out of memory."""
    if not LINUX:
        return
    prctl(PR_SET_DUMPABLE, 1)
    try:
        write("/proc/self/oom_score_adj", b"1000")
    except OSError:
        pass


def spawn(*arguments, before=None):
    """Starts the program and returns its process id. Reports an error if the program cannot be started."""
    ready, done = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            die_first()
            if before:
                before()
            start(*arguments)
        except Refused as error:
            os.write(done, b"refused %d " % (error.errno or 0) + error.strerror.encode("utf-8", "replace"))
        except BaseException as error:
            os.write(done, b"failed 0 " + str(error).encode("utf-8", "replace")[:4000])
        os._exit(127)
    os.close(done)
    trouble = os.read(ready, 4096).decode("utf-8", "replace")
    os.close(ready)
    if trouble:
        word, code, reason = trouble.split(" ", 2)
        os.waitpid(pid, 0)
        if word == "refused":
            raise Refused(int(code), reason)
        raise RuntimeError("the program cannot be started: " + reason)
    # The output must end with the program, not with the supervisor.
    null = os.open("/dev/null", os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    return pid


def report(status, usage):
    tell("ended %d %d" % (status, (usage.ru_utime + usage.ru_stime) * 1000))


def threads_of(uid):
    """Counts a user's threads on the whole machine: kernels without a count per namespace count them all."""
    total = 0
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and os.stat("/proc/" + name).st_uid == uid:
                total += len(os.listdir("/proc/%s/task" % name))
        except OSError:
            pass
    return total


# With namespaces


def init(job, uid, others, drop):
    """Runs as the first process of the new process namespace."""
    prctl(PR_SET_PDEATHSIG, _signal.SIGKILL)
    unshare(NEWNS | NEWNET | NEWIPC | NEWUTS)
    LIBC.sethostname(b"sandbox", 7)
    show_files(job, uid)
    for pair in job.get("file", []):
        name, data = pair.split(b"\0", 1)
        write(b"/job/" + name, data)
        os.chown(b"/job/" + name, uid, uid)
    drop_rights(uid if drop else None)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    prctl(PR_SET_DUMPABLE, 0)
    # The change of user has cleared this setting.
    prctl(PR_SET_PDEATHSIG, _signal.SIGKILL)
    tell("isolated %d 1 1" % ("filter" in job))
    program = spawn(job, "/job", "/program/program.py", number(job, "processes") + others)
    while True:
        pid, status, usage = os.wait4(-1, 0)
        if pid == program:
            report(status, usage)
            return


def with_namespaces(job, mode):
    counted = tuple(int("0" + part) for part in os.uname().release.split("-")[0].split(".")[:2]) >= (5, 14)
    drop = mode == "root"
    if drop:
        uid, others = stranger(), 1
        if uid == NOBODY:
            others += threads_of(uid)
        unshare(NEWPID)
    else:
        if os.geteuid() == 0:
            become(stranger())
            prctl(PR_SET_DUMPABLE, 1)
        outside, group = os.geteuid(), os.getegid()
        others = 2 if counted else 2 + threads_of(outside)
        unshare(NEWUSER | NEWPID)
        write("/proc/self/setgroups", b"deny")
        write("/proc/self/uid_map", b"%d %d 1" % (INSIDE, outside))
        write("/proc/self/gid_map", b"%d %d 1" % (INSIDE, group))
        uid = INSIDE
    child = os.fork()
    if child == 0:
        carefully(lambda: init(job, uid, others, drop), True)
        os._exit(0)
    prctl(PR_SET_DUMPABLE, 0)

    def end():
        os.kill(child, _signal.SIGKILL)

    wait(child, end, lambda status, usage: os.WIFSIGNALED(status) and report(status, usage))


# Without namespaces


def without_namespaces(job, mode):
    if mode == "landlock":
        landlock_version()
    place = os.fsdecode(job["folder"][0])
    work, program = place + "/job", place + "/program/program.py"
    os.mkdir(work, 0o700)
    os.mkdir(place + "/program", 0o755)
    write(program, job["program"][0])
    for pair in job.get("file", []):
        name, data = pair.split(b"\0", 1)
        write(os.fsencode(work) + b"/" + name, data)
    root = os.geteuid() == 0
    uid = stranger() if root and LINUX else NOBODY if root else os.geteuid()
    if root:
        os.chmod(place, 0o711)
        for path, _, names in os.walk(work):
            for name in [path] + [os.path.join(path, name) for name in names]:
                os.chown(name, uid, uid)
    others = 0
    if LINUX:
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        if not root or uid == NOBODY:
            others = threads_of(uid)
        prctl(PR_SET_DUMPABLE, 0)
    else:
        others = 1 << 10

    def shut_in():
        if LINUX:
            prctl(PR_SET_NO_NEW_PRIVS, 1)
        if root:
            become(uid)
            if not os.access(job["python"][0], os.X_OK):
                raise RuntimeError(
                    "without namespaces a program of root's is run by a user without rights, and such a user cannot run "
                    + os.fsdecode(job["python"][0])
                )
        if LINUX:
            prctl(PR_SET_PDEATHSIG, _signal.SIGKILL)
        if mode == "landlock":
            try:
                landlock(job, work, program)
            except OSError as error:
                raise Refused(error.errno or 0, error.strerror)

    # Landlock does not guard the attributes of the user's own files; the filter does.
    filtered = "filter" in job
    tell("isolated %d %d 0" % (filtered, mode == "landlock" and (root or filtered)))
    try:
        child = spawn(job, work, program, number(job, "processes") + others, before=shut_in)
    except BaseException:
        clean(place)
        raise

    def end():
        try:
            os.kill(child, _signal.SIGKILL)
        except OSError:
            pass

    wait(child, end, report)
    end_all(child, uid if root and uid != NOBODY else None)
    # Cleaned up here rather than in the server, which may have ended.
    clean(place)


# The supervisor


def wait(child, end, ended):
    """Waits for the end of the child, which comes early if the server asks for it. Reaps other children meanwhile."""
    poll = select.poll()
    poll.register(CHANNEL, select.POLLIN | select.POLLHUP)
    poll.register(WAKE, select.POLLIN)
    while True:
        try:
            while True:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
                if pid == child:
                    ended(status, usage)
                    return
                if pid == 0:
                    break
        except ChildProcessError:
            return
        for descriptor, _ in poll.poll():
            if descriptor == WAKE:
                os.read(WAKE, 4096)
            else:
                poll.unregister(CHANNEL)
                end()


def carefully(action, may_refuse):
    """Reports errors: a refusal if the system denied something and there are other modes to try."""
    try:
        action()
    except OSError as error:
        word = "refused %d " % (error.errno or 0) if may_refuse else "failed "
        tell(word + (error.strerror or str(error)) + (": " + os.fsdecode(error.filename) if error.filename else ""))
    except RuntimeError as error:
        tell("failed %s" % error)
    except BaseException as error:
        tell("failed %s: %s" % (type(error).__name__, error))


def main():
    global WAKE
    try:
        open_ones = [int(name) for name in os.listdir("/proc/self/fd" if LINUX else "/dev/fd")]
    except OSError:
        open_ones = range(3, 4096)
    for descriptor in open_ones:
        if descriptor > 2:
            try:
                os.close(descriptor)
            except OSError:
                pass
    os.umask(0o022)
    # A server that was started with signals blocked hands that on; the end of a child would never be noticed.
    _signal.pthread_sigmask(_signal.SIG_SETMASK, ())
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    WAKE, wake = os.pipe()
    os.set_blocking(WAKE, False)
    os.set_blocking(wake, False)
    _signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    _signal.signal(_signal.SIGCHLD, lambda *_: None)
    job = receive()
    mode = job["mode"][0].decode()
    way = with_namespaces if mode in ("root", "user") else without_namespaces
    if mode == "clean":
        carefully(lambda: clean(os.fsdecode(job["folder"][0])), False)
    else:
        carefully(lambda: way(job, mode), True)
