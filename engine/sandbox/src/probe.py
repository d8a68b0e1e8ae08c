"""Prints what a program of this interpreter needs to see of the file system, one fact a line, paths in hexadecimal.

Runs twice for every interpreter. The first run is outside of any sandbox, with `-I -S`: only the interpreter and its
own library are executed, and what packages add to the path is read. The second run is inside the sandbox, with the
paths from the first and with `-I`: there `site` executes the packages' code.
"""

import os
import site
import sys
import sysconfig

# Folders from which an interpreter and its compiled modules may load, besides its own prefix.
SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store"]
SYSTEM += ["/etc/alternatives", "/etc/localtime"]


def roots():
    """Returns the folders that Python itself lives in."""
    home = users_home()
    environments = environment()
    for prefix in {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, *environments}:
        real = os.path.realpath(prefix)
        if real == "/usr":
            continue
        if inside(home, real):
            # A prefix that contains the user's home is not shown whole.
            for name in ("bin", "lib", "lib64", "pyvenv.cfg"):
                yield os.path.join(prefix, name)
        else:
            yield prefix
    yield from sysconfig.get_paths().values()
    yield from packages()
    for folder in packages():
        yield from added(folder)
    yield from (entry for entry in sys.path if os.path.isabs(entry))
    yield from loaded()


def users_home():
    """Returns the user's home, which comes from a file, because the sandbox does not know the user."""
    try:
        with open("users-home", "rb") as file:
            return os.path.realpath(os.fsdecode(file.read()))
    except OSError:
        return os.path.realpath(os.path.expanduser("~"))


def environment():
    """Returns the virtual environment, which most versions find only with `site`."""
    folder = os.path.dirname(sys.executable)
    return [place for place in (folder, os.path.dirname(folder)) if os.path.exists(os.path.join(place, "pyvenv.cfg"))]


def packages():
    """Returns the folders that packages are installed into."""
    return site.getsitepackages(dict.fromkeys([sys.prefix, sys.exec_prefix, *environment()]))


def added(folder):
    """Returns the folders that a folder's packages add to the path. Lines of code among them are not executed here."""
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".pth"))
    except OSError:
        return
    for name in names:
        try:
            with open(os.path.join(folder, name), encoding="utf-8", errors="surrogateescape") as lines:
                for line in lines:
                    line = line.strip()
                    if line and not line.startswith(("#", "import ", "import\t")):
                        yield os.path.join(folder, line)
        except (OSError, ValueError):
            pass


def loaded():
    """Returns the folders of the shared libraries in use, after loading those that most programs use."""
    for name in ("ctypes", "ssl", "sqlite3", "lzma", "decimal"):
        try:
            __import__(name)
        except Exception:
            pass
    try:
        with open("/proc/self/maps") as maps:
            for line in maps:
                path = line.rstrip("\n").partition("/")
                if path[1] and ".so" in path[2]:
                    yield os.path.dirname("/" + path[2])
    except OSError:
        pass


def linker():
    """Returns the files that the dynamic linker reads."""
    try:
        return [os.path.join("/etc", name) for name in os.listdir("/etc") if name.startswith(("ld.so", "ld-"))]
    except OSError:
        return []


def inside(path, folder):
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def main():
    links, binds = {}, {}

    def show(path):
        path = os.path.normpath(path)
        if path == "/" or not os.path.exists(path):
            return
        # Symbolic links on the way are created again; their target is shown.
        here = "/"
        parts = path.strip("/").split("/")
        for place, part in enumerate(parts):
            here = os.path.join(here, part)
            if os.path.islink(here):
                links[here] = os.readlink(here)
                show(os.path.join(os.path.dirname(here), links[here], *parts[place + 1:]))
                return
        binds[path] = True

    for path in SYSTEM:
        show(path)
    for path in linker():
        show(path)
    for path in roots():
        show(path)

    # The interpreter may be reached through any number of links.
    step = sys.executable
    for _ in range(40):
        if not os.path.islink(step):
            break
        folder = os.path.dirname(step)
        show(folder if inside(os.path.realpath(folder), os.path.realpath(sys.prefix)) else step)
        links.setdefault(step, os.readlink(step))
        step = os.path.join(folder, os.readlink(step))
    show(step)

    folders = [p for p in sorted(binds) if not any(q != p and inside(p, q) for q in binds)]
    out = ["version " + ".".join(map(str, sys.version_info[:2])), "python " + sys.executable.encode("utf-8", "surrogateescape").hex()]
    for path in folders:
        out.append("bind " + os.fsencode(path).hex())
    for path, target in sorted(links.items()):
        folder = os.path.dirname(path)
        if folder == os.path.realpath(folder) and not any(inside(path, shown) for shown in folders):
            out.append("link " + os.fsencode(path).hex() + " " + os.fsencode(target).hex())
    for folder in packages():
        if os.path.isdir(folder):
            out.append("packages " + os.fsencode(folder).hex())
    print("\n".join(out))


main()
