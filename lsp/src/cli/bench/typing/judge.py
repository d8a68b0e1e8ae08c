"""Judges suggestions: reads a JSON object a line, answers with one a line."""

import ast
import builtins
import importlib
import json
import keyword
import re
import sys
import warnings

warnings.simplefilter("ignore")

WORD = re.compile(r"[^\W\d]\w*")
WORD_END = re.compile(r"\w*\Z")
KNOWN = set(dir(builtins)) | set(keyword.kwlist) | set(keyword.softkwlist)
KNOWN |= {"__name__", "__file__", "__doc__", "__class__", "self", "cls"}
BUILTIN_TYPES = (str, bytes, int, float, complex, list, tuple, dict, set, frozenset, type, object, Exception, range)
METHODS = {name for kind in BUILTIN_TYPES for name in dir(kind)}
METHODS |= set(dir(sys.stdin)) | set(dir(lambda: 0)) | set(dir(x for x in ()))
STRINGS = re.compile(r"('''|\"\"\")[\s\S]*?(\1|\Z)|'(\\.|[^'\\\n])*'?|\"(\\.|[^\"\\\n])*\"?|#[^\n]*")


def variants(left, right):
    """The text as it is, and with a body where the cursor's line is a header or has nothing."""
    yield left + right
    line = left[left.rfind("\n") + 1:]
    if not line.strip() or line.rstrip().endswith(":"):
        yield left + (" pass" if line.strip() else "pass") + right
    if line.rstrip().endswith(":"):
        return
    before = left.rstrip()
    if not line.strip() and before.endswith(":"):
        yield before + " pass\n" + line + right


def parsed(left, right):
    for text in variants(left, right):
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass
    return None


def compiles(left, right):
    for text in variants(left, right):
        try:
            compile(text, "buffer", "exec", dont_inherit=True)
            return True
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass
    return False


def bound(tree):
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            names.update(node.names)
        elif isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            names.add(node.name)
    return names


def unknown(left, shown, right):
    """The names that the suggestion reads and nothing defines."""
    tree = parsed(left + shown, right)
    first = len(WORD_END.search(left).group())
    start, end = len(left) - first, len(left) + len(shown)
    if tree is not None:
        text = left + shown
        lines = text.split("\n")
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)
        names = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.lineno <= len(lines):
                column = len(lines[node.lineno - 1].encode()[: node.col_offset].decode(errors="replace"))
                at = starts[node.lineno - 1] + column
                if start <= at < end and at + len(node.id) > len(left):
                    names.add(node.id)
        return sorted(names - bound(tree) - KNOWN)
    blank = STRINGS.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), left + shown)
    defined = {m.group() for m in WORD.finditer(blank[:start]) if blank[m.start() - 1: m.start()] != "."}
    defined |= {m.group() for m in WORD.finditer(STRINGS.sub(" ", right))}
    names = set()
    for m in WORD.finditer(blank, start, end):
        before, after = blank[: m.start()].rstrip(), blank[m.end():].lstrip(" ")
        if before.endswith("."):
            continue
        if re.match(r"=(?!=)|:=", after):
            defined.add(m.group())
        elif re.search(r"\b(def|class|as|import|for|lambda|global)$", before):
            defined.add(m.group())
        elif m.end() > len(left):
            names.add(m.group())
    return sorted(names - defined - KNOWN)


class Files:
    """What the words of a session's file may be, found once for each file."""

    def __init__(self):
        self.known = {}

    def words(self, file):
        if file not in self.known:
            words = set(WORD.findall(file)) | KNOWN | METHODS
            for line in file.split("\n"):
                found = re.match(r"\s*(?:import|from)\s+(.+)", line)
                if not found:
                    continue
                for name in re.findall(r"[\w.]+", found.group(1).split(" import ")[0]):
                    if name.split(".")[0] in sys.stdlib_module_names:
                        words |= members(name)
            words |= set(sys.stdlib_module_names)
            self.known = {file: words}
        return self.known[file]


def members(name):
    try:
        module = importlib.import_module(name)
    except Exception:
        return set()
    words = set(dir(module))
    for part in list(vars(module).values()):
        if isinstance(part, type):
            words |= set(dir(part))
    return words


def judge(files, asked):
    left, shown, right = asked["left"], asked["shown"], asked["right"]
    buffer, true = asked["buffer"], asked["true"]
    answer = {}
    parses_before = parsed(*buffer) is not None or parsed(*true) is not None
    answer["parsed"] = parses_before
    answer["breaksParse"] = parses_before and parsed(left + shown, right) is None
    compiles_before = compiles(*buffer) or compiles(*true)
    answer["breaksCompile"] = compiles_before and not compiles(left + shown, right)
    answer["unknown"] = [] if asked["prose"] else unknown(left, shown, right)
    word = asked.get("word")
    if word:
        words = files.words(asked["file"])
        answer["nonsense"] = word not in words and word not in WORD.findall("".join(buffer))
    return answer


def main():
    files = Files()
    for line in sys.stdin:
        print(json.dumps(judge(files, json.loads(line))), flush=True)


main()
