"""The multi-turn development set: turns asked one after another, or all at once, answered greedily and executed."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..decode import Decoder

PROBLEMS = Path(__file__).with_name("multi_turn_dev.jsonl")
SOLUTIONS = Path(__file__).with_name("multi_turn_dev.solutions.jsonl")
PREAMBLE = "# Import libraries.\n\nimport numpy as np\n\n"
# Seconds a program may run.
TIME_LIMIT = 20

# Runs a program given on standard input, wraps its last expression, and prints the first argument of the last print call as JSON.
RUNNER = r"""
import ast, builtins, contextlib, io, json, sys
text, printed = sys.stdin.read(), []
try:
    tree = ast.parse(text)
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr) and not (isinstance(last.value, ast.Call) and ast.unparse(last.value.func).startswith("print")):
        last.value = ast.Call(ast.Name("print", ast.Load()), [last.value], [])
        text = ast.unparse(ast.fix_missing_locations(tree))
except SyntaxError:
    pass
def plain(value):
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, (set, frozenset)):
        return {"set": sorted(map(str, value))}
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
def record(*args, **kwargs):
    printed.append(args[0] if args else "")
try:
    exec(compile(text, "program", "exec"), {"__name__": "__main__", "print": record})
except BaseException as error:
    print(type(error).__name__, error, file=sys.stderr)
sys.stdout.write(json.dumps([plain(printed[-1])] if printed else []))
"""


@dataclass
class Problem:
    """A problem: templates of prompts, and for each input the expected answer."""

    id: int
    name: str
    category: str
    prompts: list[str]
    inputs: list[dict[str, Any]]
    outputs: list[Any]


def problems(path: Path = PROBLEMS) -> list[Problem]:
    """The problems of a file in the benchmark's format."""
    return [
        Problem(**{k: r[k] for k in ("id", "name", "category", "prompts", "inputs", "outputs")})
        for r in map(json.loads, path.read_text().splitlines())
    ]


def truncated(text: str) -> str:
    """The paper's truncation of a turn's program text."""
    kept: list[str] = []
    seen = {"def ": 0, "print": 0}
    for line in text.split("\n"):
        if line.startswith(("#", "'''", '"""')):
            break
        if line == "" and kept and kept[-1] == "":
            break
        for start in seen:
            if line.startswith(start):
                seen[start] += 1
        if max(seen.values()) > 1:
            break
        kept.append(line)
    return "\n".join(kept).strip("\n")


def complete_turn(text: str) -> bool:
    """Whether the truncation already cuts this text, so that decoding can stop."""
    return (
        "\n#" in text
        or text.startswith("#")
        or "\n\n\n" in text
        or "\n'''" in text
        or '\n"""' in text
        or text.count("\nprint") + text.startswith("print") > 1
    )


def answer(program: str) -> list[Any]:
    """The program's answer in a list, or an empty list if it has none."""
    try:
        done = subprocess.run([sys.executable, "-I", "-c", RUNNER], input=program, capture_output=True, text=True, timeout=TIME_LIMIT)
        return json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        return []


def equivalent(given: list[Any], expected: Any) -> bool:
    """The benchmark's comparison: an answer of another type is cast to the expected one's."""
    if not given:
        return False
    value = given[0]
    try:
        if isinstance(expected, bool) or isinstance(value, bool):
            return str(value) == str(expected)
        if isinstance(expected, float) or isinstance(value, float):
            return abs(float(value) - float(expected)) < 1e-6
        if isinstance(expected, dict):
            return isinstance(value, dict) and value == {str(k): v for k, v in expected.items()}
        if isinstance(expected, list):
            return isinstance(value, list) and len(value) == len(expected) and all(equivalent([a], b) for a, b in zip(value, expected))
        return type(expected)(value) == expected
    except (TypeError, ValueError):
        return False


def programs(decoder: Decoder, problem: Problem, given: dict[str, Any], arm: str, limit: int = 128) -> str:
    """The program that the model writes for a problem's input, turn by turn (`multi`) or at once (`single`)."""
    prompts = [prompt.format(**given) for prompt in problem.prompts]
    history = PREAMBLE
    if arm == "single":
        history += "".join(f"# {prompt}\n" for prompt in prompts)
        return history + decoder.complete(history, limit * 2, lambda text: "\n#" in text).split("\n#")[0]
    for prompt in prompts:
        history += f"# {prompt}\n"
        history += truncated(decoder.complete(history, limit, complete_turn)) + "\n\n"
    return history


def run(decoder: Decoder, arm: str = "multi", path: Path = PROBLEMS, workers: int = 2) -> Iterator[dict[str, Any]]:
    """A record for every problem and input: whether it passed, and the program."""
    with ThreadPoolExecutor(workers) as pool:
        waiting = []
        for problem in problems(path):
            for number, given in enumerate(problem.inputs):
                program = programs(decoder, problem, given, arm)
                waiting.append((problem, number, program, pool.submit(answer, program)))
        for problem, number, program, future in waiting:
            got = future.result()
            yield {
                "id": problem.id,
                "name": problem.name,
                "category": problem.category,
                "input": number,
                "passed": equivalent(got, problem.outputs[number]),
                "answer": got,
                "program": program,
            }
