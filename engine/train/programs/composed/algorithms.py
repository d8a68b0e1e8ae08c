"""Functions that are no single expression: the algorithms that courses begin with, each with several bodies and descriptions.

They are in algorithms.txt, parted by `===`. An entry is `names :: parameters -> kind`, a line of what it does, and bodies after `---`. A parameter is
`name:maker`, with the makers below.
"""

import random
import re
import textwrap
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..phrases import choose, fill
from . import kinds
from .functions import Function

MAKERS = {
    "small": ("int", lambda rng: rng.randint(1, 12)),
    "number": ("int", lambda rng: rng.choice((rng.randint(2, 30), rng.randint(10, 200)))),
    "large": ("int", lambda rng: rng.randint(10, 99999)),
    "top": ("int", lambda rng: rng.randint(20, 80)),
    "positive": ("int", lambda rng: rng.randint(1, 60)),
    "year": ("int", lambda rng: rng.choice((rng.randint(1900, 2100), 4 * rng.randint(475, 520), 100 * rng.randint(16, 24)))),
    "text": ("str", kinds.text),
    "word": ("str", kinds.word),
    "brackets": (
        "str",
        lambda rng: (
            "".join(rng.choice("()[]{}") for _ in range(rng.randint(2, 6)))
            if rng.random() < 0.5
            else rng.choice(("()", "([])", "{[()]}", "(()", "[](){}", "([)]"))
        ),
    ),
    "binary": ("str", lambda rng: bin(rng.randint(1, 255))[2:]),
    "ints": ("ints", lambda rng: kinds.integers(rng, rng.randint(3, 8))),
    "sorted": ("ints", lambda rng: sorted(rng.sample(range(1, 60), rng.randint(3, 8)))),
    "more": ("ints", lambda rng: sorted(rng.sample(range(1, 60), rng.randint(2, 6)))),
    "strs": ("strs", kinds.values_list),
    "matrix": ("matrix", kinds.MAKERS["matrix"]),
    "square": ("matrix", lambda rng: (lambda n: [[rng.randint(0, 9) for _ in range(n)] for _ in range(n)])(rng.choice((2, 2, 3)))),
    "size": ("int", lambda rng: rng.randint(1, 4)),
    "counts": ("counts", kinds.counts),
    "float": ("float", kinds.MAKERS["float"]),
    "roman": ("str", lambda rng: rng.choice(("IV", "IX", "XII", "XIV", "XL", "MCMXC", "VIII", "CDXLIV", "LXX", "MMXXIV"))),
    "graph": (
        "graph",
        lambda rng: rng.choice(
            ({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}, {"x": ["y"], "y": ["z"], "z": ["x"]}, {"s": ["t", "u"], "t": ["u"], "u": []})
        ),
    ),
    "node": ("str", lambda rng: rng.choice("abcdxyzstu")),
}

TABLE = Path(__file__).with_name("algorithms.txt")
# Other names for parameters, so that a body is not always the same text.
RENAMED = {
    "n": ("n", "n", "num", "number", "x"),
    "values": ("values", "numbers", "nums", "lst", "items", "arr", "data"),
    "text": ("text", "s", "string", "sentence", "phrase"),
    "words": ("words", "strings", "items", "names"),
    "matrix": ("matrix", "grid", "m", "rows"),
    "target": ("target", "goal", "wanted", "key"),
    "limit": ("limit", "n", "maximum"),
    "graph": ("graph", "edges", "neighbours"),
}


@dataclass(frozen=True)
class Algorithm:
    """An entry of the table."""

    names: tuple[str, ...]
    parameters: tuple[str, ...]
    makers: tuple[str, ...]
    gives: str
    does: str
    bodies: tuple[str, ...]


@cache
def table() -> tuple[Algorithm, ...]:
    """The entries."""
    found = []
    for entry in TABLE.read_text().strip().split("\n===\n"):
        head, *bodies = entry.split("\n---\n")
        first, does = head.strip().split("\n")
        names, _, signature = first.partition(" :: ")
        parameters, _, gives = signature.partition(" -> ")
        pairs = [part.split(":") for part in parameters.split()]
        found.append(
            Algorithm(tuple(names.split()), tuple(p for p, _ in pairs), tuple(m for _, m in pairs), gives, does, tuple(b.strip("\n") for b in bodies))
        )
    return tuple(found)


def draw(rng: random.Random) -> Function:
    """One of the algorithms, with one of its bodies, names and descriptions."""
    entry = rng.choice(table())
    name, body = rng.choice(entry.names), rng.choice(entry.bodies)
    body = re.sub(rf"\b{entry.names[0]}\(", f"{name}(", body)
    renamed = dict(zip(entry.parameters, entry.parameters))
    for parameter in entry.parameters:
        other = rng.choice(RENAMED.get(parameter, (parameter,)))
        if not re.search(rf"\b{other}\b", body) and other not in renamed.values() and other != name:
            renamed[parameter] = other
            body = re.sub(rf"\b{parameter}\b", other, body)
    parameters = tuple(renamed[p] for p in entry.parameters)
    does = fill(choose(rng, entry.does), renamed)
    makers = tuple(MAKERS[m] for m in entry.makers)
    code = f"def {name}({', '.join(parameters)}):\n{textwrap.indent(body, '    ')}"
    return Function(name, parameters, tuple(kind for kind, _ in makers), entry.gives, code, "", does, tuple(maker for _, maker in makers))
