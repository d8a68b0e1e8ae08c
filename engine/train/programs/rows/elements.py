"""Conditions on one element of a list, and what can be made of each."""

# Conditions on one element: `are` phrase, `is` phrase, expression.
NUM_CONDITIONS = """
(are |)even => is even => {e} % 2 == 0
(are |)odd => is odd => {e} % 2 == 1
(are |)(greater|larger|bigger) than {t} => is (greater|larger|bigger) than {t} => {e} > {t}
(are |)(less|smaller) than {t} => is (less|smaller) than {t} => {e} < {t}
are at least {t} => is at least {t} => {e} >= {t}
are at most {t} => is at most {t} => {e} <= {t}
are above {t} => is above {t} => {e} > {t}
are below {t} => is below {t} => {e} < {t}
are (greater than or equal to) {t} => is (greater than or equal to) {t} => {e} >= {t}
are (less than or equal to) {t} => is (less than or equal to) {t} => {e} <= {t}
are divisible by {k} => is divisible by {k} => {e} % {k} == 0
are not divisible by {k} => is not divisible by {k} => {e} % {k} != 0
are multiples of {k} => is a multiple of {k} => {e} % {k} == 0
are positive => is positive => {e} > 0
are negative => is negative => {e} < 0
are not (zero|0) => is not (zero|0) => {e} != 0
are not equal to {v} => is not equal to {v} => {e} != {v}
are equal to {v} => is equal to {v} => {e} == {v}
are between {t} and {t2} => is between {t} and {t2} => {t} <= {e} <= {t2}
"""
STR_CONDITIONS = """
start with {c} => starts with {c} => {e}.startswith({c})
begin with (the letter |){c} => begins with (the letter |){c} => {e}.startswith({c})
start with the letter {c} => starts with the letter {c} => {e}.startswith({c})
do not start with {c} => does not start with {c} => not {e}.startswith({c})
end with {c} => ends with {c} => {e}.endswith({c})
end with the letter {c} => ends with the letter {c} => {e}.endswith({c})
contain (the letter |){c} => contains (the letter |){c} => {c} in {e}
do not contain (the letter |){c} => does not contain (the letter |){c} => {c} not in {e}
(are longer than|have more than) {len} (characters|letters) => (is longer than|has more than) {len} (characters|letters) => len({e}) > {len}
(are shorter than|have (fewer|less) than) {len} (characters|letters) => (is shorter than|has (fewer|less) than) {len} (characters|letters) => len({e}) < {len}
have (exactly |){len} (characters|letters) => has (exactly |){len} (characters|letters) => len({e}) == {len}
have at least {len} (characters|letters) => has at least {len} (characters|letters) => len({e}) >= {len}
have at most {len} (characters|letters) => has at most {len} (characters|letters) => len({e}) <= {len}
are (not equal to|different from) {v} => is (not equal to|different from) {v} => {e} != {v}
have an even number of (characters|letters) => has an even number of (characters|letters) => len({e}) % 2 == 0
start with (a vowel) => starts with (a vowel) => {e}[0].lower() in "aeiou"
"""

# What to do with each element: verb phrase with `{each}`, noun phrase with `{each}`, expression, names for the list of results.
NUM_MAPS = """
square {each} => the square of {each} => {e} ** 2 => squares squared
cube {each} => the cube of {each} => {e} ** 3 => cubes
double {each} => twice {each} => {e} * 2 => doubled
triple {each} => three times {each} => {e} * 3 => tripled
halve {each} => half of {each} => {e} / 2 => halves
multiply {each} by {k} => {each} (times|multiplied by) {k} => {e} * {k} => scaled multiplied
add {k} to {each} => {each} plus {k} => {e} + {k} => shifted increased
increase {each} by {k} => {each} increased by {k} => {e} + {k} => increased
subtract {k} from {each} => {each} minus {k} => {e} - {k} => reduced
divide {each} by {k} => {each} divided by {k} => {e} / {k} => divided scaled
negate {each} => the negative of {each} => -{e} => negated
take the absolute value of {each} => the absolute value of {each} => abs({e}) => absolute
convert {each} to a string => {each} as a string => str({e}) => strings
convert {each} to a float => {each} as a float => float({e}) => floats
increase {each} by {pct} percent => {each} increased by {pct} percent => {e} * (1 + {pct} / 100) => increased
reduce {each} by {pct} percent => {each} reduced by {pct} percent => {e} * (1 - {pct} / 100) => reduced discounted
round {each} to one decimal => {each} rounded to one decimal => round({e}, 1) => rounded
round {each} to two decimals => {each} rounded to two decimals => round({e}, 2) => rounded
take {each} modulo {k} => the remainder of {each} divided by {k} => {e} % {k} => remainders
"""
STR_MAPS = """
(convert {each} to (upper case|uppercase)|uppercase {each}) => {each} in (upper case|uppercase) => {e}.upper() => upper uppercased
(convert {each} to (lower case|lowercase)|lowercase {each}) => {each} in (lower case|lowercase) => {e}.lower() => lower lowercased
capitalize {each} => {each} capitalized => {e}.capitalize() => capitalized
reverse {each} => {each} reversed => {e}[::-1] => reversed_words
replace {each} (with|by) its length => the length of {each} => len({e}) => lengths
(take|get) the first (letter|character) of {each} => the first (letter|character) of {each} => {e}[0] => initials first_letters
(take|get) the last (letter|character) of {each} => the last (letter|character) of {each} => {e}[-1] => last_letters
(take|get) the first {k3} (letters|characters) of {each} => the first {k3} (letters|characters) of {each} => {e}[:{k3}] => prefixes
append {suffix} to {each} => {each} followed by {suffix} => {e} + {suffix} => extended
add {suffix} to the end of {each} => {each} with {suffix} (appended|at its end) => {e} + {suffix} => extended
prepend {prefix} to {each} => {each} with {prefix} in front of it => {prefix} + {e} => prefixed
repeat {each} twice => {each} repeated twice => {e} * 2 => doubled
remove the last (letter|character) (of|from) {each} => {each} without its last (letter|character) => {e}[:-1] => shortened
remove the first (letter|character) (of|from) {each} => {each} without its first (letter|character) => {e}[1:] => shortened
count the (letters|characters) of {each} => the number of (letters|characters) of {each} => len({e}) => lengths
"""
