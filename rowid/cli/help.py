"""What ``--help`` says of each command; Markdown."""

from rowid.model.profiles import DRIFT

ROWID = """
Gives every row of a table a stable ID that is made from the row's content alone: the same row has the same ID tomorrow,
on another machine, and from another file format.

```sh
rowid profile people.csv
rowid keys people.csv
rowid run people.csv -o people.parquet --columns email,country
rowid verify people.parquet
```
"""

EXIT_CODES = """
**Exit codes**

- 0: done
- 1: the data were refused, verified IDs differ, columns that were checked are no key, tables differ, or a table drifted
- 2: the request makes no sense
- 3: the input cannot be read
- 4: the output cannot be written, or temporary space is full
- 5: a database refused, or is out of reach
- 70: an error that nobody foresaw
- 129, 130, 143: hung up, interrupted (Ctrl-C), terminated; nothing was written, unless it says otherwise
- 141: whoever read standard output went away
"""

RUN = """
Reads a table, gives every row its ID, and writes the table with one column more.

The output appears whole or not at all. Without columns and without a recipe, all columns make the ID, sorted by name.
An option given together with a recipe overrides what the recipe says; what the recipe says of a column that is no
longer a key column is dropped.

```sh
rowid run people.csv -o people.parquet --columns email,country
rowid run people.csv -o - --form uuid | head
rowid run people.csv -o people.jsonl.gz --recipe people.yaml
```
"""

PROFILE = f"""
Shows every column of a table: its type, how many nulls and how many different values it has, how good it is, what it
looks like, and some of its values.

The quality is completeness × validity × tidiness × variety, each from 0 to 1. With `--column` a column is shown in
full: the most frequent values, range, lengths, patterns, and the reasons. With `--against` it is what changed since
another state of the table, or since a profile that was saved, the biggest first; the exit code is 1 if a change is of
size {DRIFT} or more.

```sh
rowid profile people.csv
rowid profile people.csv --column email
rowid profile people.csv --json > profile.json
rowid profile people.csv --against profile.json
```
"""

KEYS = """
Finds all smallest combinations of columns that are unique in all rows, best first, and those that nearly are.

The first word is the verdict: KEY, KEY IF with a condition, NO SAFE KEY, or CANNOT TELL; the exit code is 0 whichever
it is. The score speaks for few, stable, short columns, and against floats, measures, free text, and columns that look
as if they change. What was not searched is said.

```sh
rowid keys people.csv
rowid keys people.csv --max-columns 2 --json
```
"""

CHECK = """
Says whether columns are the key of a table, and what to know before their IDs are used.

The verdict is KEY, KEY IF with a condition, NOT A KEY, or CANNOT TELL; the exit code is 0 for KEY alone. Below it:
counts under every reading of null, why rows repeat and which do, what is risky about the key, and how collisions were
ruled out. Without columns and without a recipe, all columns are taken. The answer shows rows of the table.

```sh
rowid check people.csv --columns email
rowid check people.csv --columns email --html report.html
```
"""

LINT = """
Says what a key does to a table that joins the texts of columns with a separator: how many groups of rows get the same
key though they differ in the columns, and which. The exit code is 1 if there is one.

dbt_utils is `dbt_utils.generate_surrogate_key`: it joins with `-` and writes `_dbt_utils_surrogate_key_null_` for a
null. concat joins with the separator and writes nothing for a null. The texts are those that rowid makes of the values.

```sh
rowid lint people.csv --columns email,country
rowid lint people.csv --columns email,born --formula concat --separator "|"
```
"""

VERIFY = """
Computes the IDs of a file again and compares them with those it holds.

The recipe is the one given, else the one that the file holds (Parquet), else FILE.recipe.yaml or FILE.recipe.json
beside it. The exit code is 1 if an ID is not the one its row has.

```sh
rowid verify people.parquet
rowid verify people-with-ids.csv --recipe people.yaml
```
"""

DIFF = """
Says what changed between two states of a table: which rows are new, gone, or changed (the same ID with other content),
and in which columns.

The columns that are not in the key make the content; 42 and 42.0 are the same. Rows whose ID is not unique are counted,
and never matched at random. The exit code is 0 if there is no difference and 1 if there is one. The answer shows rows
of the tables.

```sh
rowid diff people.csv people.parquet --columns email
rowid diff people.csv people.csv --columns email --exclude born --json
rowid diff people.csv people.parquet --columns email -o changes.parquet
rowid diff people.csv people.parquet --columns email -o changes.html
```
"""

SQL = """
Prints the statement that gives a table's rows their IDs inside the database: all columns and the ID, the same as
`rowid run` gives them.

Every cast and format in it is pinned, so no setting of a session changes an ID. What SQL cannot do to the letter is
refused with the reason, all of it at once. Without columns and without a recipe, all columns make the ID.

```sh
rowid sql --dialect postgres --table public.people --schema schema.yaml --columns email,country
rowid sql --prove --table duckdb://
```
"""

RUNS = """
Lists the runs of this installation, newest first: what was read and written, how many rows, how fast, how it ended.

```sh
rowid runs --limit 5
```
"""

TUNE = """
Measures on this machine from how many rows on the compiled kernel is faster than the plain code, and writes it down
for all runs to come. Compiles the kernel, which a first large run would do otherwise.

```sh
rowid tune
```
"""

APP = """
Starts the web app; Ctrl-C stops it.

```sh
rowid app --port 8600
```
"""

USERS = """
Says who may log in to the web app: adds a user (or gives one a new password), removes one, or lists them, in the file
that `ROWID_USERS` names. The password is asked for, or read as one line from standard input. A server that runs
follows within seconds.

```sh
rowid users add ada
rowid users list
rowid users remove ada
```
"""
