

import ast


def calls_print(value):
    """Whether an expression calls something whose name begins with print."""
    function = value.func if isinstance(value, ast.Call) else None
    return isinstance(function, ast.Name) and function.id.startswith("print")


def printed(tree, statements):
    """Wraps the value of the last statement in `print(...)` if it is one of these kinds, unless that value calls print."""
    last = tree.body[-1] if tree.body else None
    value = getattr(last, "value", None)
    if not isinstance(last, statements) or value is None or calls_print(value):
        return tree
    call = ast.Call(func=ast.Name(id="print", ctx=ast.Load()), args=[value], keywords=[])
    last.value = ast.copy_location(call, value)
    return ast.fix_missing_locations(tree)


def is_a(answer, module, *names):
    """Whether an answer's type is one of a module's. No answer has a type whose module has not been imported."""
    return any(type(answer) is getattr(sys.modules.get(module), name, None) for name in names)


class Reference:
    """The rules of the paper's code. An answer fails if its comparison raises an exception."""

    @staticmethod
    def show_last(tree):
        # It wraps every statement that has a value: after `x = f()` the answer is what f returned, and x is None.
        return printed(tree, ast.stmt)

    @staticmethod
    def equivalent(answer, expected):
        if is_a(answer, "pandas", "Series"):
            numpy = sys.modules["numpy"]
            return bool(numpy.allclose(answer.to_numpy(), numpy.array(expected)))
        if type(answer) is list:
            # The first element decides for all of them.
            if answer and type(answer[0]) is tuple:
                answer = [list(element) for element in answer]
        elif is_a(answer, "numpy", "uint8", "int16", "int32", "int64"):
            answer = int(answer)
        elif is_a(answer, "numpy", "float16", "float32", "float64"):
            answer = float(answer)
        elif is_a(answer, "numpy", "bool_"):
            answer = bool(answer)
        elif is_a(answer, "numpy", "ndarray"):
            answer = answer.tolist()
        if type(answer) is not type(expected):
            if type(expected) is bool:
                # Compared as texts, because `bool` makes every text but an empty one true, even "False".
                answer, expected = str(answer), str(expected)
            else:
                answer = type(expected)(answer)
        if type(answer) is float:
            return abs(answer - expected) < 1e-6
        if type(answer) in (str, int, set, list, bool, tuple):
            return bool(answer == expected)
        raise ValueError("a %s cannot be compared" % type(answer).__name__)


class Corrected:
    """The same rules without those that make right programs fail and wrong ones pass."""

    @staticmethod
    def show_last(tree):
        return printed(tree, ast.Expr)

    @staticmethod
    def equivalent(answer, expected):
        def kind(module, name):
            return getattr(sys.modules.get(module), name, ())

        if isinstance(answer, kind("pandas", "Series")):
            return same_elements(answer.to_numpy(), expected)
        if isinstance(answer, kind("numpy", "ndarray")):
            answer = answer.tolist()
        for name, plain in (("bool_", bool), ("integer", int), ("floating", float)):
            if isinstance(answer, kind("numpy", name)):
                answer = plain(answer)
                break
        if type(answer) is list:
            answer = [list(element) if isinstance(element, tuple) else element for element in answer]
        if type(answer) is not type(expected):
            if type(expected) is bool:
                answer, expected = str(answer), str(expected)
            else:
                answer = type(expected)(answer)
        if type(expected) is float:
            return abs(answer - expected) < 1e-6
        return bool(answer == expected)


def same_elements(array, expected):
    numpy = sys.modules["numpy"]
    expected = numpy.array(expected)
    try:
        return bool(numpy.allclose(array, expected))
    except TypeError:
        # These values are not numbers.
        return bool(numpy.array_equal(array, expected))


RULES = {"reference": Reference, "corrected": Corrected}
