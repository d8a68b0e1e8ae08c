"""Supervises one program: shuts it in, starts it, waits, and leaves nothing of it behind.

Standard input is a socket to the server. The job comes in by it, and reports go back, a line each:

    isolated NETWORK FILES PROCESSES   what the program is kept from (each 0 or 1); it is about to start
    ended STATUS CPU                   its wait status, and its processor time in milliseconds
    refused ERRNO WHAT                 the system does not allow this mode; nothing has been run
    failed WHAT                        something else stands in the way; nothing has been run

The server ends a program by shutting its side of the socket down, which its death does as well. No file descriptor of the
supervisor, this socket included, outlives the `exec` of the program. The modes, from the most isolated to the least:

    root       new namespaces, made with the rights of root
    user       new namespaces, inside a new user namespace
    landlock   limits only, plus Landlock's rules for files, signals and TCP
    limits     limits only
    clean      runs nothing: removes what another supervisor has left

In each the program gets the job's filters of system calls, if there are any. A mode that cannot be had whole is refused.

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
# The first version that guards files from being cut off.
LANDLOCK_ENOUGH = 3
KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219, "loongarch64": 219, "ppc64le": 271, "s390x": 280}
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41, "loongarch64": 41, "ppc64le": 203, "s390x": 217}

# Who the program is inside a user namespace.
INSIDE = 1000
# Under root, each program is a user of its own, which no account has: the number is this plus the supervisor's process id.
STRANGER = 0x70000000
NOBODY = 65534
# Below these a program can write.
WRITABLE = (b"/job/", b"/tmp/", b"/dev/shm/")
CHANNEL = 0


def tell(line):
    try:
        os.write(CHANNEL, line.replace("\n", " ").encode("utf-8", "replace") + b"\n")
    except OSError:
        pass


def receive():
    """The job: entries of a name, a length and that many bytes. Names may occur again."""

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
    """Gives up root for good."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def stranger():
    """A user id that nobody else has, or nobody's where a container has no such ids."""
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
    """Gives up every capability for good, and becomes `uid` unless that is None."""
    for capability in range(64):
        if LIBC.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0) == -1:
            break
    if uid is not None:
        become(uid)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    call("capset", LIBC.capset(header, (ctypes.c_uint32 * 6)()))


# The view of the file system


def bind(source, target, flags):
    """Shows `source` at `target`."""
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT))
    mount(source, target, None, BIND | REC)
    lock(target, flags)


def lock(target, flags):
    """Adds `flags` to a mount. Those it has must be kept, or the kernel refuses."""
    have = os.statvfs(target).f_flag
    keep = have & (RDONLY | NOSUID | NODEV | NOEXEC | NOATIME | NODIRATIME)
    if have & 4096:
        keep |= RELATIME
    mount(None, target, None, REMOUNT | BIND | keep | flags)


def mounts_below(folder):
    with open("/old/proc/self/mountinfo", "rb") as lines:
        points = [line.split()[4] for line in lines]
    for escape, byte in ((b"\\040", b" "), (b"\\011", b"\t"), (b"\\012", b"\n"), (b"\\134", b"\\")):
        points = [point.replace(escape, byte) for point in points]
    return [point for point in points if point.startswith(folder + b"/")]


def show_files(job, uid):
    """Puts this process into a file system that holds Python, a few devices and an empty folder to work in."""
    if os.uname().machine not in PIVOT_ROOT:
        raise OSError(errno.ENOSYS, "pivot_root: not known for " + os.uname().machine)
    program = job["program"][0]
    mount(None, b"/", None, PRIVATE | REC)
    # Whatever folder is there; nothing is written to it.
    base = next(path for path in (b"/tmp", b"/var", b"/usr") if os.path.isdir(path))
    mount(b"tmpfs", base, b"tmpfs", NOSUID | NODEV, b"mode=755,size=%d" % (len(program) + (8 << 20)))
    os.mkdir(base + b"/old")
    call("pivot_root", LIBC.syscall(PIVOT_ROOT[os.uname().machine], base, base + b"/old"))
    os.chdir("/")

    def show(paths):
        for path in paths:
            if os.path.exists(b"/old" + path):
                bind(b"/old" + path, b"/new" + path, RDONLY | NOSUID | NODEV)
                for point in mounts_below(b"/new" + path):
                    lock(point, RDONLY | NOSUID | NODEV)

    # An interpreter may live in a folder that the program gets anew, such as one that was made by mktemp.
    later = [path for path in job["bind"] if path.startswith(WRITABLE)]
    show(path for path in job["bind"] if path not in later)
    for name in (b"null", b"zero", b"full", b"random", b"urandom"):
        bind(b"/old/dev/" + name, b"/new/dev/" + name, NOSUID)
    for path, target in ((b"fd", b"/proc/self/fd"), (b"stdout", b"fd/1"), (b"stderr", b"fd/2"), (b"stdin", b"fd/0")):
        os.symlink(target, b"/new/dev/" + path)

    # One file system for everything that can be written, so that one limit holds for all of it.
    os.mkdir("/scratch")
    options = b"mode=755,size=%d,nr_inodes=%d" % (number(job, "disk"), number(job, "files"))
    mount(b"tmpfs", b"/scratch", b"tmpfs", NOSUID | NODEV | NOEXEC, options)
    for name, target in ((b"job", b"/new/job"), (b"tmp", b"/new/tmp"), (b"shm", b"/new/dev/shm")):
        os.mkdir(b"/scratch/" + name, 0o700)
        os.chown(b"/scratch/" + name, uid, uid)
        bind(b"/scratch/" + name, target, 0)
    show(later)
    for pair in job.get("link", []):
        path, target = pair.split(b"\0")
        os.makedirs(os.path.dirname(b"/new" + path), exist_ok=True)
        if not os.path.lexists(b"/new" + path):
            os.symlink(target, b"/new" + path)

    os.mkdir("/new/proc")
    try:
        mount(b"proc", b"/new/proc", b"proc", NOSUID | NODEV | NOEXEC)
    except OSError:
        # Containers that hide parts of /proc keep us from mounting a whole one. Python can do without.
        pass
    os.makedirs("/new/etc", exist_ok=True)
    write("/new/etc/passwd", b"user:x:%d:%d::/job:/bin/sh\n" % (uid, uid))
    write("/new/etc/group", b"user:x:%d:\n" % uid)
    os.mkdir("/new/program")
    write("/new/program/program.py", program)
    # With the root changed once more, the kernel lets the program make no user namespaces, which would give it rights again.
    call("umount", LIBC.umount2(b"/old", DETACH))
    lock(b"/", RDONLY | NOSUID | NODEV)
    os.chroot("/new")
    os.chdir("/job")


# Landlock, for systems without namespaces


def landlock_version():
    version = LIBC.syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        raise OSError(errno.ENOSYS, "this kernel has no Landlock, or it is switched off")
    if version < LANDLOCK_ENOUGH:
        raise OSError(errno.ENOSYS, "this kernel's Landlock is version %d, and %d is needed" % (version, LANDLOCK_ENOUGH))
    return version


def landlock(job, work, program):
    """Keeps this process from opening other files, from others' processes and abstract sockets, and from TCP."""
    version = landlock_version()
    read, everything = 0b1101, (1 << (13 + (version > 1) + (version > 2) + (version > 4))) - 1
    network, scopes = (3 if version >= 4 else 0), (3 if version >= 6 else 0)
    rules = (ctypes.c_uint64 * 3)(everything, network, scopes)
    size = 24 if scopes else 16 if network else 8
    ruleset = call("landlock", LIBC.syscall(LANDLOCK_CREATE, rules, ctypes.c_size_t(size), 0))

    def allow(path, access):
        try:
            handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return
        if not os.path.isdir(path):
            # What is said of folders cannot be said of files: execute, write, read, truncate.
            access &= 0b111 | (1 << 14 if version > 2 else 0)
        # The structure is packed: eight bytes of rights, four of the descriptor.
        rule = (ctypes.c_uint32 * 3)(access, access >> 32, handle)
        call("landlock", LIBC.syscall(LANDLOCK_ADD, ruleset, 1, rule, 0))
        os.close(handle)

    for path in job["bind"]:
        allow(path, read)
    allow(program, read)
    allow(work, everything)
    for name in ("null", "zero", "full", "random", "urandom"):
        allow("/dev/" + name, 0b110)
    call("landlock", LIBC.syscall(LANDLOCK_RESTRICT, ruleset, 0))
    os.close(ruleset)


# The program


def limit(which, value, more=0):
    """Nobody can raise a limit above the one that is there already."""
    _, top = resource.getrlimit(which)
    soft, hard = value, value + more
    if top != resource.RLIM_INFINITY:
        soft, hard = min(soft, top), min(hard, top)
    resource.setrlimit(which, (soft, hard))


def leave_keyring():
    """Takes an empty keyring in place of the session's, which a login may have put secrets into and all its children have."""
    if not LINUX or os.uname().machine not in KEYCTL:
        return
    # The operation is to join, and what is joined is a new keyring without a name.
    if LIBC.syscall(KEYCTL[os.uname().machine], ctypes.c_long(1), None) == -1:
        code = ctypes.get_errno()
        # Where there are no keys, or a container forbids to ask for them, the program gets at none either.
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
    """The system does not allow what this mode takes."""


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
    """When the machine runs out of memory, this process is what the kernel should end first."""
    if not LINUX:
        return
    prctl(PR_SET_DUMPABLE, 1)
    try:
        write("/proc/self/oom_score_adj", b"1000")
    except OSError:
        pass


def spawn(*arguments, before=None):
    """Starts the program and returns its process id. That it could not be started is reported here."""
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
    # Its output ends with the program, not with the supervisor.
    null = os.open("/dev/null", os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    return pid


def report(status, usage):
    tell("ended %d %d" % (status, (usage.ru_utime + usage.ru_stime) * 1000))


def threads_of(uid):
    """How many threads a user has, anywhere: on kernels without a count for each namespace they all count."""
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
    """The first process of the new process namespace."""
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
    # A change of user has cleared it.
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

    # Landlock leaves the attributes of a user's own files alone; the filter does not.
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
    # Here rather than in the server, which may be gone.
    clean(place)


def clean(place):
    """Removes a job's folder. What the program has made is touched with no more rights than it had."""
    work, program = place + "/job", place + "/program"
    if os.geteuid() == 0:
        if os.path.exists(work):
            owner = os.lstat(work).st_uid
            as_user(owner, lambda: clear(work))
        attempt(os.unlink, program + "/program.py")
        for folder in (program, work):
            attempt(os.rmdir, folder)
    else:
        as_user(None, lambda: clear(place))
    os.rmdir(place)


def as_user(uid, action):
    """Does it in a process with no more rights than the program had."""
    pid = os.fork()
    if pid == 0:
        try:
            if uid is not None:
                become(uid)
            action()
        except BaseException:
            pass
        os._exit(0)
    os.waitpid(pid, 0)


def end_all(program, uid):
    """Ends what the program has left behind, wherever it has gone."""
    try:
        os.killpg(program, _signal.SIGKILL)
    except OSError:
        pass
    if uid is not None:
        # A user of its own: one call reaches all of its processes, and none can fork in between.
        as_user(uid, lambda: os.kill(-1, _signal.SIGKILL))
    for _ in range(1000):
        left = descendants() if LINUX else []
        for pid in left:
            try:
                # Those that cannot fork any more get fewer with every round.
                resource.prlimit(pid, resource.RLIMIT_NPROC, (0, 0))
            except (OSError, ValueError):
                pass
            try:
                os.kill(pid, _signal.SIGKILL)
            except OSError:
                pass
        try:
            while os.waitpid(-1, 0 if left else os.WNOHANG)[0]:
                if left:
                    break
        except ChildProcessError:
            return
        if not left and not LINUX:
            return


def descendants():
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/" + name + "/stat", "rb") as stat:
                    fields = stat.read().rpartition(b")")[2].split()
            except OSError:
                continue
            if fields[0] != b"Z":
                parents[int(name)] = int(fields[1])
    found, layer = [], {os.getpid()}
    while layer:
        layer = {pid for pid, parent in parents.items() if parent in layer}
        found += layer
    return found


def clear(top):
    """Empties a folder, however deep it is: step by step down and up again, so that no path gets too long."""

    def folders():
        found = []
        for name in os.listdir("."):
            if os.path.isdir(name) and not os.path.islink(name):
                found.append(name)
            else:
                attempt(os.unlink, name)
        return found

    def enter(folder):
        # The program may have taken its own rights away, the topmost folder's included; and what it puts into a folder's
        # place is not followed.
        if os.path.islink(folder):
            return False
        attempt(os.chmod, folder, 0o700)
        return attempt(os.chdir, folder)

    path, left = [], []
    if enter(top):
        left.append(folders())
    while left:
        if left[-1]:
            name = left[-1].pop()
            if enter(name):
                path.append(name)
                left.append(folders())
        else:
            left.pop()
            if path:
                os.chdir("..")
                attempt(os.rmdir, path.pop())


def attempt(action, *arguments):
    """Whether it could be done. What cannot be removed is left, and the rest is not."""
    try:
        action(*arguments)
    except OSError:
        return False
    return True


# The supervisor


def wait(child, end, ended):
    """Waits for the child's end, which comes early when the server wants it to. Reaps whatever else ends meanwhile."""
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
    """Reports what goes wrong: a refusal if the system said no and there are other modes to try."""
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


main()
