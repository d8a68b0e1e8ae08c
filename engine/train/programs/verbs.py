"""Elementary steps said with a verb, the way one asks for them: `Add up the prices and call the sum total`. And short programs that consist of them.

A line is `what to do => expression => names for the result => what the result is called`, in the language of `tables`; `{y}` is a second value.
"""

import random
from functools import cache

from . import define, turns
from .builder import Parameters, Program, Unsuitable
from .elements import quantify, select, transform
from .inputs import unpack
from .phrases import choose, fill
from .printing import compose_text, show_variable
from .render import Document, file, history
from .rows.steps import DOUBLE, VERBS
from .wording import SHOW, WHERE, pick_name

STORED = (
    "( and|,| and| and)( (store|save|put|keep) (it|the result|the {said}|{them}) (in|as) {where}"
    "| (assign|give) (it|the result|the {said}) to {where}| (call|name) (it|the result|the {said}) {v}| (store|save) the {said} in {v})"
)


@cache
def _tables() -> tuple[dict, dict]:
    def read(text: str) -> list[tuple[str, str, list[str], list[str], str]]:
        found = []
        for line in text.strip().splitlines():
            verb, expression, names, said, *needs = (part.strip() for part in line.split("=>"))
            found.append((verb, expression, names.split(), said.split(), "".join(needs)))
        return found

    return {kind: read(text) for kind, text in VERBS.items()}, {kinds: read(text) for kinds, text in DOUBLE.items()}


def _kinds(kind: str) -> tuple[str, ...]:
    return (kind, "num") if kind in ("int", "float") else (kind,)


def _draw(program: Program, double: bool):
    rng, (single_rows, double_rows) = program.rng, _tables()
    if double:
        if len(program.order) < 2:
            raise Unsuitable
        first, second = rng.sample(program.order, 2)
        tables = [double_rows[a, b] for a in _kinds(program.kinds[first]) for b in _kinds(program.kinds[second]) if (a, b) in double_rows]
    else:
        first, second = program.pick(*single_rows, "int", "float"), ""
        tables = [single_rows[kind] for kind in _kinds(program.kinds[first]) if kind in single_rows]
    if not tables:
        raise Unsuitable
    # Of a specific and a general table each row is as likely.
    return rng.choice([row for rows in tables for row in rows]), first, second


def step(program: Program, double: bool = False) -> None:
    """A step said with a verb; its result gets a name, or is printed."""
    rng = program.rng
    (verb, expression, row_names, said, needs), first, second = _draw(program, double)
    value = program.namespace[second or first]
    for need in needs.split():
        if need == "small" and not 0 < value <= 30 or need == "pos" and value <= 0 or need == "nonzero" and not value:
            raise Unsuitable
        if need == "numpy" and not program.numpy:
            raise Unsuitable
        program.need(need)
    parameters = Parameters(program, first, second)
    prompt, code = parameters.prompt(verb), parameters.code(expression)
    names = [name for name in (parameters.code(n) for n in row_names) if name.isidentifier()]
    if rng.random() < 0.12:
        program.add(prompt + choose(rng, " and (print|show|display) (it|the result)"), f"print({code})")
        return
    name = pick_name(program, names, first)
    if prompt.startswith(("Check", "Test", "Find out")):
        said = ["result"]
    fields = {
        "said": parameters.prompt(rng.choice(said)),
        "them": "them" if said[0].endswith("s") and said[0] != "days" else "it",
        "where": fill(choose(rng, WHERE), {"v": program.quoted(name)}),
        "v": program.quoted(name),
    }
    program.add(prompt + fill(choose(rng, STORED), fields), f"{name} = {code}")
    program.define(name)


def double_step(program: Program) -> None:
    """A step with two variables."""
    step(program, double=True)


def show_step(program: Program) -> None:
    """Prints what a noun says of the latest result: its sum, its first element, what another has in common with it."""
    rng = program.rng
    if program.latest not in program.kinds:
        raise Unsuitable
    name, kind = program.latest, program.kinds[program.latest]
    ref = program.ref(name)
    options = {
        "nums": (
            ("the (sum|total) of X", "sum(X)"),
            ("the (largest|biggest) (number|value|element|) (in|of) X", "max(X)"),
            ("the (smallest|lowest) (number|value|element|) (in|of) X", "min(X)"),
            ("the (length|number of elements) of X", "len(X)"),
            ("(how many (elements|numbers) X has|how many (elements|numbers) are in X)", "len(X)"),
            ("the first (element|number|value) of X", "X[0]"),
            ("the last (element|number|value) of X", "X[-1]"),
            ("the average of X", "sum(X) / len(X)"),
            ("the sorted (list|numbers) of X", "sorted(X)"),
        ),
        "words": (
            ("the (length|number of elements) of X", "len(X)"),
            ("(how many (elements|strings|words) X has|how many (elements|strings|words) are in X)", "len(X)"),
            ("the first (element|string|word) of X", "X[0]"),
            ("the last (element|string|word) of X", "X[-1]"),
            ("X sorted", "sorted(X)"),
            ("the elements of X (separated by|joined with) commas", '",".join(X)'),
            ("the elements of X (separated by|joined with) spaces", '" ".join(X)'),
            ("the elements of X (separated by|joined with) hyphens", '"-".join(X)'),
        ),
        "str": (
            ("the length of X", "len(X)"),
            ("the number of (letters|characters) (in|of) X", "len(X)"),
            ("X in (upper case|uppercase)", "X.upper()"),
            ("X in (lower case|lowercase)", "X.lower()"),
            ("the first (letter|character) of X", "X[0]"),
            ("X reversed", "X[::-1]"),
        ),
        "counts": (
            ("the (sum|total) of the values of X", "sum(X.values())"),
            ("the number of (entries|keys) (in|of) X", "len(X)"),
            ("the (sorted keys of X|keys of X sorted)", "sorted(X)"),
            ("the largest value (in|of) X", "max(X.values())"),
        ),
        "set": (
            ("X sorted", "sorted(X)"),
            ("the (sorted elements of X|elements of X in sorted order)", "sorted(X)"),
            ("the number of elements (in|of) X", "len(X)"),
        ),
    }.get(kind, ())
    numbers = [n for n in program.of_kind("int", "float") if n != name]
    if kind in ("int", "float"):
        options = (("X (plus 1|plus one)", "X + 1"), ("(twice X|X times 2|X times two)", "X * 2"), ("X squared", "X ** 2"))
        if numbers:
            other = rng.choice(numbers)
            y = program.quoted(other)
            options += (
                (f"(the sum of X and {y}|X plus {y})", f"X + {other}"),
                (f"(the difference (between|of) X and {y}|X minus {y})", f"X - {other}"),
                (f"(the product of X and {y}|X times {y})", f"X * {other}"),
                (f"{y} minus X", f"{other} - X"),
            )
    if not options:
        raise Unsuitable
    phrase, code = rng.choice(options)
    program.add(choose(rng, f"{SHOW} {phrase}").replace("X", ref), f"print({code.replace('X', name)})")


START = [
    (30, define.start),
    (6, define.two_values),
    (5, define.two_sets),
    (4, define.matrix),
    (4, define.records),
]
MIDDLE = [(52, step), (26, double_step), (6, select), (5, transform), (4, quantify), (3, compose_text), (3, unpack)]
ENDS = [(45, show_variable), (45, show_step), (10, quantify)]


def basics(rng: random.Random) -> Document:
    """A program of three to five turns: one or two values, one to three steps, and what came of it."""
    program = Program(rng, numpy=rng.random() < 0.6)
    try_one = turns.try_turn
    count = 2 if rng.random() < 0.55 else 1
    for _ in range(count):
        # The second value is often of the first one's kind, so that something can be done with both.
        if program.order and rng.random() < 0.5:
            again = {"nums": define.numbers, "words": define.words, "str": define.text, "int": define.number, "float": define.number}
            first = again.get(program.kinds[program.order[-1]], define.start)
            done = try_one(program, [first], [1])
        else:
            done = try_one(program, [f for _, f in START], [w for w, _ in START])
        if not done:
            raise Unsuitable
    for at in range(rng.choice((1, 1, 2, 2, 3))):
        # What was defined last is for both values, where there are two.
        chosen = [(1, double_step)] if at == 0 and len(program.order) > 1 and rng.random() < 0.6 else MIDDLE
        if not try_one(program, [f for _, f in chosen], [w for w, _ in chosen]) and not try_one(
            program, [f for _, f in MIDDLE], [w for w, _ in MIDDLE]
        ):
            raise Unsuitable
    if not program.printed:
        for _ in range(5):
            if try_one(program, [f for _, f in ENDS], [w for w, _ in ENDS]) and "print(" in program.turns[-1].code:
                break
        else:
            raise Unsuitable
    return history(program) if rng.random() < 0.75 else file(program, rng)
