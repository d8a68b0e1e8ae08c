"""What can be said of dictionaries, sets, tuples, matrices, records, arrays, dates and truth values, and done to them."""

COUNTS = """
(a list of the keys (of|in) {x}|the keys of {x} as a list) => list({x}) => keys
(a list of the values (of|in) {x}|the values of {x} as a list) => list({x}.values()) => values
(a |the |)sorted (list of the |)keys of {x} => sorted({x}) => sorted_keys keys
the keys of {x} (sorted alphabetically|in alphabetical order) => sorted({x}) => sorted_keys keys
the (sum|total) of (all |the |all the |)values (in|of) {x} => sum({x}.values()) => total
the (average|mean) (of (the|all) values|value) (in|of) {x} => sum({x}.values()) / len({x}) => average mean
the (largest|highest|maximum|biggest) value (in|of) {x} => max({x}.values()) => highest largest max_value
the (smallest|lowest|minimum) value (in|of) {x} => min({x}.values()) => lowest smallest min_value
the key (with|that has) the (largest|highest|maximum|biggest) value (in|of) {x} => max({x}, key={x}.get) => best_key top best
the key of {x} (with|that has) the (largest|highest|maximum|biggest) value => max({x}, key={x}.get) => best_key top best
the key (with|that has) the (smallest|lowest|minimum) value (in|of) {x} => min({x}, key={x}.get) => worst_key worst lowest
the key of {x} (with|that has) the (smallest|lowest|minimum) value => min({x}, key={x}.get) => worst_key worst lowest
the (number|count) of (keys|entries|items|pairs) in {x} => len({x}) => count size n
the value (of|for|stored under) (the key |){key} in {x} => {x}[{key}] => value {key_name}
the value (of|for) {x} at key {key} => {x}[{key}] => value
the value (of|for) {missing} in {x}, or 0 if (it is missing|there is none) => {x}.get({missing}, 0) => value
(whether|if) {key} is (a key (in|of)|in) {x} => {key} in {x} => found has_key
(whether|if) {missing} is (a key (in|of)|in) {x} => {missing} in {x} => found has_key
a list of the (items|entries) of {x} sorted by value => sorted({x}.items(), key=lambda item: item[1]) => by_value sorted_items ranked
a list of the (items|entries) of {x} sorted by value in descending order => sorted({x}.items(), key=lambda item: item[1], reverse=True) => ranked by_value
a list of the keys of {x} sorted by (their |)value => sorted({x}, key={x}.get) => ranked sorted_keys
a list of the keys of {x} sorted by (their |)value in descending order => sorted({x}, key={x}.get, reverse=True) => ranked sorted_keys
a list of the (items|entries) of {x} sorted by key => sorted({x}.items()) => by_key sorted_items
a (new |)(dictionary|dict) with the keys and (the |)values of {x} swapped => {value: key for key, value in {x}.items()} => swapped inverted
the (inverse|inverted (dictionary|dict)) of {x} => {value: key for key, value in {x}.items()} => inverted
a (new |)(dictionary|dict) with (the entries|only the entries|only those entries) of {x} whose value is (greater|larger|higher) than {tv} => {key: value for key, value in {x}.items() if value > {tv}} => large filtered selected
a (new |)(dictionary|dict) with (the entries|only the entries) of {x} whose value is (less|smaller|lower) than {tv} => {key: value for key, value in {x}.items() if value < {tv}} => small filtered selected
a list of the keys of {x} whose value is (greater|larger|higher|more) than {tv} => [key for key, value in {x}.items() if value > {tv}] => keys large selected
a list of the keys of {x} whose value is (less|smaller|lower) than {tv} => [key for key, value in {x}.items() if value < {tv}] => keys small selected
a list of the keys of {x} (with|that have) a value of at least {tv} => [key for key, value in {x}.items() if value >= {tv}] => keys selected passed
the number of (values|entries) in {x} (that are |)(greater|larger) than {tv} => sum(value > {tv} for value in {x}.values()) => count
a (new |)(dictionary|dict) with (all |the |)values of {x} doubled => {key: value * 2 for key, value in {x}.items()} => doubled
a (new |)(dictionary|dict) with (all |the |)values of {x} (multiplied by|times) {k} => {key: value * {k} for key, value in {x}.items()} => scaled
a (new |)(dictionary|dict) with (all |the |)keys of {x} in (upper case|uppercase) => {key.upper(): value for key, value in {x}.items()} => upper
{x} as (a |)JSON( string|) => json.dumps({x}) => text json_text => json
{x} as a list of (tuples|pairs) => list({x}.items()) => pairs items
the difference between the (largest|highest) and the (smallest|lowest) value (in|of) {x} => max({x}.values()) - min({x}.values()) => difference spread
the longest key (in|of) {x} => max({x}, key=len) => longest
a copy of {x} => {x}.copy() => copied
a string (with|of) (lines of the form|one line) 'key: value' for (each|every) entry of {x} => "\\n".join(f"{lb}key{rb}: {lb}value{rb}" for key, value in {x}.items()) => text lines
the first key of {x} => list({x})[0] => first_key
the (sum|total) of the values of {x} (for|under) {key} and {key2} => {x}[{key}] + {x}[{key2}] => total
"""

COUNTS_ACTIONS = """
(Add|Insert) (the |a |)(key |new key |entry |){missing} with (the |)value {num} (to|into) {x} => {x}[{missing}] = {num}
(Set|Change|Update) the value (of|for) {key} in {x} to {num} => {x}[{key}] = {num}
(Add|Put) {missing} (to|in) {x} with (a |the |)value (of |){num} => {x}[{missing}] = {num}
(Increase|Increment) the value (of|for) {key} in {x} by {k} => {x}[{key}] += {k}
(Decrease|Reduce) the value (of|for) {key} in {x} by {k} => {x}[{key}] -= {k}
Double the value (of|for) {key} in {x} => {x}[{key}] *= 2
(Remove|Delete) (the key |the entry (for|of) |){key} from {x} => del {x}[{key}]
Update {x} with \\{{missing}: {num}\\} => {x}.update({{missing}: {num}})
Double (all|every) values? (in|of) {x} => {x} = {key: value * 2 for key, value in {x}.items()} => {key: value * 2 for key, value in {x}.items()}
"""

SETS = """
the (number|count) of elements in {x} => len({x}) => size count
{x} as a sorted list => sorted({x}) => sorted_list ordered
(a sorted list of the elements (of|in) {x}) => sorted({x}) => sorted_list ordered
(whether|if) {v} is in {x} => {v} in {x} => found contains
the (largest|maximum) element of {x} => max({x}) => largest
the (smallest|minimum) element of {x} => min({x}) => smallest
{x} as a list sorted in descending order => sorted({x}, reverse=True) => descending
"""

TUPLES = """
the first (element|item|value) of {x} => {x}[0] => first
the last (element|item|value) of {x} => {x}[-1] => last
the (number of elements|length) (in|of) {x} => len({x}) => length
{x} as a list => list({x}) => as_list items
{x} (reversed|in reverse order) => {x}[::-1] => reversed_{x}
(whether|if) {v} is in {x} => {v} in {x} => found
the element of {x} at index {i} => {x}[{i}] => element
"""

MATRIX = """
the number of rows (of|in) {x} => len({x}) => rows row_count
the number of columns (of|in) {x} => len({x}[0]) => columns column_count
the (sum|total) of (all |the |)(elements|numbers|values) (of|in) {x} => sum(sum(row) for row in {x}) => total
(a list of the sums of the rows of {x}|the (sum of each row|row sums) of {x}( as a list|)) => [sum(row) for row in {x}] => row_sums
(a list of the sums of the columns of {x}|the (sum of each column|column sums) of {x}( as a list|)) => [sum(column) for column in zip(*{x})] => column_sums
(the (maximum|largest (number|value)) (of|in) each row of {x}( as a list|)) => [max(row) for row in {x}] => row_maxima
the (largest|maximum|biggest) (number|value|element) (in|of) {x} => max(max(row) for row in {x}) => largest
the (smallest|minimum) (number|value|element) (in|of) {x} => min(min(row) for row in {x}) => smallest
the transpose of {x} => [list(row) for row in zip(*{x})] => transposed
(a flat list (of|with) (all |the |)(elements|numbers|values) (of|in) {x}|{x} flattened( into (a|one) list|)) => [value for row in {x} for value in row] => flat flattened
the first row of {x} => {x}[0] => row first_row
the last row of {x} => {x}[-1] => row last_row
(the first column of {x}( as a list|)) => [row[0] for row in {x}] => column first_column
(the last column of {x}( as a list|)) => [row[-1] for row in {x}] => column last_column
(the second column of {x}( as a list|)) => [row[1] for row in {x}] => column
{x} with (all |the |)(elements|numbers|values) doubled => [[value * 2 for value in row] for row in {x}] => doubled
the first (element|number|value) of the first row of {x} => {x}[0][0] => first corner
{x} with its rows (reversed|in reverse order) => {x}[::-1] => flipped
the rows of {x} sorted by their sum => sorted({x}, key=sum) => sorted_rows
{x} as a numpy array => np.array({x}) => arr => numpy
the main diagonal of {x} as a list => [{x}[i][i] for i in range(len({x}))] => diagonal => square
"""

PAIRS = """
a (dictionary|dict) (made |)from {x} => dict({x}) => d mapping as_dict
{x} (converted to|as) a (dictionary|dict) => dict({x}) => d mapping as_dict
{x} sorted by the second element( of each pair|) => sorted({x}, key=lambda pair: pair[1]) => by_second sorted_pairs
{x} sorted by the second element in descending order => sorted({x}, key=lambda pair: pair[1], reverse=True) => ranked sorted_pairs
{x} sorted by the first element( of each pair|) => sorted({x}) => sorted_pairs
(a list of|) the first elements of (the (pairs|tuples) in |){x} => [pair[0] for pair in {x}] => firsts keys
(a list of|) the second elements of (the (pairs|tuples) in |){x} => [pair[1] for pair in {x}] => seconds values
the sum of the second elements of (the (pairs|tuples) in |){x} => sum(pair[1] for pair in {x}) => total
the pair (in|of) {x} with the (largest|highest) second element => max({x}, key=lambda pair: pair[1]) => best
the pair (in|of) {x} with the (smallest|lowest) second element => min({x}, key=lambda pair: pair[1]) => lowest
the number of (pairs|tuples) in {x} => len({x}) => count
the first (pair|tuple) of {x} => {x}[0] => first
the last (pair|tuple) of {x} => {x}[-1] => last
the pairs (in|of) {x} whose second element is (greater|larger) than {tp} => [pair for pair in {x} if pair[1] > {tp}] => large selected
"""

RECORDS = """
a list of the {field} (values|fields) (in|of) {x} => [{r}["{field}"] for {r} in {x}] => {field}s
(a list of |)the {field} of (each|every) {r} in {x}( as a list|) => [{r}["{field}"] for {r} in {x}] => {field}s
a list of the {sfield}s of all {r}s in {x} => [{r}["{sfield}"] for {r} in {x}] => {sfield}s
{x} sorted by {field} => sorted({x}, key=lambda {r}: {r}["{field}"]) => by_{field} sorted_{x}
{x} sorted by {nfield} in descending order => sorted({x}, key=lambda {r}: {r}["{nfield}"], reverse=True) => by_{nfield} sorted_{x}
the {r} (in {x} |)with the (highest|largest|greatest) {nfield}( in {x}|) => max({x}, key=lambda {r}: {r}["{nfield}"]) => best top_{r}
the {r} (in {x} |)with the (lowest|smallest) {nfield}( in {x}|) => min({x}, key=lambda {r}: {r}["{nfield}"]) => lowest lowest_{r}
the (sum|total) of the {nfield} (values|fields) (in|of) {x} => sum({r}["{nfield}"] for {r} in {x}) => total total_{nfield}
the (total|sum of the) {nfield} of all {r}s in {x} => sum({r}["{nfield}"] for {r} in {x}) => total total_{nfield}
the (average|mean) {nfield} (of (the|all) {r}s in|in|of) {x} => sum({r}["{nfield}"] for {r} in {x}) / len({x}) => average average_{nfield}
the (largest|highest|maximum) {nfield} (in|of) {x} => max({r}["{nfield}"] for {r} in {x}) => highest max_{nfield}
(the |a list of the |){r}s in {x} (whose {nfield} is|with a {nfield}) (greater|larger|higher|more) than {tr} => [{r} for {r} in {x} if {r}["{nfield}"] > {tr}] => selected filtered
(the |a list of the |){r}s in {x} (whose {nfield} is|with a {nfield}) (less|lower|smaller) than {tr} => [{r} for {r} in {x} if {r}["{nfield}"] < {tr}] => selected filtered
(a list of |)the {sfield}s of (the |all |){r}s in {x} (whose {nfield} is|with a {nfield}) (greater|higher|more) than {tr} => [{r}["{sfield}"] for {r} in {x} if {r}["{nfield}"] > {tr}] => {sfield}s selected
the number of {r}s in {x} => len({x}) => count
the {field} of the first {r} in {x} => {x}[0]["{field}"] => {field} first_{field}
the {field} of the last {r} in {x} => {x}[-1]["{field}"] => {field} last_{field}
a (dictionary|dict) (that maps|mapping|from) (the |each |){sfield} to (the |its |){nfield} (for|of) (each|every|all) {r}s? in {x} => {{r}["{sfield}"]: {r}["{nfield}"] for {r} in {x}} => mapping {nfield}_by_{sfield}
{x} as (a |)JSON( string|) => json.dumps({x}) => text json_text => json
"""

ARRAY = """
the (sum|total) of (the (elements|values) of |){x} => {x}.sum() => total
the (mean|average) of {x} => {x}.mean() => mean average
the (maximum|largest (value|element)) of {x} => {x}.max() => largest maximum
the (minimum|smallest (value|element)) of {x} => {x}.min() => smallest minimum
the standard deviation of {x} => {x}.std() => std
the index of the (largest|maximum) (element|value) of {x} => {x}.argmax() => index
the index of the (smallest|minimum) (element|value) of {x} => {x}.argmin() => index
{x} (multiplied by|times) {k} => {x} * {k} => scaled
{x} plus {k} => {x} + {k} => shifted
{x} squared => {x} ** 2 => squared
the square roots? of (the elements of |)(the absolute values of |){x} => np.sqrt(np.abs({x})) => roots
the elements of {x} (that are |)(greater|larger) than {ta} => {x}[{x} > {ta}] => large selected
the elements of {x} (that are |)(less|smaller) than {ta} => {x}[{x} < {ta}] => small selected
the number of elements of {x} (that are |)(greater|larger) than {ta} => (({x} > {ta}).sum()) => count
{x} as a list => {x}.tolist() => values as_list
the cumulative sum of {x} => np.cumsum({x}) => cumulative
{x} sorted => np.sort({x}) => sorted_{x}
{x} in reverse order => {x}[::-1] => reversed_{x}
the (unique|distinct) (elements|values) of {x} => np.unique({x}) => unique
the number of elements (in|of) {x} => {x}.size => size
the shape of {x} => {x}.shape => shape
the differences between (consecutive|neighboring) elements of {x} => np.diff({x}) => differences
{x} with (all |)negative values (set to|replaced by) (0|zero) => np.maximum({x}, 0) => positive clipped
{x} (clipped|limited) to the range from {lo} to {hi} => np.clip({x}, {lo}, {hi}) => clipped
the first {n} elements of {x} => {x}[:{n}] => head
"""

ARRAY2 = """
the number of elements (in|of) {x} => {x}.size => size
{x} plus {k} => {x} + {k} => shifted
{x} with {k} added to (each|every) element => {x} + {k} => shifted
the (sum|total) of (all (elements|values) of |){x} => {x}.sum() => total
the (mean|average) of (all (elements|values) of |){x} => {x}.mean() => mean
the (sum of each row|row sums) of {x} => {x}.sum(axis=1) => row_sums
the (sum of each column|column sums) of {x} => {x}.sum(axis=0) => column_sums
the (mean of each column|column means) of {x} => {x}.mean(axis=0) => column_means
the (maximum|largest value) of each row of {x} => {x}.max(axis=1) => row_maxima
the transpose of {x} => {x}.T => transposed
{x} flattened( into one dimension|) => {x}.flatten() => flat
the shape of {x} => {x}.shape => shape
the number of dimensions of {x} => {x}.ndim => dimensions
the first row of {x} => {x}[0] => row first_row
the first column of {x} => {x}[:, 0] => column first_column
the last column of {x} => {x}[:, -1] => column
the diagonal of {x} => np.diag({x}) => diagonal
{x} (multiplied by|times) {k} => {x} * {k} => scaled
{x} as a (nested list|list of lists) => {x}.tolist() => nested
the (maximum|largest value) of {x} => {x}.max() => largest
"""

DATES = """
the year of {x} => {x}.year => year
the month of {x}( as a number|) => {x}.month => month
the day of (the month of |){x} => {x}.day => day
the weekday of {x} as a number => {x}.weekday() => weekday
the name of the weekday of {x} => {x}.strftime("%A") => weekday day_name
the name of the month of {x} => {x}.strftime("%B") => month_name
{x} (in ISO format|as an ISO string) => {x}.isoformat() => text iso
{x} (formatted as|as a string in the form|in the format) DD.MM.YYYY => {x}.strftime("%d.%m.%Y") => text formatted
{x} (formatted as|as a string in the form|in the format) MM/DD/YYYY => {x}.strftime("%m/%d/%Y") => text formatted
the (date|day) {dd} days after {x} => {x} + timedelta(days={dd}) => later deadline new_date => timedelta
the (date|day) {dd} days before {x} => {x} - timedelta(days={dd}) => earlier start_date => timedelta
the (date|day) {k3} weeks after {x} => {x} + timedelta(weeks={k3}) => later => timedelta
(whether|if) {x} is (on a weekend|a Saturday or (a |)Sunday) => {x}.weekday() >= 5 => is_weekend
the number of days (from|between) the (start|first day) of its year (to|and) {x} => ({x} - date({x}.year, 1, 1)).days => days => date
the first day of the month of {x} => {x}.replace(day=1) => first_day
"""

BOOLS = """
the opposite of {x} => not {x} => opposite
'yes' if {x} is true and 'no' otherwise => "yes" if {x} else "no" => answer
{x} as an integer => int({x}) => as_int
"""
