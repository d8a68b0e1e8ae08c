"""Words that no table lists, so that names and texts have to be read from the prompt and cannot be known by heart."""

import builtins
import keyword
import random
import re
import sys
from functools import cache

from .. import tokenizer

# Tokens before this one are mostly the words that prompts themselves are made of.
FIRST_TOKEN = 2000
ONSETS = "b br c ch cl d dr f fl g gr h j k l m n p pl pr qu r s sh sl st t th tr v w z".split()
VOWELS = "a a e e i o o u ai ee ou".split()
# A model should not learn to name things so.
RUDE = re.compile("fuck|shit|bitch|porn|slut|whore|nazi|rapist|nigg|faggot|cunt")
ENDS = ["", "", "", "l", "m", "n", "r", "s", "t", "x", "nd", "rk"]


@cache
def words() -> tuple[str, ...]:
    """English words, the common ones first: what CodeGen's vocabulary has whole."""
    taken = {*keyword.kwlist, *keyword.softkwlist, *dir(builtins), *sys.stdlib_module_names}
    vocabulary = tokenizer.load().get_vocab()
    found = sorted((token, text[1:]) for text, token in vocabulary.items() if token >= FIRST_TOKEN and re.fullmatch("Ġ[a-z]{3,10}", text))
    return tuple(word for _, word in found if word not in taken and not RUDE.search(word))


def made_up(rng: random.Random) -> str:
    """A word that nobody has heard."""
    return "".join(rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(ENDS) for _ in range(rng.choice((1, 2, 2, 3)))) or "zed"


def word(rng: random.Random) -> str:
    """A word, rather a common one."""
    if rng.random() < 0.2:
        made = made_up(rng)
        return made if not keyword.iskeyword(made) else made + "o"
    return words()[int(len(words()) * rng.random() ** 1.5)]


def sample(rng: random.Random, count: int, capitals: bool = False) -> list[str]:
    """Words that differ."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[word(rng).capitalize() if capitals else word(rng)] = None
    return list(found)


def name(rng: random.Random, plural: bool = False) -> str:
    """A variable's name."""
    base = word(rng)
    roll = rng.random()
    if roll < 0.2:
        base = f"{word(rng)}_{base}"
    elif roll < 0.27 and not plural:
        base += rng.choice("123_")
    elif roll < 0.34:
        base = rng.choice(("my_", "new_", "all_", "first_", "last_", "old_")) + base
    return base + "s" if plural and not base.endswith("s") and rng.random() < 0.8 else base
