"""Classes put together of an attribute or two and methods on them, then made, called and printed turn by turn."""

import random
import re
import textwrap
from dataclasses import dataclass

from .. import lexicon
from ..builder import Turn, Unsuitable, literal
from ..phrases import article, choose
from ..render import PREAMBLE, Document, comment
from . import kinds
from .style import SHOW, Style

# What holds a list of things, and what the things are called: the class's names, the attribute's, the singular, the elements' kind.
HOLDERS = [
    ("Cart Basket Order", "items", "item", "str"),
    ("Library Shelf Catalog", "books", "book", "str"),
    ("Team Club Group", "members", "member", "str"),
    ("Playlist Album", "songs", "song", "str"),
    ("Classroom Course School", "students", "student", "str"),
    ("Garage Fleet", "cars", "car", "str"),
    ("Zoo Farm", "animals", "animal", "str"),
    ("Journal Diary Notebook", "entries", "entry", "str"),
    ("Todo TaskList Planner", "tasks", "task", "str"),
    ("Stack Queue Pile", "items", "item", "int"),
    ("Scoreboard Game Round", "scores", "score", "int"),
    ("Sensor Thermometer Log", "readings", "reading", "int"),
    ("Wallet Ledger", "amounts", "amount", "int"),
    ("Series Sample Dataset", "values", "value", "int"),
]
# Methods on a list attribute `{A}` of `{s}`: names, parameter or nothing, what it does, body, whether it returns something, the elements' kind or any.
ON_LISTS = """
add add_{s} append_{s} push :: {s} :: (adds|appends) (a {s}|the given {s}) to (the |){A} :: self.{A}.append({s}) :: - :: any
remove remove_{s} discard :: {s} :: removes a {s} from (the |){A} if it is there :: if {s} in self.{A}:\\n    self.{A}.remove({s}) :: - :: any
count size number_of_{A} :: :: returns (how many {A} there are|the number of {A}) :: return len(self.{A}) :: + :: any
is_empty empty :: :: returns whether there are no {A} :: return not self.{A} ;; return len(self.{A}) == 0 :: + :: any
last latest newest :: :: returns the last (of the {A}|{s}) :: return self.{A}[-1] :: + :: any
first oldest :: :: returns the first (of the {A}|{s}) :: return self.{A}[0] :: + :: any
has contains has_{s} :: {s} :: returns whether (a|the given) {s} is among the {A} :: return {s} in self.{A} :: + :: any
clear reset empty_all :: :: removes all {A} :: self.{A}.clear() ;; self.{A} = [] :: - :: any
pop take remove_last :: :: removes the last {s} and returns it :: return self.{A}.pop() :: + :: any
ordered sorted_{A} in_order :: :: returns the {A} in (ascending|sorted) order :: return sorted(self.{A}) :: + :: any
distinct unique :: :: returns the {A} without duplicates :: return list(dict.fromkeys(self.{A})) :: + :: any
total sum_{A} :: :: returns the (sum|total) of the {A} :: return sum(self.{A}) :: + :: int
average mean :: :: returns the (average|mean) of the {A} :: return sum(self.{A}) / len(self.{A}) :: + :: int
highest best maximum :: :: returns the (highest|largest) of the {A} :: return max(self.{A}) :: + :: int
lowest minimum :: :: returns the (lowest|smallest) of the {A} :: return min(self.{A}) :: + :: int
above over count_above :: limit :: returns how many of the {A} are greater than limit :: return sum(1 for {s} in self.{A} if {s} > limit) ;; return len([x for x in self.{A} if x > limit]) :: + :: int
spread range_of :: :: returns the difference between the largest and the smallest of the {A} :: return max(self.{A}) - min(self.{A}) :: + :: int
longest :: :: returns the longest of the {A} :: return max(self.{A}, key=len) :: + :: str
joined listing as_text :: :: returns the {A} joined (with|by) commas :: return ", ".join(self.{A}) :: + :: str
starting_with find search :: letter :: returns (a list of |)the {A} that start with letter :: return [{s} for {s} in self.{A} if {s}.startswith(letter)] :: + :: str
"""
# Things with numbers: class names, attributes with what they hold, and methods.
THINGS = [
    (
        "Rectangle Box Room",
        ("width", "height"),
        "area surface :: returns the (area|width times the height) :: return self.width * self.height\nperimeter outline :: returns the perimeter :: return 2 * (self.width + self.height)\nis_square square :: returns whether width and height are equal :: return self.width == self.height\nscale enlarge resize : factor :: multiplies (width and height|both sides) by factor :: self.width *= factor\\nself.height *= factor",
    ),
    (
        "Circle Disc",
        ("radius",),
        "diameter :: returns the diameter :: return 2 * self.radius\narea :: returns the area, with 3.14 for pi :: return 3.14 * self.radius ** 2\ngrow enlarge : amount :: (increases|raises) the radius by amount :: self.radius += amount",
    ),
    (
        "Account BankAccount Wallet",
        ("balance",),
        "deposit add pay_in : amount :: adds amount to the balance :: self.balance += amount\nwithdraw take pay_out : amount :: subtracts amount from the balance if there is enough :: if amount <= self.balance:\\n    self.balance -= amount\nis_empty empty :: returns whether the balance is zero :: return self.balance == 0\nget_balance current :: returns the balance :: return self.balance\nadd_interest grow : percent :: increases the balance by so many percent :: self.balance += self.balance * percent / 100",
    ),
    (
        "Counter_ Tally Clicker",
        ("count",),
        "increment increase click :: (adds one to|increments) the count :: self.count += 1\ndecrement decrease :: subtracts one from the count :: self.count -= 1\nreset clear :: sets the count (back |)to 0 :: self.count = 0\nadd : n :: adds n to the count :: self.count += n\nis_even :: returns whether the count is even :: return self.count % 2 == 0",
    ),
    (
        "Point Vector Position",
        ("x", "y"),
        "move shift : dx :: adds dx to x :: self.x += dx\nlength norm distance :: returns the distance from the origin :: return (self.x ** 2 + self.y ** 2) ** 0.5\nswap flip :: exchanges x and y :: self.x, self.y = self.y, self.x\nas_tuple coordinates :: returns x and y as a tuple :: return (self.x, self.y)\nmanhattan :: returns the sum of the absolute values of x and y :: return abs(self.x) + abs(self.y)",
    ),
    (
        "Temperature Weather",
        ("celsius",),
        "fahrenheit to_fahrenheit :: returns the temperature in Fahrenheit :: return self.celsius * 9 / 5 + 32\nwarm heat : degrees :: raises the temperature by degrees :: self.celsius += degrees\nis_freezing freezing :: returns whether it is below zero :: return self.celsius < 0",
    ),
    (
        "Car Vehicle Bus",
        ("speed", "fuel"),
        "accelerate speed_up : amount :: increases the speed by amount :: self.speed += amount\nbrake slow_down : amount :: decreases the speed by amount, but not below 0 :: self.speed = max(0, self.speed - amount)\ndrive travel : hours :: returns how far it gets in so many hours :: return self.speed * hours\nrefuel fill : liters :: adds liters to the fuel :: self.fuel += liters",
    ),
    (
        "Product Article Ware",
        ("price", "quantity"),
        "total value :: returns price times quantity :: return self.price * self.quantity\ndiscount reduce : percent :: (reduces|lowers) the price by so many percent :: self.price -= self.price * percent / 100\nsell : n :: reduces the quantity by n if there are enough :: if n <= self.quantity:\\n    self.quantity -= n\nin_stock available :: returns whether the quantity is (greater than 0|positive) :: return self.quantity > 0\nrestock : n :: adds n to the quantity :: self.quantity += n",
    ),
    (
        "Employee Worker",
        ("salary", "hours"),
        "raise_salary promote : amount :: adds amount to the salary :: self.salary += amount\nhourly rate :: returns the salary divided by the hours :: return self.salary / self.hours\nyearly annual :: returns twelve times the salary :: return 12 * self.salary",
    ),
    (
        "Player Hero Character",
        ("health", "level"),
        "hit damage take_damage : amount :: reduces the health by amount, but not below 0 :: self.health = max(0, self.health - amount)\nheal recover : amount :: adds amount to the health :: self.health += amount\nlevel_up advance :: (raises|increases) the level by one :: self.level += 1\nis_alive alive :: returns whether the health is (above|greater than) 0 :: return self.health > 0",
    ),
]


@dataclass
class Method:
    """A method: its text, what it does, and what it is called with."""

    name: str
    parameter: str
    does: str
    body: str

    @property
    def returns(self) -> bool:
        return "return " in self.body

    def code(self) -> str:
        head = f"def {self.name}(self{', ' + self.parameter if self.parameter else ''}):"
        return head + "\n" + textwrap.indent(self.body, "    ")


def on_lists(rng: random.Random, attribute: str, one: str, kind: str) -> list[Method]:
    """Methods for a list attribute, a way to add to it first."""
    found = []
    for line in ON_LISTS.strip().splitlines():
        names, parameter, does, bodies, _, wanted = [part.strip() for part in line.replace(":: ::", "::  ::").split("::")]
        if wanted not in ("any", kind):
            continue

        def put(text: str) -> str:
            return text.replace("a {s}", article(one)).replace("{A}", attribute).replace("{s}", one)

        body = put(rng.choice(bodies.split(" ;; "))).replace("\\n", "\n")
        found.append(Method(put(rng.choice(names.split())), put(parameter), choose(rng, put(does)), body))
    return [found[0], *rng.sample(found[1:], rng.choice((1, 2, 2, 3)))]


def on_numbers(rng: random.Random, table: str) -> list[Method]:
    """Some of a thing's methods."""
    found = []
    for line in table.split("\n"):
        names, does, body = [part.strip() for part in line.split(" :: ")]
        names, _, parameter = names.partition(" : ")
        found.append(Method(rng.choice(names.split()), parameter.strip(), choose(rng, does), body.replace("\\n", "\n")))
    return rng.sample(found, min(len(found), rng.choice((1, 2, 2, 3))))


def argument(rng: random.Random, parameter: str, kind: str) -> object:
    """A value for a method's parameter."""
    if parameter == "letter":
        return rng.choice("abcdefglmnprst")
    if parameter == "percent":
        return rng.choice((5, 10, 20, 25, 50))
    if parameter == "factor":
        return rng.choice((2, 3, 4, 10))
    return kinds.word(rng) if kind == "str" else rng.randint(1, 30)


def objects(rng: random.Random) -> Document:
    """A class, one or two objects of it, calls, and a print, in the paper's form."""
    style, turns, namespace = Style.drawn(rng), [], {}
    if rng.random() < 0.5:
        names, attribute, one, kind = rng.choice(HOLDERS)
        methods, attributes = on_lists(rng, attribute, one, kind), (attribute,)
    else:
        names, attributes, table = rng.choice(THINGS)
        methods, kind, attribute = on_numbers(rng, table), "int", ""
    name = rng.choice(names.split()) if rng.random() < 0.8 else lexicon.word(rng).capitalize()
    if len({m.name for m in methods} | set(attributes)) < len(methods) + len(attributes):
        raise Unsuitable
    _define(rng, style, turns, namespace, name, attributes, attribute, methods)
    made = (
        kinds.fresh_name(rng, "other", {*namespace, name})
        if rng.random() < 0.4
        else rng.choice((name.lower().rstrip("_"), "obj", "thing", "my_" + name.lower().rstrip("_"), "x", name[0].lower()))
    )
    values = [] if attribute else [rng.randint(0, 60) for _ in attributes]
    _make(rng, style, turns, namespace, name, made, attributes, values)
    _use(rng, style, turns, namespace, made, attributes, attribute, methods, kind)
    return _document(rng, turns)


def _add(turns, namespace, prompt: str, code: str) -> None:
    try:
        exec(code, namespace)
    except Exception as error:
        raise Unsuitable(f"{type(error).__name__}: {error}") from error
    turns.append(Turn(prompt, code))


def _define(rng, style, turns, namespace, name, attributes, attribute, methods) -> None:
    """The class at once, or bare with its methods added as functions of the text later: here at once."""
    if attribute:
        init = f"def __init__(self):\n    self.{attribute} = []"
        has = choose(
            rng,
            f"(with an empty list {attribute}|that starts with an empty list of {attribute}|that keeps a list of {attribute}|with a list {attribute}, empty at first)",
        )
    else:
        init = f"def __init__(self, {', '.join(attributes)}):\n" + "\n".join(f"    self.{a} = {a}" for a in attributes)
        has = choose(rng, "(with|that has|with the attributes|that holds) ") + " and ".join(attributes)
    said = []
    for method in methods:
        call = f"{method.name}({method.parameter})" if method.parameter and rng.random() < 0.7 else method.name
        way = choose(rng, "(a method {call} that {does}|{call}, which {does}|a method called {call} which {does})")
        said.append(way.replace("{call}", call).replace("{does}", method.does))
    joined = said[0] if len(said) == 1 else ", ".join(said[:-1]) + " and " + said[-1]
    prompt = choose(rng, "(Write|Define|Create|Make|Implement) a class (called |named ||){v} {has}(, and| and|. It has|. Give it) {m}")
    for text, value in (("{v}", style.name(name)), ("{has}", has), ("{m}", joined)):
        prompt = prompt.replace(text, value)
    body = "\n\n".join([init, *(m.code() for m in methods)])
    _add(turns, namespace, style.finished(prompt), f"class {name}:\n{textwrap.indent(body, '    ')}")


def _make(rng, style, turns, namespace, name, made, attributes, values) -> None:
    v, c = style.name(made), style.name(name)
    if values:
        given = " and ".join(f"{a} {value}" for a, value in zip(attributes, values)) if rng.random() < 0.7 else " and ".join(map(str, values))
        prompt = choose(
            rng,
            "((Create|Make) ({ac}|an object of the class {c}|an instance of {c}) (called|named) {v} with {g}|{v} = {ac} with {g}|Let {v} be {ac} with {g}|(Create|Make) {ac} with {g} and (store|save) it in {v})",
        )
        prompt = prompt.replace("{g}", given)
    else:
        prompt = choose(
            rng,
            "((Create|Make) ({ac}|an object of the class {c}|an instance of {c}|a new {c}) (called|named) {v}|Let {v} be a new {c}|{v} = new {c}|(Create|Make) {ac} and (store|save) it in {v})",
        )
    _add(
        turns,
        namespace,
        style.finished(prompt.replace("{ac}", f"{article(name).split()[0]} {c}").replace("{c}", c).replace("{v}", v)),
        f"{made} = {name}({', '.join(map(str, values))})",
    )


def _use(rng, style, turns, namespace, made, attributes, attribute, methods, kind) -> None:
    v, changing, telling = style.name(made), [m for m in methods if not m.returns], [m for m in methods if m.returns]
    if attribute:
        some = [argument(rng, "", kind) for _ in range(rng.choice((2, 3, 3, 4)))]
        add = methods[0]
        listed = ", ".join(map(style.value, some[:-1])) + " and " + style.value(some[-1])
        prompt = choose(rng, "(Add {l} to {v}|Call {f} (of|on) {v} (with|for) {l}|Put {l} into {v}|Use {f} to add {l} to {v})")
        for text, value in (("{l}", listed), ("{v}", v), ("{f}", style.name(add.name))):
            prompt = prompt.replace(text, value)
        code = "\n".join(f"{made}.{add.name}({literal(value)})" for value in some)
        if rng.random() < 0.3 and len(some) > 2:
            x = add.parameter
            code = f"for {x} in {literal(some)}:\n    {made}.{add.name}({x})"
        _add(turns, namespace, style.finished(prompt), code)
        changing = changing[1:]
    for method in rng.sample(changing, min(len(changing), rng.choice((1, 1, 2)))):
        value = argument(rng, method.parameter, kind)
        if attribute and method.parameter:
            value = rng.choice(namespace[made].__dict__[attribute] or [value])
        with_ = f" with {style.value(value)}" if method.parameter else ""
        prompt = choose(
            rng,
            f"(Call {{f}} (of|on) {{v}}{{w}}|Call the method {{f}} of {{v}}{{w}}|Use {{f}} on {{v}}{{w}}|{{V}}.{method.name}\\({literal(value) if method.parameter else ''}\\))",
        )
        for text, said in (("{f}", style.name(method.name)), ("{v}", v), ("{w}", with_), ("{V}", made)):
            prompt = prompt.replace(text, said)
        _add(turns, namespace, style.finished(prompt), f"{made}.{method.name}({literal(value) if method.parameter else ''})")
    if telling and rng.random() < 0.85:
        method = rng.choice(telling)
        value = argument(rng, method.parameter, kind)
        if attribute and method.parameter and method.parameter != "letter" and rng.random() < 0.6 and namespace[made].__dict__[attribute]:
            value = rng.choice(namespace[made].__dict__[attribute])
        call = f"{made}.{method.name}({literal(value) if method.parameter else ''})"
        with_ = f" with {style.value(value)}" if method.parameter else ""
        noun = choose(rng, "(the result of (calling |){f} (on|of) {v}{w}|what {f} of {v} returns{w}|the result of {call})")
        for text, said in (("{f}", style.name(method.name)), ("{v}", v), ("{w}", with_), ("{call}", call)):
            noun = noun.replace(text, said)
        _add(turns, namespace, style.prompt(SHOW[style.way()], noun, ""), f"print({call})")
    else:
        one = rng.choice(attributes)
        noun = choose(rng, f"(the {one} of {{v}}|{made}.{one})").replace("{v}", v)
        _add(turns, namespace, style.prompt(SHOW[style.way()], noun, ""), f"print({made}.{one})")


def _document(rng, turns) -> Document:
    document = Document("object")
    if rng.random() < 0.4:
        document.write(PREAMBLE)
    for turn in turns:
        document.write(comment(turn.prompt), prompt=True)
        document.write(re.sub(r"\n{3,}", "\n\n", turn.code) + "\n\n")
    document.text = document.text.rstrip("\n") + "\n"
    return document
