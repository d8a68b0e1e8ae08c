"""Phrases that many kinds of turns share: where a result goes, what it is called, what the elements of a list are called."""

from . import values
from .builder import Parameters, Program, Unsuitable
from .phrases import choose

COMPUTE = "(Compute|Calculate|Find|Get|Determine|Compute|Calculate)"
WHERE = "(a (new |)variable (named |called |)|the variable |||){v}"
STORE = f"(and|and|, and) (((store|save|put) (it|the result) in|assign (it|the result) to|store the result in) {WHERE}|save (it|the result) as {{v}}|(call|name) (it|the result) {{v}})"
NAMED_WITH = "(Assign {np} to (a (new |)variable (named |called |)|the variable |||){v}|Store {np} in (a (new |)variable (named |called |)|the variable |||){v}|Let {v} be {np}|Set {v} to {np}|(Create|Define) (a (new |)variable |){v} (as|with|that holds|equal to) {np}|Save {np} (in|as) {v}|Define {v} as {np})"
SHOW = "(Print|Print|Print|Show|Display|Output)"
TRUTH = "(Check|Determine|Test)"


def names_of(row_names, parameters: Parameters) -> list[str]:
    found = []
    for name in row_names:
        try:
            found.append(parameters.code(name) if "{" in name else name)
        except Unsuitable:
            continue
    return [n for n in found if n.isidentifier() and n != "-"]


def pick_name(program: Program, names: list[str], source: str) -> str:
    """A name for a result that the prompt states: mostly a usual one, sometimes made of the source's name, or a letter."""
    rng = program.rng
    roll = rng.random()
    if roll < 0.25 or not names:
        pool = [
            "result",
            "answer",
            "value",
            "output",
            "y",
            "z",
            "r",
            "res",
            "new_" + source,
            "out",
            "final",
            "temp",
            "b",
            "c",
            "my_result",
            "updated_" + source,
        ]
    elif roll < 0.45:
        base = names[0].split("_")[0]
        pool = [f"{source}_{base}", f"{base}_{source}", f"{base}_value", f"my_{base}", f"{base}_of_{source}"]
    else:
        pool = list(names)
    pool = [n for n in pool if n.isidentifier() and len(n) < 26]
    return program.novel_name() or program.fresh(rng.sample(pool, len(pool)))


def spoken(program: Program, name: str) -> str:
    """What a prompt can call a result whose name no prompt has said: `the total`, `the doubled values`; plain letters tell nothing."""
    words = name.rstrip("_").replace("_", " ")
    if len(words) < 3 or words in ("arr", "std", "out", "res", "top", "mod"):
        return "the result"
    if words.endswith(("ed", "ing")) or words in ("large", "small", "first", "above", "below"):
        return program.rng.choice((f"the {words} values", "the result", f"the {words} list")) if " " not in words else f"the {words}"
    return f"the {words}"


def items_word(program: Program, name: str) -> str:
    """A word for the elements of a list."""
    if values.singular(name) and name.isalpha() and program.rng.random() < 0.4:
        return name
    return choose(program.rng, "(numbers|values|elements|items|numbers)" if program.kinds[name] == "nums" else "(strings|words|elements|items|words)")


def item_word(program: Program, name: str) -> str:
    if values.singular(name) and program.rng.random() < 0.4:
        return values.singular(name)
    return choose(program.rng, "(number|value|element|item|number)" if program.kinds[name] == "nums" else "(string|word|element|item|word)")
