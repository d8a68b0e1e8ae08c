

# The view of the file system


def bind(source, target, flags):
    """Mounts `source` at `target`."""
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT))
    mount(source, target, None, BIND | REC)
    lock(target, flags)


def lock(target, flags):
    """Adds `flags` to a mount. The existing flags must be kept, or the kernel refuses."""
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
    """Moves this process into a file system that holds Python, a few devices and an empty folder to work in."""
    if os.uname().machine not in PIVOT_ROOT:
        raise OSError(errno.ENOSYS, "pivot_root: not known for " + os.uname().machine)
    program = job["program"][0]
    mount(None, b"/", None, PRIVATE | REC)
    # Any existing folder will do; nothing is written to it.
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

    # The interpreter may live in a folder that is replaced for the program, such as one that mktemp created.
    later = [path for path in job["bind"] if path.startswith(WRITABLE)]
    show(path for path in job["bind"] if path not in later)
    for name in (b"null", b"zero", b"full", b"random", b"urandom"):
        bind(b"/old/dev/" + name, b"/new/dev/" + name, NOSUID)
    for path, target in ((b"fd", b"/proc/self/fd"), (b"stdout", b"fd/1"), (b"stderr", b"fd/2"), (b"stdin", b"fd/0")):
        os.symlink(target, b"/new/dev/" + path)

    # Everything that can be written is one file system, so that one limit holds for all of it.
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
        # Containers that hide parts of /proc prevent mounting a whole one. Python can do without.
        pass
    os.makedirs("/new/etc", exist_ok=True)
    write("/new/etc/passwd", b"user:x:%d:%d::/job:/bin/sh\n" % (uid, uid))
    write("/new/etc/group", b"user:x:%d:\n" % uid)
    os.mkdir("/new/program")
    write("/new/program/program.py", program)
    # With the root changed once more, the kernel does not let the program create user namespaces, which would restore
    # its rights.
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
    """Keeps this process from other files, from others' processes and abstract sockets, and from TCP."""
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
            # Files do not have the rights of folders; those that remain: execute, write, read, truncate.
            access &= 0b111 | (1 << 14 if version > 2 else 0)
        # The structure is packed: eight bytes of rights, four for the descriptor.
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
