"""Classes that are defined in one turn and used in the next ones."""

import random

from . import define, lexicon, values
from .builder import Program, Unsuitable, literal
from .phrases import choose
from .render import Document, file, history

CLASSES = [
    (
        "Rectangle",
        ("width", "height"),
        (
            ("area", "the width times the height", "self.width * self.height"),
            ("perimeter", "twice the sum of width and height", "2 * (self.width + self.height)"),
            ("is_square", "whether the width equals the height", "self.width == self.height"),
        ),
    ),
    (
        "Circle",
        ("radius",),
        (("diameter", "twice the radius", "2 * self.radius"), ("area", "3.14 times the radius squared", "3.14 * self.radius ** 2")),
    ),
    (
        "Point",
        ("x", "y"),
        (
            ("length", "the distance from the origin", "(self.x ** 2 + self.y ** 2) ** 0.5"),
            ("as_tuple", "a tuple of x and y", "(self.x, self.y)"),
            ("total", "the sum of x and y", "self.x + self.y"),
        ),
    ),
    (
        "Account",
        ("owner", "balance"),
        (
            ("is_empty", "whether the balance is zero", "self.balance == 0"),
            ("summary", "the owner and the balance separated by a colon", 'f"{self.owner}: {self.balance}"'),
        ),
    ),
    (
        "Person",
        ("name", "age"),
        (("is_adult", "whether the age is at least 18", "self.age >= 18"), ("greeting", "'Hello, ' followed by the name", '"Hello, " + self.name')),
    ),
    (
        "Book",
        ("title", "pages"),
        (("is_long", "whether the book has more than 300 pages", "self.pages > 300"), ("label", "the title in upper case", "self.title.upper()")),
    ),
    (
        "Product",
        ("name", "price"),
        (
            ("with_tax", "the price increased by 20 percent", "self.price * 1.2"),
            ("label", "the name and the price separated by a colon", 'f"{self.name}: {self.price}"'),
        ),
    ),
    (
        "Car",
        ("brand", "speed"),
        (("is_fast", "whether the speed is greater than 100", "self.speed > 100"), ("description", "the brand in upper case", "self.brand.upper()")),
    ),
    (
        "Student",
        ("name", "grades"),
        (("average", "the average of the grades", "sum(self.grades) / len(self.grades)"), ("best", "the highest grade", "max(self.grades)")),
    ),
    ("Counter", ("value",), (("doubled", "twice the value", "self.value * 2"), ("is_positive", "whether the value is positive", "self.value > 0"))),
    ("Team", ("name", "members"), (("size", "the number of members", "len(self.members)"), ("first", "the first member", "self.members[0]"))),
    (
        "Temperature",
        ("celsius",),
        (
            ("fahrenheit", "the temperature in Fahrenheit", "self.celsius * 9 / 5 + 32"),
            ("is_freezing", "whether it is below zero", "self.celsius < 0"),
        ),
    ),
    (
        "Employee",
        ("name", "salary"),
        (("yearly", "the salary times 12", "self.salary * 12"), ("badge", "the name in upper case", "self.name.upper()")),
    ),
    (
        "Box",
        ("width", "height", "depth"),
        (
            ("volume", "the product of width, height and depth", "self.width * self.height * self.depth"),
            ("is_cube", "whether all sides are equal", "self.width == self.height == self.depth"),
        ),
    ),
    (
        "Item",
        ("name", "quantity", "price"),
        (
            ("total", "the quantity times the price", "self.quantity * self.price"),
            ("is_available", "whether the quantity is greater than zero", "self.quantity > 0"),
        ),
    ),
    (
        "Song",
        ("title", "seconds"),
        (("minutes", "the seconds divided by 60", "self.seconds / 60"), ("is_short", "whether it is shorter than 180 seconds", "self.seconds < 180")),
    ),
    ("Pet", ("name", "kind"), (("describe", "the name and the kind in the form 'NAME the KIND'", 'f"{self.name} the {self.kind}"'),)),
]
NUMBERS = "size weight level points cost speed rank count power score stock age seats floors minutes".split()
TEXTS = "name title color city label kind owner brand team code".split()


def _new_class(rng: random.Random) -> tuple[str, tuple[str, ...], tuple, dict[str, str]]:
    """A class that no table lists: name, fields, methods, and each field's kind."""
    name = "".join(lexicon.word(rng).capitalize() for _ in range(rng.choice((1, 1, 2))))
    kinds: dict[str, str] = {}
    while len(kinds) < rng.choice((1, 2, 2, 3)):
        kind = rng.choice(("int", "int", "str"))
        kinds[lexicon.word(rng) if rng.random() < 0.5 else rng.choice(NUMBERS if kind == "int" else TEXTS)] = kind
    methods = []
    for field, kind in kinds.items():
        other = next((f for f, k in kinds.items() if k == kind and f != field), "")
        own, k = f"self.{field}", rng.randint(2, 20)
        if kind == "int":
            options = [
                ((f"double_{field}", "doubled", "twice"), f"twice the {field}", f"2 * {own}"),
                (("is_big", "is_large", f"has_{field}", f"is_{field}_high"), f"whether the {field} is greater than {k}", f"{own} > {k}"),
                ((f"more_{field}", f"next_{field}", "grown"), f"the {field} plus {k}", f"{own} + {k}"),
                (("squared", f"{field}_squared"), f"the square of the {field}", f"{own} ** 2"),
                (("is_even", f"even_{field}"), f"whether the {field} is even", f"{own} % 2 == 0"),
            ]
            if other:
                options += [
                    (("total", "combined", f"{field}_and_{other}"), f"the sum of {field} and {other}", f"{own} + self.{other}"),
                    (("product", "volume"), f"the {field} times the {other}", f"{own} * self.{other}"),
                    (("difference", "gap"), f"the {field} minus the {other}", f"{own} - self.{other}"),
                ]
        else:
            options = [
                (("shout", "loud", f"upper_{field}"), f"the {field} in upper case", f"{own}.upper()"),
                (("length", f"{field}_length"), f"the length of the {field}", f"len({own})"),
                (("initial", "first_letter"), f"the first letter of the {field}", f"{own}[0]"),
                (("greet", "hello"), f"'Hi ' followed by the {field}", f'"Hi " + {own}'),
                (("backwards", f"reversed_{field}"), f"the {field} reversed", f"{own}[::-1]"),
            ]
        names, phrase, expression = rng.choice(options)
        methods.append((lexicon.name(rng) if rng.random() < 0.3 else rng.choice(names), phrase, expression))
    if len({m for m, _, _ in methods} | kinds.keys()) < len(methods) + len(kinds) or name.lower() in kinds:
        raise Unsuitable
    return name, tuple(kinds), tuple(methods), kinds


FIELD_VALUES = {"name": values.NAMES, "owner": values.NAMES, "title": values.WORDS, "brand": values.SURNAMES, "kind": values.ANIMALS}


def _field_value(rng: random.Random, field: str, kind: str = ""):
    if kind == "int":
        return rng.randint(1, rng.choice((12, 60, 900)))
    if kind or field in FIELD_VALUES:
        return rng.choice(values.some(rng, FIELD_VALUES.get(field, values.WORDS)))
    if field == "grades":
        return values.integers(rng, 3)
    if field == "members":
        return rng.sample(values.NAMES, 3)
    return rng.randint(1, 400 if field in ("pages", "speed", "seconds", "balance") else 30)


def class_turns(rng: random.Random) -> Document:
    """A class defined in one turn and used in the next ones."""
    name, fields, methods, kinds = (*rng.choice(CLASSES), {}) if rng.random() < 0.4 else _new_class(rng)
    program = Program(rng, numpy=rng.random() < 0.5)
    methods = rng.sample(methods, rng.randint(0, len(methods)))
    listed, kept = define.enumeration(list(fields)), list(fields)
    prompt = choose(
        rng,
        f"(Define|Write|Create) a class (named |called |){name} (with|that has|with the attributes|with an __init__ method that takes|with a constructor that takes) {listed}",
    )
    if "takes" in prompt and rng.random() < 0.6:
        prompt += " and stores " + ("it" if len(fields) == 1 else "them")
    init = f"class {name}:\n    def __init__(self, {', '.join(kept)}):\n" + "".join(f"        self.{f} = {f}\n" for f in fields)
    for method, phrase, expression in methods:
        prompt += choose(rng, f"(, and| and|,) a method {method}(\\(\\)|) that returns {phrase}")
        init += f"\n    def {method}(self):\n        return {expression}\n"
    if rng.random() < 0.15:
        prompt += choose(rng, f", and a __repr__ that shows {'the ' + fields[0]}")
        init += f'\n    def __repr__(self):\n        return f"{name}({{self.{fields[0]}}})"\n'
    program.add(prompt, init.rstrip("\n"))
    variable = program.novel_name() or rng.choice((name.lower(), name.lower(), name[0].lower(), "obj"))
    given = [_field_value(rng, f, kinds.get(f, "")) for f in fields]
    said = define.enumeration([f"{f} {program.say(v)}" for f, v in zip(fields, given)])
    article = "an" if name[0] in "AEIOU" else "a"
    prompt = choose(
        rng,
        f"(Create|Make) {article} {name} (named |called |){program.quoted(variable)} with {said}|(Create|Make) an instance (of {name} |){program.quoted(variable)} with {said}|Let {program.quoted(variable)} be {article} {name} with {said}|(Create|Make) {article} {name} with {said} and (call it|store it in) {program.quoted(variable)}",
    )
    program.add(prompt, f"{variable} = {name}({', '.join(map(literal, given))})")
    numeric = [f for f, v in zip(fields, given) if isinstance(v, int)]
    for _ in range(rng.randint(0, 2)):
        if numeric and rng.random() < 0.6:
            field, k = rng.choice(numeric), rng.randint(1, 20)
            text, code = rng.choice(
                (
                    (f"(Add {k} to the {field} of {variable}|Increase the {field} of {variable} by {k})", f"{variable}.{field} += {k}"),
                    (f"(Set|Change) the {field} of {variable} to {k}", f"{variable}.{field} = {k}"),
                    (f"Double the {field} of {variable}", f"{variable}.{field} *= 2"),
                )
            )
        else:
            field = rng.choice(fields)
            target = program.novel_name() or program.fresh((field, f"{variable}_{field}", "value"))
            text, code = (
                f"(Store|Save) the {field} of {variable} in {target}|Let {target} be the {field} of {variable}",
                f"{target} = {variable}.{field}",
            )
        program.add(choose(rng, text), code)
    if methods and rng.random() < 0.65:
        method, _, _ = rng.choice(methods)
        spoken = method.replace("_", " ")
        program.add(
            choose(
                rng,
                f"(Print|Show) the {spoken} of {variable}|Print the result of (calling |){method} (on|of) {variable}|Call {method} on {variable} and print the result",
            ),
            f"print({variable}.{method}())",
        )
    else:
        field = rng.choice(fields)
        program.add(choose(rng, f"(Print|Show|Display) the {field} of {variable}|Print {variable}.{field}"), f"print({variable}.{field})")
    return history(program) if rng.random() < 0.7 else file(program, rng)
