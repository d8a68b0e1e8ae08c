"""A program under construction: its turns so far, the values of its variables, and how it speaks of them.

Every turn is executed as it is added, so that the next one can go by the values there are: thresholds that split a list, keys that exist.
"""

import keyword
import random
from dataclasses import dataclass, field
from typing import Any

from . import lexicon, values
from .phrases import choose, fill, protect, sentence

IMPORTS = {
    "statistics": "import statistics",
    "math": "import math",
    "itertools": "import itertools",
    "re": "import re",
    "json": "import json",
    "random": "import random",
    "Counter": "from collections import Counter",
    "defaultdict": "from collections import defaultdict",
    "deque": "from collections import deque",
    "namedtuple": "from collections import namedtuple",
    "timedelta": "from datetime import date, timedelta",
    "date": "from datetime import date",
    "datetime": "from datetime import datetime",
    "string": "import string",
    "os": "import os",
    "csv": "import csv",
    "numpy": "import numpy as np",
    "reduce": "from functools import reduce",
    "time": "import time",
    "sys": "import sys",
    "Path": "from pathlib import Path",
    "dataclass": "from dataclasses import dataclass",
}
NOUNS = {
    "nums": "list",
    "words": "list",
    "str": "string",
    "int": "number",
    "float": "number",
    "counts": "dictionary",
    "set": "set",
    "tuple": "tuple",
    "matrix": "matrix",
    "pairs": "list",
    "records": "list",
    "array": "array",
    "array2": "matrix",
    "date": "date",
    "bool": "flag",
}


class Unsuitable(Exception):
    """The turn that was begun does not fit the program so far; another is to be tried."""


@dataclass
class Turn:
    """A prompt and its program text, without the line ends after them."""

    prompt: str
    code: str
    imports: tuple[str, ...] = ()


def kind_of(value: Any) -> str:
    """The kind of a value, which the tables of rows are keyed by; `other` for what none is about."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, float):
        return "float"
    if isinstance(value, str):
        return "str"
    name = type(value).__name__
    if name == "date":
        return "date"
    if name == "ndarray":
        return {1: "array", 2: "array2"}.get(value.ndim, "other")
    if isinstance(value, list) and value:
        if all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in value):
            return "nums"
        if all(isinstance(v, str) for v in value):
            return "words"
        if all(isinstance(v, list) and v and all(isinstance(c, int) for c in v) for v in value):
            return "matrix" if len({len(v) for v in value}) == 1 else "other"
        if all(isinstance(v, tuple) and len(v) == 2 and isinstance(v[0], (str, int)) and isinstance(v[1], (int, float)) for v in value):
            return "pairs"
        if all(isinstance(v, dict) and v.keys() == value[0].keys() and len(v) > 1 for v in value):
            return "records"
    if (
        isinstance(value, dict)
        and value
        and all(isinstance(k, str) for k in value)
        and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in value.values())
    ):
        return "counts"
    if isinstance(value, (set, frozenset)) and value and len({type(v) for v in value}) == 1 and isinstance(next(iter(value)), (int, str)):
        return "set"
    if isinstance(value, tuple) and value and all(isinstance(v, (int, float, str)) for v in value):
        return "tuple"
    return "other"


def spoken_import(line: str) -> str:
    """What a prompt calls an import line's names: `math`, `date and timedelta from datetime`."""
    words = line.removesuffix(" as np").split()
    if words[0] == "import":
        return {"np": "numpy"}.get(words[1], words[1])
    return " ".join(words[3:]).replace(", ", " and ") + f" from {words[1]}"


def literal(value: Any) -> str:
    """The value as Python source, with double quotes around strings as formatters write them."""
    if isinstance(value, str):
        text = repr(value)
        return '"' + text[1:-1] + '"' if text[0] == "'" and '"' not in text else text
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(literal, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, set):
        return "{" + ", ".join(map(literal, value)) + "}"
    return repr(value)


@dataclass
class Program:
    """The turns, the namespace that their execution left, and the style that its prompts keep to."""

    rng: random.Random
    namespace: dict[str, Any] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    phrase_of: dict[str, str] = field(default_factory=dict)
    functions: dict[str, tuple[str, str]] = field(default_factory=dict)
    given: list[str] = field(default_factory=list)
    own_imports: list[str] = field(default_factory=list)
    latest: str = ""
    latest_at: int = 0
    quote: str = ""
    string_quote: str = '"'
    numpy: bool = False
    printed: bool = False

    def __post_init__(self) -> None:
        self.namespace = {"print": lambda *args, **kwargs: None, "__name__": "__main__"}
        self.quote = self.rng.choice(("", "", "", "", '"', "'", "`", "`", '"'))
        self.string_quote = self.rng.choice(('"', '"', "'"))
        self.novelty = self.rng.choice((0.0, 0.3, 0.8))
        if self.numpy:
            self.need("numpy")
            self.given = [IMPORTS["numpy"]]
            self.pending.clear()

    def need(self, *modules: str) -> None:
        """Makes sure that the modules' import lines are there, once each."""
        for module in modules:
            line = IMPORTS.get(module)
            if line and line not in self.imports:
                self.imports.append(line)
                self.pending.append(line)
                exec(line, self.namespace)

    def of_kind(self, *kinds: str) -> list[str]:
        """The variables of these kinds, oldest first."""
        return [name for name in self.order if self.kinds[name] in kinds]

    def pick(self, *kinds: str) -> str:
        """A variable of one of the kinds, rather a recent one."""
        names = self.of_kind(*kinds)
        if not names:
            raise Unsuitable
        if names[-1] == self.latest and self.rng.random() < 0.6:
            return self.latest
        return self.rng.choice(names)

    def add(self, prompt: str, code: str) -> None:
        """Executes the text, and adds the turn. Most prompts get a full stop."""
        try:
            exec(compile(code, "turn", "exec"), self.namespace)
        except Exception as error:
            raise Unsuitable(f"{type(error).__name__}: {error} in {code}") from error
        prompt = sentence(prompt)
        if self.pending and self.rng.random() < 0.12:
            prompt = f"Import {' and '.join(map(spoken_import, self.pending))} and {prompt[0].lower()}{prompt[1:]}"
        if not prompt.endswith((".", "!", "?")) and self.rng.random() < 0.88:
            prompt += "."
        self.turns.append(Turn(prompt, code, tuple(line for line in self.pending if line not in self.given)))
        self.pending.clear()
        self.printed = "print(" in code.splitlines()[-1]

    def define(self, name: str, phrase: str = "") -> None:
        """Notes that the last turn gave a variable its value; `phrase` is what a prompt can call it if it did not name it."""
        value = self.namespace[name]
        kind = kind_of(value)
        if isinstance(value, (list, dict, str, set)) and not value or kind == "array" and value.size == 0:
            raise Unsuitable(f"{name} is empty")
        if isinstance(value, (list, dict, str, set)) and (len(value) > 40 if not isinstance(value, str) else len(value) > 150):
            raise Unsuitable(f"{name} grew long")
        if isinstance(value, (int, float)) and abs(value) > 10**9:
            raise Unsuitable(f"{name} grew large")
        if name in self.order:
            self.order.remove(name)
        self.order.append(name)
        self.kinds[name] = kind
        self.latest, self.latest_at = name, len(self.turns)
        if phrase:
            self.phrase_of[name] = phrase
        else:
            self.phrase_of.pop(name, None)

    def ref(self, name: str, noun: bool = True) -> str:
        """How a prompt speaks of a variable: by its name, quoted or not, or by what it is where that is clear."""
        rng, kind = self.rng, self.kinds.get(name, "other")
        if name in self.phrase_of:
            if self.just_defined(name) and rng.random() < 0.4:
                return rng.choice(("the result", "it", "the result"))
            if rng.random() < 0.7:
                return self.phrase_of[name]
        word = NOUNS.get(kind, "value")
        roll = rng.random()
        if noun and roll < 0.10:
            return f"the {word} {self.quoted(name)}"
        if noun and roll < 0.14:
            return f"the variable {self.quoted(name)}"
        if roll < 0.19 and [n for n in self.order if NOUNS.get(self.kinds[n]) == word] == [name]:
            return f"the {word}"
        if roll < 0.22 and self.just_defined(name) and len(self.turns) > 1:
            return "the result"
        return self.quoted(name)

    def just_defined(self, name: str) -> bool:
        """Whether the turn before gave this variable its value, so that `it` and `the result` are understood."""
        return name == self.latest and self.latest_at == len(self.turns)

    def quoted(self, name: str) -> str:
        """The name in the program's own quotes, if it has any."""
        return f"{self.quote}{name}{self.quote}" if self.quote and self.rng.random() < 0.8 else name

    def say(self, value: Any) -> str:
        """A value as a prompt writes it."""
        if isinstance(value, str):
            return protect(f"{self.string_quote}{value}{self.string_quote}" if self.string_quote not in value else literal(value))
        return protect(repr(value) if self.rng.random() < 0.7 or not isinstance(value, (list, dict, tuple)) else literal(value))

    def fresh(self, names: list[str] | tuple[str, ...]) -> str:
        """The first of the names that is not taken; numbered if all are."""
        for name in names:
            if name not in self.namespace and name.isidentifier():
                return name
        base = next((n for n in names if n.isidentifier()), "value")
        for number in range(2, 9):
            if f"{base}{number}" not in self.namespace:
                return f"{base}{number}"
        raise Unsuitable("no name is left")

    def novel_name(self, plural: bool = False) -> str:
        """A name out of any tables, as often as this program has some; else an empty text. Only where the prompt says it."""
        if self.rng.random() >= self.novelty:
            return ""
        name = lexicon.name(self.rng, plural)
        return "" if name in self.namespace else name

    def element(self, name: str) -> str:
        """A name for one element of a list: the singular of the list's name, else a short one."""
        word = values.singular(name)
        if not word or word in self.namespace or word in ("list", "str", "int", "set", "sum") or keyword.iskeyword(word):
            word = {"nums": "n", "words": "word", "matrix": "row", "records": "record"}.get(self.kinds.get(name, ""), "item")
            if word in self.namespace:
                word = {"n": "x", "word": "w"}.get(word, "item")
            if word in self.namespace:
                word = "item" if "item" not in self.namespace else "value"
        return word


class Parameters:
    """Draws the fields of a row so that they fit the value it is about. Each has a text for the prompt and one for the program."""

    def __init__(self, program: Program, name: str, other: str = "", element: str = "") -> None:
        self.program, self.name, self.other = program, name, other
        self.value = program.namespace.get(name)
        self.drawn: dict[str, tuple[str, str]] = {}
        self.element = element or program.element(name)

    def pair(self, key: str) -> tuple[str, str]:
        if key not in self.drawn:
            self.drawn[key] = self.draw(key)
        return self.drawn[key]

    def both(self, value: Any) -> tuple[str, str]:
        return self.program.say(value), literal(value)

    def draw(self, key: str) -> tuple[str, str]:
        method = getattr(self, "draw_" + key, None)
        if method is None:
            raise Unsuitable(f"no parameter {key}")
        try:
            return method()
        except (ValueError, IndexError, TypeError, KeyError, AttributeError) as error:
            raise Unsuitable(f"{key}: {error}") from error

    def draw_x(self):
        return self.program.ref(self.name), self.name

    def draw_y(self):
        return self.program.ref(self.other), self.other

    def draw_e(self):
        return self.element, self.element

    def draw_lb(self):
        return "{", "{"

    def draw_rb(self):
        return "}", "}"

    def draw_noun(self):
        word = values.singular(self.name) or "word"
        return word, word

    def draw_nouns(self):
        word = self.name if values.singular(self.name) and self.name.isalpha() else "words"
        return word, word

    def draw_k(self):
        return self.both(self.program.rng.choice((2, 2, 3, 3, 4, 5, 5, 6, 7, 8, 9, 10, 10, 12, 100)))

    def draw_k3(self):
        return self.both(self.program.rng.choice((2, 2, 3, 3, 3, 4, 5)))

    def draw_dd(self):
        return self.both(self.program.rng.choice((1, 2, 3, 5, 7, 10, 14, 20, 21, 30, 45, 60, 90, 100)))

    def draw_pct(self):
        return self.both(self.program.rng.choice((5, 8, 10, 10, 12, 15, 19, 20, 25, 30, 50)))

    def draw_num(self):
        return self.both(self.program.rng.choice((0, self.program.rng.randint(1, 20), self.program.rng.randint(-9, 99))))

    def draw_nums(self):
        return self.both(values.integers(self.program.rng, self.program.rng.randint(2, 3)))

    def draw_w(self):
        return self.both(len(self.value) + self.program.rng.randint(2, 10))

    def draw_dg(self):
        return self.both(len(str(self.value)) + self.program.rng.randint(1, 4))

    def draw_i(self):
        if len(self.value) < 2:
            raise Unsuitable("too short")
        return self.both(self.program.rng.randint(0, min(len(self.value) - 1, 6)))

    def draw_n(self):
        size = len(self.value)
        if size < 3:
            raise Unsuitable("too short")
        number = self.program.rng.randint(2, min(size - 1, 6))
        words = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
        return (words[number] if self.program.rng.random() < 0.3 else str(number)), str(number)

    def draw_v(self):
        pool = sorted(self.value, key=str) if isinstance(self.value, set) else list(self.value)
        return self.both(self.program.rng.choice(pool))

    def draw_t(self):
        rng = self.program.rng
        if isinstance(self.value, (int, float)) and not isinstance(self.value, bool):
            return self.both(rng.choice((0, 5, 10, 50, 100, int(self.value) + rng.randint(-9, 9))))
        if isinstance(self.value, list) and len(self.value) > 1:
            low, high = min(self.value), max(self.value)
            number = rng.choice([*self.value, int((low + high) / 2), int((low + high) / 2), rng.randint(int(low), max(int(low), int(high)))])
            if isinstance(number, float) and rng.random() < 0.6:
                number = round(number)
            return self.both(number)
        raise Unsuitable("no threshold")

    def draw_t2(self):
        low = float(self.pair("t")[1])
        number = low + self.program.rng.choice((3, 5, 10, 15, 20, 30))
        return self.both(int(number) if number == int(number) else round(number, 2))

    def draw_tv(self):
        pool = sorted(self.value.values())
        return self.both(self.program.rng.choice((pool[len(pool) // 2], int(sum(pool) / len(pool)), pool[0])))

    def draw_tp(self):
        pool = sorted(pair[1] for pair in self.value)
        return self.both(self.program.rng.choice((pool[len(pool) // 2], int(sum(pool) / len(pool)))))

    def draw_ta(self):
        return self.both(int(self.program.rng.choice((float(self.value.mean()), float(self.value.min()) + 1))))

    def draw_tr(self):
        pool = sorted(record[self.pair("nfield")[1]] for record in self.value)
        return self.both(self.program.rng.choice((pool[len(pool) // 2], int(sum(pool) / len(pool)), pool[0])))

    def draw_lo(self):
        return self.both(self.program.rng.choice((0, 0, 1, 2, 5)))

    def draw_hi(self):
        return self.both(self.program.rng.choice((6, 8, 10, 20, 50)))

    def draw_len(self):
        sizes = sorted(len(v) for v in self.value)
        return self.both(self.program.rng.choice((sizes[len(sizes) // 2], sizes[len(sizes) // 2], *sizes, 3, 4, 5)))

    def draw_c(self):
        text = self.value if isinstance(self.value, str) else "".join(str(v)[0] + str(v)[-1] for v in self.value)
        letters = [c for c in text if c.isalnum() or c in "-_,."]
        letter = self.program.rng.choice(letters)
        return self.both(letter)

    def draw_c2(self):
        return self.both(self.program.rng.choice("aeioxyz*-_#0"))

    def draw_word(self):
        rng, pool = self.program.rng, values.WORD_LISTS.get(self.name, values.WORDS)
        return self.both(rng.choice(pool))

    def draw_suffix(self):
        return self.both(self.program.rng.choice(("s", "!", "ing", "?", "_1", ".txt", "ed", "er", ".", "-x", "00")))

    def draw_prefix(self):
        return self.both(self.program.rng.choice(("un", "re", "my_", "pre", "the ", "a ", "x", "#", "new_", "Mr. ", "- ")))

    def draw_sep(self):
        return self.both(self.program.rng.choice((", ", "-", " ", " and ", "; ", "/", "+", "_", " | ", "...")))

    def draw_key(self):
        return self.both(self.program.rng.choice(list(self.value)))

    def draw_key2(self):
        return self.both(self.program.rng.choice([k for k in self.value if literal(k) != self.pair("key")[1]]))

    def draw_key_name(self):
        word = str(self.pair("key")[1]).strip('"').lower()
        return word, word if word.isidentifier() else "-"

    def draw_missing(self):
        pool = [w for w in values.COUNT_DICTS.get(self.name, (values.WORDS,))[0] if w not in self.value]
        return self.both(self.program.rng.choice(pool))

    def draw_r(self):
        word = values.singular(self.name) or "record"
        return (word, word) if word not in self.program.namespace else ("record", "record")

    def draw_field(self):
        key = self.program.rng.choice(list(self.value[0]))
        return key, key

    def draw_nfield(self):
        key = self.program.rng.choice([k for k, v in self.value[0].items() if isinstance(v, (int, float))])
        return key, key

    def draw_sfield(self):
        key = self.program.rng.choice([k for k, v in self.value[0].items() if isinstance(v, str)])
        return key, key

    def prompt(self, template: str) -> str:
        """The phrase with its alternatives chosen and its fields as prompts write them."""
        return fill(choose(self.program.rng, template), _View(self, 0))

    def code(self, template: str) -> str:
        """The expression with its fields as programs write them."""
        return fill(template, _View(self, 1))


class _View:
    def __init__(self, parameters: Parameters, side: int) -> None:
        self.parameters, self.side = parameters, side

    def __getitem__(self, key: str) -> str:
        return self.parameters.pair(key)[self.side]
