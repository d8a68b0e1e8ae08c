"""Functions under a docstring or a comment, classes built in turns, and code of the kind that inline completion meets."""

import keyword
import random
import re

from . import define, lexicon, tables, values
from .builder import Parameters, Program, Unsuitable, literal
from .phrases import choose, sentence
from .render import Document, comment, file, history, needed

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


# Small functions of several lines: name, parameters with annotations, return annotation, description, body, arguments to check with.
LIBRARY = [
    ("celsius_to_fahrenheit", "celsius: float", "float", "the temperature in degrees Fahrenheit", "return celsius * 9 / 5 + 32", "20.0"),
    ("fahrenheit_to_celsius", "fahrenheit: float", "float", "the temperature in degrees Celsius", "return (fahrenheit - 32) * 5 / 9", "68.0"),
    (
        "clamp",
        "value: float, low: float, high: float",
        "float",
        "value limited to the range from low to high",
        "return max(low, min(value, high))",
        "5, 0, 3",
    ),
    ("lerp", "a: float, b: float, t: float", "float", "the linear interpolation between a and b at t", "return a + (b - a) * t", "0, 10, 0.5"),
    (
        "distance",
        "x1: float, y1: float, x2: float, y2: float",
        "float",
        "the distance between the points (x1, y1) and (x2, y2)",
        "return math.sqrt((x2 - x1) ** 2 + (y2 - y1) ** 2)",
        "0, 0, 3, 4",
    ),
    ("circle_area", "radius: float", "float", "the area of a circle with the given radius", "return math.pi * radius ** 2", "2"),
    (
        "compound_interest",
        "amount: float, rate: float, years: int",
        "float",
        "the amount after the given number of years at a yearly interest rate",
        "for _ in range(years):\n    amount *= 1 + rate\nreturn amount",
        "100, 0.05, 3",
    ),
    (
        "chunks",
        "items: list, size: int",
        "list",
        "the items split into lists of the given size",
        "return [items[i:i + size] for i in range(0, len(items), size)]",
        "[1, 2, 3], 2",
    ),
    (
        "flatten",
        "lists: list[list]",
        "list",
        "a flat list of all elements of the lists",
        "result = []\nfor items in lists:\n    result.extend(items)\nreturn result",
        "[[1], [2, 3]]",
    ),
    (
        "group_by_length",
        "words: list[str]",
        "dict",
        "a dictionary that maps each length to the words of that length",
        "groups = {}\nfor word in words:\n    groups.setdefault(len(word), []).append(word)\nreturn groups",
        "['a', 'bb']",
    ),
    (
        "count_words",
        "text: str",
        "dict",
        "a dictionary with the number of times each word occurs in text",
        "counts = {}\nfor word in text.split():\n    counts[word] = counts.get(word, 0) + 1\nreturn counts",
        "'a b a'",
    ),
    (
        "invert",
        "mapping: dict",
        "dict",
        "a dictionary with keys and values swapped",
        "return {value: key for key, value in mapping.items()}",
        "{'a': 1}",
    ),
    (
        "merge",
        "first: dict, second: dict",
        "dict",
        "a dictionary with the entries of both, where those of second win",
        "result = first.copy()\nresult.update(second)\nreturn result",
        "{'a': 1}, {'b': 2}",
    ),
    (
        "slugify",
        "title: str",
        "str",
        "the title in lower case with hyphens instead of spaces",
        "return title.strip().lower().replace(' ', '-')",
        "'My Day'",
    ),
    (
        "truncate",
        "text: str, length: int",
        "str",
        "the text cut to length characters, with three dots if it was longer",
        "if len(text) <= length:\n    return text\nreturn text[:length] + '...'",
        "'hello world', 5",
    ),
    (
        "initials",
        "name: str",
        "str",
        "the initials of a name in upper case",
        "return ''.join(part[0].upper() for part in name.split())",
        "'ada lovelace'",
    ),
    (
        "parse_pairs",
        "text: str",
        "dict",
        "a dictionary from a text such as 'a=1;b=2'",
        "result = {}\nfor part in text.split(';'):\n    key, value = part.split('=')\n    result[key] = value\nreturn result",
        "'a=1;b=2'",
    ),
    (
        "read_lines",
        "path: str",
        "list[str]",
        "the lines of a text file without their line ends",
        "with open(path) as file:\n    return file.read().splitlines()",
        "",
    ),
    (
        "write_lines",
        "path: str, lines: list[str]",
        "None",
        "",
        "with open(path, 'w') as file:\n    for line in lines:\n        file.write(line + '\\n')",
        "'out.txt', ['a', 'b']",
    ),
    ("load_json", "path: str", "dict", "the content of a JSON file", "with open(path) as file:\n    return json.load(file)", ""),
    ("save_json", "data: dict, path: str", "None", "", "with open(path, 'w') as file:\n    json.dump(data, file, indent=2)", "{'a': 1}, 'x.json'"),
    (
        "read_csv",
        "path: str",
        "list[dict]",
        "the rows of a CSV file as dictionaries",
        "with open(path, newline='') as file:\n    return list(csv.DictReader(file))",
        "",
    ),
    ("count_lines", "path: str", "int", "the number of lines in a file", "with open(path) as file:\n    return sum(1 for _ in file)", ""),
    (
        "transpose",
        "matrix: list[list[int]]",
        "list[list[int]]",
        "the matrix with rows and columns exchanged",
        "return [list(column) for column in zip(*matrix)]",
        "[[1, 2], [3, 4]]",
    ),
    ("row_sums", "matrix: list[list[int]]", "list[int]", "the sum of each row", "return [sum(row) for row in matrix]", "[[1, 2], [3, 4]]"),
    ("zeros", "rows: int, columns: int", "list[list[int]]", "a matrix of zeros", "return [[0] * columns for _ in range(rows)]", "2, 3"),
    (
        "moving_average",
        "values: list[float], size: int",
        "list[float]",
        "the averages of every size neighboring values",
        "return [sum(values[i:i + size]) / size for i in range(len(values) - size + 1)]",
        "[1, 2, 3, 4], 2",
    ),
    (
        "weighted_mean",
        "values: list[float], weights: list[float]",
        "float",
        "the mean of the values with the given weights",
        "total = sum(value * weight for value, weight in zip(values, weights))\nreturn total / sum(weights)",
        "[1, 2], [3, 1]",
    ),
    (
        "format_seconds",
        "seconds: int",
        "str",
        "the time as minutes and seconds, such as '2:05'",
        "minutes, seconds = divmod(seconds, 60)\nreturn f'{minutes}:{seconds:02d}'",
        "125",
    ),
    ("format_price", "amount: float", "str", "the amount with two decimals and a dollar sign", "return f'${amount:.2f}'", "3.5"),
    ("discounted", "price: float, percent: float", "float", "the price reduced by percent", "return price * (1 - percent / 100)", "50, 10"),
    ("safe_divide", "a: float, b: float", "float", "a divided by b, or 0 if b is zero", "if b == 0:\n    return 0\nreturn a / b", "1, 0"),
    (
        "parse_int",
        "text: str, default: int = 0",
        "int",
        "text as an integer, or default if it is not one",
        "try:\n    return int(text)\nexcept ValueError:\n    return default",
        "'x'",
    ),
    (
        "top_items",
        "counts: dict, n: int",
        "list",
        "the n keys with the largest values",
        "return sorted(counts, key=counts.get, reverse=True)[:n]",
        "{'a': 1, 'b': 2}, 1",
    ),
    (
        "partition",
        "items: list, limit: float",
        "tuple",
        "two lists, the items below limit and the others",
        "below = [item for item in items if item < limit]\nothers = [item for item in items if item >= limit]\nreturn below, others",
        "[1, 5], 3",
    ),
    (
        "index_by",
        "records: list[dict], key: str",
        "dict",
        "a dictionary of the records by the value of their key",
        "return {record[key]: record for record in records}",
        "[{'id': 1}], 'id'",
    ),
    (
        "pluck",
        "records: list[dict], key: str",
        "list",
        "the values of key in all records",
        "return [record[key] for record in records]",
        "[{'id': 1}], 'id'",
    ),
    ("apply_twice", "function, value", "", "the result of applying function to value two times", "return function(function(value))", "abs, -3"),
    ("repeat", "function, times: int", "None", "", "for _ in range(times):\n    function()", "lambda: None, 2"),
    (
        "countdown",
        "n: int",
        "list[int]",
        "a list of the numbers from n down to 1",
        "numbers = []\nwhile n > 0:\n    numbers.append(n)\n    n -= 1\nreturn numbers",
        "3",
    ),
    (
        "power",
        "base: float, exponent: int",
        "float",
        "base raised to exponent, by repeated multiplication",
        "result = 1\nfor _ in range(exponent):\n    result *= base\nreturn result",
        "2, 3",
    ),
    ("digits", "n: int", "list[int]", "the digits of n", "return [int(digit) for digit in str(n)]", "123"),
    (
        "swap_ends",
        "items: list",
        "list",
        "a copy of items with the first and last element exchanged",
        "result = items.copy()\nresult[0], result[-1] = result[-1], result[0]\nreturn result",
        "[1, 2, 3]",
    ),
    (
        "interleave",
        "first: list, second: list",
        "list",
        "the elements of both lists in turn",
        "result = []\nfor a, b in zip(first, second):\n    result.extend([a, b])\nreturn result",
        "[1, 2], [3, 4]",
    ),
    (
        "find_index",
        "items: list, target",
        "int",
        "the index of target in items, or -1 if it is not there",
        "for i, item in enumerate(items):\n    if item == target:\n        return i\nreturn -1",
        "[1, 2], 2",
    ),
    (
        "binary_search",
        "items: list, target",
        "int",
        "the index of target in the sorted items, or -1",
        "low, high = 0, len(items) - 1\nwhile low <= high:\n    middle = (low + high) // 2\n    if items[middle] == target:\n        return middle\n    if items[middle] < target:\n        low = middle + 1\n    else:\n        high = middle - 1\nreturn -1",
        "[1, 3, 5], 3",
    ),
    (
        "depth",
        "tree: dict",
        "int",
        "the depth of a nested dictionary",
        "if not isinstance(tree, dict) or not tree:\n    return 0\nreturn 1 + max(depth(child) for child in tree.values())",
        "{'a': {'b': {}}}",
    ),
    (
        "total_nested",
        "value",
        "int",
        "the sum of all numbers in a nested list",
        "if isinstance(value, list):\n    return sum(total_nested(item) for item in value)\nreturn value",
        "[1, [2, [3]]]",
    ),
    ("count_down", "n: int", "None", "", "if n > 0:\n    print(n)\n    count_down(n - 1)", "3"),
    ("roll_dice", "count: int", "list[int]", "the results of rolling count dice", "return [random.randint(1, 6) for _ in range(count)]", "3"),
    ("pick", "items: list", "", "a random element of items", "return random.choice(items)", "[1, 2]"),
    ("shuffled", "items: list", "list", "a shuffled copy of items", "result = items.copy()\nrandom.shuffle(result)\nreturn result", "[1, 2]"),
    (
        "days_between",
        "start: date, end: date",
        "int",
        "the number of days from start to end",
        "return (end - start).days",
        "date(2020, 1, 1), date(2020, 2, 1)",
    ),
    ("is_weekend", "day: date", "bool", "whether day is a Saturday or a Sunday", "return day.weekday() >= 5", "date(2020, 1, 1)"),
    ("file_extension", "path: str", "str", "the extension of a path without the dot", "return path.rsplit('.', 1)[-1]", "'a.txt'"),
    ("join_path", "folder: str, name: str", "str", "the path of a file in a folder", "return os.path.join(folder, name)", "'a', 'b'"),
    ("list_files", "folder: str", "list[str]", "the sorted names of the files in a folder", "return sorted(os.listdir(folder))", "'.'"),
    (
        "python_files",
        "folder: str",
        "list[str]",
        "the names of the Python files in a folder",
        "return [name for name in os.listdir(folder) if name.endswith('.py')]",
        "'.'",
    ),
    (
        "normalize",
        "vector: list[float]",
        "list[float]",
        "the vector scaled to length one",
        "length = math.sqrt(sum(x ** 2 for x in vector))\nreturn [x / length for x in vector]",
        "[3, 4]",
    ),
    ("dot", "a: list[float], b: list[float]", "float", "the dot product of two vectors", "return sum(x * y for x, y in zip(a, b))", "[1, 2], [3, 4]"),
    (
        "mean_square_error",
        "expected: list[float], actual: list[float]",
        "float",
        "the mean of the squared differences",
        "differences = [(a - b) ** 2 for a, b in zip(expected, actual)]\nreturn sum(differences) / len(differences)",
        "[1, 2], [1, 4]",
    ),
    ("bmi", "weight: float, height: float", "float", "the body mass index", "return weight / height ** 2", "70, 1.8"),
    ("add_item", "cart: dict, name: str, price: float", "None", "", "cart[name] = price", "{}, 'tea', 3"),
    ("remove_item", "cart: dict, name: str", "None", "", "if name in cart:\n    del cart[name]", "{'a': 1}, 'a'"),
    ("cart_total", "cart: dict", "float", "the sum of all prices in the cart", "return sum(cart.values())", "{'a': 1}"),
    (
        "longest_name",
        "names: list[str]",
        "str",
        "the longest of the names",
        "longest = ''\nfor name in names:\n    if len(name) > len(longest):\n        longest = name\nreturn longest",
        "['a', 'bb']",
    ),
    (
        "all_keys",
        "records: list[dict]",
        "set",
        "the set of keys that occur in any record",
        "keys = set()\nfor record in records:\n    keys.update(record)\nreturn keys",
        "[{'a': 1}]",
    ),
    (
        "capitalize_words",
        "text: str",
        "str",
        "the text with every word capitalized",
        "return ' '.join(word.capitalize() for word in text.split())",
        "'a b'",
    ),
    ("surround", "text: str, left: str, right: str", "str", "the text between left and right", "return left + text + right", "'a', '(', ')'"),
    ("print_table", "rows: list[dict]", "None", "", "for row in rows:\n    print('\\t'.join(str(value) for value in row.values()))", "[{'a': 1}]"),
    ("greet", "name: str, greeting: str = 'Hello'", "str", "a greeting for name", "return f'{greeting}, {name}!'", "'Ann'"),
    ("main", "", "None", "", "numbers = [int(n) for n in '1 2 3'.split()]\nprint(sum(numbers))", ""),
]
IMPERATIVE = {
    "write_lines": "Write the lines to a file, one per line",
    "save_json": "Save data to a JSON file",
    "repeat": "Call function the given number of times",
    "count_down": "Print the numbers from n down to 1",
    "add_item": "Add an item with its price to the cart",
    "remove_item": "Remove an item from the cart if it is there",
    "print_table": "Print the rows as a table with tabs",
    "main": "Read numbers and print their sum",
}


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


def loop_state(rng: random.Random) -> Document:
    """Programs that set up counters and change them in loops, the way simulations and sums are written turn by turn."""
    program = Program(rng, numpy=rng.random() < 0.55)
    q = program.quoted
    used: set[str] = {"i", "j", "n"}

    def named(*pool: str) -> str:
        for _ in range(20):
            name = program.novel_name(plural=pool[0] == "words") or rng.choice(pool)
            if name not in used and (pool[0] != "words" or values.singular(name) not in ("", *keyword.kwlist)):
                used.add(name)
                return name
        raise Unsuitable

    counter = named("total", "count", "result", "score", "balance", "s", "steps", "acc")
    start = rng.choice((0, 0, 0, 1, 10, 100))
    n = rng.randint(2, 9)
    kind = rng.choice(("for", "while", "nested", "interest", "index", "dict", "string"))
    if kind in ("for", "nested", "index"):
        start = 0
    if kind == "for":
        limit = named("n", "m", "limit", "size", "top", "end")
        program.add(choose(rng, f"Set {q(limit)} to {n}|Let {q(limit)} be {n}|Assign {n} to {q(limit)}|Define {q(limit)} as {n}"), f"{limit} = {n}")
        program.add(
            choose(
                rng,
                f"Set {q(counter)} to {start}|Let {q(counter)} be {start}|Initialize {q(counter)} (to|with) {start}|Start with {q(counter)} (equal to|at|=) {start}",
            ),
            f"{counter} = {start}",
        )
        text, body = rng.choice(
            (
                ("add i to X", "X += i"),
                ("add i squared to X", "X += i ** 2"),
                ("add twice i to X", "X += 2 * i"),
                ("increase X by i", "X += i"),
                ("add i times i to X", "X += i * i"),
            )
        )
        program.add(
            choose(
                rng,
                f"For (every|each) i from 1 to {q(limit)}, {text}|(Use|Write) a (for |)loop over the numbers i from 1 to {q(limit)} to {text}|Loop over i from 1 to {q(limit)} and {text}",
            ).replace("X", q(counter)),
            f"for i in range(1, {limit} + 1):\n    " + body.replace("X", counter),
        )
    elif kind == "nested":
        program.add(choose(rng, f"Set n to {n}|Let n be {n}|Assign {n} to n"), f"n = {n}")
        program.add(choose(rng, f"Set {q(counter)} to 0|Let {q(counter)} be 0|Initialize {q(counter)} to 0"), f"{counter} = 0")
        text, body = rng.choice((("i plus j", "i + j"), ("i times j", "i * j"), ("the larger of i and j", "max(i, j)"), ("1", "1")))
        program.add(
            choose(
                rng,
                f"For (each|every) i from 1 to n and (each|every) j from 1 to n, add {text} to {q(counter)}|(Use|Write) two (nested |)loops over i and j from 1 to n (that add|to add) {text} to {q(counter)}",
            ),
            f"for i in range(1, n + 1):\n    for j in range(1, n + 1):\n        {counter} += {body}",
        )
    elif kind == "while":
        limit, k = rng.randint(10, 60), rng.randint(2, 7)
        variable = named("x", "value", "money", "water", "rest")
        program.add(
            choose(rng, f"Set {q(variable)} to {limit}|Let {q(variable)} be {limit}|Assign {limit} to {q(variable)}"), f"{variable} = {limit}"
        )
        program.add(choose(rng, f"Set {q(counter)} to 0|Let {q(counter)} be 0|Initialize {q(counter)} (to|with) 0"), f"{counter} = 0")
        text, body, test, said = rng.choice(
            (
                (f"subtract {k} from X", f"X -= {k}", "X > 0", "(greater than|above) 0"),
                ("halve X (with integer division|using integer division)", "X //= 2", "X > 1", "(greater than|above) 1"),
                (f"divide X by {k} (with|using) integer division", f"X //= {k}", f"X >= {k}", f"at least {k}"),
            )
        )
        program.add(
            choose(
                rng,
                f"While {q(variable)} is {said}, {text} and (add 1 to|increase|increment) COUNTER( by 1|)|(Use|Write) a while loop that runs while {q(variable)} is {said}; in it {text} and add 1 to COUNTER",
            )
            .replace("increase COUNTER and", "increase COUNTER by 1 and")
            .replace("X", q(variable))
            .replace("add 1 to COUNTER by 1", "add 1 to COUNTER")
            .replace("COUNTER", q(counter)),
            f"while {test.replace('X', variable)}:\n    {body.replace('X', variable)}\n    {counter} += 1",
        )
    elif kind == "interest":
        counter = named("balance", "savings", "amount", "population", "price", "value")
        years = rng.choice(("years", "months", "days", "rounds"))
        pct = rng.choice((2, 3, 5, 10, 20))
        up = rng.random() < 0.7
        program.add(
            choose(rng, f"Set {q(counter)} to {n * 100}|Let {q(counter)} be {n * 100}|Assign {n * 100} to {q(counter)}"), f"{counter} = {n * 100}"
        )
        program.add(choose(rng, f"Set {q(years)} to {n}|Let {q(years)} be {n}|Assign {n} to {q(years)}"), f"{years} = {n}")
        program.add(
            choose(
                rng,
                f"(Use|Write) a (for |)loop to {'increase' if up else 'reduce'} {q(counter)} by {pct} percent (for each of the {q(years)}|{q(years)} times|as many times as {q(years)} says)|For each of the {q(years)}, {'increase' if up else 'reduce'} {q(counter)} by {pct} percent|Repeat {q(years)} times: {'increase' if up else 'reduce'} {q(counter)} by {pct} percent",
            ),
            f"for _ in range({years}):\n    {counter} *= {literal(round(1 + pct / 100 if up else 1 - pct / 100, 2))}",
        )
        program.add(choose(rng, f"Round {q(counter)} to (2|two) decimals( places|)"), f"{counter} = round({counter}, 2)")
    else:
        name = named("words", "items", "names", "fruits", "colors")
        given = values.word_list(rng, name)
        e = values.singular(name)
        used.add(e)
        program.add(
            choose(
                rng,
                f"Assign (the list |){program.say(given)} to {q(name)}|Let {q(name)} be (the list |){program.say(given)}|(Create|Define) a list {q(name)} (with|containing) {program.say(given)}|Store {program.say(given)} in {q(name)}",
            ),
            f"{name} = {literal(given)}",
        )
        if kind == "dict":
            target = named("counts", "lengths", "seen", "index")
            program.add(
                choose(
                    rng,
                    f"(Create|Make|Define) an empty (dictionary|dict) (named |called |){q(target)}|Let {q(target)} be an empty (dictionary|dict)|Initialize {q(target)} (to|as) an empty (dictionary|dict)",
                ),
                f"{target} = {{}}",
            )
            text, body = rng.choice(
                (
                    ("increase its count in TARGET( by (1|one)|)|add (1|one) to its count in TARGET", f"{target}[{e}] = {target}.get({e}, 0) + 1"),
                    ("store its length in TARGET|set its value in TARGET to its length", f"{target}[{e}] = len({e})"),
                    ("set its value in TARGET to its first letter|store its first letter in TARGET", f"{target}[{e}] = {e}[0]"),
                )
            )
            program.add(
                choose(rng, f"For (each|every) {e} in {q(name)}, ({text})|Loop over {q(name)} and for (each|every) {e} ({text})").replace(
                    "TARGET", q(target)
                ),
                f"for {e} in {name}:\n    {body}",
            )
        elif kind == "string":
            target = named("text", "line", "result", "message")
            program.add(
                choose(rng, f"Set {q(target)} to an empty string|Let {q(target)} be an empty string|(Create|Define) an empty string {q(target)}"),
                f'{target} = ""',
            )
            text, body = rng.choice(
                (
                    (f"add (each|every) {e} to TARGET", f"{target} += {e}"),
                    (f"add the first letter of (each|every) {e} to TARGET", f"{target} += {e}[0]"),
                    (f"add (each|every) {e} followed by a space to TARGET", f'{target} += {e} + " "'),
                    (f"add (each|every) {e} followed by a comma to TARGET", f'{target} += {e} + ","'),
                )
            )
            program.add(
                choose(rng, f"Loop over {q(name)} and ({text})|(Use|Write) a (for |)loop over {q(name)} to ({text})").replace("TARGET", q(target)),
                f"for {e} in {name}:\n    {body}",
            )
        else:
            target = named("lines", "result", "labels", "entries")
            program.add(
                choose(
                    rng,
                    f"(Create|Make|Define) an empty list (named |called |){q(target)}|Let {q(target)} be an empty list|Initialize {q(target)} (to|as) an empty list",
                ),
                f"{target} = []",
            )
            first = rng.choice((0, 1))
            suffix = ", start=1" if first else ""
            said = choose(rng, "(starting (from|at|with) 1|counting from 1)") if first else ""
            text, body = rng.choice(
                (
                    (f"append (a string|strings|texts) like '1. {e}'", f'f"{{i}}. {{{e}}}"'),
                    (f"append (a string|strings|texts) like '1: {e}'", f'f"{{i}}: {{{e}}}"'),
                    (f"append (a tuple|tuples) of the index and the {e}", f"(i, {e})"),
                    (f"append the {e} followed by its index", f"{e} + str(i)"),
                )
            )
            program.add(
                choose(
                    rng,
                    f"Loop over {q(name)} with (the |their |)(index|indices) {said} and {text} to TARGET|For (each|every) {e} in {q(name)} and its index {said}, {text} to TARGET",
                ).replace("TARGET", q(target)),
                f"for i, {e} in enumerate({name}{suffix}):\n    {target}.append({body})",
            )
        counter = target
    program.define(counter)
    value = program.namespace[counter]
    if isinstance(value, list) and rng.random() < 0.4:
        end = rng.choice(("last", "first"))
        program.add(choose(rng, f"(Print|Show) the {end} element of {q(counter)}"), f"print({counter}[{-1 if end == 'last' else 0}])")
    elif isinstance(value, (int, float)) and rng.random() < 0.3:
        program.add(f"Print {q(counter)} times 2", f"print({counter} * 2)")
    else:
        program.add(choose(rng, f"(Print|Show|Display) (the value of |){q(counter)}"), f"print({counter})")
    return history(program) if rng.random() < 0.75 else file(program, rng)
