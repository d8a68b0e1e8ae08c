"""A small template language for prompts and program text: `(a|b|)` picks one alternative, `{name}` puts a value in.

Templates are also put together from text with values in it, in which `(`, `|` and `)` mean themselves: `protect` hides them from `choose`, and
`sentence`, which every prompt passes through, shows them again.
"""

import random
import re
from functools import lru_cache

SIGNS = re.compile(r"(\\.|[()|])")
SPACES = re.compile(" +")
FIELD = re.compile(r"\{(\w+)\}")


@lru_cache(maxsize=20000)
def _parse(template: str) -> tuple:
    """The template as a sequence of strings and of tuples of alternatives, each a parsed template."""
    open_groups: list[list[list]] = [[[]]]
    for part in SIGNS.split(template):
        if part == "(":
            open_groups.append([[]])
        elif part == "|":
            open_groups[-1].append([])
        elif part == ")" and len(open_groups) > 1:
            group = tuple(map(tuple, open_groups.pop()))
            open_groups[-1][-1].append(group)
        elif part:
            open_groups[-1][-1].append(part[1:] if part[0] == "\\" else part)
    if len(open_groups) != 1:
        raise ValueError(f"a parenthesis is not closed: {template}")
    return (tuple(map(tuple, open_groups[0])),)


def _expand(rng: random.Random, parsed: tuple, out: list[str]) -> None:
    for part in parsed:
        if isinstance(part, str):
            out.append(part)
        else:
            _expand(rng, part[int(rng.random() * len(part))], out)


def choose(rng: random.Random, template: str) -> str:
    """One of the texts that the template stands for; its fields stay as they are."""
    out: list[str] = []
    _expand(rng, _parse(template), out)
    return "".join(out)


HIDDEN = str.maketrans("(|)\\", "\ue000\ue001\ue002\ue003")
SHOWN = str.maketrans("\ue000\ue001\ue002\ue003", "(|)\\")


def protect(text: str) -> str:
    """The text with the template language's own signs hidden, so that `choose` leaves them alone."""
    return text.translate(HIDDEN)


def fill(template: str, values) -> str:
    """Puts values in the template's fields. `{{x}}` gives the value in braces, as an f-string needs it."""
    return FIELD.sub(lambda match: str(values[match.group(1)]), template)


def sentence(text: str) -> str:
    """The text with single spaces, a capital letter at its start, and no space before its stops."""
    text = SPACES.sub(" ", text).strip().replace(" ,", ",").translate(SHOWN)
    return text[:1].upper() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def article(noun: str) -> str:
    """The noun with `a` or `an`."""
    return ("an " if noun[:1].lower() in "aeiou" else "a ") + noun
