"""Turns that bring in more data: another value, a text that is taken apart, a tuple unpacked, a file written and read."""

import json

from . import define, values
from .builder import Program, Unsuitable
from .phrases import choose


def unpack(program: Program) -> None:
    """Takes a tuple, a list or a pair of numbers apart, or swaps."""
    rng = program.rng
    roll = rng.random()
    if roll < 0.4 and program.of_kind("tuple"):
        name = rng.choice(program.of_kind("tuple"))
        parts = {2: ("x", "y"), 3: ("a", "b", "c"), 4: ("a", "b", "c", "d")}.get(len(program.namespace[name]))
        if not parts or any(p in program.namespace for p in parts):
            raise Unsuitable
        program.add(
            choose(
                rng,
                f"Unpack {program.ref(name)} into ((the |)variables |){define.enumeration(list(parts))}|Assign the elements of {program.ref(name)} to {define.enumeration(list(parts))}",
            ),
            f"{', '.join(parts)} = {name}",
        )
        for part in parts:
            program.define(part)
        return
    names = program.of_kind("int", "float") if rng.random() < 0.7 else program.of_kind("str")
    if len(names) < 2:
        raise Unsuitable
    a, b = rng.sample(names, 2)
    program.add(
        choose(
            rng,
            f"Swap (the values of |){program.quoted(a)} and {program.quoted(b)}|Exchange (the values of |){program.quoted(a)} and {program.quoted(b)}",
        ),
        f"{a}, {b} = {b}, {a}",
    )
    program.define(a)
    program.define(b)


def more_data(program: Program) -> None:
    """A second value, often of a kind that goes with the first."""
    rng = program.rng
    kinds = set(program.kinds.values())
    options = [define.number, define.text]
    if "nums" in kinds:
        options += [define.numbers, define.number]
    if "words" in kinds:
        options += [define.text, define.words]
        source = rng.choice(program.of_kind("words"))
        if rng.random() < 0.5:
            name = define.new_name(program, ("prices", "ages", "scores", "counts", "points", "amounts", "weights"))
            define.assign(
                program,
                name,
                [rng.randint(1, 99) for _ in program.namespace[source]],
                define.SET_TO if rng.random() < 0.5 else define.WITH_ITEMS,
                "numbers",
            )
            return
    if "counts" in kinds:
        options.append(define.mapping)
    if "array" in kinds:
        options = [define.array]
    if "date" in kinds:
        options = [define.day]
    if "set" in kinds:
        options.append(define.collection)
    rng.choice(options)(program)


def parse(program: Program) -> None:
    """Takes a text apart that holds data."""
    rng = program.rng
    name = program.fresh(rng.sample(("line", "data", "text", "record", "raw", "s", "entry", "csv_line"), 4))
    var = program.quoted(name)
    roll = rng.random()
    if roll < 0.35:
        sep = rng.choice((",", " ", ";", "-"))
        value = sep.join(str(rng.randint(1, 99)) for _ in range(rng.randint(3, 6)))
        define.assign(program, name, value)
        target = program.fresh(("numbers", "values", "nums"))
        words = {",": "commas", " ": "spaces", ";": "semicolons", "-": "hyphens"}[sep]
        split = f"{name}.split()" if sep == " " else f'{name}.split("{sep}")'
        program.add(
            choose(
                rng,
                f"(Split {program.ref(name)} (at|by|on) (the |){words} and convert the parts to (integers|ints|numbers)|Parse {program.ref(name)} into a list of integers|Convert {program.ref(name)} to a list of integers|Get the (integers|numbers) from {program.ref(name)} as a list) (and (store|save) (it|them|the result) in|called|into) {program.quoted(target)}",
            ),
            f"{target} = [int(part) for part in {split}]",
        )
        program.define(target)
    elif roll < 0.6:
        fields = rng.sample(("name", "age", "city", "color", "size", "price", "id", "status"), rng.randint(2, 3))
        value = rng.choice((";", ",", "&")).join(f"{f}={rng.choice(values.WORDS)}" for f in fields)
        sep = next(s for s in ";,&" if s in value)
        define.assign(program, name, value)
        target = program.fresh(("settings", "fields", "d", "values", "parsed"))
        program.add(
            choose(
                rng,
                f"(Parse|Split) {program.ref(name)} into a (dictionary|dict) (called |named |){program.quoted(target)}( of keys and values|)|(Create|Build) a (dictionary|dict) {program.quoted(target)} from the (pairs|key=value pairs) in {program.ref(name)}",
            ),
            f'{target} = dict(part.split("=") for part in {name}.split("{sep}"))',
        )
        program.define(target)
    elif roll < 0.8:
        a, b = rng.choice(values.NAMES), rng.randint(18, 80)
        define.assign(program, name, f"{a},{b}")
        program.add(choose(rng, f"Split {program.ref(name)} at the comma into (the variables |)name and age"), f'name, age = {name}.split(",")')
        program.define("name")
        program.define("age")
        program.add(choose(rng, "Convert age to an (integer|int|number)"), "age = int(age)")
        program.define("age")
    else:
        value = {k: rng.randint(1, 99) for k in rng.sample(values.WORDS, 2)}
        text = json.dumps(value)
        program.add(
            choose(rng, f"Assign (the (JSON |)string|) '{text}' to (a variable |){var}|Set {var} to (the string |)'{text}'").strip() + ".",
            f"{name} = '{text}'",
        )
        program.define(name)
        program.need("json")
        target = program.fresh(("data", "parsed", "obj", "d"))
        program.add(
            choose(
                rng,
                f"(Parse|Load|Decode) {program.ref(name)} as JSON (into|and store (it|the result) in) {program.quoted(target)}|Parse the JSON (in {program.quoted(name)} |)(into|and store it in) {program.quoted(target)}",
            ),
            f"{target} = json.loads({name})",
        )
        program.define(target)


def files(program: Program) -> None:
    """Writes a file and reads it back."""
    rng = program.rng
    name = program.pick("words", "str", "nums", "counts")
    kind, ref = program.kinds[name], program.ref(name)
    path = rng.choice(("data", "notes", "output", "items", "log", "result", "words", "test")) + {"counts": ".json"}.get(kind, ".txt")
    said = program.say(path) if rng.random() < 0.5 else path
    if kind == "counts":
        program.need("json")
        program.add(
            choose(rng, f"(Save|Write) {ref} (to|in|into) (the |a )(JSON |)file {said}( as JSON|)"),
            f'with open("{path}", "w") as file:\n    json.dump({name}, file)',
        )
        target = program.fresh(("loaded", "data", "content"))
        program.add(
            choose(rng, f"(Load|Read) (the |)(JSON |)(file |){said} (into|and store (it|the result) in) {program.quoted(target)}"),
            f'with open("{path}") as file:\n    {target} = json.load(file)',
        )
    else:
        if kind == "str":
            program.add(
                choose(rng, f"(Write|Save) {ref} (to|into) (the |a )file (named |called |){said}"),
                f'with open("{path}", "w") as file:\n    file.write({name})',
            )
        else:
            e = program.element(name)
            text = f"{e}" if kind == "words" else f"str({e})"
            program.add(
                choose(
                    rng,
                    f"Write (the elements of |each element of |){ref} to (the |a )file (named |called |){said}(, one per line| on separate lines|, each on its own line)",
                ),
                f'with open("{path}", "w") as file:\n    for {e} in {name}:\n        file.write({text} + "\\n")',
            )
        target = program.fresh(("lines", "content"))
        if rng.random() < 0.5:
            target = program.fresh(("lines", "rows"))
            program.add(
                choose(
                    rng,
                    f"Read the lines of (the file |){said} into (a list (called |named |)|){program.quoted(target)}|Read (the file |){said} into a list of lines (called |named |){program.quoted(target)}",
                ),
                f'with open("{path}") as file:\n    {target} = file.read().splitlines()',
            )
        else:
            target = program.fresh(("content", "text", "contents"))
            program.add(
                choose(rng, f"Read (the (content|contents) of |)(the file |){said} (into|and store (it|them) in) {program.quoted(target)}"),
                f'with open("{path}") as file:\n    {target} = file.read()',
            )
    program.define(target)


MODULES = [
    ("math", "the math module"),
    ("random", "the random module"),
    ("re", "the re module"),
    ("json", "the json module"),
    ("statistics", "the statistics module"),
    ("itertools", "the itertools module"),
    ("Counter", "Counter from collections"),
    ("defaultdict", "defaultdict from collections"),
    ("timedelta", "date and timedelta from datetime"),
    ("datetime", "datetime from datetime"),
    ("os", "the os module"),
    ("string", "the string module"),
    ("csv", "the csv module"),
    ("reduce", "reduce from functools"),
    ("namedtuple", "namedtuple from collections"),
    ("deque", "deque from collections"),
    ("Path", "Path from pathlib"),
    ("time", "the time module"),
    ("sys", "the sys module"),
]


def import_module(program: Program) -> None:
    """Imports a module, or a name from one, in a turn of its own."""
    rng = program.rng
    module, said = rng.choice(MODULES)
    before = len(program.imports)
    program.need(module)
    if len(program.imports) == before:
        raise Unsuitable
    line = program.imports[-1]
    program.pending.remove(line)
    program.own_imports.append(line)
    if said.startswith("the ") and rng.random() < 0.5:
        said = module
    program.add(choose(rng, f"Import {said}"), line)
