"""The programs as documents: the paper's history of turns, files, prompts at once, and exercises of a textbook."""

import random
import textwrap

from ..builder import Turn, Unsuitable, literal
from ..phrases import choose
from ..render import PREAMBLE, Document, comment
from . import algorithms, compose
from .compose import Composer, composed, random_function
from .functions import Function
from .style import Style

ANNOTATIONS = {
    "int": "int",
    "float": "float",
    "str": "str",
    "ints": "list[int]",
    "floats": "list[float]",
    "strs": "list[str]",
    "bool": "bool",
    "matrix": "list[list[int]]",
    "counts": "dict[str, int]",
}


def with_imports(turn: Turn) -> str:
    """The turn's program text under the imports that it is the first to need."""
    if not turn.imports:
        return turn.code
    return "\n".join(turn.imports) + ("\n\n" if turn.code.startswith(("def ", "class ")) else "\n") + turn.code


def history(program: Composer, preamble: bool) -> Document:
    """Every prompt as a comment, its program text, a blank line."""
    document = Document("history")
    if preamble:
        document.write(PREAMBLE)
    for turn in program.turns:
        document.write(comment(turn.prompt), prompt=True)
        document.write(with_imports(turn) + "\n\n")
    document.text = document.text.rstrip("\n") + "\n"
    return document


def file(program: Composer, rng: random.Random) -> Document:
    """Imports at the head, comments before their code."""
    document = Document("file")
    lines = sorted((line for turn in program.turns for line in turn.imports), key=lambda line: (line.startswith("from"), line))
    if lines:
        document.write("\n".join(lines) + "\n\n")
    for turn in program.turns:
        document.write(comment(turn.prompt, width=rng.choice((0, 80, 100))), prompt=True)
        document.write(turn.code + "\n\n")
    document.text = document.text.rstrip("\n") + "\n"
    return document


def single(program: Composer, rng: random.Random) -> Document:
    """All prompts first, then the program."""
    document = Document("single")
    document.write("".join(comment(turn.prompt) for turn in program.turns), prompt=True)
    document.write("\n\n".join(map(with_imports, program.turns)) + "\n")
    return document


def turns(rng: random.Random) -> Document:
    """A program of three to six turns."""
    style, preamble = Style.drawn(rng), rng.random() < 0.5
    program = composed(rng, rng.choice((3, 3, 4, 4, 5, 5, 6)), style, preamble)
    roll = rng.random()
    if roll < 0.78 or preamble:
        return history(program, preamble)
    return file(program, rng) if roll < 0.93 else single(program, rng)


def described(function: Function, rng: random.Random) -> str:
    """The docstring's first sentence."""
    if function.noun:
        return choose(rng, "(Return|Return|Returns|Compute|Find|Give back) {noun}").replace("{noun}", function.noun) + "."
    text = function.does if rng.random() < 0.5 else imperative(function.does)
    return text[0].upper() + text[1:] + "."


def imperative(text: str) -> str:
    """`returns the sum` as `return the sum`."""
    first, _, rest = text.partition(" ")
    bare = first[:-2] if first in ("matches", "searches") else first[:-1] if first.endswith("s") else first
    return f"{bare} {rest}"


def exercise(rng: random.Random) -> Document:
    """One to three functions under docstrings with examples whose results are computed, then their bodies."""
    document = Document("exercise")
    style = Style(rng)
    made: list[tuple[Function, str, str]] = []
    for _ in range(rng.choice((1, 1, 2, 3))):
        function = algorithms.draw(rng) if rng.random() < 0.4 else _suitable(rng, style)
        if any(function.name == other.name for other, _, _ in made):
            continue
        made.append((function, *worked(function, rng)))
    lines = sorted({line for function, _, _ in made for line in compose.imports_of(function.code)}, key=lambda line: (line.startswith("from"), line))
    if lines:
        document.write("\n".join(lines) + "\n\n\n")
    annotated = rng.random() < 0.35
    for number, (function, examples, _) in enumerate(made):
        head, _, body = function.code.partition("\n")
        if annotated:
            parameters = ", ".join(f"{p}: {ANNOTATIONS[k]}" if k in ANNOTATIONS else p for p, k in zip(function.parameters, function.kinds))
            result = f" -> {ANNOTATIONS[function.gives]}" if function.gives in ANNOTATIONS else ""
            head = f"def {function.name}({parameters}){result}:"
        text = described(function, rng)
        shape = rng.random()
        if shape < 0.2:
            document.write(comment(text.rstrip(".") if rng.random() < 0.4 else text), prompt=True)
            document.write(head + "\n" + body)
        else:
            document.write(head + "\n")
            begin = len(document.text)
            doc = (
                f'    """{text}"""\n'
                if shape < 0.45 or not examples
                else f'    """{rng.choice(("", chr(10) + "    "))}{text}\n\n{textwrap.indent(examples, "    ")}\n    """\n'
            )
            document.text += doc
            document.prompts.append((begin, len(document.text)))
            document.write(body)
        document.write("\n" if number == len(made) - 1 else "\n\n\n")
    return document


def _suitable(rng: random.Random, style: Style) -> Function:
    for _ in range(12):
        try:
            return random_function(rng, style)
        except Unsuitable:
            continue
    raise Unsuitable("no function could be made")


def worked(function: Function, rng: random.Random) -> tuple[str, str]:
    """Examples in a docstring's form, with the results that the function gives, and its text with imports."""
    text = "\n".join((*compose.imports_of(function.code), function.code))
    namespace: dict = {}
    lines = []
    try:
        exec(text, namespace)
        for _ in range(rng.choice((1, 2, 2, 3))):
            arguments = [literal(maker(rng)) for maker in function.makers]
            call = f"{function.name}({', '.join(arguments)})"
            result = repr(eval(call, namespace))
            if len(result) < 90 and len(call) < 100 and "\n" not in result:
                lines += [f">>> {call}", result]
    except Exception as error:
        if not lines:
            raise Unsuitable(f"{type(error).__name__}: {error}") from error
    return "\n".join(lines), text


def document(rng: random.Random) -> Document:
    """A document of one of the shapes."""
    return exercise(rng) if rng.random() < 0.22 else turns(rng)
