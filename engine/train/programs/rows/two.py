"""What can be said of two values, by their kinds, and done to one by another."""

# Two values: the left side's `{y}` is the other.
TWO = {
    ("num", "num"): """
the (sum|total) of {x} and {y} => {x} + {y} => total result sum_
{x} plus {y} => {x} + {y} => total result
the difference (between|of) {x} and {y} => {x} - {y} => difference diff
{x} minus {y} => {x} - {y} => difference result
the product of {x} and {y} => {x} * {y} => product result
{x} (times|multiplied by) {y} => {x} * {y} => product result
{x} divided by {y} => {x} / {y} => quotient ratio => nonzero
the ratio of {x} to {y} => {x} / {y} => ratio => nonzero
the (average|mean) of {x} and {y} => ({x} + {y}) / 2 => average mean
the (larger|greater|bigger|maximum) of {x} and {y} => max({x}, {y}) => larger maximum
the (smaller|minimum) of {x} and {y} => min({x}, {y}) => smaller minimum
the absolute difference (between|of) {x} and {y} => abs({x} - {y}) => difference
(whether|if) {x} is (greater|larger) than {y} => {x} > {y} => is_greater
(whether|if) {x} is (less|smaller) than {y} => {x} < {y} => is_less
(whether|if) {x} (equals|is equal to) {y} => {x} == {y} => is_equal
{x} as a percentage of {y} => {x} / {y} * 100 => percentage => nonzero
the sum of the squares of {x} and {y} => {x} ** 2 + {y} ** 2 => total
a tuple (of|with) {x} and {y} => ({x}, {y}) => pair
a list (of|with) {x} and {y} => [{x}, {y}] => both
""",
    ("int", "int"): """
the remainder of {x} divided by {y} => {x} % {y} => remainder => nonzero
{x} modulo {y} => {x} % {y} => remainder => nonzero
{x} integer divided by {y} => {x} // {y} => quotient => nonzero
(whether|if) {x} is divisible by {y} => {x} % {y} == 0 => divisible => nonzero
the greatest common divisor of {x} and {y} => math.gcd({x}, {y}) => divisor => math
""",
    ("str", "str"): """
{x} (followed by|and|concatenated with) {y} => {x} + {y} => combined joined
the concatenation of {x} and {y} => {x} + {y} => combined joined
{x} and {y} (joined (with|by)|separated by) a space => {x} + " " + {y} => combined joined full
{x} and {y} (joined (with|by)|separated by) a (comma and a space) => {x} + ", " + {y} => combined
{x} and {y} (joined (with|by)|separated by) a (hyphen|dash) => {x} + "-" + {y} => combined
(whether|if) {x} (equals|is equal to|is the same as) {y} => {x} == {y} => same is_equal
(whether|if) {x} contains {y} => {y} in {x} => contains
(whether|if) {x} is longer than {y} => len({x}) > len({y}) => is_longer
the longer of {x} and {y} => max({x}, {y}, key=len) => longer
the total length of {x} and {y} => len({x}) + len({y}) => total_length
the (set of |)(letters|characters) that (occur|appear) in both {x} and {y} => set({x}) & set({y}) => common
a list (of|with) {x} and {y} => [{x}, {y}] => both
""",
    ("nums", "nums"): """
{x} (followed by|and) {y} (as|in) one list => {x} + {y} => combined
the concatenation of {x} and {y} => {x} + {y} => combined joined
a list (of|with) (all |the |)elements of {x} and {y} => {x} + {y} => combined
the (elements|numbers|values) that (are|occur|appear) in both {x} and {y} (in sorted order|as a sorted list) => sorted(set({x}) & set({y})) => common
the (elements|numbers|values) of {x} that are not in {y} => [{e} for {e} in {x} if {e} not in {y}] => missing only_first
the (elements|numbers|values) of {x} that are also in {y} => [{e} for {e} in {x} if {e} in {y}] => common shared
the (element-wise|elementwise|pairwise) sums? of {x} and {y} => [a + b for a, b in zip({x}, {y})] => sums
the (element-wise|elementwise|pairwise) products? of {x} and {y} => [a * b for a, b in zip({x}, {y})] => products
the (element-wise|elementwise|pairwise) differences? of {x} and {y} => [a - b for a, b in zip({x}, {y})] => differences
the dot product of {x} and {y} => sum(a * b for a, b in zip({x}, {y})) => dot_product dot
(a list of|the) pairs of (the |)elements (from|of) {x} and {y} => list(zip({x}, {y})) => pairs
(whether|if) {x} and {y} (have|are of) the same length => len({x}) == len({y}) => same_length
the larger of the sums of {x} and {y} => max(sum({x}), sum({y})) => larger
""",
    ("words", "words"): """
{x} (followed by|and) {y} (as|in) one list => {x} + {y} => combined
the concatenation of {x} and {y} => {x} + {y} => combined
a list (of|with) (all |the |)elements of {x} and {y} => {x} + {y} => combined
the (elements|strings) of {x} that are not in {y} => [{e} for {e} in {x} if {e} not in {y}] => missing
the (elements|strings) of {x} that are also in {y} => [{e} for {e} in {x} if {e} in {y}] => common
the (elements|strings) that (are|occur|appear) in both {x} and {y} (in sorted order|as a sorted list) => sorted(set({x}) & set({y})) => common
(a list of|the) pairs of (the |)elements (from|of) {x} and {y} => list(zip({x}, {y})) => pairs
a (dictionary|dict) (with|that has) {x} as (the |)keys and {y} as (the |)values => dict(zip({x}, {y})) => mapping d
""",
    ("words", "nums"): """
a (dictionary|dict) (with|that has) (the elements of |){x} as (the |)keys and (the elements of |){y} as (the |)values => dict(zip({x}, {y})) => mapping d lookup
a (dictionary|dict) (that maps|mapping) (each element of |){x} to (the (corresponding |)(element|value|number) of |){y} => dict(zip({x}, {y})) => mapping d lookup
a (dictionary|dict) from {x} (to|and) {y} => dict(zip({x}, {y})) => mapping d
(a list of|the) pairs (of|from) {x} and {y} => list(zip({x}, {y})) => pairs
{x} (zipped|paired|combined) with {y} (as|into) a list of (tuples|pairs) => list(zip({x}, {y})) => pairs
the (element|item|{noun}) of {x} (that belongs|corresponding) to the (largest|highest) (value|number) (in|of) {y} => {x}[{y}.index(max({y}))] => best
""",
    ("set", "set"): """
the union of {x} and {y} => {x} | {y} => union combined
the intersection of {x} and {y} => {x} & {y} => common intersection
the elements (that are |)in both {x} and {y} => {x} & {y} => common
the difference (of|between) {x} and {y} => {x} - {y} => difference
the elements of {x} that are not in {y} => {x} - {y} => difference only_first
the symmetric difference of {x} and {y} => {x} ^ {y} => symmetric
(whether|if) {x} is a subset of {y} => {x} <= {y} => is_subset
the number of elements (that |){x} and {y} (have|share) in common => len({x} & {y}) => count
a sorted list of the union of {x} and {y} => sorted({x} | {y}) => union
""",
    ("counts", "counts"): """
a (new |)(dictionary|dict) (with|of) the (entries|items) of (both |){x} and {y} => {**{x}, **{y}} => merged combined
{x} and {y} merged( into one (dictionary|dict)|) => {**{x}, **{y}} => merged combined
the keys (that are |)(in|common to) both {x} and {y} as a sorted list => sorted({x}.keys() & {y}.keys()) => common
""",
    ("nums", "int"): """
(whether|if) {y} is in {x} => {y} in {x} => found contains
(whether|if) {x} contains {y} => {y} in {x} => found contains
(a list of |)the (numbers|elements|values) (of|in) {x} (that are |)(greater|larger) than {y} => [{e} for {e} in {x} if {e} > {y}] => large above
(a list of |)the (numbers|elements|values) (of|in) {x} (that are |)(less|smaller) than {y} => [{e} for {e} in {x} if {e} < {y}] => small below
the number of (numbers|elements|values) (of|in) {x} (that are |)(greater|larger) than {y} => sum({e} > {y} for {e} in {x}) => count
the number of (numbers|elements|values) (of|in) {x} (that are |)(less|smaller) than {y} => sum({e} < {y} for {e} in {x}) => count
(a list of |)the (numbers|elements|values) (of|in) {x} multiplied by {y} => [{e} * {y} for {e} in {x}] => scaled
(a list of |)(each|every) (number|element|value) (of|in) {x} (plus|increased by) {y} => [{e} + {y} for {e} in {x}] => shifted
(how (often|many times) {y} (occurs|appears) in {x}|the number of times {y} (occurs|appears) in {x}) => {x}.count({y}) => count
{x} (with {y} appended|with {y} added (at|to) the end) => {x} + [{y}] => extended
""",
    ("nums", "float"): """
(a list of |)the (numbers|elements|values) (of|in) {x} (that are |)(greater|larger) than {y} => [{e} for {e} in {x} if {e} > {y}] => above large
(a list of |)the (numbers|elements|values) (of|in) {x} (that are |)(less|smaller) than {y} => [{e} for {e} in {x} if {e} < {y}] => below small
(a list of |)the (numbers|elements|values) (of|in) {x} (that are |)above {y} => [{e} for {e} in {x} if {e} > {y}] => above
(a list of |)the (numbers|elements|values) (of|in) {x} (that are |)below {y} => [{e} for {e} in {x} if {e} < {y}] => below
the number of (numbers|elements|values) (of|in) {x} (that are |)(greater|larger) than {y} => sum({e} > {y} for {e} in {x}) => count
(a list of |)the differences (between|of) (each (number|element|value) of |){x} and {y} => [{e} - {y} for {e} in {x}] => differences deviations
(a list of |)(each|every) (number|element|value) (of|in) {x} minus {y} => [{e} - {y} for {e} in {x}] => differences
(a list of |)(each|every) (number|element|value) (of|in) {x} divided by {y} => [{e} / {y} for {e} in {x}] => scaled => nonzero
""",
    ("str", "int"): """
{x} repeated {y} times => {x} * {y} => repeated => small
the first {y} (characters|letters) of {x} => {x}[:{y}] => prefix
the last {y} (characters|letters) of {x} => {x}[-{y}:] => suffix
(whether|if) {x} (has|is) more than {y} characters( long|) => len({x}) > {y} => is_long
{x} with {y} (appended|added (at|to) the end) => {x} + str({y}) => combined
""",
    ("words", "str"): """
(whether|if) {y} is in {x} => {y} in {x} => found contains
(whether|if) {x} contains {y} => {y} in {x} => found contains
(how (often|many times) {y} (occurs|appears) in {x}|the number of times {y} (occurs|appears) in {x}) => {x}.count({y}) => count
(the (strings|words|elements|{nouns}) (of|in) ){x} (joined (with|by)|separated by) {y} => {y}.join({x}) => joined
(a list of |)the (strings|words|elements|{nouns}) (of|in) {x} (that |which |)(contain|containing) {y} => [{e} for {e} in {x} if {y} in {e}] => matches matching
(a list of |)the (strings|words|elements|{nouns}) (of|in) {x} that start with {y} => [{e} for {e} in {x} if {e}.startswith({y})] => matches
{x} with {y} (appended|added (at|to) the end) => {x} + [{y}] => extended
a list of (all |the |)(strings|words|elements|{nouns}) (of|in) {x} followed by {y} => [{e} + {y} for {e} in {x}] => labels
""",
    ("words", "int"): """
(a list of |)the (strings|words|elements|{nouns}) (of|in) {x} (that are |)longer than {y}( characters|) => [{e} for {e} in {x} if len({e}) > {y}] => long
the first {y} (strings|words|elements|{nouns}) of {x} => {x}[:{y}] => start
the number of (strings|words|elements|{nouns}) (of|in) {x} (that are |)longer than {y}( characters|) => sum(len({e}) > {y} for {e} in {x}) => count
""",
    ("counts", "str"): """
the value (of|for) {y} in {x}, or 0 if (it is missing|there is none) => {x}.get({y}, 0) => value
(whether|if) {y} is (a key (in|of)|in) {x} => {y} in {x} => found
""",
    ("counts", "int"): """
a list of the keys of {x} whose value is (greater|larger|higher) than {y} => [key for key, value in {x}.items() if value > {y}] => keys selected
a (new |)(dictionary|dict) with {y} added to (every|each) value of {x} => {key: value + {y} for key, value in {x}.items()} => updated
""",
    ("array", "array"): """
the dot product of {x} and {y} => np.dot({x}, {y}) => dot_product
the (element-wise |elementwise |)sum of {x} and {y} => {x} + {y} => total
the (element-wise |elementwise |)product of {x} and {y} => {x} * {y} => product
{x} and {y} (concatenated|joined|in one array) => np.concatenate([{x}, {y}]) => combined
{x} and {y} stacked as (two |)rows of a matrix => np.vstack([{x}, {y}]) => matrix
""",
    ("date", "date"): """
the number of days (between|from) {x} (and|to) {y} => ({y} - {x}).days => days
(whether|if) {x} is (before|earlier than) {y} => {x} < {y} => is_before
the (earlier|first) of {x} and {y} => min({x}, {y}) => earlier
the (later|last) of {x} and {y} => max({x}, {y}) => later
""",
}

# Actions on `{x}` by the value of `{y}`.
TWO_ACTIONS = {
    ("num", "num"): """
Add {y} to {x} => {x} += {y} => {x} + {y}
(Increase|Increment) {x} by {y} => {x} += {y} => {x} + {y}
Subtract {y} from {x} => {x} -= {y} => {x} - {y}
(Decrease|Reduce) {x} by {y} => {x} -= {y} => {x} - {y}
Multiply {x} by {y} => {x} *= {y} => {x} * {y}
Divide {x} by {y} => {x} /= {y} => {x} / {y} => nonzero
""",
    ("nums", "num"): """
(Append|Add) {y} to (the end of |){x} => {x}.append({y})
Insert {y} at the (beginning|start|front) of {x} => {x}.insert(0, {y})
(Replace|Set|Change) the first (element|number) of {x} (with|to) {y} => {x}[0] = {y}
(Replace|Set|Change) the last (element|number) of {x} (with|to) {y} => {x}[-1] = {y}
Add {y} to (each|every) (element|number|value) (of|in) {x} => {x} = [{e} + {y} for {e} in {x}] => [{e} + {y} for {e} in {x}]
Multiply (each|every) (element|number|value) (of|in) {x} by {y} => {x} = [{e} * {y} for {e} in {x}] => [{e} * {y} for {e} in {x}]
Subtract {y} from (each|every) (element|number|value) (of|in) {x} => {x} = [{e} - {y} for {e} in {x}] => [{e} - {y} for {e} in {x}]
Divide (each|every) (element|number|value) (of|in) {x} by {y} => {x} = [{e} / {y} for {e} in {x}] => [{e} / {y} for {e} in {x}] => nonzero
(Remove|Delete) (all |the )(numbers|values|elements) (that are |)(greater|larger) than {y} from {x} => {x} = [{e} for {e} in {x} if {e} <= {y}] => [{e} for {e} in {x} if {e} <= {y}]
Keep only the (numbers|values|elements) (in|of) {x} that are (greater|larger) than {y} => {x} = [{e} for {e} in {x} if {e} > {y}] => [{e} for {e} in {x} if {e} > {y}]
Keep only the (numbers|values|elements) (in|of) {x} that are (less|smaller) than {y} => {x} = [{e} for {e} in {x} if {e} < {y}] => [{e} for {e} in {x} if {e} < {y}]
""",
    ("words", "str"): """
(Append|Add) {y} to (the end of |){x} => {x}.append({y})
Insert {y} at the (beginning|start|front) of {x} => {x}.insert(0, {y})
(Replace|Set|Change) the first (element|item|{noun}) of {x} (with|to) {y} => {x}[0] = {y}
(Replace|Set|Change) the last (element|item|{noun}) of {x} (with|to) {y} => {x}[-1] = {y}
(Append|Add) {y} to (each|every) (string|word|element|{noun}) (of|in) {x} => {x} = [{e} + {y} for {e} in {x}] => [{e} + {y} for {e} in {x}]
""",
    ("str", "str"): """
(Append|Add) {y} to (the end of |){x} => {x} += {y} => {x} + {y}
Prepend {y} to {x} => {x} = {y} + {x} => {y} + {x}
(Remove|Delete) (every |all occurrences of |){y} from {x} => {x} = {x}.replace({y}, "") => {x}.replace({y}, "")
""",
    ("str", "num"): """
(Append|Add) {y} (as a string |)to (the end of |){x} => {x} += str({y}) => {x} + str({y})
""",
    ("nums", "nums"): """
Extend {x} with {y} => {x}.extend({y}) => {x} + {y}
(Add|Append) (all (elements|numbers) of |the elements of ){y} to {x} => {x}.extend({y}) => {x} + {y}
""",
    ("words", "words"): """
Extend {x} with {y} => {x}.extend({y}) => {x} + {y}
(Add|Append) (all elements of |the elements of ){y} to {x} => {x}.extend({y}) => {x} + {y}
Remove (the |all )(elements|strings) of {y} from {x} => {x} = [{e} for {e} in {x} if {e} not in {y}] => [{e} for {e} in {x} if {e} not in {y}]
""",
    ("counts", "str"): """
(Add|Insert) (the |a |)key {y} with (the |)value {num} (to|into) {x} => {x}[{y}] = {num}
Set the value of {y} in {x} to {num} => {x}[{y}] = {num}
""",
    ("counts", "counts"): """
Update {x} with {y} => {x}.update({y})
(Add|Merge) (the entries of |all entries of ){y} (to|into) {x} => {x}.update({y})
""",
    ("set", "int"): """
Add {y} to {x} => {x}.add({y})
""",
    ("set", "str"): """
Add {y} to {x} => {x}.add({y})
""",
    ("date", "int"): """
Add {y} days to {x} => {x} += timedelta(days={y}) => {x} + timedelta(days={y}) => timedelta
""",
    ("array", "num"): """
Add {y} to {x} => {x} = {x} + {y} => {x} + {y}
Multiply {x} by {y} => {x} = {x} * {y} => {x} * {y}
""",
}
