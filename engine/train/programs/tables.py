"""The tables that programs are composed of: what can be said of a value, and the expression that computes it.

A line is `what it is called => expression => names for the result`. The left side is a noun phrase in the language of `phrases`; `{x}` is the value
that it is about, the other fields are parameters that `builder.Parameters` draws so that they fit the value. Lines after a `!` are actions: an
imperative phrase, the statement that does it in place, and the expression that gives the new value.
"""

from dataclasses import dataclass
from functools import cache

from .rows import containers, elements, lists, scalars, two


@dataclass(frozen=True)
class Row:
    """A noun phrase, the expression that computes what it names, and names for the result, the usual one first."""

    phrase: str
    expression: str
    names: tuple[str, ...]
    needs: str = ""


@dataclass(frozen=True)
class Action:
    """An imperative phrase, the statement that does it to `{x}` in place, and the expression of the new value (empty if there is none)."""

    phrase: str
    statement: str
    expression: str = ""
    needs: str = ""


def _lines(text: str, least: int) -> list[list[str]]:
    rows = []
    for line in text.strip().splitlines():
        parts = [part.strip() for part in line.split("=>")]
        if len(parts) < least:
            raise ValueError(f"too few parts: {line}")
        rows.append(parts)
    return rows


def _rows(text: str) -> list[Row]:
    return [Row(p[0].replace(")?", "|)").replace("s?", "(s|)"), p[1], tuple(p[2].split()), p[3] if len(p) > 3 else "") for p in _lines(text, 3)]


def _actions(text: str) -> list[Action]:
    return [Action(p[0].replace("s?", "(s|)"), p[1], p[2] if len(p) > 2 else "", p[3] if len(p) > 3 else "") for p in _lines(text, 2)]


@cache
def rows() -> dict[str, list[Row]]:
    """The rows about one value, by its kind."""
    return {
        "nums": _rows(lists.NUMS),
        "words": _rows(lists.WORDS),
        "str": _rows(scalars.STR),
        "int": _rows(scalars.INT),
        "float": _rows(scalars.FLOAT),
        "counts": _rows(containers.COUNTS),
        "set": _rows(containers.SETS),
        "tuple": _rows(containers.TUPLES),
        "matrix": _rows(containers.MATRIX),
        "pairs": _rows(containers.PAIRS),
        "records": _rows(containers.RECORDS),
        "array": _rows(containers.ARRAY),
        "array2": _rows(containers.ARRAY2),
        "date": _rows(containers.DATES),
        "bool": _rows(containers.BOOLS),
    }


@cache
def actions() -> dict[str, list[Action]]:
    """The actions on one value, by its kind."""
    return {
        "nums": _actions(lists.NUMS_ACTIONS),
        "words": _actions(lists.WORDS_ACTIONS),
        "str": _actions(scalars.STR_ACTIONS),
        "int": _actions(scalars.INT_ACTIONS),
        "float": _actions(scalars.FLOAT_ACTIONS),
        "counts": _actions(containers.COUNTS_ACTIONS),
    }


@cache
def pair_rows() -> dict[tuple[str, str], list[Row]]:
    """The rows about two values, by their kinds."""
    return {kinds: _rows(text) for kinds, text in two.TWO.items()}


@cache
def pair_actions() -> dict[tuple[str, str], list[Action]]:
    """The actions on a value by another one, by their kinds; those on numbers hold for integers and decimals."""
    found: dict[tuple[str, str], list[Action]] = {}
    for (first, second), text in two.TWO_ACTIONS.items():
        for a in ("int", "float") if first == "num" else (first,):
            for b in ("int", "float") if second == "num" else (second,):
                found[a, b] = _actions(text)
    return found


@cache
def conditions() -> dict[str, list[tuple[str, str, str]]]:
    """Conditions on an element of a list, by the list's kind: for many, for one, and the expression."""
    return {"nums": [tuple(p[:3]) for p in _lines(elements.NUM_CONDITIONS, 3)], "words": [tuple(p[:3]) for p in _lines(elements.STR_CONDITIONS, 3)]}


@cache
def maps() -> dict[str, list[tuple[str, str, str, tuple[str, ...]]]]:
    """What can be done with each element of a list, by the list's kind: verb phrase, noun phrase, expression, names."""
    return {
        "nums": [(p[0], p[1], p[2], tuple(p[3].split())) for p in _lines(elements.NUM_MAPS, 4)],
        "words": [(p[0], p[1], p[2], tuple(p[3].split())) for p in _lines(elements.STR_MAPS, 4)],
    }
