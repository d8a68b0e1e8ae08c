"""Turns with a loop over a list, a dictionary, a string, a matrix, or a range."""

from .builder import Parameters, Program, Unsuitable
from .elements import condition, that_clause
from .phrases import choose
from .wording import SHOW, item_word, items_word


def loop(program: Program) -> None:
    """Loops over a list, a dictionary, a string or a range, and prints or accumulates."""
    rng = program.rng
    kinds = program.of_kind("nums", "words", "counts", "str", "int", "matrix", "records", "pairs", "set")
    if not kinds:
        raise Unsuitable
    name = program.latest if program.latest in kinds and rng.random() < 0.6 else rng.choice(kinds)
    kind, ref, e = program.kinds[name], program.ref(name), program.element(name)
    value = program.namespace[name]
    item = item_word(program, name) if kind in ("nums", "words") else "item"
    target, said = "", ""
    roll = rng.random()
    if kind in ("nums", "words") and roll < 0.45:
        if roll < 0.12:
            options = [
                (
                    f"{SHOW} (each|every) {item} (in|of) {ref} (on (its own|a separate|a new) line|one per line|on its own line)|Loop over {ref} and print (each|every) {item}|Iterate over {ref} and print (each|every) {item}|(Use|Write) a (for |)loop to print (each|every) {item} (in|of) {ref}|For each {item} in {ref}, print it",
                    f"for {e} in {name}:\n    print({e})",
                )
            ]
        elif roll < 0.2:
            options = [
                (
                    f"{SHOW} (each|every) {item} (in|of) {ref} (with|together with|preceded by) its index|Loop over {ref} and print (the |)(index|position) and (the |)(value|{item})|For each {item} in {ref}, print its index and the {item}",
                    f"for i, {e} in enumerate({name}):\n    print(i, {e})",
                ),
                (
                    f"{SHOW} a numbered list of the {items_word(program, name)} (in|of) {ref}( starting (at|from|with) 1|)",
                    f'for i, {e} in enumerate({name}, start=1):\n    print(f"{{i}}. {{{e}}}")',
                ),
            ]
        elif kind == "words" and roll < 0.33:
            options = [
                (
                    f"{SHOW} (each|every) {item} (in|of) {ref} (together |)with its length|For (each|every) {item} in {ref}, print (the {item}|it) and its length|Loop over {ref} and print (each|every) {item} and its length",
                    f"for {e} in {name}:\n    print({e}, len({e}))",
                ),
                (
                    f"{SHOW} (each|every) {item} (in|of) {ref} in (upper case|uppercase)|For (each|every) {item} in {ref}, print it in (upper case|uppercase)",
                    f"for {e} in {name}:\n    print({e}.upper())",
                ),
                (
                    f"{SHOW} a greeting like 'Hello, NAME!' for (each|every) {item} (in|of) {ref}|For each {item} in {ref}, print 'Hello, ' followed by the {item}",
                    f'for {e} in {name}:\n    print(f"Hello, {{{e}}}!")',
                ),
            ]
            if "followed" in options[2][0] and rng.random() < 0.5:
                options[2] = (f"For each {item} in {ref}, print 'Hello, ' followed by the {item}", f'for {e} in {name}:\n    print("Hello, " + {e})')
            else:
                options[2] = (
                    f"{SHOW} a greeting like 'Hello, NAME!' for (each|every) {item} (in|of) {ref}",
                    f'for {e} in {name}:\n    print(f"Hello, {{{e}}}!")',
                )
        else:
            if kind == "nums":
                options = [
                    (
                        f"{SHOW} the square of (each|every) {item} (in|of) {ref}|For (each|every) {item} in {ref}, print its square|Loop over {ref} and print the square of (each|every) {item}",
                        f"for {e} in {name}:\n    print({e} ** 2)",
                    ),
                    (
                        f"For (each|every) {item} in {ref}, print (whether it is even or odd|'even' if it is even and 'odd' otherwise)",
                        f'for {e} in {name}:\n    if {e} % 2 == 0:\n        print("even")\n    else:\n        print("odd")',
                    ),
                ]
            else:
                options = [(f"{SHOW} the first letter of (each|every) {item} (in|of) {ref}", f"for {e} in {name}:\n    print({e}[0])")]
        prompt, code = rng.choice(options)
    elif kind in ("nums", "words"):
        if rng.random() < 0.5:
            many, one, text, parameters, _ = condition(program, name)
            e = parameters.element
            prompt, code = rng.choice(
                (
                    (
                        f"{SHOW} (the|all|all the) {items_word(program, name)} (in|of) {ref} {that_clause(program, many)}( (using|with) a (for |)loop|)|For (each|every) {item} in {ref}, print it if it {one}|Loop over {ref} and print (each|every) {item} that {one}",
                        f"for {e} in {name}:\n    if {text}:\n        print({e})",
                    ),
                    (
                        f"(Use|Write) a (for |)loop to count the {items_word(program, name)} (in|of) {ref} {that_clause(program, many)}",
                        f"count = 0\nfor {e} in {name}:\n    if {text}:\n        count += 1",
                    ),
                )
            )
            if code.startswith("count"):
                target, said = "count", "the count"
        elif kind == "nums":
            target, said = rng.choice((("total", "the total"), ("largest", "the largest"), ("product", "the product"), ("smallest", "the smallest")))
            body = {
                "total": f"total = 0\nfor {e} in {name}:\n    total += {e}",
                "product": f"product = 1\nfor {e} in {name}:\n    product *= {e}",
                "largest": f"largest = {name}[0]\nfor {e} in {name}:\n    if {e} > largest:\n        largest = {e}",
                "smallest": f"smallest = {name}[0]\nfor {e} in {name}:\n    if {e} < smallest:\n        smallest = {e}",
            }[target]
            what = {
                "total": "(sum|total)",
                "product": "product",
                "largest": "(largest number|maximum|largest value)",
                "smallest": "(smallest number|minimum|smallest value)",
            }[target]
            prompt, code = f"(Use a (for |)loop to (compute|find|calculate)|Compute) the {what} of {ref}" + "", body
            if not prompt.startswith("(Use a (for |)loop to (compute|find|calculate)|"):
                raise Unsuitable
            prompt = choose(
                rng,
                f"(Use a (for |)loop to (compute|find|calculate) the {what} (of|in) {ref}|(Compute|Find|Calculate) the {what} (of|in) {ref} (with|using) a (for |)loop)",
            )
            if rng.random() < 0.5:
                prompt += f" and store it in {target}"
        else:
            target, said = rng.choice((("lengths", "the lengths"), ("longest", "the longest"), ("counts", "the counts"), ("text", "the text")))
            body = {
                "lengths": f"lengths = {{}}\nfor {e} in {name}:\n    lengths[{e}] = len({e})",
                "longest": f'longest = ""\nfor {e} in {name}:\n    if len({e}) > len(longest):\n        longest = {e}',
                "counts": f"counts = {{}}\nfor {e} in {name}:\n    counts[{e}] = counts.get({e}, 0) + 1",
                "text": f'text = ""\nfor {e} in {name}:\n    text += {e}',
            }[target]
            what = {
                "lengths": f"build a (dictionary|dict) (with|of) the length of (each|every) {item} in {ref}",
                "longest": f"find the longest {item} (in|of) {ref}",
                "counts": f"count how often each {item} (occurs|appears) in {ref}",
                "text": f"join (all |)the {items_word(program, name)} of {ref} into one string",
            }[target]
            prompt, code = choose(rng, f"(Use|Write) a (for |)loop to {what}"), body
            if rng.random() < 0.5:
                prompt += (
                    f" and store {'them' if target == 'lengths' else 'it'} in {target}" if target != "counts" else " and store the result in counts"
                )
    elif kind == "counts":
        prompt, code = rng.choice(
            (
                (
                    f"{SHOW} (each|every|the) key and (its |)value (of|in) {ref}( on its own line|)|Loop over {ref} and print (each|every) key and value|For each (key|entry) in {ref}, print the key and the value",
                    f"for key, value in {name}.items():\n    print(key, value)",
                ),
                (
                    f"{SHOW} (each|every) entry of {ref} (as|in the form) 'key: value'|For (each|every) entry of {ref}, print a line like 'key: value'",
                    f'for key, value in {name}.items():\n    print(f"{{key}}: {{value}}")',
                ),
                (
                    f"{SHOW} (each|every) key of {ref}( on its own line|)|Loop over the keys of {ref} and print them",
                    f"for key in {name}:\n    print(key)",
                ),
                (
                    f"{SHOW} the keys of {ref} in (sorted|alphabetical) order( with their values|, each with its value)",
                    f"for key in sorted({name}):\n    print(key, {name}[key])",
                ),
                (
                    f"(Use a (for |)loop to (add|increase)|(Increase|Raise)) (each|every) value (of|in) {ref} by KK",
                    f"for key in {name}:\n    {name}[key] += KK",
                ),
            )
        )
        k = str(rng.choice((1, 2, 5, 10)))
        prompt, code = prompt.replace("KK", k).replace("to (add|increase)", "to increase"), code.replace("KK", k)
    elif kind == "str":
        prompt, code = rng.choice(
            (
                (
                    f"{SHOW} (each|every) (character|letter) of {ref} on (its own|a separate|a new) line|Loop over {ref} and print (each|every) (character|letter)|For (each|every) (character|letter) in {ref}, print it",
                    f"for char in {name}:\n    print(char)",
                ),
                (
                    f"(Use|Write) a (for |)loop to count the (letters|characters) of {ref} in a (dictionary|dict)( (named|called) counts|)|Count how often each (character|letter) occurs in {ref} in a (dictionary|dict)( (named|called) counts|)",
                    f"counts = {{}}\nfor char in {name}:\n    counts[char] = counts.get(char, 0) + 1",
                ),
                (
                    f"(Use|Write) a (for |)loop to build (the reverse of {ref}|{ref} in reverse)",
                    f'backwards = ""\nfor char in {name}:\n    backwards = char + backwards',
                ),
                (f"{SHOW} (each|every) word of {ref} on (its own|a separate|a new) line", f"for word in {name}.split():\n    print(word)"),
            )
        )
        target, said = (
            {"c": ("counts", "the counts"), "b": ("backwards", "the result")}.get(code[0], ("", "")) if not code.startswith("for") else ("", "")
        )
    elif kind == "int":
        if not 0 < value <= 20:
            raise Unsuitable
        prompt, code = rng.choice(
            (
                (
                    f"{SHOW} the numbers from 1 to {ref}( on separate lines|)|(Use|Write) a (for |)loop to print the numbers from 1 to {ref}",
                    f"for i in range(1, {name} + 1):\n    print(i)",
                ),
                (f"{SHOW} the squares of the numbers from 1 to {ref}", f"for i in range(1, {name} + 1):\n    print(i ** 2)"),
                (
                    f"{SHOW} the multiplication table of {ref} (up to|from 1 to) 10",
                    f'for i in range(1, 11):\n    print(f"{{{name}}} x {{i}} = {{{name} * i}}")',
                ),
                (
                    f"Count down from {ref} to 1( and print each number| (with|using) a while loop|)",
                    f"while {name} > 0:\n    print({name})\n    {name} -= 1",
                ),
                (
                    f"(Use|Write) a (for |while |)loop to (compute|calculate) the sum of the numbers from 1 to {ref}",
                    f"total = 0\nfor i in range(1, {name} + 1):\n    total += i",
                ),
                (f"{SHOW} a (triangle|right triangle) of stars with {ref} rows", f'for i in range(1, {name} + 1):\n    print("*" * i)'),
                (f"{SHOW} a square of stars with {ref} rows and columns", f'for _ in range({name}):\n    print("*" * {name})'),
                (f"{SHOW} the even numbers (from 1 to|up to) {ref}", f"for i in range(2, {name} + 1, 2):\n    print(i)"),
            )
        )
        if code.startswith("total"):
            prompt, target, said = prompt.replace("while |", ""), "total", "the total"
        if code.startswith("while"):
            prompt = prompt.replace("|)", "|)")
    elif kind == "matrix":
        prompt, code = rng.choice(
            (
                (
                    f"{SHOW} (each|every) row of {ref}( on its own line|)|For (each|every) row in {ref}, print it",
                    f"for row in {name}:\n    print(row)",
                ),
                (
                    f"{SHOW} the sum of (each|every) row of {ref}|For (each|every) row in {ref}, print its sum",
                    f"for row in {name}:\n    print(sum(row))",
                ),
                (
                    f"{SHOW} (each|every) (element|value|number) of {ref}|(Use|Write) (nested loops|two loops) to print (each|every) (element|value) of {ref}",
                    f"for row in {name}:\n    for value in row:\n        print(value)",
                ),
                (
                    f"(Use|Write) (nested loops|two loops) to (compute|calculate) the sum of all (elements|values|numbers) (of|in) {ref}",
                    f"total = 0\nfor row in {name}:\n    for value in row:\n        total += value",
                ),
            )
        )
        if code.startswith("total"):
            target, said = "total", "the total"
    elif kind == "records":
        r = Parameters(program, name).pair("r")[1]
        key = rng.choice(list(value[0]))
        prompt, code = rng.choice(
            (
                (
                    f"{SHOW} the {key} of (each|every) {r} (in|of) {ref}|For (each|every) {r} in {ref}, print (its|the) {key}",
                    f'for {r} in {name}:\n    print({r}["{key}"])',
                ),
                (f"Loop over {ref} and print (each|every) {r}|{SHOW} (each|every) {r} (in|of) {ref}", f"for {r} in {name}:\n    print({r})"),
            )
        )
    elif kind == "pairs":
        prompt, code = rng.choice(
            (
                (
                    f"{SHOW} the two (elements|parts) of (each|every) pair in {ref}|Loop over {ref} and print the two elements of (each|every) pair",
                    f"for key, value in {name}:\n    print(key, value)",
                ),
                (
                    f"{SHOW} (each|every) pair (in|of) {ref} (as|in the form) 'name: value'",
                    f'for key, value in {name}:\n    print(f"{{key}}: {{value}}")',
                ),
            )
        )
    else:
        prompt, code = (
            f"{SHOW} the elements of {ref} in (sorted|ascending) order( on separate lines|, one per line|)",
            f"for item in sorted({name}):\n    print(item)",
        )
    if target and target in program.namespace:
        raise Unsuitable
    program.add(choose(rng, prompt), code)
    if target:
        program.define(target, said)
    elif kind == "int" and code.startswith("while"):
        program.order.remove(name)
        program.latest = program.order[-1] if program.order else ""
        if not program.latest:
            raise Unsuitable
    elif "+= " in code and kind == "counts":
        program.define(name)
