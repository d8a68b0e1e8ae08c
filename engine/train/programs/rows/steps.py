"""Elementary steps said with a verb, on one value and on two. `verbs` says how a line is read."""

ALL = "(all (the |)|the ||)"
NUMBERS = f"{ALL}(numbers|values|elements|{{nouns}}) (in|of) {{x}}"
NUMBERS_OR_X = f"({{x}}|{NUMBERS})"
WORDS = "(all (the |)|the ||)(strings|words|elements|items|{nouns}) (in|of) {x}"
WORDS_OR_X = f"({{x}}|{WORDS})"
EACH = "(each|every) (number|value|element) (in|of) {x}"
EACH_WORD = "(each|every) (string|word|element|item|{noun}) (in|of) {x}"

VERBS = {
    "nums": f"""
(Add up|Sum up|Sum|Total|Add together) {NUMBERS_OR_X} => sum({{x}}) => total sum_ s => sum total
(Multiply|Multiply together) {NUMBERS} => math.prod({{x}}) => product => product => math
(Average|Take the average of|Take the mean of) {NUMBERS_OR_X} => sum({{x}}) / len({{x}}) => average mean avg => average mean
(Count|Count up) {NUMBERS} => len({{x}}) => count length n => count number
(Find|Get|Take|Pick|Select) the (largest|biggest|highest|greatest|maximum) (number|value|element|one|) (in|of) {{x}} => max({{x}}) => largest maximum biggest best => maximum largest value
(Find|Get|Take|Pick|Select) the (smallest|lowest|least|minimum) (number|value|element|one|) (in|of) {{x}} => min({{x}}) => smallest minimum lowest worst => minimum smallest value
(Subtract the smallest (number|value|element|) (in|of) {{x}} from the largest|Find the difference between the largest and the smallest (number|value|) (in|of) {{x}}) => max({{x}}) - min({{x}}) => difference spread => difference
(Take|Get|Select|Pick) the first (number|element|value|one|) (of|in|from) {{x}} => {{x}}[0] => first head start => first element
(Take|Get|Select|Pick) the last (number|element|value|one|) (of|in|from) {{x}} => {{x}}[-1] => last end_ => last element
(Take|Get|Select|Pick|Extract) the first {{n}} (elements|numbers|values|items) (of|in|from) {{x}} => {{x}}[:{{n}}] => start top head first_ones => list
(Take|Get|Select|Pick|Extract) the last {{n}} (elements|numbers|values|items) (of|in|from) {{x}} => {{x}}[-{{n}}:] => end tail last_ones => list
(Take|Get|Select|Extract) the (elements|numbers|values) (of|in|from) {{x}} (before|up to but not including) (index|position) {{i}} => {{x}}[:{{i}}] => left before => list
(Take|Get|Select|Extract) the (elements|numbers|values) (of|in|from) {{x}} from (index|position) {{i}} (on|onwards|to the end) => {{x}}[{{i}}:] => right after => list
(Drop|Skip|Leave out|Remove) the first (element|number|value) (of|from) {{x}} => {{x}}[1:] => rest => rest
(Drop|Skip|Leave out|Remove) the last (element|number|value) (of|from) {{x}} => {{x}}[:-1] => rest => rest
(Sort|Order|Arrange) {NUMBERS_OR_X}( (in|into) (ascending|increasing) order| from (smallest to largest|lowest to highest)|) => sorted({{x}}) => ordered sorted_{{x}} ascending => sorted list
(Sort|Order|Arrange) {NUMBERS_OR_X} (in (descending|decreasing) order|from (largest to smallest|highest to lowest)) => sorted({{x}}, reverse=True) => descending ranked sorted_{{x}} => sorted list
(Reverse|Turn around|Flip) (the order of |){NUMBERS_OR_X} => {{x}}[::-1] => reversed_{{x}} backwards => reversed list
(Square|Take the square of) {EACH} => [{{e}} ** 2 for {{e}} in {{x}}] => squares squared => squares list
(Double|Multiply by (two|2)) {EACH} => [{{e}} * 2 for {{e}} in {{x}}] => doubled => doubled list
(Add|Add the number) {{k}} to {EACH} => [{{e}} + {{k}} for {{e}} in {{x}}] => raised increased shifted => new list results
Increase {EACH} by {{k}} => [{{e}} + {{k}} for {{e}} in {{x}}] => raised increased => new list results
Subtract {{k}} from {EACH} => [{{e}} - {{k}} for {{e}} in {{x}}] => reduced lowered => new list results
Multiply {EACH} by {{k}} => [{{e}} * {{k}} for {{e}} in {{x}}] => scaled multiplied => new list results products
Divide {EACH} by {{k}} => [{{e}} / {{k}} for {{e}} in {{x}}] => divided parts scaled => new list results quotients
(Take|Compute) the absolute value of {EACH} => [abs({{e}}) for {{e}} in {{x}}] => absolute sizes => new list results
(Convert|Turn) {EACH} (in|)to a string => [str({{e}}) for {{e}} in {{x}}] => strings texts => strings list
(Remove|Drop|Eliminate|Delete) (the |all |any |)duplicates (from|in) {{x}} => list(dict.fromkeys({{x}})) => unique distinct => list
(Count|Find out) how (many times|often) {{v}} (occurs|appears|is) in {{x}} => {{x}}.count({{v}}) => count occurrences => count
(Find|Look up|Get) the (index|position) of {{v}} in {{x}} => {{x}}.index({{v}}) => position index => index position
(Find|Look up|Get) the (index|position) of the (largest|biggest|highest) (number|value|element) (in|of) {{x}} => {{x}}.index(max({{x}})) => position index => index position
(Split|Cut) {{x}} (in|)to two halves => [{{x}}[:len({{x}}) // 2], {{x}}[len({{x}}) // 2:]] => halves => halves
(Take half of|Halve) the (length|number of elements) of {{x}} as an integer => len({{x}}) // 2 => half middle => half
(Convert|Turn|Make) {{x}} (in|)to a tuple => tuple({{x}}) => as_tuple => tuple
(Convert|Turn|Make) {{x}} (in|)to a set => set({{x}}) => unique as_set => set
(Convert|Turn|Make) {{x}} (in|)to a numpy array => np.array({{x}}) => arr array => array => numpy
(Join|Combine) {NUMBERS} (with|using) (commas|a comma)( into one string|) => ",".join(str({{e}}) for {{e}} in {{x}}) => text line => text string
(Number|Enumerate) {NUMBERS} (starting (from|at|with) 1|from 1) => list(enumerate({{x}}, start=1)) => numbered => list pairs
""",
    "words": f"""
(Count|Count up) {WORDS} => len({{x}}) => count length n => count number
(Sort|Order|Arrange) {WORDS_OR_X}( alphabetically| (in|into) alphabetical order|) => sorted({{x}}) => ordered sorted_{{x}} => sorted list
(Sort|Order|Arrange) {WORDS_OR_X} by (length|their length|their lengths) => sorted({{x}}, key=len) => by_length ordered => sorted list
(Reverse|Turn around|Flip) (the order of |){WORDS_OR_X} => {{x}}[::-1] => reversed_{{x}} backwards => reversed list
(Join|Combine|Concatenate|Glue) {WORDS_OR_X} (together |)(with|using) (spaces|a space)( between them|) => " ".join({{x}}) => line text sentence => string text sentence
(Join|Combine|Concatenate|Glue) {WORDS_OR_X} (together |)(with|using) (commas|a comma)( between them|) => ",".join({{x}}) => line text => string text
(Join|Combine|Concatenate|Glue) {WORDS_OR_X} (together |)(with|using) (hyphens|a hyphen|dashes|a dash)( between them|) => "-".join({{x}}) => line slug text => string text
(Join|Combine|Concatenate|Glue) {WORDS_OR_X} (together |)(with|using) {{sep}}( between them|) => {{sep}}.join({{x}}) => line text => string text
(Join|Combine|Concatenate|Glue) {WORDS_OR_X} (together |)(into one string|into a single string|without (spaces|separators)) => "".join({{x}}) => text joined word => string text
(Find|Get|Take|Pick|Select) the longest (string|word|element|{{noun}}|one|) (in|of) {{x}} => max({{x}}, key=len) => longest => longest
(Find|Get|Take|Pick|Select) the shortest (string|word|element|{{noun}}|one|) (in|of) {{x}} => min({{x}}, key=len) => shortest => shortest
(Take|Get|Select|Pick) the first (string|word|element|{{noun}}|one|) (of|in|from) {{x}} => {{x}}[0] => first head leader => first element
(Take|Get|Select|Pick) the last (string|word|element|{{noun}}|one|) (of|in|from) {{x}} => {{x}}[-1] => last final => last element
(Take|Get|Select|Pick|Extract) the first {{n}} (elements|words|strings|items|{{nouns}}) (of|in|from) {{x}} => {{x}}[:{{n}}] => start top head => list
(Take|Get|Select|Pick|Extract) the last {{n}} (elements|words|strings|items|{{nouns}}) (of|in|from) {{x}} => {{x}}[-{{n}}:] => tail => list
(Uppercase|Convert to (upper case|uppercase)|Change to (upper case|uppercase)) {EACH_WORD} => [{{e}}.upper() for {{e}} in {{x}}] => upper loud => list
(Convert|Change|Turn) {EACH_WORD} (in|)to (lower case|lowercase) => [{{e}}.lower() for {{e}} in {{x}}] => lower small => list
(Convert|Change|Turn) {EACH_WORD} (in|)to (upper case|uppercase|capital letters) => [{{e}}.upper() for {{e}} in {{x}}] => upper loud => list
Capitalize {EACH_WORD} => [{{e}}.capitalize() for {{e}} in {{x}}] => capitalized => list
(Take|Get|Collect) the first letter of {EACH_WORD} => [{{e}}[0] for {{e}} in {{x}}] => initials letters => letters list
(Measure|Compute|Get) the length of {EACH_WORD} => [len({{e}}) for {{e}} in {{x}}] => lengths sizes => lengths list
(Add|Append) {{suffix}} to {EACH_WORD} => [{{e}} + {{suffix}} for {{e}} in {{x}}] => extended labels => list
(Map|Assign) {EACH_WORD} to its length( in a (dictionary|dict)|) => {{{{e}}: len({{e}}) for {{e}} in {{x}}}} => lengths mapping => dictionary
Count how often {EACH_WORD} (occurs|appears) => {{{{e}}: {{x}}.count({{e}}) for {{e}} in {{x}}}} => counts frequencies => counts dictionary
(Remove|Drop|Eliminate|Delete) (the |all |any |)duplicates (from|in) {{x}} => list(dict.fromkeys({{x}})) => unique distinct => list
(Count|Find out) how (many times|often) {{v}} (occurs|appears|is) in {{x}} => {{x}}.count({{v}}) => count occurrences => count
(Find|Look up|Get) the (index|position) of {{v}} in {{x}} => {{x}}.index({{v}}) => position index => index position
(Check|Test|Find out) (whether|if) {{v}} is in {{x}} => {{v}} in {{x}} => found present => result
(Number|Enumerate) {WORDS} (starting (from|at|with) 1|from 1) => list(enumerate({{x}}, start=1)) => numbered => list pairs
(Convert|Turn|Make) {{x}} (in|)to a set => set({{x}}) => unique as_set => set
(Add up|Sum up|Sum|Total) the lengths of {WORDS} => sum(len({{e}}) for {{e}} in {{x}}) => total total_length => sum total
""",
    "str": """
(Convert|Change|Turn) {x} (in|)to (upper case|uppercase|capital letters) => {x}.upper() => upper loud upper_{x} => result
(Convert|Change|Turn) {x} (in|)to (lower case|lowercase|small letters) => {x}.lower() => lower quiet lower_{x} => result
(Convert|Change|Turn) {x} (in|)to title case => {x}.title() => title titled => result
Capitalize (the first letter of |){x} => {x}.capitalize() => capitalized => result
(Split|Divide|Break|Cut) {x} (in|)to (words|its words|a list of words|a list of its words) => {x}.split() => words parts => words list parts
Split {x} at (the |its |)spaces => {x}.split() => words parts => words parts list
(Reverse|Turn around|Flip) {x} => {x}[::-1] => reversed_{x} backwards => result
(Repeat|Write) {x} {k3} times => {x} * {k3} => repeated => result
(Count|Find|Get) the (letters|characters|number of (letters|characters)) (of|in) {x} => len({x}) => length count n => count length
(Count|Find) the (words|number of words) (of|in) {x} => len({x}.split()) => word_count count => count
(Count|Find out) how (many times|often) (the letter |){c} (occurs|appears|is) in {x} => {x}.count({c}) => count => count
(Take|Get|Pick|Select) the first (letter|character) (of|in|from) {x} => {x}[0] => initial first letter => letter
(Take|Get|Pick|Select) the last (letter|character) (of|in|from) {x} => {x}[-1] => last letter => letter
(Take|Get|Extract|Select) the first {n} (letters|characters) (of|in|from) {x} => {x}[:{n}] => prefix start => text
(Take|Get|Extract|Select) the last {n} (letters|characters) (of|in|from) {x} => {x}[-{n}:] => suffix end => text
(Take|Get) the first letter of (each|every) word (of|in) {x} => [word[0] for word in {x}.split()] => initials letters => letters list
(Remove|Delete|Drop) (all |the |)spaces (from|in) {x} => {x}.replace(" ", "") => compact => result
(Replace|Swap) (all |the |)spaces (in|of) {x} (with|by) (underscores|an underscore) => {x}.replace(" ", "_") => slug name => result
(Replace|Swap) (all |the |)spaces (in|of) {x} (with|by) (hyphens|a hyphen|dashes) => {x}.replace(" ", "-") => slug => result
(Replace|Swap|Exchange) (every |all |each |){c} (in|of) {x} (with|by|for) {c2} => {x}.replace({c}, {c2}) => replaced changed => result
(Remove|Delete|Drop) (every |all |each |){c} (from|in) {x} => {x}.replace({c}, "") => cleaned => result
(Remove|Strip|Trim) (the |any |)(surrounding spaces|spaces at both ends|leading and trailing spaces|white space around it) (from|of) {x} => {x}.strip() => stripped clean => result
(Strip|Trim) {x} => {x}.strip() => stripped clean => result
(Add|Put|Append) an exclamation mark (to|at|after) (the end of |){x} => {x} + "!" => loud shout => result
(Add|Append) {suffix} to (the end of |){x} => {x} + {suffix} => extended longer => result
(Put|Add|Prepend) {prefix} (in front of|before|at the beginning of) {x} => {prefix} + {x} => prefixed => result
(Put|Set|Wrap) {x} in (round brackets|parentheses) => f"({lb}{x}{rb})" => wrapped result => result
(Put|Set|Wrap) {x} in (square brackets|brackets) => f"[{lb}{x}{rb}]" => wrapped boxed => result
(Put|Set|Wrap) {x} in (stars|asterisks) => f"*{lb}{x}{rb}*" => starred wrapped => result
(Sort|Order|Arrange) the (letters|characters) (of|in) {x} => sorted({x}) => letters sorted_letters => letters list
(List|Collect) the (letters|characters) (of|in) {x} => list({x}) => letters chars => letters list
(Collect|Find|Get) the (different|distinct|unique) (letters|characters) (of|in) {x} => sorted(set({x})) => letters unique => letters list
(Pad|Fill up) {x} with spaces (on the right|at the end) to {w} characters => {x}.ljust({w}) => padded => result
(Pad|Fill up) {x} with (zeros|zeroes) (on the left |)to {w} characters => {x}.zfill({w}) => padded => result
(Pad|Fill up) {x} with (stars|asterisks) on the right to {w} characters => {x}.ljust({w}, "*") => padded => result
(Check|Test|Find out) (whether|if) {x} (contains|has) (the letter |){c} => {c} in {x} => found contains => result
(Check|Test|Find out) (whether|if) {x} (starts|begins) with (the letter |){c} => {x}.startswith({c}) => starts => result
(Check|Test|Find out) (whether|if) {x} ends with (the letter |){c} => {x}.endswith({c}) => ends => result
(Check|Test|Find out) (whether|if) {x} is a palindrome => {x} == {x}[::-1] => is_palindrome => result
""",
    "num": """
(Double|Multiply by two) {x} => {x} * 2 => doubled => result
(Triple|Multiply by three) {x} => {x} * 3 => tripled => result
(Halve|Divide by two|Divide by 2) {x} => {x} / 2 => half => result half
(Square|Take the square of) {x} => {x} ** 2 => square squared => square result
(Cube|Take the cube of) {x} => {x} ** 3 => cube cubed => cube result
(Raise|Take) {x} to the power of {k3} => {x} ** {k3} => power => result power
(Negate|Change the sign of) {x} => -{x} => negative => result
(Add|Add the number) {k} to {x} => {x} + {k} => larger raised => sum result
(Subtract|Take) {k} from {x} => {x} - {k} => smaller rest => difference result
Multiply {x} by {k} => {x} * {k} => product scaled => product result
Divide {x} by {k} => {x} / {k} => quotient part => quotient result
(Increase|Raise) {x} by {pct} (percent|%) => {x} * (1 + {pct} / 100) => increased raised => result
(Reduce|Decrease|Lower) {x} by {pct} (percent|%) => {x} * (1 - {pct} / 100) => reduced discounted => result
(Take|Compute) {pct} (percent|%) of {x} => {x} * {pct} / 100 => share part => result share
(Take|Compute|Find) the square root of the absolute value of {x} => math.sqrt(abs({x})) => root => root => math
(Compute|Take) the square root of {x} => math.sqrt({x}) => root => root => pos math
(Take|Compute) the absolute value of {x} => abs({x}) => absolute size => result
(Convert|Turn) {x} (in|)to a string => str({x}) => text digits => text string
(Check|Test|Find out) (whether|if) {x} is (greater|larger|more) than {t} => {x} > {t} => is_large => result
(Check|Test|Find out) (whether|if) {x} is (less|smaller) than {t} => {x} < {t} => is_small => result
(Format|Write) {x} with (two|2) decimals (as a string|as text) => f"{lb}{x}:.2f{rb}" => text => text string
(Compute|Find) the area of a (square|square with side) {x} => {x} ** 2 => area => area
(Compute|Find) the area of a circle with (the |)radius {x} => math.pi * {x} ** 2 => area => area => math
(Compute|Find) the (circumference|perimeter) of a circle with (the |)radius {x} => 2 * math.pi * {x} => circumference => circumference => math
""",
    "int": """
(Check|Test|Find out) (whether|if) {x} is even => {x} % 2 == 0 => is_even even => result
(Check|Test|Find out) (whether|if) {x} is odd => {x} % 2 == 1 => is_odd odd => result
(Check|Test|Find out) (whether|if) {x} is divisible by {k} => {x} % {k} == 0 => divisible => result
(Take|Compute|Find) the remainder of {x} (divided by|after division by) {k} => {x} % {k} => remainder => remainder
Divide {x} by {k} (with|using) integer division => {x} // {k} => quotient => quotient result
(Split|Break|Separate) {x} (in|)to its digits => [int(d) for d in str(abs({x}))] => digits => digits list
(Sum|Add up|Sum up) the digits of {x} => sum(int(d) for d in str(abs({x}))) => digit_sum total => sum
(Count the|Find the number of) digits (of|in) {x} => len(str(abs({x}))) => digits count => count
(List|Collect) the (numbers|integers) from 1 to {x} => list(range(1, {x} + 1)) => numbers values => numbers list => small pos
(Create|Make|Build) a list (of|with) the (numbers|integers) from 1 to {x} => list(range(1, {x} + 1)) => numbers values => list => small pos
(Create|Make|Build) a list (of|with) the first {k3} multiples of {x} => [{x} * i for i in range(1, {k3} + 1)] => multiples table => list
(Create|Make|Build) a list (of|with) the squares of the (numbers|integers) from 1 to {x} => [i ** 2 for i in range(1, {x} + 1)] => squares => list => small pos
(Create|Make|Write|Build) a (string|text|line) of {x} (stars|asterisks) => "*" * {x} => stars line => string => small pos
(Create|Make|Write|Build) a (string|text|line) of {x} (dashes|hyphens) => "-" * {x} => line dashes => string => small pos
(Create|Make|Build) a list of {x} (zeros|zeroes) => [0] * {x} => zeros values => list => small pos
(Add up|Sum up|Sum) the (numbers|integers) from 1 to {x} => sum(range(1, {x} + 1)) => total => sum => small pos
(Multiply|Multiply together) the (numbers|integers) from 1 to {x} => math.prod(range(1, {x} + 1)) => product factorial => product => small pos math
(Pad|Fill up) {x} with (zeros|zeroes) (on the left |)to {dg} digits => str({x}).zfill({dg}) => padded text => text => pos
(Convert|Turn) {x} (in|)to (a |)binary( (string|text)|) => bin({x})[2:] => binary bits => string => pos
""",
    "float": """
Round {x} to (the nearest integer|a whole number|the nearest whole number) => round({x}) => rounded whole => result
Round {x} to (one|1) decimal( place|) => round({x}, 1) => rounded => result
Round {x} to (two|2) decimals( places|) => round({x}, 2) => rounded => result
(Convert|Turn) {x} (in|)to an integer => int({x}) => whole => result
""",
    "counts": """
(Add up|Sum up|Sum|Total) (all (the |)|the |)values (in|of) {x} => sum({x}.values()) => total sum_ => sum total
(Average|Take the average of) (all (the |)|the |)values (in|of) {x} => sum({x}.values()) / len({x}) => average mean => average
(Count|Count up) the (entries|keys|items) (in|of) {x} => len({x}) => count size => count
(Look up|Get|Take|Find) the value (of|for|under) {key} (in|from) {x} => {x}[{key}] => value {key_name} => value
(Look up|Get|Take) {key} (in|from) {x} => {x}[{key}] => value {key_name} => value
(Get|Take) the value (of|for) {missing} (in|from) {x}, or 0 if (it is missing|there is none|it is not there) => {x}.get({missing}, 0) => value => value
(Find|Get|Take) the key with the (largest|highest|greatest|biggest) value (in|of) {x} => max({x}, key={x}.get) => best top winner => key
(Find|Get|Take) the key with the (smallest|lowest) value (in|of) {x} => min({x}, key={x}.get) => lowest worst => key
(Find|Get|Take) the (largest|highest|biggest) value (in|of) {x} => max({x}.values()) => largest highest => value maximum
(Find|Get|Take) the (smallest|lowest) value (in|of) {x} => min({x}.values()) => smallest lowest => value minimum
(List|Collect|Get) the keys (of|in) {x} => list({x}) => keys names => keys list
(List|Collect|Get) the values (of|in) {x} => list({x}.values()) => values numbers => values list
(Sort|Order|Arrange) the keys of {x}( alphabetically| in alphabetical order|) => sorted({x}) => keys names ordered => sorted keys list
(Sort|Order|Arrange) the values of {x} => sorted({x}.values()) => ordered values_sorted => sorted values list
(Sort|Order|Arrange) the keys of {x} by their values => sorted({x}, key={x}.get) => ranked ordered => list
(List|Collect|Get) the keys of {x} (whose|with a) value (is |)(greater|larger|higher|more) than {tv} => [key for key, value in {x}.items() if value > {tv}] => keys large chosen => keys list
(List|Collect|Get) the keys of {x} (whose|with a) value (is |)(less|smaller|lower) than {tv} => [key for key, value in {x}.items() if value < {tv}] => keys small chosen => keys list
(Swap|Exchange) the keys and (the |)values of {x} => {value: key for key, value in {x}.items()} => swapped inverted => dictionary result
(Double|Multiply by (two|2)) (every|each) value (in|of) {x} => {key: value * 2 for key, value in {x}.items()} => doubled => dictionary result
(Check|Test|Find out) (whether|if) {key} is (a key (in|of)|in) {x} => {key} in {x} => found => result
""",
    "set": """
(Count|Count up) the elements (in|of) {x} => len({x}) => count size => count
(Sort|Order|Arrange) (the elements of |){x}( (in|)to a list|) => sorted({x}) => ordered sorted_list => sorted list
(Convert|Turn) {x} (in|)to a sorted list => sorted({x}) => ordered sorted_list => list
(Find|Get|Take) the (largest|biggest|highest) element (in|of) {x} => max({x}) => largest => element
(Check|Test|Find out) (whether|if) {v} is in {x} => {v} in {x} => found => result
""",
    "tuple": """
(Take|Get|Select) the first (element|value|item) (of|in|from) {x} => {x}[0] => first => first element
(Take|Get|Select) the last (element|value|item) (of|in|from) {x} => {x}[-1] => last => last element
(Take|Get|Select) the second (element|value|item) (of|in|from) {x} => {x}[1] => second => element
(Convert|Turn|Make) {x} (in|)to a list => list({x}) => items as_list => list
(Count|Count up) the elements (in|of) {x} => len({x}) => count size => count
(Reverse|Turn around|Flip) {x} => {x}[::-1] => reversed_{x} backwards => result
""",
    "matrix": """
(Flatten|Unroll) {x} (into (one|a single|a flat) list|) => [value for row in {x} for value in row] => flat values => list
(Flatten|Unroll|Join) the rows of {x} into (one|a single) list => [value for row in {x} for value in row] => flat values => list
(Add up|Sum up|Sum|Total) all (the |)(numbers|elements|values) (in|of) {x} => sum(sum(row) for row in {x}) => total => sum total
(Add up|Sum up|Sum) (each|every) row of {x} => [sum(row) for row in {x}] => sums row_sums => sums list
(Add up|Sum up|Sum) (each|every) column of {x} => [sum(column) for column in zip(*{x})] => sums column_sums => sums list
(Take|Get|Collect|Select) the first (element|number|value) of (each|every) row (of|in) {x} => [row[0] for row in {x}] => column firsts => list
(Take|Get|Collect|Select) the last (element|number|value) of (each|every) row (of|in) {x} => [row[-1] for row in {x}] => column lasts => list
(Transpose|Swap the rows and columns of) {x} => [list(row) for row in zip(*{x})] => transposed columns => result matrix
(Find|Get|Take) the (largest|biggest) (number|value|element) (in|of) {x} => max(max(row) for row in {x}) => largest => number value
(Find|Get|Take) the (largest|biggest) (number|value|element) (in|of) (each|every) row of {x} => [max(row) for row in {x}] => largest maxima => list
(Count|Count up) the rows (in|of) {x} => len({x}) => rows count => count
(Take|Get|Select) the first row (of|from) {x} => {x}[0] => row first_row => row
(Take|Get|Select) the last row (of|from) {x} => {x}[-1] => row last_row => row
""",
    "pairs": """
(Sort|Order|Arrange) (the pairs (in|of) |){x} by (the|their) second element => sorted({x}, key=lambda pair: pair[1]) => ranked ordered by_second => sorted list
(Sort|Order|Arrange) (the pairs (in|of) |){x} by (the|their) second element (in descending order|from largest to smallest) => sorted({x}, key=lambda pair: pair[1], reverse=True) => ranked ordered => sorted list
(Convert|Turn|Make) {x} (in|)to a (dictionary|dict) => dict({x}) => mapping lookup => dictionary
(Take|Get|Collect) the first element of (each|every) pair (in|of) {x} => [pair[0] for pair in {x}] => firsts names keys => list
(Take|Get|Collect) the second element of (each|every) pair (in|of) {x} => [pair[1] for pair in {x}] => seconds numbers => list
(Add up|Sum up|Sum) the second elements of {x} => sum(pair[1] for pair in {x}) => total => sum total
(Find|Get|Take) the pair (in|of) {x} with the (largest|highest) second element => max({x}, key=lambda pair: pair[1]) => best => pair
""",
    "records": """
(Take|Get|Collect|List) the {field} of (each|every) {r} in {x} => [{r}["{field}"] for {r} in {x}] => {field}s found => list
(Take|Get|Collect|List) the {field}s of (all |)(the |){r}s in {x} => [{r}["{field}"] for {r} in {x}] => {field}s found => list
(Sort|Order|Arrange) (the {r}s in |){x} by (their |){field} => sorted({x}, key=lambda {r}: {r}["{field}"]) => ordered by_{field} => sorted list
(Find|Get|Take|Pick) the {r} (in|of) {x} with the (highest|largest|greatest) {nfield} => max({x}, key=lambda {r}: {r}["{nfield}"]) => best top => {r}
(Find|Get|Take|Pick) the {r} (in|of) {x} with the (lowest|smallest|least) {nfield} => min({x}, key=lambda {r}: {r}["{nfield}"]) => lowest last => {r}
(Add up|Sum up|Sum|Total) the {nfield} (values |)(of all {r}s |)(in|of) {x} => sum({r}["{nfield}"] for {r} in {x}) => total => sum total
(Average|Take the average of) the {nfield} (values |)(of all {r}s |)(in|of) {x} => sum({r}["{nfield}"] for {r} in {x}) / len({x}) => average => average
(Select|Collect|Keep|Find) the {r}s in {x} (whose {nfield} is|with a {nfield}) (greater|higher|more|larger) than {tr} => [{r} for {r} in {x} if {r}["{nfield}"] > {tr}] => selected chosen => list
(Take|Get) the {field} of the first {r} (in|of) {x} => {x}[0]["{field}"] => {field} value => {field} value
""",
    "array": """
(Add up|Sum up|Sum|Total) (the elements of |){x} => {x}.sum() => total => sum total
(Average|Take the mean of|Take the average of) (the elements of |){x} => {x}.mean() => mean average => mean average
Multiply (the elements of |){x} by {k} => {x} * {k} => scaled product => array result
(Double|Multiply by two) (the elements of |){x} => {x} * 2 => doubled => array result
Add {k} to (the elements of |){x} => {x} + {k} => shifted raised => array result
(Square|Take the squares of) (the elements of |){x} => {x} ** 2 => squared squares => array result
(Select|Take|Get|Keep) the elements of {x} (that are |)(greater|larger) than {ta} => {x}[{x} > {ta}] => selected large => array
(Select|Take|Get|Keep) the elements of {x} (that are |)(less|smaller) than {ta} => {x}[{x} < {ta}] => selected small => array
(Convert|Turn) {x} (in|)to a list => {x}.tolist() => items values => list
(Find|Get|Take) the (largest|maximum|biggest) element (in|of) {x} => {x}.max() => largest => maximum
(Sort|Order) (the elements of |){x} => np.sort({x}) => ordered => array
(Reverse|Flip) {x} => {x}[::-1] => reversed_{x} => array
""",
    "date": """
(Add|Go forward) {dd} days (to|from) {x} => {x} + timedelta(days={dd}) => later due => date => timedelta
(Subtract|Take) {dd} days from {x} => {x} - timedelta(days={dd}) => earlier before => date => timedelta
(Get|Take) the year (of|from) {x} => {x}.year => year => year
(Get|Take) the month (of|from) {x} => {x}.month => month => month
(Get|Take) the weekday of {x}( as a number|) => {x}.weekday() => weekday => weekday
(Format|Write) {x} (as|in the form) DD.MM.YYYY => {x}.strftime("%d.%m.%Y") => text => text
""",
}

# Steps with two values.
DOUBLE = {
    ("num", "num"): """
Add {x} and {y}( together| up|) => {x} + {y} => total sum_ => sum result
Add {y} to {x} => {x} + {y} => total sum_ => sum result
Subtract {y} from {x} => {x} - {y} => difference rest => difference result
Multiply {x} (by|and|with) {y} => {x} * {y} => product area => product result
Divide {x} by {y} => {x} / {y} => quotient ratio => quotient result => nonzero
(Take|Compute|Find) the (larger|bigger|greater) of {x} and {y} => max({x}, {y}) => larger => larger number
(Take|Compute|Find) the smaller of {x} and {y} => min({x}, {y}) => smaller => smaller number
(Average|Take the average of) {x} and {y} => ({x} + {y}) / 2 => average mean => average
Add the squares of {x} and {y} => {x} ** 2 + {y} ** 2 => total s => sum
(Compute|Find) the sum of the squares of {x} and {y} => {x} ** 2 + {y} ** 2 => total s => sum
(Compute|Find) the area of a rectangle with (the sides |sides |)(of |){x} and {y} => {x} * {y} => area => area
(Compute|Find) the (perimeter|circumference) of a rectangle with (the sides |sides |)(of |){x} and {y} => 2 * ({x} + {y}) => perimeter => perimeter
(Put|Pack) {x} and {y} (in|into) a tuple => ({x}, {y}) => pair point => tuple
(Put|Collect) {x} and {y} (in|into) a list => [{x}, {y}] => both numbers => list
(Check|Test|Find out) (whether|if) {x} is (greater|larger) than {y} => {x} > {y} => is_greater => result
(Multiply {x} by {k} and add {y}|Take {x} times {k} plus {y}) => {x} * {k} + {y} => total => result
""",
    ("int", "int"): """
(Take|Compute|Find) the remainder of {x} (divided by|after division by) {y} => {x} % {y} => remainder => remainder => nonzero
Divide {x} by {y} (with|using) integer division => {x} // {y} => quotient => quotient => nonzero
(Check|Test|Find out) (whether|if) {x} is divisible by {y} => {x} % {y} == 0 => divisible => result => nonzero
""",
    ("str", "str"): """
(Join|Combine|Concatenate|Connect|Glue) {x} and {y} (with|by) a space( between them| in between|) => f"{lb}{x}{rb} {lb}{y}{rb}" => full joined text => result text string
(Join|Combine|Concatenate|Connect|Glue) {x} and {y} (with|by) a (hyphen|dash)( between them| in between|) => f"{lb}{x}{rb}-{lb}{y}{rb}" => joined text => result text string
(Join|Combine|Concatenate|Connect|Glue) {x} and {y} (with|by) a comma and a space( between them|) => f"{lb}{x}{rb}, {lb}{y}{rb}" => joined line => result text string
(Join|Combine|Concatenate|Glue) {x} and {y}( together|) => {x} + {y} => joined combined text => result text string
(Append|Add|Attach) {y} to (the end of |){x} => {x} + {y} => joined longer => result
Put {x} (in front of|before) {y} => {x} + {y} => joined combined => result
(Take|Join|Combine) the first (letter|character) of {x} and the first (letter|character) of {y} => {x}[0] + {y}[0] => initials letters => result letters
(Take|Write|Put) the first (letter|character) of {x} followed by the first (letter|character) of {y} => {x}[0] + {y}[0] => initials letters => result letters
(Find|Take|Get) the longer of {x} and {y} => max({x}, {y}, key=len) => longer => result
(Check|Test|Find out) (whether|if) {x} contains {y} => {y} in {x} => found => result
(Put|Collect) {x} and {y} (in|into) a list => [{x}, {y}] => both words => list
(Remove|Delete|Drop) {y} from {x} => {x}.replace({y}, "") => rest cleaned => result
""",
    ("nums", "nums"): """
(Join|Combine|Concatenate|Merge|Put together|Chain) {x} and {y}( together|)( (in|)to (one|a single|a new|a) list|) => {x} + {y} => joined combined merged => list result
(Append|Add|Attach) (the elements of |){y} to (the end of |){x} => {x} + {y} => joined combined longer => list result
(Add|Sum) (the elements of |){x} and {y} (element by element|elementwise|pairwise) => [a + b for a, b in zip({x}, {y})] => sums => list sums
(Multiply) (the elements of |){x} and {y} (element by element|elementwise|pairwise) => [a * b for a, b in zip({x}, {y})] => products => list products
(Pair|Zip|Match) (the elements of |){x} (with|and) (those of |the elements of |){y} => list(zip({x}, {y})) => pairs => pairs list
(Collect|Find|List) the (elements|numbers|values) (that are |)in both {x} and {y} => [{e} for {e} in {x} if {e} in {y}] => common shared => list
(Collect|Find|List) the (elements|numbers|values) of {x} that are not in {y} => [{e} for {e} in {x} if {e} not in {y}] => missing rest => list
Subtract the sum of {y} from the sum of {x} => sum({x}) - sum({y}) => difference => difference
""",
    ("words", "words"): """
(Join|Combine|Concatenate|Merge|Put together|Chain) {x} and {y}( together|)( (in|)to (one|a single|a new|a) list|) => {x} + {y} => joined combined merged => list result
(Append|Add|Attach) (the elements of |){y} to (the end of |){x} => {x} + {y} => joined combined => list result
(Pair|Zip|Match) (the elements of |){x} (with|and) (those of |the elements of |){y} => list(zip({x}, {y})) => pairs => pairs list
(Make|Build|Create) a (dictionary|dict) (with|from) {x} as (the |)keys and {y} as (the |)values => dict(zip({x}, {y})) => mapping lookup => dictionary
(Collect|Find|List) the (elements|strings|words) of {x} that are not in {y} => [{e} for {e} in {x} if {e} not in {y}] => missing rest => list
""",
    ("words", "nums"): """
(Make|Build|Create) a (dictionary|dict) (with|from) {x} as (the |)keys and {y} as (the |)values => dict(zip({x}, {y})) => mapping lookup => dictionary
(Map|Assign|Match) (each|every) (element|string|word|item|{noun}) of {x} to the (number|value|element) of {y}( at the same index| in the same place|) => dict(zip({x}, {y})) => mapping lookup => dictionary
(Pair|Zip|Match) (the elements of |){x} (with|and) (those of |the elements of |){y} => list(zip({x}, {y})) => pairs => pairs list
""",
    ("words", "counts"): """
(Look up|Collect|List|Get) the value in {y} of (each|every) (element|string|word|item|{noun}) (of|in) {x} that is a key of {y} => [{y}[{e}] for {e} in {x} if {e} in {y}] => found values costs => list values
""",
    ("set", "set"): """
(Unite|Join|Merge|Combine) {x} and {y}( (in|)to one set|) => {x} | {y} => union combined => set union
(Intersect|Take the intersection of|Find the intersection of) {x} and {y} => {x} & {y} => common shared => intersection set
(Take|Form|Find) the union of {x} and {y} => {x} | {y} => union combined => union set
(Remove|Subtract|Take away) (the elements of |){y} from {x} => {x} - {y} => difference rest => set difference
""",
    ("nums", "num"): """
Add {y} to (each|every) (number|element|value) (of|in) {x} => [{e} + {y} for {e} in {x}] => raised shifted => list
Subtract {y} from (each|every) (number|element|value) (of|in) {x} => [{e} - {y} for {e} in {x}] => reduced differences => list
Multiply (each|every) (number|element|value) (of|in) {x} (by|with) {y} => [{e} * {y} for {e} in {x}] => scaled products => list
(Collect|Keep|Select|Take) the (numbers|elements|values) (of|in) {x} (that are |)(greater|larger|bigger) than {y} => [{e} for {e} in {x} if {e} > {y}] => large chosen => list
(Collect|Keep|Select|Take) the (numbers|elements|values) (of|in) {x} (that are |)(less|smaller) than {y} => [{e} for {e} in {x} if {e} < {y}] => small chosen => list
(Count) the (numbers|elements|values) (of|in) {x} (that are |)(greater|larger|bigger) than {y} => sum({e} > {y} for {e} in {x}) => count => count
""",
    ("nums", "int"): """
(Take|Get|Select|Extract) the (elements|numbers|values) (of|in|from) {x} before (index|position|) {y} => {x}[:{y}] => left before => list => small pos
(Take|Get|Select|Extract) the (elements|numbers|values) (of|in|from) {x} from (index|position|) {y} (on|onwards) => {x}[{y}:] => right after => list => small pos
(Take|Get|Select|Extract) the first {y} (elements|numbers|values) (of|in|from) {x} => {x}[:{y}] => start top => list => small pos
""",
    ("str", "int"): """
(Repeat|Write) {x} {y} times => {x} * {y} => repeated text => result => small pos
""",
    ("array", "array"): """
(Compute|Take|Find) the dot product of {x} and {y} => np.dot({x}, {y}) => dot d => product result
Add {x} and {y}( element by element|) => {x} + {y} => total sums => array sum
Multiply {x} and {y} element by element => {x} * {y} => products => array
(Join|Concatenate|Combine) {x} and {y}( (in|)to one array|) => np.concatenate([{x}, {y}]) => joined combined => array
""",
    ("date", "date"): """
(Count|Compute|Find) the (days|number of days) (between|from) {x} (and|to) {y} => ({y} - {x}).days => days gap => days number
Subtract {x} from {y} and take the days => ({y} - {x}).days => days gap => days number
""",
}
