"""Programs of several turns out of random expressions: what is asked in one turn, and what the turns before left to ask about."""

import ast
import random
import re
import textwrap
from dataclasses import dataclass, field, replace
from typing import Any

from ..builder import Turn, Unsuitable, literal
from ..phrases import choose
from . import algorithms, expressions, kinds
from .expressions import Node, imports_of
from .functions import Function
from .style import SHOW, STORE, Style

INPUT = {
    "imperative": (
        "(Assign|Store|Save|Put) {noun} (to|in) (a variable (called|named) |the variable ||){v}",
        "(Create|Make) a variable {v} (with the value|holding|with) {noun}",
    ),
    "definition": STORE["definition"],
    "question": ("Let {v} be {noun}", "Set {v} to {noun}", "Define {v} as {noun}"),
    "fragment": ("{v} = {noun}", "{v}: {noun}", "{noun} in {v}", "{noun} as {v}"),
    "wish": (
        "(I have|We have|Here is|Take) {noun}(,|. Call it|; call it) {v}",
        "(Please |)(start with|use) {noun} as {v}",
        "We are given {noun}. (Store it in|Call it) {v}",
    ),
    "two": ("(We have|We start with|Take) {noun}. (Store it in|Save it as|Call it) {v}",),
}
FUNCTION = (
    "(Write|Define|Create|Make|Implement) a function (called |named ||){v} that takes {p} and returns {noun}",
    "(Write|Define|Create|Implement) (a function |the function |){v}\\({a}\\) that returns {noun}",
    "(Write|Define|Create) a function {v} (to compute|that computes|to find|that finds) {noun}, given {p}",
    "(Define|Write) {v}: it takes {p} and (returns|gives) {noun}",
    "We need a function. {v} takes {p} and returns {noun}",
    "{v}\\({a}\\) should return {noun}",
    "function {v}\\({a}\\) returning {noun}",
)
ALGORITHM = (
    "(Write|Define|Create|Make|Implement) a function (called |named ||){v} that takes {p} and {does}",
    "(Write|Define|Create|Implement) (a function |the function |){v}\\({a}\\) that {does}",
    "(Define|Write) {v}: it takes {p} and {does}",
    "We need a function {v}. It takes {p} and {does}",
    "function {v}\\({a}\\) that {does}",
)


@dataclass
class Composer:
    """The program so far: its turns, the values that they left, and the style of its prompts."""

    rng: random.Random
    style: Style
    namespace: dict[str, Any] = field(default_factory=dict)
    variables: list[Node] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    imported: set[str] = field(default_factory=set)
    latest: str = ""

    def add(self, prompt: str, code: str) -> None:
        """Executes a turn's code and keeps the turn."""
        new = tuple(line for line in imports_of(code) if line not in self.imported)
        try:
            exec("\n".join((*new, code)), self.namespace)
        except Exception as error:
            raise Unsuitable(f"{type(error).__name__}: {error}") from error
        self.imported.update(new)
        self.turns.append(Turn(prompt, code, new))

    def run(self, code: str) -> None:
        """Makes modules known to expressions that are only evaluated."""
        for line in expressions.IMPORTS.values():
            if line not in self.imported and line.split()[-1] not in self.namespace:
                try:
                    exec(line, self.namespace)
                except ImportError as error:
                    raise Unsuitable(str(error)) from error

    def define(self, name: str, kind: str, value: Any, said: str = "") -> Node:
        """Makes a variable known to later turns."""
        node = expressions.variable(self.rng, kind, name, value, said or self.style.name(name))
        self.variables = [known for known in self.variables if known.code != name] + [node]
        self.latest = name
        return node

    def fresh(self, names) -> str:
        """A name for a result: one that fits it, or any."""
        rng, taken = self.rng, {*self.namespace, *dir(__builtins__)}
        pool = list(names)
        if not pool or rng.random() < 0.3:
            pool = ["result", "answer", "y", "z", "output", "res", "value", "r", "out", "final", "new_value", "b", "c"]
        if rng.random() < 0.2:
            return kinds.fresh_name(rng, "other", taken)
        rng.shuffle(pool)
        for name in pool:
            if name not in taken and not hasattr(__builtins__, name):
                return name
        return kinds.fresh_name(rng, "int", taken)

    def source(self) -> Node:
        """A value to go on from: mostly the latest, said anew."""
        rng = self.rng
        usable = [node for node in self.variables if node.kind in expressions.operations()]
        if not usable:
            raise Unsuitable
        node = usable[-1] if rng.random() < 0.75 else rng.choice(usable)
        if node.code == self.latest and len(self.turns) > 1 and rng.random() < 0.1 and node.kind in kinds.CALLED:
            said = rng.choice(("the result", "the result", "that result", f"that {choose(rng, kinds.CALLED[node.kind])}"))
            return replace(node, noun=said, many=said, each=f"each element of {said}")
        return expressions.variable(rng, node.kind, node.code, node.value, self.style.name(node.code))

    def expression(self, depth: int, source: Node | None = None) -> list[Node]:
        """A chain of calls, each on what the one before gave."""
        chain: list[Node] = []
        node = source or self.source()
        for _ in range(depth):
            for attempt in range(6):
                try:
                    node = expressions.applied(self.rng, node, self.namespace, self.style.text, self.variables)
                    break
                except Unsuitable:
                    if attempt == 5 and not chain:
                        raise
            else:
                break
            chain.append(node)
        if len(chain[-1].code) > 110 or len(chain[-1].noun) > 150:
            raise Unsuitable("too long")
        return chain

    def depth(self) -> int:
        """How many calls a turn asks for."""
        return self.rng.choices((1, 2, 3), (64, 31, 5))[0]

    def written(self, name: str, chain: list[Node]) -> str:
        """Program text that puts the last of the chain's values in a variable, on one line, step by step, or by a loop."""
        rng, last = self.rng, chain[-1]
        if last.statement and (rng.random() < 0.25 or len(last.code) > 85):
            return last.statement.replace("{r}", name)
        if len(chain) > 1 and (len(last.code) > 70 or rng.random() < 0.25):
            before, inner = chain[-2], self.fresh(chain[-2].names)
            if inner != name and before.code in last.code:
                outer = re.sub(rf"(?<![\w)\]])\({inner}\)", inner, last.code.replace(before.code, inner))
                return f"{inner} = {before.code}\n{name} = {outer}"
        if len(last.code) > 95:
            raise Unsuitable("too long")
        return f"{name} = {last.code}"

    # ------------------------------------------------------------------ turns

    def start(self) -> None:
        """Values to start from: one, or two of a kind at once."""
        rng = self.rng
        kind = kinds.draw_kind(rng)
        name, value = kinds.fresh_name(rng, kind, self.namespace), kinds.MAKERS[kind](rng)
        if rng.random() < 0.12 and kind in ("int", "float", "str"):
            other, second = kinds.fresh_name(rng, kind, {*self.namespace, name}), kinds.MAKERS[kind](rng)
            said = [self.style.value(v) for v in (value, second)]
            names = [self.style.name(n) for n in (name, other)]
            prompt = choose(
                rng, "(Set {0} to {1} and {2} to {3}|Let {0} be {1} and {2} be {3}|Assign {1} to {0} and {3} to {2}|{0} is {1} and {2} is {3})"
            )
            for number, text in enumerate((names[0], said[0], names[1], said[1])):
                prompt = prompt.replace(f"{{{number}}}", text)
            code = (
                f"{name} = {literal(value)}\n{other} = {literal(second)}"
                if rng.random() < 0.7
                else f"{name}, {other} = {literal(value)}, {literal(second)}"
            )
            self.add(self.style.finished(prompt), code)
            self.define(other, kind, second)
            self.define(name, kind, value)
            return
        leaf = expressions.given(rng, kind, value, self.style.value(value))
        prompt = self.style.prompt(INPUT[self.style.way()], leaf.noun, "", self.style.name(name))
        self.add(prompt, f"{name} = {literal(value)}")
        self.define(name, kind, value)

    def store(self) -> None:
        """Asks for a value and where it goes; now and then only for the value."""
        chain = self.expression(self.depth())
        last = chain[-1]
        name = self.fresh(last.names)
        code = self.written(name, chain)
        way = self.style.way()
        if self.rng.random() < 0.1 and last.verb:
            # No name is given: the program's is taken from what it is.
            self.add(self.style.finished(last.verb[:1].upper() + last.verb[1:]), code)
        else:
            self.add(self.style.prompt(STORE[way], last.noun, last.verb, self.style.name(name)), code)
        self.define(name, last.kind, self.namespace[name])

    def given(self) -> None:
        """Asks for something about a value that the prompt itself gives."""
        rng = self.rng
        kind = kinds.draw_kind(rng)
        value = kinds.MAKERS[kind](rng)
        if len(str(value)) > 70:
            raise Unsuitable
        chain = self.expression(rng.choice((1, 1, 2)), expressions.given(rng, kind, value, self.style.value(value)))
        last, name = chain[-1], self.fresh(chain[-1].names)
        self.add(self.style.prompt(STORE[self.style.way()], last.noun, last.verb, self.style.name(name)), f"{name} = {last.code}")
        self.define(name, last.kind, self.namespace[name])

    def show(self) -> None:
        """Asks for a value to be printed."""
        chain = self.expression(self.rng.choice((1, 1, 2)))
        last = chain[-1]
        prompt = self.style.prompt(SHOW[self.style.way()], last.noun, last.verb)
        if last.statement and len(last.code) > 85:
            name = self.fresh(last.names)
            self.add(prompt, last.statement.replace("{r}", name) + f"\nprint({name})")
        else:
            self.add(prompt, f"print({last.code})")

    def show_variable(self) -> None:
        """Asks for a variable to be printed."""
        if not self.latest:
            raise Unsuitable
        name = self.latest if self.rng.random() < 0.92 else self.rng.choice(self.variables).code
        said = self.style.name(name) if name != self.latest or self.rng.random() < 0.9 else "the result"
        said = choose(self.rng, "(|||the value of |the variable |the final value of |the content of )") + said
        self.add(self.style.prompt([t for t in SHOW[self.style.way()] if "erb}" not in t and "Compute" not in t], said, ""), f"print({name})")

    def each(self) -> None:
        """Asks for something to be printed for each element."""
        rng, node = self.rng, self.source()
        if node.kind not in ("ints", "strs", "floats") or len(node.value) > 8:
            raise Unsuitable
        made = expressions.mapped(rng, node, self.namespace, self.style.text)
        match = re.fullmatch(r"\[(.+) for (\w+) in (.+)\]", made.code)
        if not match or not made.verb:
            raise Unsuitable
        inner, x, source = match.groups()
        # The verb says `double each number in xs`; a loop is asked for in other words.
        prompt = choose(
            rng,
            "(Loop over {s} and for every element {verb}, printing what comes out|Go through {s}: {verb} and print each result on a line of its own|{Verb} and print (each|every) result|With a (for loop|loop), {verb} and print each result)",
        )
        for text, value in (("{s}", node.noun), ("{verb}", made.verb), ("{Verb}", made.verb[0].upper() + made.verb[1:])):
            prompt = prompt.replace(text, value)
        self.add(self.style.finished(prompt), f"for {x} in {source}:\n    print({inner})")

    def branch(self) -> None:
        """Asks for one thing or another, by a condition."""
        rng = self.rng
        chain = self.expression(1)
        last = chain[-1]
        if last.kind != "bool" or not last.noun.startswith("whether "):
            raise Unsuitable
        one, other = rng.choice(
            (
                ("yes", "no"),
                ("Yes", "No"),
                ("true", "false"),
                ("good", "bad"),
                ("ok", "not ok"),
                ("match", "no match"),
                (kinds.word(rng), kinds.word(rng)),
            )
        )
        clause = last.noun.removeprefix("whether ")
        said, name = [self.style.text(t) for t in (one, other)], ""
        if rng.random() < 0.5:
            prompt = choose(
                rng, "(If {c}, print {0}, (otherwise|else) print {1}|Print {0} if {c}(,| and) {1} otherwise|if {c} print {0} else print {1})"
            )
            code = f'if {last.code}:\n    print("{one}")\nelse:\n    print("{other}")'
            if rng.random() < 0.3:
                code = f'print("{one}" if {last.code} else "{other}")'
        else:
            name = self.fresh(("label", "verdict", "status", "answer", "kind"))
            v = self.style.name(name)
            prompt = choose(
                rng,
                "(If {c}, set {v} to {0}, (otherwise|else) to {1}|Set {v} to {0} if {c}(,| and to) {1} otherwise|{v} is {0} if {c} and {1} otherwise)",
            ).replace("{v}", v)
            code = f'{name} = "{one}" if {last.code} else "{other}"'
            if rng.random() < 0.6:
                code = f'if {last.code}:\n    {name} = "{one}"\nelse:\n    {name} = "{other}"'
        for text, value in (("{c}", clause), ("{0}", said[0]), ("{1}", said[1])):
            prompt = prompt.replace(text, value)
        self.add(self.style.finished(prompt), code)
        if name:
            self.define(name, "str", self.namespace[name])

    def function(self) -> None:
        """Asks for a function of what there is nothing of yet; later turns call it."""
        rng = self.rng
        made = random_function(rng, self.style) if rng.random() < 0.5 else algorithms.draw(rng)
        if made.name in self.namespace:
            raise Unsuitable
        templates = FUNCTION if made.noun else ALGORITHM
        parameters = " and ".join(made.said(rng, self.style.name))
        prompt = choose(rng, rng.choice(templates))
        signature = f"{made.name}({', '.join(made.parameters)})"
        # Of the quotes only backticks stand around a call.
        signature = f"`{signature}`" if self.style.mark == "`" else signature
        for text, value in (
            ("{v}({a})", signature),
            ("{v}", self.style.name(made.name)),
            ("{p}", parameters),
            ("{noun}", made.noun),
            ("{does}", made.does),
        ):
            prompt = prompt.replace(text, value)
        self.add(self.style.finished(prompt), made.code)
        self.functions.append(made)
        self.latest = ""

    def call(self) -> None:
        """Asks for a call of a function, with a value of the prompt's own or a variable."""
        rng = self.rng
        if not self.functions:
            raise Unsuitable
        made = self.functions[-1]
        codes, said = [], []
        for kind, maker in zip(made.kinds, made.makers):
            # A sieve up to a number of ten digits would take all memory.
            fitting = [v for v in self.variables if v.kind == kind and not (kind == "int" and abs(v.value) > 100_000)]
            if fitting and rng.random() < 0.45 and len(made.kinds) == 1:
                node = rng.choice(fitting)
                codes.append(node.code)
                said.append(self.style.name(node.code))
            else:
                value = maker(rng)
                codes.append(literal(value))
                said.append(self.style.value(value))
        code = f"{made.name}({', '.join(codes)})"
        f, arguments = self.style.name(made.name), " and ".join(said)
        noun = choose(rng, "(the result of (calling |)f (on|with|for) {a}|what f returns for {a}|f of {a}|f\\({b}\\)|the result of f\\({b}\\))")
        noun = noun.replace("f(", f"{made.name}(").replace("{a}", arguments).replace("{b}", ", ".join(codes))
        noun = re.sub(r"(?<![\w(])f(?= (on|with|for|returns|of) )", lambda _: f, noun, count=1)
        verb = choose(rng, "(call {f} (with|on) {a}|apply {f} to {a}|use {f} on {a}|run {f} on {a})").replace("{f}", f).replace("{a}", arguments)
        value = expressions._evaluated(code, self.namespace)
        if value is None or isinstance(value, int) and abs(value) > 10**10 or len(str(value)) > 300:
            raise Unsuitable
        if rng.random() < 0.5:
            self.add(self.style.prompt(SHOW[self.style.way()], noun, verb), f"print({code})")
        else:
            name = self.fresh(())
            self.add(self.style.prompt(STORE[self.style.way()], noun, verb, self.style.name(name)), f"{name} = {code}")
            if made.gives in kinds.MAKERS:
                self.define(name, made.gives, value)

    def attempt(self, turns, weights) -> bool:
        """Adds a turn of one of the kinds."""
        for _ in range(14):
            made = self.rng.choices(turns, weights)[0]
            state = (list(self.variables), list(self.functions), self.latest, set(self.imported), dict(self.namespace), len(self.turns))
            try:
                made(self)
                return True
            except Unsuitable:
                self.variables, self.functions, self.latest, self.imported = state[:4]
                self.namespace.clear()
                self.namespace.update(state[4])
                del self.turns[state[5] :]
        return False


VERBS = {
    "int": "compute get count find calc",
    "str": "make get format_ build to",
    "strs": "list get find collect",
    "ints": "list get find collect",
    "bool": "is check has",
}


def random_function(rng: random.Random, style: Style) -> Function:
    """A function whose body is an expression of its parameters."""
    composer = Composer(rng, Style(rng, quote=style.quote))
    composer.run("")
    kind = kinds.draw_kind(rng)
    value = kinds.MAKERS[kind](rng)
    parameter = rng.choice(kinds.NAMES[kind].split())
    composer.namespace[parameter] = value
    chain = composer.expression(rng.choice((1, 1, 2)), expressions.variable(rng, kind, parameter, value, parameter))
    last = chain[-1]
    if parameter not in last.code:
        raise Unsuitable
    base = rng.choice(last.names) if last.names else "result"
    name = rng.choice(
        (base, base, f"{rng.choice(VERBS.get(last.kind, 'get make').split())}_{base}".replace("__", "_"), kinds.fresh_name(rng, "other", ()))
    )
    if name == parameter or not name.isidentifier():
        name = f"get_{base}"
    body = f"return {last.code}"
    if last.statement and (rng.random() < 0.35 or len(last.code) > 80):
        result = rng.choice([n for n in ("result", "total" if last.kind in ("int", "float") else "found", "out") if n != parameter])
        body = last.statement.replace("{r}", result) + f"\nreturn {result}"
    elif len(chain) > 1 and chain[-2].code in last.code and rng.random() < 0.4:
        inner = next((n for n in chain[-2].names if n not in (parameter, name)), "part")
        outer = re.sub(rf"(?<![\w)\]])\({inner}\)", inner, last.code.replace(chain[-2].code, inner))
        body = f"{inner} = {chain[-2].code}\nreturn {outer}"
    code = f"def {name}({parameter}):\n{textwrap.indent(body, '    ')}"
    ast.parse(code)
    return Function(name, (parameter,), (kind,), last.kind, code, last.noun, "", (kinds.MAKERS[kind],))


MIDDLE = (Composer.store, Composer.show, Composer.given, Composer.branch, Composer.each, Composer.function, Composer.call, Composer.start)
MIDDLE_WEIGHTS = (58, 9, 5, 9, 4, 7, 12, 6)
ENDS = (Composer.show_variable, Composer.show, Composer.branch, Composer.call)
END_WEIGHTS = (50, 38, 6, 12)


def composed(rng: random.Random, size: int, style: Style | None = None, preamble: bool = False) -> Composer:
    """A program of `size` turns, the last of which prints."""
    program = Composer(rng, style or Style.drawn(rng))
    program.run("")
    if preamble:
        program.imported.add(expressions.IMPORTS["numpy"])
    first = Composer.function if rng.random() < 0.12 else Composer.given if rng.random() < 0.06 else Composer.start
    if not program.attempt((first,), (1,)):
        raise Unsuitable
    while len(program.turns) < size - 1:
        # What was just defined is called, mostly: nobody asks for functions that are left alone.
        waiting = program.functions and program.turns[-1].code.startswith("def ") and rng.random() < 0.75
        if not (waiting and program.attempt((Composer.call,), (1,))) and not program.attempt(MIDDLE, MIDDLE_WEIGHTS):
            raise Unsuitable
    for _ in range(4):
        if program.attempt(ENDS, END_WEIGHTS) and "print(" in program.turns[-1].code:
            return program
        if len(program.turns) > size + 1:
            break
    raise Unsuitable
