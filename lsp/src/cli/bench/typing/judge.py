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


REST = ("", ": pass", " pass", " in x: pass", " x: pass", "x", "x: pass", " else x")


def variants(left, right, wide):
    """The text as it is, with a body where the line is a header or blank; if wide, with its rest made up.

    A header that a suggestion ends in is not broken for what has to stand below it: a body, a case, a handler.
    """
    yield left + right
    line = left[left.rfind("\n") + 1:]
    if not line.strip():
        yield left + "pass" + right
    elif line.rstrip().endswith(":"):
        for made in (left + " pass", left):
            for below in blocks(made):
                yield made + below + right
    if wide:
        end = right.find("\n") if "\n" in right else len(right)
        needed = closers(left)
        for rest in (right[:end], needed, needed[len(right[:end].strip()):] + right[:end]):
            for more in REST:
                for made in (left + rest + more, left + more + rest):
                    for below in blocks(made):
                        yield made + below + right[end:]


def blocks(text):
    """What the blocks that the text's last line is in may still need below it."""
    yield ""
    lines = text.split("\n")
    column = indentation(lines[-1])
    if re.match(r"\s*match\b.*:\s*(pass)?\Z", lines[-1]):
        yield f"\n{' ' * (column + 4)}case _: pass"
    handlers = ""
    for line in reversed(lines):
        if line.strip() and (indentation(line) < column or line is lines[-1]):
            column = indentation(line)
            if re.match(r"\s*try\s*:", line):
                handlers += f"\n{line[:column]}finally: pass"
                yield handlers
            elif re.match(r"\s*match\b.*:\s*\Z", line):
                handlers += f"\n{line[:column]}    case _: pass"
                yield handlers


def indentation(line):
    return len(line) - len(line.lstrip())


def closers(text):
    """What closes the brackets and the string that are open at the end, and what is open in its braces."""
    stack = []
    for found in re.finditer(STRINGS.pattern + r"|[\[\](){}]", text):
        piece = found.group()
        if piece in "([{":
            stack.append(")]}"["([{".index(piece)])
        elif piece in ")]}":
            stack = stack[:-1]
        elif found.end() == len(text) and piece[0] in "'\"":
            mark = piece[:3] if piece[:3] in ("'''", '"""') else piece[0]
            if len(piece) < 2 * len(mark) or not piece.endswith(mark):
                stack.append(mark)
                brace = piece.rfind("{")
                if re.search(r"[fF][rR]?\Z", text[:found.start()]) and "}" not in piece[brace:]:
                    stack.extend(reversed(closers(piece[brace:])) if brace >= 0 else "")
    return "".join(reversed(stack))


def takes(function, left, right, wide=False):
    """What `function` makes of the first text that it takes."""
    for text in variants(left, right, wide):
        try:
            return function(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass
    return None


def parsed(left, right):
    return takes(ast.parse, left, right)


def code(text):
    return compile(text, "buffer", "exec", dont_inherit=True)


def breaks(function, asked):
    """Whether the buffer was taken before, and whether the suggestion breaks it."""
    whole = takes(function, *asked["buffer"]) is not None
    before = whole or takes(function, *asked["true"]) is not None
    left = asked["left"] + asked["shown"]
    # What is typed next all the same breaks nothing, unfinished as it may be.
    if "".join(asked["true"]).startswith(left):
        return before, False
    # A keyword is the beginning of something.
    begun = keyword.iskeyword(WORD_END.search(left).group())
    after = takes(function, left, asked["right"], begun or not whole)
    return before, before and after is None


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
    answer = {}
    answer["parsed"], answer["breaksParse"] = breaks(ast.parse, asked)
    _, answer["breaksCompile"] = breaks(code, asked)
    prose = asked["prose"]
    answer["unknown"] = [] if prose else unknown(asked["left"], asked["shown"], asked["right"])
    word = asked.get("word")
    if word:
        known = word in files.words(asked["file"]) or word in WORD.findall("".join(asked["buffer"]))
        answer["nonsense"] = not known
    return answer


def main():
    files = Files()
    for line in sys.stdin:
        print(json.dumps(judge(files, json.loads(line))), flush=True)


main()
