"""Programs of several turns: which kinds of turns there are, how often each comes, and how one follows another."""

import copy

from . import define
from .builder import Program, Unsuitable
from .calls import call, function, two_argument_function
from .compute import act, act_with, compute, show
from .decisions import decide, grade, guard_errors
from .elements import group, quantify, select, select_and_transform, transform
from .inputs import files, import_module, more_data, parse, unpack
from .loops import loop
from .printing import compose_text, show_variable

MIDDLE: list[tuple[float, object]] = [
    (26, compute),
    (9, act),
    (11, select),
    (9, transform),
    (4, select_and_transform),
    (8, quantify),
    (4, show),
    (7, loop),
    (6, decide),
    (1.2, grade),
    (4, compose_text),
    (3.5, function),
    (6, call),
    (2.5, two_argument_function),
    (1.5, unpack),
    (5, more_data),
    (0.7, import_module),
    (5, act_with),
    (2, parse),
    (1.5, files),
    (1, guard_errors),
    (1.5, group),
    (3, show_variable),
]
_FUNCTIONS, _WEIGHTS = [f for _, f in MIDDLE], [w for w, _ in MIDDLE]
ENDS: list[tuple[float, object]] = [(55, show_variable), (12, show), (8, quantify), (8, loop), (8, decide), (6, call)]
_END_FUNCTIONS, _END_WEIGHTS = [f for _, f in ENDS], [w for w, _ in ENDS]


def try_turn(program: Program, functions, weights) -> bool:
    """Adds a turn of one of the kinds; what an unsuitable one left behind is taken back."""
    for _ in range(12):
        function_ = program.rng.choices(functions, weights)[0]
        before = len(program.turns)
        state = (dict(program.kinds), list(program.order), list(program.imports), dict(program.phrase_of), dict(program.functions), program.latest)
        saved = {k: copy.copy(v) if isinstance(v, (list, dict, set)) else v for k, v in program.namespace.items()}
        try:
            function_(program)
            return True
        except Unsuitable:
            del program.turns[before:]
            program.namespace = saved
            program.kinds, program.order, program.imports, program.phrase_of, program.functions, program.latest = state
            program.pending.clear()
    return False


def build(program: Program, size: int) -> bool:
    """Adds turns until there are `size`, the last of which prints. False if it could not be done."""
    first = parse if program.rng.random() < 0.04 else two_argument_function if program.rng.random() < 0.02 else define.start
    for _ in range(6):
        try:
            first(program)
            break
        except Unsuitable:
            return False
    while len(program.turns) < size - 1:
        if not try_turn(program, _FUNCTIONS, _WEIGHTS):
            return False
    if not program.printed or program.rng.random() < 0.5:
        for _ in range(5):
            if program.latest and try_turn(program, _END_FUNCTIONS, _END_WEIGHTS) and "print(" in program.turns[-1].code:
                break
        else:
            return False
    return bool(program.turns)
