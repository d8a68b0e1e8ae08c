

import io
import operator


# The depth of the stack at which the reference executes a program, including the calls of C code as far as this Python
# counts them. Recursion that is just too deep there must be too deep here as well.
DEPTH = 15 if sys.version_info[:2] == (3, 12) else 16
# The depth at which the test calls the program's function: below `check`.
CALLED = DEPTH + 3

# The functions that the reference disables, some of them to prevent harm. A program that needs one fails there.
TAKEN = {
    "builtins": "exit quit help",
    "os": "kill system putenv remove removedirs rmdir fchdir setuid fork forkpty killpg rename renames truncate replace unlink "
    "fchmod fchown chmod chown chroot lchflags lchmod lchown getcwd chdir",
    "shutil": "rmtree move chown",
    "subprocess": "Popen",
}
HIDDEN = "ipdb joblib resource psutil tkinter"
# The modules that the reference has imported by then and that use those functions when they are imported.
IMPORTED = "concurrent.futures multiprocessing numpy tempfile tqdm"


class Nowhere(io.StringIO):
    """The three streams that the reference gives programs: nothing can be read. What is written is not kept here."""

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError("string argument expected, got %r" % type(text).__name__)
        return len(text)

    def read(self, *args, **kwargs):
        raise OSError

    def readline(self, *args, **kwargs):
        raise OSError

    def readlines(self, *args, **kwargs):
        raise OSError

    def readable(self, *args, **kwargs):
        return False


def take_away(program):
    for module in IMPORTED.split():
        # Only if the program names the module, since importing it takes a while.
        if module in program:
            try:
                __import__(module)
            except ImportError:
                pass
    if "tempfile" in sys.modules:
        # It looks for its folder once, with functions that are disabled later.
        sys.modules["tempfile"].gettempdir()
    for module, names in TAKEN.items():
        for name in names.split():
            setattr(__import__(module), name, None)
    for module in HIDDEN.split():
        sys.modules[module] = None


def deeper(frames, action):
    return action() if frames <= 0 else deeper(frames - 1, action)


def depth():
    frame, frames = sys._getframe(1), 0
    while frame:
        frame, frames = frame.f_back, frames + 1
    return frames


def at_depth(wanted, action):
    """Calls `action` so that its frame is at that depth of the stack."""
    return deeper(wanted - depth() - 2, action)


def names(code):
    """Returns all names that the code, and the functions in it, may look up globally."""
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, type(code)):
            found |= names(constant)
    return found


# The operations that the judge may request on an object of the program's.
DONE = {
    "call": lambda function, *arguments: function(*arguments),
    "getattr": getattr,
    "iter": iter,
    "next": next,
    "len": len,
    "bool": bool,
    "str": str,
    "repr": repr,
    "int": int,
    "float": float,
    "complex": complex,
    "bytes": bytes,
    "hash": hash,
    "format": format,
    "round": round,
    "divmod": divmod,
    "reversed": reversed,
}
COMPARED = "eq ne lt le gt ge".split()
COMPUTED = "add sub mul truediv floordiv mod pow matmul and_ or_ xor lshift rshift".split()
DONE.update((name, getattr(operator, name)) for name in COMPARED + COMPUTED)
DONE.update((name, getattr(operator, name)) for name in "getitem setitem delitem contains neg pos invert abs index".split())


def play(player):
    """Runs the program, and performs on its objects what the judge requests."""
    job = player.receive()
    program, namespace = job["program"], {"__builtins__": BUILTINS}
    take_away(program)
    sys.stdin = sys.stdout = sys.stderr = Nowhere()
    player.start_clock(job["seconds"])

    def run():
        # An empty namespace, in which the program's name is that of the built-in functions.
        exec(compiled(program), namespace)

    # The frames between are this function's argument and `outcome`.
    _, error = at_depth(DEPTH - 2, lambda: player.outcome(run))
    player.send({} if error is None else {"raised": player.told(error)})
    asked = player.receive()["names"]
    player.send({"found": {name: player.encoded(namespace[name]) for name in asked if name in namespace}})
    # The frames between are this function's argument, `serve`, `outcome` and its argument.
    at_depth(CALLED - 4, lambda: serve(player))


def serve(player):
    receive, send, outcome, encoded, decoded = player.receive, player.send, player.outcome, player.encoded, player.decoded
    while True:
        request = receive()
        function, given = DONE[request["do"]], request["with"]
        arguments = [decoded(argument) for argument in given]
        if request["do"] == "call":
            function, *called = arguments
            value, error = outcome(lambda: function(*called))
        else:
            value, error = outcome(lambda: function(*arguments))
        reply = {"value": encoded(value)} if error is None else {"raised": player.told(error)}
        # Changes that the program makes to lists and other containers are copied to the judge's.
        reply["with"] = [encoded(argument) if isinstance(argument, (list, dict, set)) else None for argument in arguments]
        send(reply)


# The judge


class Remote:
    """An object of the program's, which performs there whatever is done to it here."""

    __slots__ = ("other", "number", "kind")

    def __init__(self, other, number, kind):
        object.__setattr__(self, "other", other)
        object.__setattr__(self, "number", number)
        object.__setattr__(self, "kind", kind)

    def __getattr__(self, name):
        return do(self.other, "getattr", self, name)

    def __call__(self, *arguments, **named):
        if named:
            raise TypeError("a test calls its function without names")
        return do(self.other, "call", self, *arguments)

    def __iter__(self):
        return do(self.other, "iter", self)

    def __hash__(self):
        return do(self.other, "hash", self)

    def __contains__(self, element):
        return bool(do(self.other, "contains", self, element))


def forwarding(name):
    return lambda self, *others: do(self.other, name, self, *others)


def forwarding_back(name):
    return lambda self, first: do(self.other, name, first, self)


for name in COMPARED + "len bool str repr int float complex bytes next getitem setitem delitem neg pos invert abs index".split():
    setattr(Remote, "__%s__" % name, forwarding(name))
for name in "format round divmod reversed".split():
    setattr(Remote, "__%s__" % name, forwarding(name))
for name in COMPUTED:
    setattr(Remote, "__%s__" % name.strip("_"), forwarding(name))
    setattr(Remote, "__r%s__" % name.strip("_"), forwarding_back(name))


def handed_over(value):
    if isinstance(value, Remote):
        return {"object": value.number}
    raise TypeError("a %s of the test's cannot be handed to the program" % type(value).__name__)


def do(other, what, *arguments):
    sent = [encode(argument, handed_over) for argument in arguments]
    found = lambda kind, content: Remote(other, int(content[0]), str(content[1]))
    reply = other.ask({"do": what, "with": sent})
    for argument, before, after in zip(arguments, sent, reply.get("with", ())):
        if after is not None and after != before:
            change(argument, decode(after, found))
    return decode(reply["value"], found)


def change(argument, changed):
    """Copies one container's content to another."""
    if type(argument) is list and type(changed) is list:
        argument[:] = changed
    elif type(argument) in (dict, set) and type(changed) is type(argument):
        argument.clear()
        argument.update(changed)


def main():
    other, task, program, finish = begin(play)
    test = "%s\ncheck(%s)" % (task["test"], task["entry_point"])

    def judge():
        other.start_clock(task["seconds"])
        try:
            # Compiled as one text, as in the reference: it may be invalid although both parts are valid.
            compiled("%s\n%s" % (program, test))
        except SyntaxError as error:
            finish("syntax-error", describe(error))
        try:
            other.ask({"program": program, "seconds": task["seconds"]})
            code = compiled(test)
            # Built-in names are the judge's own, even if the program has redefined them.
            found = other.ask({"names": sorted(names(code) - set(BUILTINS))})["found"]
            namespace = {"__builtins__": BUILTINS}
            for name, data in found.items():
                namespace[name] = decode(data, lambda kind, content: Remote(other, int(content[0]), str(content[1])))
            exec(code, namespace)
        except Gone:
            raise
        except BaseException as error:
            if hasattr(error, "retold"):
                finish(error.retold.status, error.retold.detail)
            finish("wrong" if isinstance(error, AssertionError) else ending(error), describe(error))
        finish("passed")

    conclude(judge, finish)


main()
