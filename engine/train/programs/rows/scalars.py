"""What can be said of a string, an integer and a decimal, and done to it."""

STR = """
{x} in (upper case|uppercase|capital letters|upper-case letters) => {x}.upper() => upper upper_{x} shout uppercase
(the (upper case|uppercase) version of {x}) => {x}.upper() => upper upper_{x}
{x} in (lower case|lowercase|small letters|lower-case letters) => {x}.lower() => lower lower_{x} lowercase
(the (lower case|lowercase) version of {x}) => {x}.lower() => lower lower_{x}
{x} in title case => {x}.title() => title titled
{x} with (its|the) first letter capitalized => {x}.capitalize() => capitalized
(the length of {x}|the number of (characters|letters) in {x}|how many characters {x} has) => len({x}) => length n count
({x} reversed|the reverse of {x}|{x} spelled backwards|{x} in reverse) => {x}[::-1] => reversed_{x} backwards reversed_text
the words (of|in) {x} (as a list|in a list) => {x}.split() => words parts
a list (of|with) the words (of|in) {x} => {x}.split() => words parts
(the number of words in {x}|how many words {x} has) => len({x}.split()) => word_count count
the first word of {x} => {x}.split()[0] => first_word first
the last word of {x} => {x}.split()[-1] => last_word last
the longest word (in|of) {x} => max({x}.split(), key=len) => longest longest_word
the shortest word (in|of) {x} => min({x}.split(), key=len) => shortest shortest_word
the (characters|letters) of {x} (as|in) a list => list({x}) => letters chars
a list (of|with) the (characters|letters) (of|in) {x} => list({x}) => letters chars
the (sorted characters|characters sorted|letters in sorted order) of {x} (as a list|) => sorted({x}) => letters sorted_letters
{x} with its (letters|characters) sorted( alphabetically|) => "".join(sorted({x})) => sorted_text ordered
the set of (characters|letters) in {x} => set({x}) => letters unique_letters
the number of (distinct|different|unique) (characters|letters) in {x} => len(set({x})) => unique_count distinct
the first (character|letter) (of|in) {x} => {x}[0] => first first_letter initial
the last (character|letter) (of|in) {x} => {x}[-1] => last last_letter
the first {n} (characters|letters) of {x} => {x}[:{n}] => prefix start first_part
the last {n} (characters|letters) of {x} => {x}[-{n}:] => suffix end last_part
the (character|letter) (of {x} |)at index {i} (of {x}|) => {x}[{i}] => letter char
{x} without (its|the) first (character|letter) => {x}[1:] => rest shorter
{x} without (its|the) last (character|letter) => {x}[:-1] => rest shorter
every (second|other) (character|letter) of {x} => {x}[::2] => every_second
{x} without (any |)spaces => {x}.replace(" ", "") => compact no_spaces
{x} with (all |)spaces replaced (by|with) (underscores|an underscore) => {x}.replace(" ", "_") => snake slug
{x} with (all |)spaces replaced (by|with) (hyphens|dashes|a hyphen) => {x}.replace(" ", "-") => slug
{x} with (every |all |each |){c} replaced (by|with) {c2} => {x}.replace({c}, {c2}) => replaced new_{x}
{x} without (the letter |){c} => {x}.replace({c}, "") => cleaned shorter
(how (often|many times) (the letter |){c} (occurs|appears) in {x}|the number of times (the letter |){c} (occurs|appears) in {x}|the (number|count) of {c} in {x}) => {x}.count({c}) => count
(whether|if) {x} contains (the letter |){c} => {c} in {x} => contains found
(whether|if) {x} contains {word} => {word} in {x} => contains found
(whether|if) {x} starts with {c} => {x}.startswith({c}) => starts
(whether|if) {x} ends with {c} => {x}.endswith({c}) => ends
(whether|if) {x} (is in|is all) (upper case|uppercase) => {x}.isupper() => is_upper
(whether|if) {x} (contains|consists of) only (digits) => {x}.isdigit() => is_number
(whether|if) {x} (contains|consists of) only letters => {x}.isalpha() => is_alpha
(whether|if) {x} (has|is) more than {k} characters( long|) => len({x}) > {k} => is_long
the (index|position) of (the first |){c} in {x} => {x}.index({c}) => index position
{x} repeated {k3} times => {x} * {k3} => repeated
{x} (twice|repeated twice) => {x} * 2 => doubled
{x} followed by (an exclamation mark|'!') => {x} + "!" => excited shout
{x} (surrounded by|in|between) (asterisks|stars) => "*" + {x} + "*" => starred
{x} (surrounded by|in) (square |)brackets => "[" + {x} + "]" => bracketed
{x} with {word} (appended|added (at|to) the end) => {x} + {word} => combined
{x} with {word} (prepended|added (at|to) the (beginning|start|front)) => {word} + {x} => combined
a (dictionary|dict) (with|of) (the count of each|how often each|the number of times each) (character|letter) (occurs |appears |)in {x} => {c: {x}.count(c) for c in {x}} => counts frequencies
a Counter (of|with|for) the (characters|letters) (in|of) {x} => Counter({x}) => counts letter_counts => Counter
the most (common|frequent) (character|letter) (in|of) {x} => Counter({x}).most_common(1)[0][0] => most_common => Counter
a list of the lengths of the words in {x} => [len(word) for word in {x}.split()] => lengths
the words of {x} in reverse order( as (a|one) string|) => " ".join({x}.split()[::-1]) => reversed_words
{x} with (the first letter of |)(each|every) word capitalized => " ".join(word.capitalize() for word in {x}.split()) => capitalized titled
(the initials of {x}|a string of the first letters of the words in {x}) => "".join(word[0] for word in {x}.split()) => initials
the digits (of|in) {x} as a (string) => "".join(c for c in {x} if c.isdigit()) => digits
the (numbers|integers) in {x} as a list of (ints|integers) => [int(m) for m in re.findall(r"\\d+", {x})] => numbers found => re
all words of {x} (using|with) a regular expression => re.findall(r"\\w+", {x}) => words => re
{x} with all digits removed (using|with) a regular expression => re.sub(r"\\d", "", {x}) => cleaned => re
the number of (uppercase|upper case|capital) letters in {x} => sum(1 for c in {x} if c.isupper()) => count upper_count
the number of (lowercase|lower case) letters in {x} => sum(1 for c in {x} if c.islower()) => count lower_count
the number of digits in {x} => sum(1 for c in {x} if c.isdigit()) => digit_count count
the number of spaces in {x} => {x}.count(" ") => spaces
{x} with (upper and lower case|the case of its letters) swapped => {x}.swapcase() => swapped
{x} centered in {w} characters => {x}.center({w}) => centered
{x} padded (with (zeros|0) |)to {w} characters with zeros => {x}.zfill({w}) => padded
{x} padded on the left with stars to {w} characters => {x}.rjust({w}, "*") => padded
a list of the (ASCII|Unicode|character) codes of the (characters|letters) (in|of) {x} => [ord(c) for c in {x}] => codes
{x} split at (every |each |)(comma|commas) => {x}.split(",") => parts
{x} encoded as UTF-8 bytes => {x}.encode("utf-8") => data encoded
the (middle (character|letter)) of {x} => {x}[len({x}) // 2] => middle
{x} split into two halves => [{x}[:len({x}) // 2], {x}[len({x}) // 2:]] => halves
{x} with each (character|letter) repeated twice => "".join(c * 2 for c in {x}) => doubled
{x} with (hyphens|dashes|a hyphen) between its (characters|letters) => "-".join({x}) => spaced
the first letter of {x} in (upper case|uppercase) => {x}[0].upper() => initial
"""

STR_ACTIONS = """
Convert {x} to (upper case|uppercase)( letters|) => {x} = {x}.upper() => {x}.upper()
(Make|Turn) {x} (into |)(upper case|uppercase) => {x} = {x}.upper() => {x}.upper()
Convert {x} to (lower case|lowercase)( letters|) => {x} = {x}.lower() => {x}.lower()
(Make|Turn) {x} (into |)(lower case|lowercase) => {x} = {x}.lower() => {x}.lower()
Capitalize {x} => {x} = {x}.capitalize() => {x}.capitalize()
Convert {x} to title case => {x} = {x}.title() => {x}.title()
Reverse {x} => {x} = {x}[::-1] => {x}[::-1]
(Split {x} into words|Split {x} (at|by|on) (spaces|whitespace)) => {x}.split() => {x}.split()
(Remove|Delete|Strip) (all |the |)spaces from {x} => {x} = {x}.replace(" ", "") => {x}.replace(" ", "")
(Strip|Remove) (the |)(leading and trailing |surrounding |)(whitespace|spaces) (from|around) {x} => {x} = {x}.strip() => {x}.strip()
Replace (all |the |)spaces in {x} (with|by) (underscores) => {x} = {x}.replace(" ", "_") => {x}.replace(" ", "_")
Replace (every |all |each |){c} in {x} (with|by) {c2} => {x} = {x}.replace({c}, {c2}) => {x}.replace({c}, {c2})
(Remove|Delete) (every |all |each |){c} from {x} => {x} = {x}.replace({c}, "") => {x}.replace({c}, "")
(Append|Add) {word} to (the end of |){x} => {x} += {word} => {x} + {word}
(Append|Add) an exclamation mark to (the end of |){x} => {x} += "!" => {x} + "!"
Prepend {word} to {x} => {x} = {word} + {x} => {word} + {x}
Repeat {x} {k3} times => {x} = {x} * {k3} => {x} * {k3}
"""

INT = """
the square of {x} => {x} ** 2 => square squared
{x} squared => {x} ** 2 => square squared
the cube of {x} => {x} ** 3 => cube
{x} (multiplied by|times) {k} => {x} * {k} => product result
(twice|double) {x} => {x} * 2 => double doubled
half of {x} => {x} / 2 => half
{x} plus {k} => {x} + {k} => result total
{x} minus {k} => {x} - {k} => result difference
{x} divided by {k} => {x} / {k} => quotient result
{x} integer divided by {k} => {x} // {k} => quotient result
the remainder of {x} divided by {k} => {x} % {k} => remainder
the remainder (of dividing|when dividing) {x} by {k} => {x} % {k} => remainder
{x} modulo {k} => {x} % {k} => remainder mod
{x} (raised )?to the power of {k3} => {x} ** {k3} => power result
the absolute value of {x} => abs({x}) => absolute
the square root of {x} => math.sqrt({x}) => root square_root => math
the square root of {x} rounded to (2|two) decimals => round(math.sqrt({x}), 2) => root => math
(whether|if) {x} is even => {x} % 2 == 0 => is_even
(whether|if) {x} is odd => {x} % 2 == 1 => is_odd
(whether|if) {x} is (positive|greater than (zero|0)) => {x} > 0 => is_positive
(whether|if) {x} is (greater|larger|bigger) than {t} => {x} > {t} => is_greater is_large
(whether|if) {x} is (less|smaller) than {t} => {x} < {t} => is_less is_small
(whether|if) {x} is divisible by {k} => {x} % {k} == 0 => divisible is_divisible
(whether|if) {x} is between {t} and {t2} => {t} <= {x} <= {t2} => in_range
(whether|if) {x} equals {t} => {x} == {t} => is_equal
{x} as a string => str({x}) => text s
{x} (converted to a float|as a float) => float({x}) => as_float f
the (digits of {x} as a list|list of (the |)digits of {x}) => [int(d) for d in str({x})] => digits
the number of digits (of|in) {x} => len(str({x})) => digit_count
the sum of the digits (of|in) {x} => sum(int(d) for d in str({x})) => digit_sum
the binary (representation|form) of {x} (as a string|) => bin({x})[2:] => binary
the hexadecimal (representation|form) of {x} => hex({x}) => hexadecimal
a list (of|with) the numbers from 1 to {x} => list(range(1, {x} + 1)) => numbers => small
a list (of|with) the numbers from 0 to {x} => list(range({x} + 1)) => numbers => small
a list (of|with) the squares of the numbers from 1 to {x} => [i ** 2 for i in range(1, {x} + 1)] => squares => small
a list of the even numbers (from 1 to|up to) {x} => [i for i in range(1, {x} + 1) if i % 2 == 0] => evens => small
a list of the odd numbers (from 1 to|up to) {x} => [i for i in range(1, {x} + 1) if i % 2 == 1] => odds => small
a list of the multiples of {k} (from 1 to|up to) {x} => [i for i in range(1, {x} + 1) if i % {k} == 0] => multiples => small
the sum of the numbers from 1 to {x} => sum(range(1, {x} + 1)) => total => small
the sum of the squares of the numbers from 1 to {x} => sum(i ** 2 for i in range(1, {x} + 1)) => total => small
the factorial of {x} => math.factorial({x}) => factorial => math small
a list of {x} zeros => [0] * {x} => zeros => small
a string of {x} stars => "*" * {x} => stars => small
a list of the divisors of {x} => [i for i in range(1, {x} + 1) if {x} % i == 0] => divisors => small
{x} minutes in (hours and minutes as a tuple) => divmod({x}, 60) => parts
the last digit of {x} => {x} % 10 => last_digit
{x} (increased by|plus) {pct} percent => {x} * (1 + {pct} / 100) => increased
{x} (reduced|decreased) by {pct} percent => {x} * (1 - {pct} / 100) => reduced
{pct} percent of {x} => {x} * {pct} / 100 => share
{x} padded with zeros to {k3} digits => str({x}).zfill({k3}) => padded
the larger of {x} and {t} => max({x}, {t}) => larger
the smaller of {x} and {t} => min({x}, {t}) => smaller
the negative of {x} => -{x} => negative
a string that says 'even' if {x} is even and 'odd' otherwise => "even" if {x} % 2 == 0 else "odd" => kind parity
"""

INT_ACTIONS = """
(Add {k} to|Increase|Increment) {x} (by {k}|) => {x} += {k} => {x} + {k} => addk
(Increment|Increase) {x} by {k} => {x} += {k} => {x} + {k}
Add {k} to {x} => {x} += {k} => {x} + {k}
(Subtract {k} from) {x} => {x} -= {k} => {x} - {k}
(Decrease|Decrement|Reduce) {x} by {k} => {x} -= {k} => {x} - {k}
Multiply {x} by {k} => {x} *= {k} => {x} * {k}
Double {x} => {x} *= 2 => {x} * 2
Square {x} => {x} = {x} ** 2 => {x} ** 2
Divide {x} by {k} => {x} /= {k} => {x} / {k}
"""

FLOAT = """
{x} rounded to (2|two) decimals( places|) => round({x}, 2) => rounded
{x} rounded to (1|one) decimal( place|) => round({x}, 1) => rounded
{x} rounded to the nearest integer => round({x}) => rounded
{x} rounded down => math.floor({x}) => floor => math
{x} rounded up => math.ceil({x}) => ceiling => math
the integer part of {x} => int({x}) => whole
{x} (times|multiplied by) {k} => {x} * {k} => product result
(twice|double) {x} => {x} * 2 => double
half of {x} => {x} / 2 => half
{x} squared => {x} ** 2 => square
{x} divided by {k} => {x} / {k} => quotient
{x} plus {k} => {x} + {k} => result
{x} minus {k} => {x} - {k} => result
{x} (increased by|plus) {pct} percent => {x} * (1 + {pct} / 100) => increased with_tax
{x} (reduced|decreased) by {pct} percent => {x} * (1 - {pct} / 100) => reduced discounted
{pct} percent of {x} => {x} * {pct} / 100 => share tax
{x} as a string => str({x}) => text
{x} (formatted |as a string |)with (2|two) decimals => f"{{x}:.2f}" => text formatted
(whether|if) {x} is (greater|larger|higher) than {t} => {x} > {t} => is_greater
(whether|if) {x} is (less|smaller|lower) than {t} => {x} < {t} => is_less
the square root of {x} => math.sqrt({x}) => root => math pos
{x} (degrees |)(Celsius|celsius) in (Fahrenheit|fahrenheit) => {x} * 9 / 5 + 32 => fahrenheit
the area of a circle with radius {x} => math.pi * {x} ** 2 => area => math
the circumference of a circle with radius {x} => 2 * math.pi * {x} => circumference => math
"""

FLOAT_ACTIONS = """
Round {x} to (2|two) decimals( places|) => {x} = round({x}, 2) => round({x}, 2)
Add {k} to {x} => {x} += {k} => {x} + {k}
Multiply {x} by {k} => {x} *= {k} => {x} * {k}
(Increase|Raise) {x} by {pct} percent => {x} *= 1 + {pct} / 100 => {x} * (1 + {pct} / 100)
(Reduce|Decrease|Lower) {x} by {pct} percent => {x} *= 1 - {pct} / 100 => {x} * (1 - {pct} / 100)
"""
