"""Functions under a docstring or a comment that asks for them."""

import random
import re

from . import define, tables, values
from .builder import Parameters, Program, Unsuitable, literal
from .library import IMPERATIVE, LIBRARY
from .phrases import choose, sentence
from .render import Document, comment, needed

PARAMETERS = {
    "nums": "numbers values nums items scores prices",
    "words": "words names strings items lines",
    "str": "text s string word line name",
    "int": "n x number value count",
    "float": "x value amount price",
    "counts": "counts scores prices data mapping",
    "matrix": "matrix grid rows",
    "records": "records people items",
    "pairs": "pairs items",
}
HINTS = {
    "nums": "list[int]",
    "words": "list[str]",
    "str": "str",
    "int": "int",
    "float": "float",
    "counts": "dict[str, int]",
    "matrix": "list[list[int]]",
    "records": "list[dict]",
    "pairs": "list[tuple[str, int]]",
}


def sample(rng: random.Random, kind: str, name: str):
    """A value of a kind."""
    program = Program(rng)
    if kind == "nums":
        return values.integers(rng)
    if kind == "words":
        return values.word_list(rng, "words")
    if kind == "str":
        return values.sentence_text(rng)
    if kind == "int":
        return rng.randint(3, 20)
    if kind == "float":
        return round(rng.uniform(1, 50), 2)
    if kind == "counts":
        return values.count_dict(rng, name)
    {"matrix": define.matrix, "records": define.records, "pairs": define.pairs}[kind](program)
    return program.namespace[program.latest]


def _row_function(rng: random.Random) -> tuple[str, list[str], str, str, str, list, str]:
    """Name, parameters, annotations, description, body, arguments of a check, and kind, of a function made of a row of the tables."""
    kind = rng.choices(list(PARAMETERS), (6, 6, 6, 4, 2, 4, 2, 2, 1))[0]
    parameter = rng.choice(PARAMETERS[kind].split())
    program = Program(rng)
    value = sample(rng, kind, parameter)
    program.namespace[parameter] = value
    program.kinds[parameter] = kind
    roll = rng.random()
    if roll < 0.3 and kind in ("nums", "words"):
        many, _, test = rng.choice(tables.conditions()[kind])
        parameters = Parameters(program, parameter)
        test, e = parameters.code(test), parameters.element
        phrase = (
            choose(rng, "(the |all |a list of the )")
            + rng.choice(("elements", "items", parameter))
            + f" of {parameter}" * (rng.random() < 0.5)
            + choose(rng, " (that|which) ")
            + parameters.prompt(many if not many.startswith(("even", "odd", "greater", "less")) else "are " + many)
        )
        if rng.random() < 0.35:
            expression, phrase, names = (
                f"sum(1 for {e} in {parameter} if {test})",
                phrase.replace("all ", "the ").replace("a list of ", "").replace("the ", "the number of ", 1),
                ["count"],
            )
        else:
            expression, names = f"[{e} for {e} in {parameter} if {test}]", ["select", "keep", "filtered"]
    elif roll < 0.5 and kind in ("nums", "words"):
        _, noun, expression, row_names = rng.choice(tables.maps()[kind])
        parameters = Parameters(program, parameter)
        phrase = (
            "a list "
            + choose(rng, "(of|with) ")
            + parameters.prompt(
                noun.replace("{each}", f"each {values.singular(parameter) or 'element'}" + rng.choice(("", f" of {parameter}", f" in {parameter}")))
            )
        )
        expression = f"[{parameters.code(expression)} for {parameters.element} in {parameter}]"
        names = list(row_names)
    else:
        row = rng.choice(tables.rows()[kind])
        if any(need in ("square", "numpy") for need in row.needs.split()):
            raise Unsuitable
        parameters = Parameters(program, parameter)
        parameters.drawn["x"] = (parameter, parameter)
        phrase, expression = parameters.prompt(row.phrase), parameters.code(row.expression)
        names = [n for n in row.names if "{" not in n]
        if phrase.startswith(("how ", "'")) or not names:
            raise Unsuitable
    truth = phrase.startswith(("whether ", "if "))
    head = names[0].rstrip("_") if rng.random() < 0.7 else rng.choice(names).rstrip("_")
    name = head if truth or rng.random() < 0.3 else rng.choice(("get_", "find_", "compute_", "calculate_")) + head
    if name == parameter:
        name = "get_" + name
    return name, [parameter], HINTS[kind], phrase, f"return {expression}", [value], "bool" if truth else ""


def _library_function(rng: random.Random):
    name, signature, result, phrase, body, arguments = rng.choice(LIBRARY)
    return name, signature, result, phrase, body.replace("'", '"') if '"' not in body else body, arguments


def _head(rng: random.Random, name: str, signature: str, result: str, hints: bool) -> str:
    if not hints:
        parts = re.split(r", (?=\w+:|\w+$)", signature) if signature else []
        signature = ", ".join(part.split(":")[0] + ("=" + part.split("= ")[1] if "= " in part else "") for part in parts)
    return f"def {name}({signature})" + (f" -> {result}" if hints and result else "") + ":\n"


def _indent(text: str, by: str = "    ") -> str:
    return "".join(by + line + "\n" if line else "\n" for line in text.split("\n"))


def function_pair(rng: random.Random) -> Document:
    """A function under its docstring, or under a comment that asks for it; often several in one file."""
    document = Document("pair")
    parts, checks, imports = [], [], []
    used: set[str] = set()
    style = rng.choice(("docstring", "docstring", "comment", "both"))
    hints = rng.random() < 0.5
    for _ in range(rng.choice((1, 2, 2, 3, 4))):
        if rng.random() < 0.5:
            name, signature, result, phrase, body, arguments = _library_function(rng)
            check = f"{name}({arguments})" if arguments or name == "main" else ""
        else:
            for _ in range(10):
                try:
                    name, parameters, hint, phrase, body, given, _ = _row_function(rng)
                    break
                except Unsuitable:
                    continue
            else:
                raise Unsuitable
            signature, result = f"{parameters[0]}: {hint}", ""
            check = f"{name}({literal(given[0])})"
        if name in used:
            continue
        used.add(name)
        if phrase:
            truth = phrase.startswith(("whether ", "if "))
            said = choose(rng, "(Return|Return|Returns|Compute|Get)") if not truth else choose(rng, "(Return|Check|Tell|Return)")
            said = f"{said} {phrase}"
            if truth and said.startswith("Return") and rng.random() < 0.3:
                said = "Return True if " + phrase.split(" ", 1)[1] + choose(rng, "(| and False otherwise|, else False)")
        else:
            said = IMPERATIVE[name]
        imports += needed(body + signature) + (["from datetime import date"] if "date" in signature else [])
        head = _head(rng, name, signature, result, hints)
        if style in ("comment", "both"):
            ask = (
                sentence(choose(rng, f"(Define|Write|Create) a function {name} that ") + said[0].lower() + said[1:].replace("Return ", "returns ", 1))
                if rng.random() < 0.5
                else said
            )
            for verb, third in (
                ("that return ", "that returns "),
                ("that compute ", "that computes "),
                ("that get ", "that gets "),
                ("that check ", "that checks "),
                ("that tell ", "that tells "),
                ("that returns True if", "that returns True if"),
                ("that write ", "that writes "),
                ("that save ", "that saves "),
                ("that call ", "that calls "),
                ("that print ", "that prints "),
                ("that add ", "that adds "),
                ("that remove ", "that removes "),
                ("that read ", "that reads "),
            ):
                ask = ask.replace(verb, third)
            parts.append((comment(sentence(ask) + rng.choice((".", "", "."))), True))
        parts.append((head, False))
        if style in ("docstring", "both"):
            stop = "." if said.endswith('"') else rng.choice((".", ".", ""))
            parts.append((f'    """{sentence(said)}{stop}"""\n', False))
        parts.append((_indent(body).rstrip("\n") + "\n\n\n", False))
        checks.append(check)
    if imports:
        document.write("\n".join(dict.fromkeys(sorted(imports, key=lambda line: (line.startswith("from"), line)))) + "\n\n\n")
    for text, prompt in parts:
        document.write(text, prompt)
    document.text = document.text.rstrip("\n") + "\n"
    document.check = "\n" + "\n".join(checks) + "\n"
    return document
