"""Which kinds of generated documents there are, and how often each."""

import random

from .render import Document, multi_turn

MIXTURE = [(1.0, multi_turn)]


def make_document(rng: random.Random) -> Document:
    """A document of one of the kinds."""
    return rng.choices([make for _, make in MIXTURE], [weight for weight, _ in MIXTURE])[0](rng)
