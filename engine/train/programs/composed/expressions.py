"""Typed expressions: drawn, evaluated, and carried along with the phrases for them."""

import ast
import math
import random
import re
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..builder import Unsuitable, literal
from ..phrases import choose
from . import kinds
from .elements import Mapping, Predicate, mappings, predicates
from .kinds import Constants
from .operations import Operation, operations

FIELD = re.compile(r"\{\{|\}\}|\{(\w+[*/]?)\}")
ATOMS = (ast.Name, ast.Call, ast.Subscript, ast.Attribute, ast.List, ast.Dict, ast.Set, ast.Constant, ast.ListComp, ast.DictComp, ast.JoinedStr)
MODULES = {"math": "math", "re": "re", "string": "string", "itertools": "itertools", "statistics": "statistics", "heapq": "heapq", "os": "os"}
IMPORTS = {name: f"import {name}" for name in MODULES} | {
    "Counter": "from collections import Counter",
    "numpy": "import numpy as np",
    "pandas": "import pandas as pd",
}
MENTIONS = {name: re.compile(rf"\b{'np' if name == 'numpy' else 'pd' if name == 'pandas' else name}\b[.(]") for name in IMPORTS}
# Conditions on the first operand that a line may name beside its imports.
GUARDS: dict[str, Callable[[Any], bool]] = {
    "small": lambda v: 2 <= v <= 15,
    "medium": lambda v: 2 <= v <= 300,
    "pos": lambda v: v > 0,
    "year": lambda v: 1000 <= v <= 3000,
    "square": lambda v: len(v) == len(v[0]),
    "even_length": lambda v: len(v) % 2 == 0 and len(v) > 2,
    "nonnegative": lambda v: v >= 0,
    # Which of several most frequent elements is found depends on the code.
    "mode": lambda v: len(v) > 1 and (lambda top: len(top) == 1 or top[0][1] > top[1][1])(Counter(v).most_common(2)),
}


@dataclass(frozen=True)
class Node:
    """An expression with its value. `noun` names the value, `many` its elements, `each` every one of them; `verb` says what to do to get it.

    `statement` computes it in a variable `{r}` by a loop, where there is such a form; `leaf` is a variable or a literal.
    """

    kind: str
    code: str
    value: Any
    noun: str
    many: str = ""
    each: str = ""
    verb: str = ""
    names: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    statement: str = ""
    leaf: bool = False
    size: int = 0


def imports_of(code: str) -> tuple[str, ...]:
    """The import lines that a piece of code needs."""
    return tuple(line for name, line in IMPORTS.items() if MENTIONS[name].search(code))


def fill(template: str, values) -> str:
    """Puts values in the fields; doubled braces give one."""
    return FIELD.sub(lambda m: m.group(0)[0] if m.group(1) is None else values(m.group(1)), template)


@lru_cache(maxsize=20000)
def atomic(code: str) -> bool:
    """Whether the code may stand beside an operator as it is."""
    tree = ast.parse(code, mode="eval").body
    return isinstance(tree, ATOMS) and not (isinstance(tree, ast.Constant) and not isinstance(tree.value, (str, int)))


def code_of(template: str, nodes: list["Node"], constants: Constants) -> str:
    """The call with its operands' code in it, in parentheses where it must be."""

    def put(match: re.Match) -> str:
        if match.group(1) is None:
            return match.group(0)[0]
        if not match.group(1).isdigit():
            return constants[match.group(1)][0]
        code = nodes[int(match.group(1))].code
        before, after = template[: match.start()], template[match.end() :]
        alone = (before.endswith(("(", ", ", "[")) and after[:1] in (")", ",", "]")) or not (before or after)
        return code if alone or atomic(code) else f"({code})"

    return FIELD.sub(put, template)


def phrase_of(rng: random.Random, template: str, nodes: list[Node], constants: Constants) -> str:
    """One of the template's phrases with the operands' phrases in it."""

    def put(field: str) -> str:
        if field.isdigit():
            return nodes[int(field)].noun
        if field[:-1].isdigit():
            return nodes[int(field[0])].many if field[-1] == "*" else nodes[int(field[0])].each
        return constants[field][1]

    return fill(choose(rng, template), put)


def named(phrase: str, operands: list[Node]) -> str:
    """A noun with `the` before it, unless it begins with an operand or with a word that wants none."""
    begins = ("every", "each", "all ", "whether ", *(said for operand in operands for said in (operand.noun, operand.many)))
    return phrase if phrase.startswith(begins) else "the " + phrase


def elements(rng: random.Random, kind: str, reference: str, name: str = "") -> tuple[str, str]:
    """`the numbers in xs` and `each number in xs`."""
    nouns = kinds.NOUNS.get(kind)
    if not nouns:
        return reference, f"each element of {reference}"
    plural = rng.choice(nouns.split())
    within = rng.choice(("in", "in", "of"))
    every = f"{rng.choice(('each', 'each', 'every'))} {kinds.SINGULAR[plural]} {within} {reference}"
    if rng.random() < 0.12:
        return reference, every
    return f"{rng.choice(('the', 'the', 'all', 'all the'))} {plural} {within} {reference}", every


def variable(rng: random.Random, kind: str, name: str, value: Any, said: str) -> Node:
    """A leaf for a variable that prompts call `said`."""
    called = f"the {choose(rng, kinds.CALLED[kind])} {said}" if kind in kinds.CALLED and rng.random() < 0.15 else said
    many, each = elements(rng, kind, said)
    return Node(kind, name, value, called, many, each, leaf=True)


def given(rng: random.Random, kind: str, value: Any, said: str) -> Node:
    """A leaf for a value that a prompt gives in passing."""
    called = said
    if kind in kinds.CALLED and rng.random() < 0.5:
        called = f"the {choose(rng, kinds.CALLED[kind])} {said}"
    if kind in ("ints", "floats", "strs") and rng.random() < 0.5:
        # Without brackets, as one writes an enumeration.
        inside = said[1:-1].rsplit(", ", 1)
        plural = rng.choice(kinds.NOUNS[kind].split())
        called = f"the {plural} {' and '.join(inside)}"
        return Node(kind, literal(value), value, called, called, f"each of {called}", leaf=True)
    many, each = elements(rng, kind, said)
    return Node(kind, literal(value), value, called, many, each, leaf=True)


def _evaluated(code: str, namespace: dict[str, Any]) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return eval(code, namespace)
    except Exception as error:
        raise Unsuitable(f"{type(error).__name__}: {error}") from error


def telling(value: Any, operands: list[Any]) -> bool:
    """Whether a result is worth asking for: not empty, not huge, not what it was made of."""
    if value is None or isinstance(value, complex) or (isinstance(value, (list, dict, set, str, tuple)) and not value):
        return False
    if hasattr(value, "empty") and value.empty or hasattr(value, "size") and not value.size:
        return False
    if isinstance(value, float) and not math.isfinite(value) or isinstance(value, int) and abs(value) > 10**10:
        return False
    if len(str(value)) > 300 or isinstance(value, (list, dict)) and len(value) > 14:
        return False
    # Of two operands one may well be the result; the order of a dictionary counts.
    return isinstance(value, bool) or len(operands) > 1 or repr(value) != repr(operands[0])


def _node(rng, kind, code, operands, namespace, noun, verb, names, statement="") -> Node:
    imports = imports_of(code + statement)
    value = _evaluated(code, namespace)
    if not telling(value, [operand.value for operand in operands]):
        raise Unsuitable("the result tells nothing")
    many = noun
    each = f"each of {noun}" if rng.random() < 0.7 else f"every one of {noun}"
    return Node(kind, code, value, noun, many, each, verb, names, imports, statement, size=1 + max(o.size for o in operands))


def call(rng: random.Random, operation: Operation, operands: list[Node], namespace: dict, quote) -> Node:
    """The operation on the operands."""
    for guard in operation.needs:
        if guard in GUARDS and not GUARDS[guard](operands[0].value) or guard == "nonzero" and not operands[-1].value:
            raise Unsuitable(guard)
        if guard == "small" and len(operands) > 1 and not 0 < operands[1].value <= operands[0].value:
            raise Unsuitable(guard)
    constants = Constants(rng, operands[0].value, quote)
    code = code_of(rng.choice(operation.code), operands, constants)
    noun = named(phrase_of(rng, operation.noun, operands, constants), operands)
    verb = phrase_of(rng, operation.verb, operands, constants)
    return _node(rng, operation.gives, code, operands, namespace, noun, verb, operation.names)


def element_name(rng: random.Random, kind: str, name: str) -> str:
    """A name for an element in a comprehension or a loop."""
    if name.isidentifier() and name.endswith("s") and len(name) > 3 and not name.endswith("ss") and rng.random() < 0.5:
        return name[:-1]
    return rng.choice({"str": ("word", "s", "w", "item", "x"), "int": ("x", "n", "num", "number", "i"), "float": ("x", "v", "value")}[kind])


def mapped(rng: random.Random, operand: Node, namespace: dict, quote, mapping: Mapping | None = None) -> Node:
    """A list of what a mapping makes of each element, or a dictionary from the elements to it."""
    mapping = mapping or rng.choice(mappings()[kinds.ELEMENT[operand.kind]])
    if mapping.needs == "nonnegative" and any(v < 0 for v in operand.value):
        raise Unsuitable
    constants = Constants(rng, operand.value, quote)
    x = element_name(rng, mapping.takes, operand.code)
    inner = fill(rng.choice(mapping.code), lambda field: x if field == "x" else constants[field][0])

    def said(template: str, element: str) -> str:
        return fill(template, lambda field: element if field == "x" else constants[field][1])

    if mapping.takes in ("int", "str") and rng.random() < 0.15:
        one = said(mapping.one, "it")
        its = re.sub(r"^(.*?) of it$", r"its \1", one)
        noun = f"the {rng.choice(('dictionary', 'dict', 'mapping'))} from {operand.each} to {its if its != one else 'the ' * (not one.startswith('it')) + one}"
        kind = {("str", "int"): "counts", ("int", "int"): "intcounts"}.get((mapping.takes, mapping.gives), "dict")
        return _node(rng, kind, f"{{{x}: {inner} for {x} in {operand.code}}}", [operand], namespace, noun, "", ("mapping", "table", "lookup"))
    many = said(mapping.many, operand.many)
    noun = many if mapping.many.startswith("{x}") else f"the {many}"
    verb = said(mapping.verb, operand.each)
    code = f"[{inner} for {x} in {operand.code}]"
    if rng.random() < 0.06 and len(inner) < 20:
        code = f"list(map(lambda {x}: {inner}, {operand.code}))"
    statement = f"{{r}} = []\nfor {x} in {operand.code}:\n    {{r}}.append({inner})"
    return _node(rng, kinds.LIST_OF[mapping.gives], code, [operand], namespace, noun, verb, mapping.names, statement)


def condition(rng: random.Random, operand: Node, x: str, constants: Constants) -> tuple[Predicate, str, str]:
    """A predicate on elements: itself, its code for `x`, and its phrase."""
    predicate = rng.choice(predicates()[kinds.ELEMENT[operand.kind]])
    code = fill(rng.choice(predicate.code), lambda field: x if field == "x" else constants[field][0])
    phrase = fill(choose(rng, predicate.phrase), lambda field: constants[field][1])
    return predicate, code, phrase


def filtered(rng: random.Random, operand: Node, namespace: dict, quote) -> Node:
    """The elements that a condition, or two, hold for: themselves, their number, their sum, whether there are any, the first of them."""
    constants = Constants(rng, operand.value, quote)
    x = element_name(rng, kinds.ELEMENT[operand.kind], operand.code)
    predicate, test, phrase = condition(rng, operand, x, constants)
    plural = rng.choice(kinds.NOUNS[operand.kind].split())
    within = f"{rng.choice(('in', 'of', 'from'))} {operand.noun}" if operand.leaf else f"among {operand.noun}"
    words = (
        f"{phrase} {plural} {within}" if predicate.before else f"{plural} {within} {phrase}" if rng.random() < 0.6 else f"{plural} {phrase} {within}"
    )
    if rng.random() < 0.2:
        other, second, more = condition(rng, operand, x, Constants(rng, operand.value, quote))
        if not other.before and other.phrase != predicate.phrase:
            joint = rng.choice(("and", "or"))
            link = "that are " if not more.startswith(("that", "with", "of", "without")) and joint == "or" else ""
            test, words = f"{test} {joint} {second}", f"{words} {joint} {link}{more}"
    kept = [v for v in operand.value if _evaluated(test, {**namespace, x: v})]
    if not kept or len(kept) == len(operand.value):
        raise Unsuitable("the condition does not divide the elements")
    element, source = kinds.ELEMENT[operand.kind], operand.code
    roll = rng.random()
    if roll < 0.5:
        statement = f"{{r}} = []\nfor {x} in {source}:\n    if {test}:\n        {{r}}.append({x})"
        code = f"[{x} for {x} in {source} if {test}]"
        if rng.random() < 0.06:
            code = f"list(filter(lambda {x}: {test}, {source}))"
        verb = f"{rng.choice(('keep only', 'select', 'filter out everything but', 'find', 'collect', 'pick'))} the {words}"
        return _node(rng, operand.kind, code, [operand], namespace, f"the {words}", verb, ("kept", "selected", "filtered", "matching"), statement)
    if roll < 0.72:
        statement = f"{{r}} = 0\nfor {x} in {source}:\n    if {test}:\n        {{r}} += 1"
        code = rng.choice((f"sum(1 for {x} in {source} if {test})", f"len([{x} for {x} in {source} if {test}])"))
        return _node(rng, "int", code, [operand], namespace, f"the number of {words}", f"count the {words}", ("count", "how_many"), statement)
    if roll < 0.82 and element != "str":
        statement = f"{{r}} = 0\nfor {x} in {source}:\n    if {test}:\n        {{r}} += {x}"
        code = f"sum({x} for {x} in {source} if {test})"
        return _node(rng, element, code, [operand], namespace, f"the sum of the {words}", f"add up the {words}", ("total",), statement)
    if roll < 0.92:
        statement = f"{{r}} = None\nfor {x} in {source}:\n    if {test}:\n        {{r}} = {x}\n        break"
        one = re.sub(rf"\b{plural}\b", kinds.SINGULAR[plural], words, count=1)
        one = (
            one.replace("that are ", "that is a ", 1).replace("palindromes", "palindrome").replace("multiples", "multiple")
            if "that are" in one
            else one
        )
        noun = f"the first {one}".replace("that start ", "that starts ").replace("that end ", "that ends ").replace("that contain ", "that contains ")
        return _node(
            rng, element, f"next({x} for {x} in {source} if {test})", [operand], namespace, noun, f"find {noun}", ("first", "match"), statement
        )
    which = rng.choice(("any", "all"))
    clause = f"whether {'there are any' if which == 'any' else 'there are only'} {words}"
    return _node(rng, "bool", f"{which}({test} for {x} in {source})", [operand], namespace, clause, f"check {clause}", (f"{which}_match",))


def ranked(rng: random.Random, operand: Node, namespace: dict, quote) -> Node:
    """The elements in the order of a mapping to numbers, or the one for which it is largest or smallest."""
    choices = [
        m
        for m in mappings()[kinds.ELEMENT[operand.kind]]
        if m.gives in ("int", "float") and not m.many.startswith("{x}") and "{" not in m.many.replace("{x}", "")
    ]
    mapping = rng.choice(choices)
    if mapping.needs == "nonnegative" and any(v < 0 for v in operand.value):
        raise Unsuitable
    inner = fill(mapping.code[0], lambda field: "x")
    key = inner[:-3] if re.fullmatch(r"\w+\(x\)", inner) else f"lambda x: {inner}"
    quality = re.sub(r" (of|in) \{x\}.*", "", mapping.one)
    roll = rng.random()
    if roll < 0.5:
        reverse = rng.random() < 0.4
        order = rng.choice((" in descending order", ", largest first")) if reverse else rng.choice(("", " in ascending order", ", smallest first"))
        words = f"{operand.many} sorted by their {quality.replace('number of', 'number of')}{order}"
        code = f"sorted({operand.code}, key={key}{', reverse=True' if reverse else ''})"
        return _node(
            rng,
            operand.kind,
            code,
            [operand],
            namespace,
            words,
            words.replace(operand.many + " sorted", f"sort {operand.many}", 1),
            ("ordered", "ranking"),
        )
    which = rng.choice(("max", "min"))
    extreme = rng.choice(("largest", "greatest", "highest") if which == "max" else ("smallest", "lowest"))
    singular = kinds.SINGULAR[rng.choice(kinds.NOUNS[operand.kind].split())]
    noun = f"the {singular} {'in' if operand.leaf else 'among'} {operand.noun} with the {extreme} {quality}"
    return _node(
        rng,
        kinds.ELEMENT[operand.kind],
        f"{which}({operand.code}, key={key})",
        [operand],
        namespace,
        noun,
        f"find {noun}",
        ("best" if which == "max" else "least", "chosen"),
    )


def applied(rng: random.Random, operand: Node, namespace: dict, quote, others: list[Node]) -> Node:
    """One more call on the operand, with another value of those at hand where it takes two."""
    if operand.kind in kinds.ELEMENT and operand.kind != "bools" and rng.random() < 0.45:
        return rng.choices((mapped, filtered, ranked), (5, 5, 1 if operand.kind != "floats" else 0))[0](rng, operand, namespace, quote)
    choices = operations().get(operand.kind)
    if not choices:
        raise Unsuitable(f"nothing is done with {operand.kind}")
    operation = rng.choice(choices)
    operands = [operand]
    for kind in operation.takes[1:]:
        fitting = [node for node in others if node.kind == kind and node.code != operand.code]
        if not fitting:
            raise Unsuitable
        operands.append(rng.choice(fitting))
    if len(operands) > 1 and operation.takes[0] == operation.takes[1] and rng.random() < 0.3:
        operands.reverse()
    return call(rng, operation, operands, namespace, quote)
