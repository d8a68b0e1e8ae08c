

# What a program leaves behind, where there are no namespaces


def clean(place):
    """Removes a job's folder. Touches the program's files with no more rights than the program had."""
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
    """Runs `action` in a process with no more rights than the program had."""
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
    """Ends the processes that the program has left behind, wherever they are."""
    try:
        os.killpg(program, _signal.SIGKILL)
    except OSError:
        pass
    if uid is not None:
        # The program's own user id: one call reaches all of its processes, and none can fork in between.
        as_user(uid, lambda: os.kill(-1, _signal.SIGKILL))
    for _ in range(1000):
        left = descendants() if LINUX else []
        for pid in left:
            try:
                # Processes that can no longer fork become fewer with every round.
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
    """Empties a folder of any depth: step by step down and up again, so that no path gets too long."""

    def folders():
        found = []
        for name in os.listdir("."):
            if os.path.isdir(name) and not os.path.islink(name):
                found.append(name)
            else:
                attempt(os.unlink, name)
        return found

    def enter(folder):
        # The program may have removed its own rights, including those to the topmost folder. A link that it puts in a
        # folder's place is not followed.
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
    """Returns whether the action succeeded. What cannot be removed stays, and the rest is still removed."""
    try:
        action(*arguments)
    except OSError:
        return False
    return True
