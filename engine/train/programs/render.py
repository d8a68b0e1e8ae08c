"""Programs as text: the paper's history of turns, a file with comments, a function whose body is written turn by turn, all prompts at once."""

import random
import re
import textwrap
from dataclasses import dataclass, field

from . import calls, compute, define, inputs, printing, turns
from .builder import IMPORTS, Program, Turn, Unsuitable, literal
from .phrases import choose, sentence

PREAMBLE = "# Import libraries.\n\nimport numpy as np\n\n"


@dataclass
class Document:
    """A text to train on. `prompts` are the spans (in characters) that the user writes, which a model need not learn to predict;
    `check` is appended when the text is executed."""

    kind: str
    text: str = ""
    prompts: list[tuple[int, int]] = field(default_factory=list)
    check: str = ""

    def write(self, text: str, prompt: bool = False) -> None:
        """Appends text; a prompt's span starts after its `#`, which a model has to learn: it ends the program text before it."""
        if prompt:
            begin = len(self.text) + text.index("#") + 1
            self.prompts.append((begin, len(self.text) + len(text)))
        self.text += text


def comment(prompt: str, indent: str = "", width: int = 0) -> str:
    """The prompt as a comment, wrapped at `width` columns if that is not 0."""
    lines = textwrap.wrap(prompt, width - len(indent) - 2, break_long_words=False, break_on_hyphens=False) if width else [prompt]
    return "".join(f"{indent}# {line}\n" for line in lines)


def code_of(turn: Turn, inline_imports: bool) -> str:
    """The turn's program text, with the imports that it is the first to need."""
    return "\n".join([*turn.imports, turn.code]) if inline_imports else turn.code


def history(program: Program) -> Document:
    """The paper's history: every prompt as a comment, its program text, a blank line."""
    document = Document("history")
    if program.numpy:
        document.write(PREAMBLE)
    for turn in program.turns:
        document.write(comment(turn.prompt), prompt=True)
        document.write(code_of(turn, True) + "\n\n")
    document.text = document.text.rstrip("\n") + "\n"
    return document


def head_imports(program: Program) -> list[str]:
    """The import lines that no turn of their own brings in, as they stand at a file's head."""
    return sorted((line for line in program.imports if line not in program.own_imports), key=lambda line: (line.startswith("from"), line))


def file(program: Program, rng: random.Random) -> Document:
    """A file: imports at its head, comments before their code."""
    document = Document("file")
    if imports := head_imports(program):
        document.write("\n".join(imports) + rng.choice(("\n\n", "\n\n\n")))
    width = rng.choice((0, 80, 100))
    for turn in program.turns:
        document.write(comment(turn.prompt, width=width), prompt=True)
        document.write(turn.code + "\n\n")
    document.text = document.text.rstrip("\n") + "\n"
    return document


def single(program: Program, rng: random.Random) -> Document:
    """All prompts in one comment, then the whole program."""
    document = Document("single")
    if program.numpy:
        document.write(PREAMBLE)
    if rng.random() < 0.7:
        document.write("".join(comment(turn.prompt) for turn in program.turns), prompt=True)
    else:
        document.write(
            comment(" ".join(t.prompt if t.prompt.endswith((".", "!")) else t.prompt + "." for t in program.turns), width=rng.choice((0, 80))),
            prompt=True,
        )
    document.write((("\n" if rng.random() < 0.5 else "\n\n").join(code_of(turn, True) for turn in program.turns)) + "\n")
    return document


def bare(program: Program) -> Document:
    """The program without its prompts."""
    document = Document("bare")
    imports = head_imports(program)
    document.write(("\n".join(imports) + "\n\n" if imports else "") + "\n".join(turn.code for turn in program.turns) + "\n")
    return document


INSIDE = [
    (weight, turn)
    for weight, turn in turns.MIDDLE
    if turn
    not in (
        calls.function,
        calls.call,
        calls.two_argument_function,
        inputs.files,
        inputs.import_module,
        inputs.more_data,
        inputs.parse,
        printing.show_variable,
        compute.show,
    )
]
NAMES = "process analyze summarize compute evaluate handle report transform prepare main run solve check describe inspect update calculate convert collect build_result".split()


def in_function(rng: random.Random) -> Document:
    """A function whose body is written turn by turn; its parameters are the values that it starts from."""
    program = Program(rng)
    rng.choices(
        (define.numbers, define.words, define.text, define.number, define.mapping, define.two_values, define.records, define.matrix),
        (6, 5, 5, 3, 4, 3, 2, 2),
    )[0](program)
    parameters = [name for name in program.order if name in program.namespace]
    arguments = ", ".join(literal(program.namespace[name]) for name in parameters)
    program.turns.clear()
    for _ in range(rng.randint(2, 4)):
        if not turns.try_turn(program, [t for _, t in INSIDE], [w for w, _ in INSIDE]):
            raise Unsuitable
    body = list(program.turns)
    result = program.latest if program.latest in program.namespace else rng.choice(program.order)
    body.append(Turn(sentence(choose(rng, f"Return {program.ref(result)}(.|.|)")), f"return {result}"))
    document = Document("function")
    if imports := head_imports(program):
        document.write("\n".join(imports) + "\n\n\n")
    base = rng.choice(NAMES)
    name = rng.choice((base, f"{base}_{parameters[0]}", f"{base}_{parameters[0]}"))
    document.write(f"def {name}({', '.join(parameters)}):\n")
    for turn in body:
        document.write(comment(turn.prompt, "    "), prompt=True)
        document.write(textwrap.indent(turn.code, "    ") + "\n\n")
    document.text = document.text.rstrip("\n") + "\n"
    document.check = f"\n{name}({arguments})\n"
    return document


def multi_turn(rng: random.Random) -> Document:
    """A program of three to six turns in one of the formats."""
    roll = rng.random()
    if roll < 0.14:
        return in_function(rng)
    program = Program(rng, numpy=roll < 0.62)
    if not turns.build(program, rng.choice((3, 3, 4, 4, 5, 5, 6))):
        raise Unsuitable
    if roll < 0.54 or 0.62 < roll < 0.78:
        return history(program)
    if roll < 0.62 or roll > 0.97:
        return single(program, rng)
    if roll < 0.94:
        return file(program, rng)
    return bare(program)


def needed(code: str) -> list[str]:
    """The import lines that a piece of code needs, by the names it mentions."""
    return [
        line
        for name, line in IMPORTS.items()
        if re.search(rf"\b{'np' if name == 'numpy' else name}\b", code) and name not in ("date", "time", "string")
    ]
