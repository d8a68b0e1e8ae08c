

import reprlib


def shown(answer):
    """Returns the answer as Python shows it, without the middle if it is long."""
    short = reprlib.Repr()
    short.maxlist = short.maxtuple = short.maxset = short.maxfrozenset = short.maxdict = short.maxarray = short.maxdeque = SHOWN
    short.maxstring = short.maxlong = short.maxother = 2 * SHOWN
    try:
        return short.repr(answer)
    except BaseException as error:
        return "<%s that cannot be shown: %s>" % (type(answer).__name__, type(error).__name__)


def matches(rules, answer, expected):
    try:
        return rules.equivalent(answer, expected)
    except Gone:
        raise
    except BaseException:
        return False


# The program's process


def encode_answer(value, keep):
    """Encodes numpy's numbers and arrays, and pandas' series, by their values; other values as `encode` does."""
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")

    def elsewhere(value):
        kind = type(value)
        if numpy is not None and kind is getattr(numpy, "ndarray", None):
            return {"array": [str(value.dtype), encode(value.tolist(), elsewhere)]}
        if numpy is not None and isinstance(value, numpy.generic) and kind.__module__ == "numpy":
            plain = value.item()
            if type(plain) in (bool, int, float, complex, str, bytes):
                return {"scalar": [kind.__name__, encode(plain, keep)]}
        if pandas is not None and kind is getattr(pandas, "Series", None):
            array = value.to_numpy()
            return {"series": [str(array.dtype), encode(array.tolist(), elsewhere)]}
        if kind.__module__ == "collections" and kind.__name__ in COLLECTIONS:
            return {"collection": [kind.__name__, [[encode(k, elsewhere), encode(v, elsewhere)] for k, v in value.items()]]}
        return keep(value)

    return encode(value, elsewhere)


COLLECTIONS = ("Counter", "OrderedDict", "defaultdict")
# The conversions that may be requested of an answer of the program's own type.
CONVERSIONS = {"str": str, "repr": repr, "int": int, "float": float, "list": list, "dict": dict, "shown": shown}


def play(player):
    """Runs the program, and lets the judge examine its answer."""
    job = player.receive()
    program, rules = job["program"], RULES[job["scoring"]]
    # A character that cannot be encoded must not make `print` fail, because its output is not read.
    sys.stdout.reconfigure(errors="backslashreplace")
    stopped_at_syntax, last = True, None

    def record(*args, **kwargs):
        nonlocal last
        # The object itself: later changes to it change the answer.
        last = args
        return BUILTINS["print"](*args, **kwargs)

    record.__name__ = record.__qualname__ = "print"

    def run():
        nonlocal stopped_at_syntax
        try:
            tree = rules.show_last(ast.parse(program))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            tree = program
        code = compiled(tree)
        stopped_at_syntax = False
        namespace = sys.modules["__main__"].__dict__
        namespace["__builtins__"], namespace["print"] = BUILTINS, record
        exec(code, namespace)

    player.start_clock(job["seconds"])
    _, error = player.outcome(run)
    player.setitimer(player.real, 0)
    answers(player, error, stopped_at_syntax, last)


def answers(player, error, stopped_at_syntax, last):
    sys.setrecursionlimit(1000)
    said = {"answered": bool(last), "printed": last is not None, "name": type(last[0]).__name__ if last else ""}
    if error is not None:
        said["error"] = dict(player.told(error), syntax=stopped_at_syntax and isinstance(error, SyntaxError))
    player.deadline = None
    player.setitimer(player.real, 0)
    player.send(said)
    while True:
        request = player.receive()
        target = last[0] if request["of"] is None else player.objects[request["of"]]
        if request["as"] == "itself":
            action = lambda: encode_answer(target, player.keep)
        else:
            action = lambda: encode_answer(CONVERSIONS[request["as"]](target), player.keep)
        value, error = player.outcome(action)
        if isinstance(error, RecursionError) and request["as"] == "itself":
            value, error = player.keep(target), None
        player.send({"value": value} if error is None else {"raised": player.told(error)})


# The judge


class Foreign:
    """An object of the program's own type: equals nothing, and is converted to the expected type in its own process."""

    def __init__(self, other, number):
        self.other, self.number = other, number

    def to(self, kind):
        return looked_at(self.other, kind, self.number)

    def __eq__(self, other):
        return False

    __hash__ = None

    def __repr__(self):
        return self.to("repr")

    def __str__(self):
        return self.to("str")

    def __int__(self):
        return self.to("int")

    def __float__(self):
        return self.to("float")

    def __iter__(self):
        return iter(self.to("list"))

    def keys(self):
        self.converted = self.to("dict")
        return self.converted.keys()

    def __getitem__(self, key):
        return self.converted[key]


def looked_at(other, kind, number=None):
    def found(what, content):
        if what == "object":
            return Foreign(other, int(content[0]))
        name, data = str(content[0]), decode_pairs(content[1]) if what == "collection" else decode(content[1], found)
        if what == "collection":
            import collections

            made = getattr(collections, name if name in COLLECTIONS else "OrderedDict")()
            made.update(data)
            return made
        # The judge's own module; the program's changes to its modules do not reach it.
        import numpy

        if what == "scalar":
            return numpy.dtype(name if name.isidentifier() else "object").type(data)
        # Strings of any length, dates and objects are not numbers, and are compared as they are.
        array = numpy.array(data, dtype=name if numpy.dtype(name).kind in "biufc" else None)
        if what == "array":
            return array
        import pandas

        return pandas.Series(array)

    def decode_pairs(pairs):
        return {decode(key, found): decode(value, found) for key, value in pairs}

    return decode(other.ask({"as": kind, "of": number})["value"], found)


def main():
    other, task, program, finish = begin(play)

    def judge():
        other.start_clock(task["seconds"])
        # The judge has no more work that takes time.
        signal.setitimer(signal.ITIMER_REAL, 0)
        said = other.ask({"program": program, "seconds": task["seconds"], "scoring": task["scoring"]})
        other.until = time.monotonic() + LOOKING
        error = said.get("error")
        if error and error["syntax"]:
            finish("syntax-error", error["detail"])
        if said["answered"]:
            finish(*verdict(other, RULES[task["scoring"]], task["expected"], said["name"]))
        if error:
            finish(error["status"], error["detail"])
        finish("no-answer", "the last print has no argument" if said["printed"] else "")

    conclude(judge, finish)


def verdict(other, rules, expected, name):
    try:
        status = "passed" if matches(rules, looked_at(other, "itself"), expected) else "wrong"
    except Gone as gone:
        if gone.status != "timed-out":
            raise
        return "wrong", "<%s that takes too long to compare>" % name
    try:
        return status, looked_at(other, "shown")
    except Gone as gone:
        if gone.status != "timed-out":
            raise
        return status, "<%s that takes too long to show>" % name


main()
