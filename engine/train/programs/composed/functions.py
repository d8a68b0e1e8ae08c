"""What a generated function is, however it came about."""

import random
from dataclasses import dataclass

from ..phrases import choose
from . import kinds


@dataclass
class Function:
    """A function: its text, and what prompts say of it. `noun` is what it returns, or else `does` says what it does."""

    name: str
    parameters: tuple[str, ...]
    kinds: tuple[str, ...]
    gives: str
    code: str
    noun: str = ""
    does: str = ""
    makers: tuple = ()

    def said(self, rng: random.Random, mark) -> list[str]:
        """The parameters as a prompt introduces them."""
        found = []
        for name, kind in zip(self.parameters, self.kinds):
            called = choose(rng, kinds.CALLED.get(kind, "value"))
            article = "an" if called[0] in "aeiou" else "a"
            found.append(rng.choice((f"{article} {called} {mark(name)}", f"{article} {called} {mark(name)}", mark(name))))
        return found
