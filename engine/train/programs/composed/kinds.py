"""The kinds of values that programs are about: random ones, names for them, and the constants that fit a value."""

import random
from collections.abc import Callable
from typing import Any

from .. import lexicon, values
from ..builder import Unsuitable, literal

# What the elements of a list are.
ELEMENT = {"ints": "int", "floats": "float", "strs": "str", "bools": "bool"}
LIST_OF = {element: kind for kind, element in ELEMENT.items()}
NOUNS = {"ints": "numbers numbers values elements integers", "floats": "numbers values elements", "strs": "strings words elements items values"}
SINGULAR = {
    "numbers": "number",
    "values": "value",
    "elements": "element",
    "integers": "integer",
    "strings": "string",
    "words": "word",
    "items": "item",
}
CALLED = {
    "int": "(number|integer|value)",
    "float": "(number|value)",
    "str": "(string|text)",
    "ints": "(list|list of numbers|list of integers)",
    "floats": "(list|list of numbers)",
    "strs": "(list|list of strings|list of words)",
    "matrix": "(matrix|list of lists)",
    "counts": "(dictionary|dict)",
    "set": "set",
    "pairs": "list of (pairs|tuples)",
    "records": "list of (dictionaries|records)",
}
FIELDS = [
    ("name", "age", lambda rng: rng.sample(values.NAMES, 6), 15, 80),
    ("city", "population", lambda rng: rng.sample(values.CITIES, 6), 20, 900),
    ("product", "price", lambda rng: rng.sample(values.PRODUCTS, 6), 2, 200),
    ("title", "pages", lambda rng: lexicon.sample(rng, 6, True), 40, 700),
    ("team", "points", lambda rng: lexicon.sample(rng, 6, True), 0, 99),
    ("student", "score", lambda rng: rng.sample(values.NAMES, 6), 20, 100),
    ("item", "quantity", lambda rng: rng.sample(values.FRUITS, 6), 1, 50),
    ("animal", "weight", lambda rng: rng.sample(values.ANIMALS, 6), 2, 400),
    ("department", "salary", lambda rng: [rng.choice(["sales", "research", "support"]) for _ in range(6)], 1000, 9000),
]


def word(rng: random.Random) -> str:
    """A word out of the everyday lists or the lexicon."""
    return rng.choice(rng.choice((values.WORDS, values.FRUITS, values.ANIMALS, values.COLORS))) if rng.random() < 0.5 else lexicon.word(rng)


def text(rng: random.Random) -> str:
    """A word, or several, or a sentence with signs, numbers or capitals."""
    roll = rng.random()
    if roll < 0.25:
        found = word(rng)
        return rng.choice((found, found, found.capitalize(), found + found[::-1], found[:-1] + found[::-1]))
    words = [word(rng) for _ in range(rng.randint(2, 6))]
    if rng.random() < 0.3:
        words[rng.randrange(len(words))] = rng.choice(words)
    if rng.random() < 0.3:
        words.insert(rng.randrange(len(words)), str(rng.randint(1, 99)))
    if rng.random() < 0.15:
        words = [w.capitalize() for w in words]
    found = " ".join(words)
    if rng.random() < 0.04:
        return " " * rng.randint(1, 3) + found + " " * rng.randint(1, 3)
    return found.capitalize() + rng.choice("..!?") if rng.random() < 0.3 else found


def integers(rng: random.Random, count: int) -> list[int]:
    """Integers of one size, some of them negative or repeated."""
    low, high = rng.choice(((0, 10), (1, 20), (1, 100), (-10, 10), (-50, 50), (1, 1000), (10, 99)))
    found = [rng.randint(low, high) for _ in range(count)]
    if rng.random() < 0.3:
        found[rng.randrange(count)] = rng.choice(found)
    return found


def counts(rng: random.Random) -> dict[str, int]:
    """A dictionary from words to integers."""
    pool = rng.choice((values.NAMES, values.FRUITS, values.PRODUCTS, values.ANIMALS, None))
    count = rng.randint(2, 6)
    keys = rng.sample(pool, count) if pool else lexicon.sample(rng, count)
    top = rng.choice((9, 20, 100))
    return {key: rng.randint(1, top) for key in keys}


def records(rng: random.Random) -> list[dict[str, Any]]:
    """Dictionaries of the same two fields, a text and a number."""
    first, second, texts, low, high = rng.choice(FIELDS)
    return [{first: t, second: rng.randint(low, high)} for t in texts(rng)[: rng.randint(2, 5)]]


MAKERS: dict[str, Callable[[random.Random], Any]] = {
    "int": lambda rng: rng.choice((rng.randint(2, 12), rng.randint(2, 60), rng.randint(10, 400), rng.randint(1900, 2030), rng.randint(100, 99999))),
    "float": lambda rng: round(rng.uniform(0.5, rng.choice((5, 40, 200))), rng.choice((1, 1, 2))),
    "str": text,
    "ints": lambda rng: integers(rng, rng.randint(3, 9)),
    "floats": lambda rng: [round(rng.uniform(0, 30), rng.choice((1, 2))) for _ in range(rng.randint(3, 7))],
    "strs": lambda rng: values_list(rng),
    "matrix": lambda rng: (lambda columns: [[rng.randint(0, 9) for _ in range(columns)] for _ in range(rng.randint(2, 4))])(rng.randint(2, 4)),
    "counts": counts,
    "set": lambda rng: set(rng.sample(range(1, 30), rng.randint(3, 6))),
    "pairs": lambda rng: list(counts(rng).items()),
    "records": records,
}
WEIGHTS = {"int": 12, "float": 6, "str": 22, "ints": 26, "floats": 5, "strs": 18, "matrix": 5, "counts": 12, "set": 4, "pairs": 3, "records": 8}
NAMES = {
    "int": "n number x num a value limit count m total start size age year amount k",
    "float": "x price value temperature radius distance rate height weight speed amount length width",
    "str": "text s sentence word message name phrase line title string my_string input_text quote note password",
    "ints": " ".join(["numbers nums values data lst xs my_list arr scores", *values.INTS]),
    "floats": "prices temperatures measurements weights values rates distances readings data",
    "strs": "words names items strings tokens fruits cities lines labels tags colors my_list lst",
    "matrix": "matrix grid rows table board m data",
    "counts": "d counts scores prices ages stock inventory data table grades votes my_dict mapping",
    "set": "s a b numbers seen ids first_set unique members",
    "pairs": "pairs items entries data tuples",
    "records": "records people rows data items entries table",
}


def values_list(rng: random.Random) -> list[str]:
    """Strings of one sort, sometimes repeated."""
    count = rng.randint(3, 7)
    pool = rng.choice((values.NAMES, values.FRUITS, values.CITIES, values.ANIMALS, values.WORDS, values.COLORS, None, None))
    found = rng.sample(pool, count) if pool else lexicon.sample(rng, count)
    if rng.random() < 0.06:
        stem = lexicon.word(rng)[:4]
        found = [stem + ending for ending in lexicon.sample(rng, count)]
    if rng.random() < 0.3:
        found[rng.randrange(count)] = rng.choice(found)
    return found


def draw_kind(rng: random.Random) -> str:
    """A kind to start a program from."""
    return rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]


def fresh_name(rng: random.Random, kind: str, taken) -> str:
    """A name for an input of a kind that is not taken."""
    for _ in range(20):
        name = lexicon.name(rng, kind in ("ints", "strs", "floats")) if rng.random() < 0.35 else rng.choice(NAMES.get(kind, "x").split())
        if name not in taken and name.isidentifier():
            return name
    raise Unsuitable


def numbers_in(value: Any) -> list:
    """The numbers that a threshold could stand between."""
    if isinstance(value, dict):
        value = list(value.values())
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return [value]
    found = [v for v in value if isinstance(v, (int, float)) and not isinstance(v, bool)] if isinstance(value, (list, set, tuple)) else []
    if not found:
        raise Unsuitable
    return sorted(found)


def strings_in(value: Any) -> list[str]:
    """The strings of a list, the keys of a dictionary, or the string itself."""
    found = [value] if isinstance(value, str) else [v for v in value if isinstance(v, str) and v] if isinstance(value, (list, dict)) else []
    if not found:
        raise Unsuitable
    return found


def threshold(rng: random.Random, value: Any) -> int | float:
    """A number with some of the value's numbers on both sides."""
    found = numbers_in(value)
    between = found[int(rng.uniform(0, max(1, len(found) - 1)))]
    return int(between) + rng.choice((0, 0, 1)) if all(isinstance(v, int) for v in found) else float(round(between + 0.05))


ORDINALS = ["first", "second", "third", "fourth", "fifth"]
SEPARATORS = [", ", ",", "-", " ", "_", "/", "; ", ":", "|", " and ", "+", "."]


class Constants:
    """The constants of one call: what the code says and what the prompt says, drawn when first asked for."""

    def __init__(self, rng: random.Random, value: Any, quote: Callable[[str], str]) -> None:
        self.rng, self.value, self.quote, self.found = rng, value, quote, {}

    def __getitem__(self, field: str) -> tuple[str, str]:
        if field not in self.found:
            self.found[field] = self._draw(field)
        return self.found[field]

    def _text(self, value: str) -> tuple[str, str]:
        return literal(value), self.quote(value)

    def _draw(self, field: str) -> tuple[str, str]:
        rng, value = self.rng, self.value
        if field in "kspqrW":
            if field == "W":
                number = len(value) + rng.randint(2, 9) if hasattr(value, "__len__") else rng.randint(4, 9) + 1
            else:
                number = {
                    "k": lambda: rng.choice((2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 12, 100)),
                    "s": lambda: rng.choice((2, 2, 3, 3, 4)),
                    "p": lambda: rng.choice((5, 8, 10, 12, 15, 20, 25, 30, 50, 75)),
                    "q": lambda: rng.choice((2, 3, 3, 4, 5, 5, 6, 7, 10)),
                    "r": lambda: rng.choice((1, 1, 2, 2, 3)),
                }[field]()
            return str(number), str(number)
        if field in ("d", "u"):
            return self._text(
                rng.choice(SEPARATORS) if field == "d" else rng.choice(("!", "?", "-", "_", "s", "x", " ok", ".txt", "ing", "#", word(rng)))
            )
        if field == "U":
            return self["u"][0][1:-1], ""
        if field in ("n", "i", "j"):
            size = len(value)
            if size < 2:
                raise Unsuitable
            if field == "n":
                number = rng.randint(1, min(size - 1, 6))
                return str(number), str(number)
            if field == "j":
                return str(ORDINALS.index(self["i"][1])), ""
            return "", rng.choice(ORDINALS[:size])
        if field == "t":
            return (str(t := threshold(rng, value)), str(t))
        if field == "t2":
            low, numbers = float(self["t"][0]), numbers_in(value)
            high = max(numbers) if max(numbers) > low else low + rng.randint(2, 20)
            number = int(high) if float(high).is_integer() else high
            return str(number), str(number)
        if field == "m":
            chosen = rng.choice([v for v in value if isinstance(v, (int, float, str))])
            return self._text(chosen) if isinstance(chosen, str) else (literal(chosen), literal(chosen))
        if field == "z":
            digit = str(abs(rng.choice(numbers_in(value))) % 10)
            return digit, digit
        if field == "c" and isinstance(value, str):
            letters = [c for c in value if c.isalpha()]
            if not letters:
                raise Unsuitable
            return self._text(rng.choice(letters))
        return self._of_strings(field)

    def _of_strings(self, field: str) -> tuple[str, str]:
        rng, value = self.rng, self.value
        if field in ("f", "F", "g", "G", "T"):
            rows = value.to_dict("records") if hasattr(value, "to_dict") else value
            names = [key for key, found in rows[0].items() if isinstance(found, str) == (field in "fF")]
            if not names:
                raise Unsuitable
            if field == "T":
                number = threshold(rng, [int(row[names[0]]) for row in rows])
                return str(number), str(number)
            return literal(names[0]), names[0]
        found = rng.choice(strings_in(value))
        if field == "w":
            return self._text(found)
        if field == "W0":
            return "", strings_in(value)[0]
        if field == "L":
            number = max(1, len(found) + rng.choice((-1, 0, 0, 1)))
            return str(number), str(number)
        if field in ("a", "b", "a2"):
            return self._text({"a": found[0], "b": found[-1], "a2": rng.choice(found)}[field])
        raise Unsuitable(field)
