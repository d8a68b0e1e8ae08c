"""Turns that give a new variable its value."""

import datetime
import random

from . import values
from .builder import NOUNS, Program, Unsuitable, literal
from .phrases import choose, fill

SET_TO = (
    "(Assign|Assign) (the {noun} |){lit} to (a (new |)variable (named|called) |the variable |){var}|Set (the variable |){var} to {lit}|Store (the {noun} |){lit} in (a variable (named|called) |the variable |){var}"
    "|(Create|Define|Make) a (new |)variable (named |called |){var} (with (the |)value|equal to|and set it to|that holds|containing) {lit}|Let {var} be (the {noun} |){lit}"
    "|Initialize {var} (to|with|as) {lit}|(Create|Define|Make) (a {noun}|a {noun}) (named |called |){var} (with (the |)value|equal to|:) {lit}|Define {var} (as|to be) (the {noun} |){lit}|{var} is {lit}|Save {lit} (as|in|to) {var}"
)
WITH_ITEMS = (
    "(Create|Define|Make|Build) a (new |)list (named |called |){var} (with|containing|that contains|of|holding) (the (elements|{items}|values|items) |){lit}"
    "|(Create|Define|Make) (a list|the list) (named |called |){var} = {lit}|Create (the|a) list {lit} (and (call it|name it|store it in|assign it to|save it as)) {var}|Put (the {items} |){enum} (in|into) a list (named |called |){var}"
    "|Create {var}, a list (with|of|containing) (the {items} |){enum}|(Create|Define) a list (named |called |){var} (with|containing) (the {items} |){enum}"
)
UNNAMED = "(Create|Define|Make) a list (with|of|containing) the {items} {enum}|(Create|Define|Make) the list {lit}|Create a list {lit}"


def enumeration(texts: list[str]) -> str:
    """The texts as a sentence lists them."""
    return texts[0] if len(texts) == 1 else ", ".join(texts[:-1]) + " and " + texts[-1]


def phrase(program: Program, template: str, name: str, value, items: str = "values") -> str:
    noun = NOUNS.get(
        {list: "nums", dict: "counts", str: "str", tuple: "tuple", set: "set"}.get(type(value), ""),
        "number" if isinstance(value, (int, float)) else "value",
    )
    enum = enumeration([program.say(v) for v in value]) if isinstance(value, list) else program.say(value)
    fields = {"var": program.quoted(name), "lit": program.say(value), "noun": noun, "items": items, "enum": enum}
    return fill(choose(program.rng, template), fields)


def assign(program: Program, name: str, value, template: str = SET_TO, items: str = "values") -> None:
    """A turn that assigns a literal."""
    program.add(phrase(program, template, name, value, items), f"{name} = {literal(value)}")
    program.define(name)


def new_name(program: Program, pool, novel: bool = True) -> str:
    if novel and (name := program.novel_name(plural=pool[0].endswith("s"))):
        return name
    for _ in range(8):
        name = program.rng.choice(pool)
        if name not in program.namespace:
            return name
    raise Unsuitable


def numbers(program: Program) -> None:
    rng = program.rng
    if rng.random() < 0.75:
        name, value = new_name(program, values.INTS), values.integers(rng)
    else:
        name, value = new_name(program, values.FLOATS), values.decimals(rng)
    if rng.random() < 0.12 and "numbers" not in program.namespace:
        program.add(phrase(program, UNNAMED, "numbers", value, "numbers"), f"numbers = {literal(value)}")
        program.define("numbers", "the list")
    else:
        assign(program, name, value, SET_TO if rng.random() < 0.55 else WITH_ITEMS, "numbers")


def words(program: Program) -> None:
    rng = program.rng
    name = new_name(program, list(values.WORD_LISTS))
    value = values.word_list(rng, name)
    items = rng.choice((name if values.singular(name) else "strings", "strings", "words"))
    assign(program, name, value, SET_TO if rng.random() < 0.55 else WITH_ITEMS, items)


def text(program: Program) -> None:
    name = new_name(program, values.STRING_NAMES)
    assign(program, name, values.text_for(program.rng, name))


def number(program: Program) -> None:
    rng = program.rng
    if rng.random() < 0.7:
        assign(
            program,
            new_name(program, values.INT_NAMES),
            rng.choice(
                (rng.randint(1, 12), rng.randint(1, 50), rng.randint(1, 200), rng.randint(-20, 20), rng.randint(100, 9999), 10 * rng.randint(1, 99))
            ),
        )
    else:
        assign(program, new_name(program, values.FLOAT_NAMES), round(rng.uniform(0.5, rng.choice((5, 20, 100))), rng.choice((1, 1, 2))))


def two_values(program: Program) -> None:
    """Two variables in one turn."""
    rng = program.rng
    if rng.random() < 0.65:
        pair = rng.choice(
            (
                ("a", "b"),
                ("x", "y"),
                ("width", "height"),
                ("m", "n"),
                ("first", "second"),
                ("price", "quantity"),
                ("length", "width"),
                ("start", "end"),
                ("p", "q"),
                ("base", "height"),
                ("distance", "time"),
            )
        )
        given = [rng.randint(1, rng.choice((9, 20, 100))) if rng.random() < 0.8 else round(rng.uniform(1, 20), 1) for _ in pair]
    else:
        pair = rng.choice(
            (("a", "b"), ("first", "second"), ("first_name", "last_name"), ("s", "t"), ("word1", "word2"), ("left", "right"), ("name", "city"))
        )
        pools = {"first_name": values.NAMES, "name": values.NAMES, "last_name": values.SURNAMES, "city": values.CITIES}
        given = [rng.choice(values.some(rng, pools.get(name, values.WORDS))) for name in pair]
    pair = tuple(program.novel_name() or name for name in pair)
    if any(name in program.namespace for name in pair) or pair[0] == pair[1]:
        raise Unsuitable
    (a, b), (u, v) = (program.quoted(n) for n in pair), (program.say(g) for g in given)
    prompt = choose(
        rng,
        f"Assign {u} to {a} and {v} to {b}|Set {a} to {u} and {b} to {v}|(Create|Define) (two |)variables {a} and {b} with (the |)values {u} and {v}|Let {a} be {u} and {b} be {v}"
        f"|Define {a} as {u} and {b} as {v}|Store {u} in {a} and {v} in {b}|Create {a} with (the |)value {u} and {b} with (the |)value {v}",
    )
    program.add(prompt, f"{pair[0]} = {literal(given[0])}\n{pair[1]} = {literal(given[1])}")
    for name in pair:
        program.define(name)


def mapping(program: Program) -> None:
    rng = program.rng
    name = new_name(program, list(values.COUNT_DICTS))
    value = values.count_dict(rng, name)
    entries = enumeration([f"{program.say(k)} to {v}" for k, v in value.items()])
    pairs = enumeration([f"{program.say(k)}: {v}" for k, v in value.items()])
    var, lit = program.quoted(name), program.say(value)
    prompt = choose(
        rng,
        "(Create|Define|Make) a (dictionary|dict) (named |called |)VAR (that maps|mapping) MAPS|Assign the (dictionary|dict) LIT to (a variable (named|called) |)VAR|(Create|Define) (the|a) (dictionary|dict) VAR (with (the entries|the items|)|:|=) LIT"
        "|Let VAR be (the (dictionary|dict) |)LIT|Set VAR to (the (dictionary|dict) |)LIT|Store (the (dictionary|dict) |)LIT in VAR|(Create|Define) a (dictionary|dict) (named |called |)VAR with (the entries |)PAIRS",
    )
    program.add(prompt.replace("VAR", var).replace("MAPS", entries).replace("PAIRS", pairs).replace("LIT", lit), f"{name} = {literal(value)}")
    program.define(name)


def empty(program: Program) -> None:
    """An empty list or dictionary, filled at once: an empty one is of no kind yet."""
    rng = program.rng
    name = new_name(program, ("result", "items", "numbers", "values", "squares", "words", "cart", "queue", "stack", "history", "names"))
    var = program.quoted(name)
    if rng.random() < 0.5:
        count = rng.randint(3, 12)
        kind = rng.choice(("numbers", "squares", "even", "cubes", "multiples"))
        k = rng.randint(2, 9)
        expression, what = {
            "numbers": (f"list(range(1, {count} + 1))", f"the (numbers|integers) from 1 to {count}"),
            "squares": (f"[i ** 2 for i in range(1, {count + 1})]", f"the squares of the numbers from 1 to {count}"),
            "even": (f"list(range(2, {2 * count + 1}, 2))", f"the even numbers (from 2 to|up to) {2 * count}"),
            "cubes": (f"[i ** 3 for i in range(1, {count + 1})]", f"the cubes of the numbers from 1 to {count}"),
            "multiples": (f"[{k} * i for i in range(1, {count + 1})]", f"the first {count} multiples of {k}"),
        }[kind]
        expression = expression.replace(f"{count} + 1", str(count + 1))
        program.add(
            choose(
                rng,
                f"(Create|Make|Build|Generate) a list (named |called |){var} (with|of|containing) {what}|Let {var} be (a|the) list of {what}|Store {what} in (a list (named |called |)|){var}|Assign a list (with|of) {what} to {var}",
            ),
            f"{name} = {expression}",
        )
        program.define(name)
        return
    program.add(
        choose(
            rng,
            f"(Create|Make|Define) an empty list (named |called |){var}|Initialize {var} (as|to|with) an empty list|Let {var} be an empty list|Start with an empty list {var}",
        ),
        f"{name} = []",
    )
    given = (
        [rng.choice(values.WORDS) for _ in range(rng.randint(2, 3))] if rng.random() < 0.5 else [rng.randint(1, 99) for _ in range(rng.randint(2, 3))]
    )
    said = enumeration([program.say(g) for g in given])
    kind = rng.random()
    if kind < 0.4:
        program.add(choose(rng, f"(Append|Add) {said} to ({var}|it)"), "\n".join(f"{name}.append({literal(g)})" for g in given))
    elif kind < 0.6:
        program.add(choose(rng, f"(Extend {var} with|Add to {var} all of) {program.say(given)}"), f"{name}.extend({literal(given)})")
    else:
        count, what = (
            rng.randint(3, 12),
            rng.choice((("i", "the numbers"), ("i ** 2", "the squares of the numbers"), ("i * 2", "the doubles of the numbers"))),
        )
        program.add(
            choose(rng, f"(Append|Add) {what[1]} from 1 to {count} to {var}( (with|using|in) a (for |)loop|)"),
            f"for i in range(1, {count + 1}):\n    {name}.append({what[0]})",
        )
    program.define(name)


def collection(program: Program) -> None:
    """A set or a tuple."""
    rng = program.rng
    if rng.random() < 0.55:
        value = (
            rng.sample(range(1, 30), rng.randint(3, 6)) if rng.random() < 0.6 else rng.sample(values.FRUITS + values.COLORS[:4], rng.randint(2, 5))
        )
        value_text = "{" + ", ".join(literal(v) for v in value) + "}"
        name = new_name(
            program, ("a", "b", "s", "unique", "first_set", "second_set", "allowed", "seen", "my_set", "tags", "evens", "members", "set_a", "set_b")
        )
        noun = "set"
    else:
        value = (
            tuple(rng.randint(0, 30) for _ in range(rng.randint(2, 4)))
            if rng.random() < 0.6
            else (rng.choice(values.NAMES), rng.randint(10, 80), rng.choice(values.CITIES))
        )
        value_text, name, noun = (
            literal(value),
            new_name(program, ("point", "t", "pair", "person", "position", "my_tuple", "coordinates", "record", "size")),
            "tuple",
        )
    said = value_text if program.string_quote == '"' else value_text.replace('"', "'")
    var = program.quoted(name)
    program.add(
        choose(
            rng,
            f"Assign the {noun} LIT to (a variable (named|called) |){var}|(Create|Define|Make) (a|the) {noun} (named |called |){var} (with (the elements |)|containing|=|:|) LIT|Let {var} be (the {noun} |)LIT|Set {var} to (the {noun} |)LIT|Store (the {noun} |)LIT in {var}",
        ).replace("LIT", said),
        f"{name} = {value_text}",
    )
    program.define(name)


def set_from_list(program: Program) -> None:
    """A set made of a list's elements."""
    rng = program.rng
    name = new_name(program, ("a", "b", "x", "y", "s", "t", "unique", "allowed", "seen", "members", "first", "second"))
    given = (
        values.integers(rng, rng.randint(2, 6)) if rng.random() < 0.5 else values.word_list(rng, rng.choice(("colors", "fruits", "words", "names")))
    )
    var, lit = program.quoted(name), program.say(given)
    program.add(
        choose(
            rng,
            f"(Create|Make|Build) a set (named |called |){var} (from|of|with) (the (list|elements of|values|items|elements) |){lit}|Let {var} be (a|the) set (of|from|with) (the (list|elements of|values|elements in) |){lit}|Convert (the list |){lit} to a set (named |called |){var}",
        ),
        f"{name} = set({literal(given)})",
    )
    program.define(name)


def two_sets(program: Program) -> None:
    rng = program.rng
    a, b = rng.choice((("a", "b"), ("first", "second"), ("set_a", "set_b"), ("s", "t"), ("evens", "primes"), ("x", "y")))
    if a in program.namespace or b in program.namespace:
        raise Unsuitable
    pool = list(range(1, 12)) if rng.random() < 0.6 else rng.sample(values.FRUITS, 7)
    one, two = ("{" + ", ".join(literal(v) for v in rng.sample(pool, rng.randint(3, 5))) + "}" for _ in range(2))
    program.add(
        choose(
            rng,
            f"(Create|Define) (the sets|two sets) {a} = ONE and {b} = TWO|Let {a} be the set ONE and {b} (be |)the set TWO|Assign the sets ONE and TWO to {a} and {b}|Set {a} to ONE and {b} to TWO",
        )
        .replace("ONE", one)
        .replace("TWO", two),
        f"{a} = {one}\n{b} = {two}",
    )
    program.define(a)
    program.define(b)


def matrix(program: Program) -> None:
    rng = program.rng
    rows, columns = rng.randint(2, 3), rng.randint(2, 3)
    value = [[rng.randint(0, rng.choice((9, 9, 20))) for _ in range(columns)] for _ in range(rows)]
    name = new_name(program, ("matrix", "grid", "table", "rows", "m", "board", "data"))
    var, lit = program.quoted(name), literal(value)
    program.add(
        choose(
            rng,
            f"Assign (the (matrix|nested list|list of lists) |)LIT to (a variable (named|called) |){var}|(Create|Define) (a|the) (matrix|nested list|list of lists|two-dimensional list) (named |called |){var} (with (the rows |)|=|:|) LIT|Let {var} be (the matrix |)LIT|Store (the matrix |)LIT in {var}",
        ).replace("LIT", lit),
        f"{name} = {lit}",
    )
    program.define(name)


def pairs(program: Program) -> None:
    rng = program.rng
    name = new_name(program, ("pairs", "items", "scores", "points", "entries", "results", "orders"))
    value = [(rng.choice(values.NAMES if rng.random() < 0.5 else values.FRUITS), rng.randint(1, 99)) for _ in range(rng.randint(2, 4))]
    var, lit = program.quoted(name), program.say(value)
    program.add(
        choose(
            rng,
            f"Assign (the list (of (tuples|pairs) |)|)LIT to (a variable (named|called) |){var}|(Create|Define) a list of (tuples|pairs) (named |called |){var} (with|:|=|) LIT|Let {var} be (the list |)LIT|Store (the (tuples|pairs) |)LIT in (a list |){var}",
        ).replace("LIT", lit),
        f"{name} = {literal(value)}",
    )
    program.define(name)


RECORDS = {
    "people": ("name", values.NAMES, (("age", 18, 80), ("height", 150, 200)), ("city", values.CITIES)),
    "students": ("name", values.NAMES, (("grade", 40, 100), ("score", 0, 100), ("age", 12, 25)), ("subject", values.SUBJECTS)),
    "products": ("name", values.PRODUCTS, (("price", 2, 90), ("stock", 0, 40)), ("color", values.COLORS)),
    "books": ("title", values.WORDS[:30], (("pages", 50, 900), ("year", 1950, 2024)), ("author", values.SURNAMES)),
    "employees": ("name", values.NAMES, (("salary", 1000, 9000), ("age", 20, 65)), ("city", values.CITIES)),
    "cities": ("name", values.CITIES, (("population", 10, 9000), ("area", 10, 900)), ("country", values.COUNTRIES)),
    "users": ("name", values.NAMES, (("id", 1, 99), ("points", 0, 300)), ("city", values.CITIES)),
    "orders": ("product", values.PRODUCTS, (("quantity", 1, 20), ("price", 2, 90)), ("customer", values.NAMES)),
}


def records(program: Program) -> None:
    rng = program.rng
    name = new_name(program, list(RECORDS), novel=False)
    key, pool, numeric, textual = RECORDS[name]
    count_field = rng.choice(numeric)
    extra = textual if rng.random() < 0.25 else None
    value = []
    for choice in rng.sample(pool, rng.randint(2, 3)):
        record = {key: choice, count_field[0]: rng.randint(count_field[1], count_field[2])}
        if extra:
            record[extra[0]] = rng.choice(extra[1])
        value.append(record)
    var, lit = program.quoted(name), program.say(value)
    program.add(
        choose(
            rng,
            f"Assign (the list (of dictionaries |)|)LIT to (a variable (named|called) |){var}|(Create|Define) a list of (dictionaries|dicts) (named |called |){var} (with|:|=|) LIT|Let {var} be (the list |)LIT|Store (the records |)LIT in (a list |){var}",
        ).replace("LIT", lit),
        f"{name} = {literal(value)}",
    )
    program.define(name)


def array(program: Program) -> None:
    rng = program.rng
    program.need("numpy")
    roll = rng.random()
    name = new_name(program, ("arr", "a", "x", "array", "data", "values", "v", "vector", "y", "b"))
    var = program.quoted(name)
    if roll < 0.45:
        value = values.integers(rng)
        text, what = f"np.array({value})", f"(a|the) (numpy |)array (with (the (values|elements) |)|of|from|) {value}"
    elif roll < 0.55:
        n = rng.randint(3, 12)
        text, what = f"np.arange({n})", f"(a|the) (numpy |)array (with|of) the (numbers|integers) from 0 to {n - 1}"
    elif roll < 0.65:
        low, high, n = 0, rng.choice((1, 10, 5, 100)), rng.choice((5, 11, 3, 6))
        text, what = (
            f"np.linspace({low}, {high}, {n})",
            f"(a (numpy |)array (with|of) |){n} evenly spaced (values|numbers) (from|between) {low} (to|and) {high}",
        )
    elif roll < 0.72:
        n = rng.randint(2, 8)
        text, what = rng.choice(((f"np.zeros({n})", f"(a|an) (numpy |)array of {n} zeros"), (f"np.ones({n})", f"(a|an) (numpy |)array of {n} ones")))
    elif roll < 0.9:
        value = [[rng.randint(0, 9) for _ in range(rng.choice((2, 3)))] for _ in range(1)]
        value += [[rng.randint(0, 9) for _ in value[0]] for _ in range(rng.choice((1, 2)))]
        text, what = f"np.array({value})", f"(a|the) (two-dimensional |2D |)(numpy |)array (with (the rows |)|from|) {value}"
    else:
        rows, columns = rng.randint(2, 4), rng.randint(2, 4)
        text, what = rng.choice(
            (
                (f"np.zeros(({rows}, {columns}))", f"a {rows} by {columns} (matrix|array) of zeros"),
                (f"np.ones(({rows}, {columns}))", f"a {rows} by {columns} (matrix|array) of ones"),
                (
                    f"np.arange({rows * columns}).reshape({rows}, {columns})",
                    f"the numbers from 0 to {rows * columns - 1} (in|as) a {rows} by {columns} array",
                ),
                (f"np.eye({rows})", f"the identity matrix of size {rows}"),
            )
        )
    program.add(
        choose(
            rng,
            f"(Create|Make|Define) {what} (named|called|and (call|name) it|and store it in|and assign it to) {var}|Assign {what} to {var}|Let {var} be {what}|Store {what} in {var}|Set {var} to {what}",
        ),
        f"{name} = {text}",
    )
    program.define(name)


def day(program: Program) -> None:
    rng = program.rng
    program.need("timedelta")
    name = new_name(program, ("d", "day", "today", "start", "birthday", "deadline", "start_date", "date1", "due", "holiday", "end"))
    given = datetime.date(rng.randint(1980, 2030), rng.randint(1, 12), rng.randint(1, 28))
    said = choose(rng, f"{given:%B} {given.day}, {given.year}|{given.isoformat()}|{given.day} {given:%B} {given.year}|{given.isoformat()}")
    var = program.quoted(name)
    program.add(
        choose(
            rng,
            f"(Create|Define) a date (named |called |){var} for {said}|Assign the date {said} to {var}|Let {var} be (the date |){said}|Set {var} to (the date |){said}|Store the date {said} in {var}",
        ),
        f"{name} = date({given.year}, {given.month}, {given.day})",
    )
    program.define(name)


def drawn(program: Program) -> None:
    """Random values, with a seed so that the program's answer is fixed."""
    rng = program.rng
    program.need("random")
    seed, count, high = rng.choice((0, 1, 7, 42, rng.randint(2, 99))), rng.randint(3, 10), rng.choice((6, 10, 20, 100))
    program.add(
        choose(rng, f"(Set|Fix) the (random |)seed (to|at) {seed}|Seed the random (number |)generator with {seed}|Use {seed} as the random seed"),
        f"random.seed({seed})",
    )
    name = new_name(program, ("numbers", "values", "rolls", "samples", "data", "draws"))
    var = program.quoted(name)
    program.add(
        choose(
            rng,
            f"(Create|Generate|Make) a list (named |called |){var} (of|with) {count} random (integers|numbers) (between|from) 1 (and|to) {high}|Generate {count} random integers (between|from) 1 (and|to) {high} and store them in {var}",
        ),
        f"{name} = [random.randint(1, {high}) for _ in range({count})]",
    )
    program.define(name)


STARTS: list[tuple[float, object]] = [
    (20, numbers),
    (17, words),
    (16, text),
    (8, number),
    (8, two_values),
    (10, mapping),
    (6, empty),
    (4, collection),
    (2, two_sets),
    (1.5, set_from_list),
    (4, matrix),
    (3, pairs),
    (4, records),
    (5, array),
    (2, day),
    (1.5, drawn),
]


def start(program: Program) -> None:
    """A first turn."""
    weights = [w for w, _ in STARTS]
    random.Random.choices(program.rng, [f for _, f in STARTS], weights)[0](program)
