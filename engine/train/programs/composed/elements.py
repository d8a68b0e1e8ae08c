"""What can be done with, and asked of, single elements; lists, dictionaries, conditions and loops are made of these.

A mapping is `kind -> kind :: singular :: plural :: verb :: code :: names`: `square of {x}`, `squares of {x}`, `square {x}`. A predicate is
`kind :: place :: phrase :: clause :: code`, where `place` says how the phrase goes with a noun: `even numbers` (before), `numbers greater than 5` (after).
"""

from dataclasses import dataclass
from functools import cache

MAPPINGS = """
int -> int :: square of {x} :: squares of {x} :: square {x} :: {x} ** 2 ;; {x} * {x} :: squares squared
int -> int :: cube of {x} :: cubes of {x} :: cube {x} :: {x} ** 3 :: cubes
int -> int :: double of {x} :: doubles of {x} :: double {x} :: {x} * 2 ;; 2 * {x} :: doubled doubles
int -> int :: triple of {x} :: triples of {x} :: triple {x} :: {x} * 3 ;; 3 * {x} :: tripled
int -> int :: absolute value of {x} :: absolute values of {x} :: take the absolute value of {x} :: abs({x}) :: absolute sizes
int -> int :: negative of {x} :: negatives of {x} :: negate {x} :: -{x} :: negated
int -> int :: {x} plus {k} :: {x}, each plus {k} :: add {k} to {x} :: {x} + {k} :: raised shifted
int -> int :: {x} minus {k} :: {x}, each minus {k} :: subtract {k} from {x} :: {x} - {k} :: lowered
int -> int :: {x} times {k} :: {x}, each times {k} :: multiply {x} by {k} :: {x} * {k} ;; {k} * {x} :: scaled multiplied
int -> int :: remainder of {x} divided by {k} :: remainders of {x} divided by {k} :: take {x} modulo {k} :: {x} % {k} :: remainders
int -> int :: half of {x}, rounded down :: halves of {x}, rounded down :: halve {x}, rounding down :: {x} // 2 :: halves
int -> int :: sum of the digits of {x} :: digit sums of {x} :: add up the digits of {x} :: sum(int(d) for d in str({x})) ;; sum(map(int, str({x}))) :: digit_sums :: nonnegative
int -> str :: string form of {x} :: string forms of {x} :: convert {x} to a string :: str({x}) :: strings texts
int -> str :: binary form of {x} :: binary forms of {x} :: convert {x} to binary :: bin({x})[2:] ;; format({x}, "b") :: binaries :: nonnegative
int -> float :: half of {x} :: halves of {x} :: divide {x} by 2 :: {x} / 2 :: halves
int -> float :: square root of {x} :: square roots of {x} :: take the square root of {x} :: {x} ** 0.5 :: roots :: nonnegative
int -> float :: quotient of {x} and {k} :: quotients of {x} and {k} :: divide {x} by {k} :: {x} / {k} :: quotients
int -> bool :: parity of {x} :: parities of {x} :: check whether {x} is even :: {x} % 2 == 0 :: parities
float -> float :: double of {x} :: doubles of {x} :: double {x} :: {x} * 2 :: doubled
float -> float :: square of {x} :: squares of {x} :: square {x} :: {x} ** 2 :: squares
float -> float :: {x} plus {k} :: {x}, each plus {k} :: add {k} to {x} :: {x} + {k} :: raised
float -> float :: {x} times {k} :: {x}, each times {k} :: multiply {x} by {k} :: {x} * {k} :: scaled
float -> float :: {x} rounded to {r} decimals :: {x}, rounded to {r} decimals :: round {x} to {r} decimals :: round({x}, {r}) :: rounded
float -> int :: nearest integer to {x} :: nearest integers to {x} :: round {x} to the nearest integer :: round({x}) :: rounded
float -> int :: integer part of {x} :: integer parts of {x} :: truncate {x} to an integer :: int({x}) :: whole
str -> int :: length of {x} :: lengths of {x} :: measure the length of {x} :: len({x}) :: lengths sizes
str -> int :: number of vowels in {x} :: numbers of vowels in {x} :: count the vowels in {x} :: sum(c in "aeiou" for c in {x}.lower()) ;; sum(1 for c in {x} if c.lower() in "aeiou") :: vowel_counts
str -> int :: number of distinct letters in {x} :: numbers of distinct letters in {x} :: count the distinct letters of {x} :: len(set({x})) :: distinct_counts
str -> str :: uppercase form of {x} :: uppercase forms of {x} :: convert {x} to uppercase :: {x}.upper() :: upper loud
str -> str :: lowercase form of {x} :: lowercase forms of {x} :: convert {x} to lowercase :: {x}.lower() :: lower
str -> str :: reverse of {x} :: reverses of {x} :: reverse {x} :: {x}[::-1] :: reversed_words flipped
str -> str :: first letter of {x} :: first letters of {x} :: take the first letter of {x} :: {x}[0] :: initials firsts
str -> str :: last letter of {x} :: last letters of {x} :: take the last letter of {x} :: {x}[-1] :: lasts
str -> str :: capitalized form of {x} :: capitalized forms of {x} :: capitalize {x} :: {x}.capitalize() ;; {x}.title() :: capitalized
str -> str :: first {s} letters of {x} :: first {s} letters of {x} :: keep only the first {s} letters of {x} :: {x}[:{s}] :: starts shortened
str -> str :: {x} followed by {u} :: {x}, each followed by {u} :: append {u} to {x} :: {x} + {u} ;; f"{{{x}}}{U}" :: extended labels
str -> str :: {x} preceded by {u} :: {x}, each preceded by {u} :: put {u} before {x} :: {u} + {x} ;; f"{U}{{{x}}}" :: prefixed labels
str -> str :: {x} written twice :: {x}, each written twice :: write {x} twice :: {x} * 2 ;; {x} + {x} :: doubled
str -> str :: letters of {x} in sorted order :: sorted letters of {x} :: sort the letters of {x} :: "".join(sorted({x})) :: sorted_letters
str -> str :: {x} without its first letter :: {x} without their first letters :: remove the first letter of {x} :: {x}[1:] :: tails
str -> bool :: answer whether {x} is a palindrome :: answers whether {x} are palindromes :: check whether {x} is a palindrome :: {x} == {x}[::-1] :: palindromes
"""

PREDICATES = """
int :: before :: even :: is even :: {x} % 2 == 0
int :: before :: odd :: is odd :: {x} % 2 == 1 ;; {x} % 2 != 0
int :: before :: positive :: is positive :: {x} > 0
int :: before :: negative :: is negative :: {x} < 0
int :: before :: nonzero :: is not zero :: {x} != 0
int :: before :: two-digit :: has two digits :: 10 <= abs({x}) <= 99
int :: after :: (greater|larger|bigger) than {t} :: is (greater|larger) than {t} :: {x} > {t}
int :: after :: (less|smaller) than {t} :: is (less|smaller) than {t} :: {x} < {t}
int :: after :: (above|over) {t} :: is (above|over) {t} :: {x} > {t}
int :: after :: (below|under) {t} :: is (below|under) {t} :: {x} < {t}
int :: after :: of at least {t} :: is at least {t} :: {x} >= {t}
int :: after :: of at most {t} :: is at most {t} :: {x} <= {t}
int :: after :: between {t} and {t2} :: is between {t} and {t2} :: {t} <= {x} <= {t2}
int :: after :: divisible by {q} :: is divisible by {q} :: {x} % {q} == 0
int :: after :: that are multiples of {q} :: is a multiple of {q} :: {x} % {q} == 0
int :: after :: not divisible by {q} :: is not divisible by {q} :: {x} % {q} != 0
int :: after :: that end in {z} :: ends in {z} :: {x} % 10 == {z} :: nonnegative
int :: after :: other than {m} :: is not {m} :: {x} != {m}
float :: before :: positive :: is positive :: {x} > 0
float :: before :: negative :: is negative :: {x} < 0
float :: after :: (greater|larger|higher) than {t} :: is (greater|larger|higher) than {t} :: {x} > {t}
float :: after :: (less|smaller|lower) than {t} :: is (less|smaller|lower) than {t} :: {x} < {t}
float :: after :: of at least {t} :: is at least {t} :: {x} >= {t}
str :: after :: longer than {L} (letters|characters) :: (is longer than|has more than) {L} (letters|characters) :: len({x}) > {L}
str :: after :: shorter than {L} (letters|characters) :: is shorter than {L} (letters|characters) :: len({x}) < {L}
str :: after :: (of|with) exactly {L} (letters|characters) :: has exactly {L} (letters|characters) :: len({x}) == {L}
str :: after :: (of|with) at least {L} (letters|characters) :: has at least {L} (letters|characters) :: len({x}) >= {L}
str :: after :: (that start|starting|beginning) with {a} :: starts with {a} :: {x}.startswith({a}) ;; {x}[0] == {a}
str :: after :: (that end|ending) (with|in) {b} :: ends (with|in) {b} :: {x}.endswith({b}) ;; {x}[-1] == {b}
str :: after :: (that contain|containing|with) (the letter |){a2} :: contains (the letter |){a2} :: {a2} in {x}
str :: after :: without (the letter |){a2} :: does not contain (the letter |){a2} :: {a2} not in {x}
str :: after :: that (start|begin) with a vowel :: starts with a vowel :: {x}[0] in "aeiou" ;; {x}[0].lower() in "aeiou"
str :: after :: that (start|begin) with a (capital|capital letter) :: starts with a capital letter :: {x}[0].isupper()
str :: after :: that are palindromes :: is a palindrome :: {x} == {x}[::-1]
str :: after :: other than {m} :: is not {m} :: {x} != {m}
"""


@dataclass(frozen=True)
class Mapping:
    """A function of one element, with its phrases for one and for many."""

    takes: str
    gives: str
    one: str
    many: str
    verb: str
    code: tuple[str, ...]
    names: tuple[str, ...]
    needs: str = ""


@dataclass(frozen=True)
class Predicate:
    """A condition on one element."""

    takes: str
    before: bool
    phrase: str
    clause: str
    code: tuple[str, ...]
    needs: str = ""


@cache
def mappings() -> dict[str, list[Mapping]]:
    """The mappings by the kind of element."""
    found: dict[str, list[Mapping]] = {}
    for line in MAPPINGS.strip().splitlines():
        kinds, one, many, verb, code, names, *needs = [part.strip() for part in line.split(" :: ")]
        takes, _, gives = kinds.partition(" -> ")
        found.setdefault(takes, []).append(Mapping(takes, gives, one, many, verb, tuple(code.split(" ;; ")), tuple(names.split()), "".join(needs)))
    return found


@cache
def predicates() -> dict[str, list[Predicate]]:
    """The predicates by the kind of element."""
    found: dict[str, list[Predicate]] = {}
    for line in PREDICATES.strip().splitlines():
        takes, place, phrase, clause, code, *needs = [part.strip() for part in line.split(" :: ")]
        found.setdefault(takes, []).append(Predicate(takes, place == "before", phrase, clause, tuple(code.split(" ;; ")), "".join(needs)))
    return found
