"""What programs are about: names of variables, and values that fit them."""

import random
import string

from . import lexicon

FRUITS = "apple banana cherry grape lemon mango orange peach pear plum kiwi melon fig lime papaya apricot blueberry strawberry coconut date".split()
COLORS = "red green blue yellow purple orange black white pink brown gray cyan silver gold violet".split()
ANIMALS = "cat dog horse rabbit tiger lion bear wolf fox mouse eagle shark whale snake frog duck cow sheep goat panda zebra owl camel monkey".split()
CITIES = "London Paris Berlin Madrid Rome Vienna Oslo Dublin Lisbon Prague Tokyo Delhi Cairo Lima Boston Chicago Denver Seattle Austin Toronto Sydney Athens Warsaw Zurich".split()
COUNTRIES = (
    "France Spain Italy Germany Japan Brazil Canada Mexico India China Egypt Norway Sweden Poland Greece Peru Chile Kenya Portugal Austria".split()
)
NAMES = (
    "Alice Bob Carol David Emma Frank Grace Henry Ivy Jack Kate Leo Mia Noah Olivia Paul Quinn Rose Sam Tom Uma Victor Wendy Anna Ben Clara Dan Eva "
    "Felix Gina Hugo Iris John Laura Mark Nina Oscar Peter Rachel Sarah Tina Max Lucy Maria Jane Mary Adam Julia"
).split()
SURNAMES = "Smith Jones Brown Taylor Wilson Davis Clark Lewis Walker Hall Young King Wright Green Baker Adams Nelson Hill Moore White Martin Lee Scott".split()
WORDS = (
    "river mountain window garden silver summer winter paper coffee music table planet ocean forest bridge camera letter market number orange pocket "
    "rocket school ticket valley yellow castle dragon engine flower guitar hammer island jacket kitchen ladder mirror needle office pencil queen ribbon "
    "shadow temple uncle violin wagon yard zebra code data python tree house light night cloud stone water fire earth wind star moon sun road ship train "
    "key door book lamp chair glass spoon clock phone radio hello world test value level civic apple banana tea milk bread cheese butter sugar salt rice"
).split()
ADJECTIVES = "quick lazy happy bright dark small large old young warm cold quiet loud strong simple clever brave gentle early late".split()
VERBS = "runs jumps walks sings reads writes sleeps eats plays works swims waits laughs learns".split()
SUBJECTS = "math physics history art music biology chemistry english sports geography".split()
PRODUCTS = "pen book lamp chair desk phone mouse keyboard monitor cable bag shirt hat shoes jacket watch cup plate bottle notebook".split()
MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()

# Names for a variable of each kind; the names of lists are plural nouns where they can be, so that loops have a word for an element.
INTS = "numbers nums values scores ages points counts lengths sizes data items grades temperatures distances weights heights marks steps amounts results lst my_list a xs sales votes levels years readings".split()
FLOATS = "prices temperatures weights heights rates measurements values distances samples costs amounts readings speeds lengths scores data ratings times".split()
WORD_LISTS = {
    "fruits": FRUITS,
    "colors": COLORS,
    "animals": ANIMALS,
    "cities": CITIES,
    "countries": COUNTRIES,
    "names": NAMES,
    "words": WORDS,
    "subjects": SUBJECTS,
    "products": PRODUCTS,
    "items": PRODUCTS + FRUITS,
    "tags": WORDS,
    "students": NAMES,
    "users": [n.lower() for n in NAMES],
    "pets": ANIMALS,
    "months": MONTHS,
    "days": DAYS,
    "strings": WORDS,
    "tokens": WORDS,
    "keys": WORDS,
    "lst": WORDS,
    "my_list": FRUITS + COLORS,
    "players": NAMES,
    "places": CITIES,
    "texts": WORDS,
    "labels": WORDS,
    "friends": NAMES,
    "ingredients": FRUITS + WORDS[-8:],
    "guests": NAMES,
    "files": [w + e for w in WORDS[:40] for e in (".txt", ".py", ".csv")],
}
COUNT_DICTS = {
    "prices": (FRUITS + PRODUCTS, 1, 60),
    "ages": (NAMES, 5, 80),
    "scores": (NAMES, 0, 100),
    "stock": (PRODUCTS + FRUITS, 0, 50),
    "grades": (SUBJECTS + NAMES, 40, 100),
    "inventory": (PRODUCTS + FRUITS, 1, 40),
    "population": (CITIES + COUNTRIES, 100, 9000),
    "votes": (NAMES, 1, 60),
    "counts": (WORDS, 1, 20),
    "points": (NAMES, 0, 50),
    "temperatures": (CITIES, -10, 40),
    "d": (list("abcdefgh"), 1, 20),
    "my_dict": (list("abcdefgh") + WORDS[:20], 1, 50),
    "salaries": (NAMES, 1000, 9000),
    "distances": (CITIES, 10, 900),
    "data": (WORDS, 1, 99),
    "calories": (FRUITS, 20, 300),
    "balances": (NAMES, 10, 900),
    "sales": (MONTHS, 10, 500),
    "budget": (WORDS[-30:], 10, 900),
}
INT_NAMES = "n x y a b k m count number total num width height age year limit size price length value level score minutes seconds days hours quantity distance speed radius amount start".split()
FLOAT_NAMES = (
    "price rate x y temperature radius weight height distance amount speed balance discount tax factor ratio cost total average celsius".split()
)
STRING_NAMES = (
    "text s word sentence name message line title phrase string my_string greeting city label key title data content code color filename".split()
)
SENTENCES = ("text", "sentence", "line", "message", "phrase", "s", "content", "string", "my_string", "title")


def integers(rng: random.Random, size: int | None = None) -> list[int]:
    """A list of integers in one of a few ranges, now and then with values that repeat."""
    size = size or rng.randint(3, 8)
    low, high, step = rng.choice(
        (
            *((1, 10, 1), (1, 20, 1), (0, 9, 1), (1, 50, 1), (1, 100, 1), (-10, 10, 1), (-20, 30, 1), (10, 99, 1), (100, 999, 1)),
            *((1000, 9999, 1), (5, 100, 5), (10, 200, 10), (100, 3000, 50), (1000, 20000, 500)),
        )
    )
    if rng.random() < 0.3:
        pool = [rng.randrange(low, high + 1, step) for _ in range(max(2, size // 2 + 1))]
        return [rng.choice(pool) for _ in range(size)]
    return [rng.randrange(low, high + 1, step) for _ in range(size)]


def decimals(rng: random.Random, size: int | None = None) -> list[float]:
    """A list of numbers with one or two decimals."""
    digits, high = rng.choice(((1, 10), (2, 20), (1, 100), (2, 5), (1, 40)))
    return [round(rng.uniform(0.5, high), digits) for _ in range(size or rng.randint(3, 6))]


def some(rng: random.Random, pool: list[str], share: float = 0.4) -> list[str]:
    """The pool, or now and then words of any kind, written with capitals if the pool's are."""
    return lexicon.sample(rng, 12, pool[0][:1].isupper()) if rng.random() < share else pool


def word_list(rng: random.Random, name: str, size: int | None = None) -> list[str]:
    """Words that fit the name of a list."""
    pool, size = some(rng, WORD_LISTS.get(name, WORDS)), size or rng.randint(3, 6)
    found = rng.sample(pool, min(size, len(pool)))
    if rng.random() < 0.15:
        found.append(rng.choice(found))
    return found


def count_dict(rng: random.Random, name: str) -> dict[str, int]:
    """Words with a number each, that fit the name of a dictionary."""
    pool, low, high = COUNT_DICTS.get(name, (WORDS, 1, rng.choice((9, 50, 900))))
    pool = some(rng, pool)
    return {key: rng.randint(low, high) for key in rng.sample(pool, min(len(pool), rng.randint(2, 5)))}


def text_for(rng: random.Random, name: str) -> str:
    """A string that fits the name of a variable."""
    if name in ("name",):
        first, last = rng.choice(some(rng, NAMES)), rng.choice(some(rng, SURNAMES))
        return rng.choice((first, f"{first} {last}"))
    if name == "city":
        return rng.choice(some(rng, CITIES))
    if name == "color":
        return rng.choice(some(rng, COLORS))
    if name == "filename":
        return rng.choice(some(rng, WORDS)) + rng.choice((".txt", ".csv", ".py", ".json", ".tar.gz"))
    if name in SENTENCES or rng.random() < 0.3:
        return sentence_text(rng)
    if rng.random() < 0.15:
        return "".join(rng.choice(string.ascii_letters + string.digits) for _ in range(rng.randint(5, 12)))
    return rng.choice(some(rng, WORDS))


def sentence_text(rng: random.Random) -> str:
    """A few words: a plain sentence, or words in a row."""
    kind = rng.random()
    if rng.random() < 0.4:
        text = " ".join(lexicon.sample(rng, rng.randint(2, 5)))
        return text if rng.random() < 0.6 else text.capitalize() + rng.choice(("", ".", "!", "?"))
    if kind < 0.4:
        text = f"the {rng.choice(ADJECTIVES)} {rng.choice(ANIMALS)} {rng.choice(VERBS)} in the {rng.choice(WORDS)}"
        return text if rng.random() < 0.5 else text.capitalize() + rng.choice(("", ".", "!"))
    if kind < 0.7:
        return " ".join(rng.choice(WORDS) for _ in range(rng.randint(2, 6)))
    if kind < 0.8:
        return rng.choice(
            (
                "Hello, World!",
                "Hello World",
                "hello there",
                "Good morning",
                "to be or not to be",
                "practice makes perfect",
                "Python is fun",
                "one two three",
            )
        )
    if kind < 0.9:
        return f"{rng.choice(NAMES)} has {rng.randint(2, 90)} {rng.choice(FRUITS)}s and {rng.randint(2, 90)} {rng.choice(PRODUCTS)}s"
    return f"I {rng.choice(('like', 'love', 'want', 'need', 'see'))} {rng.choice(FRUITS)}s and {rng.choice(COLORS)} {rng.choice(PRODUCTS)}s"


def singular(name: str) -> str:
    """A word for one element of a list of this name, or an empty string if the name has none."""
    base = name.split("_")[-1]
    irregular = {
        "cities": "city",
        "countries": "country",
        "people": "person",
        "children": "child",
        "indices": "index",
        "salaries": "salary",
        "data": "",
        "xs": "x",
        "ys": "y",
        "lst": "",
        "series": "",
        "boxes": "box",
        "matches": "match",
        "classes": "",
        "squares": "square",
        "words": "word",
        "entries": "entry",
        "berries": "berry",
        "nums": "num",
        "status": "",
        "keys": "key",
        "s": "",
        "radius": "",
        "address": "",
        "ids": "id",
        "days": "day",
        "evens": "n",
        "odds": "n",
        "positives": "n",
        "negatives": "n",
        "strings": "s",
        "class": "",
        "basis": "",
        "bonus": "",
    }
    if base in irregular:
        return irregular[base]
    return base[:-1] if base.endswith("s") and len(base) > 3 and not base.endswith("ss") else ""
