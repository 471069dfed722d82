"""What ``--help`` says of each command; Markdown."""

ROWID = """
Gives every row of a table a stable ID that is made from the row's content alone: the same row has the same ID tomorrow,
on another machine, and from another file format.

```sh
rowid profile people.csv
rowid run people.csv -o people.parquet --columns email,country
rowid verify people.parquet
```
"""

EXIT_CODES = """
**Exit codes**

- 0: done
- 1: the data were refused, or verified IDs differ
- 2: the request makes no sense
- 3: the input cannot be read
- 4: the output cannot be written, or temporary space is full
- 70: an error that nobody foresaw
- 129, 130, 143: hung up, interrupted (Ctrl-C), terminated; nothing was written
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

PROFILE = """
Shows every column of a table: its type, how many nulls and how many different values it has, how good it is, what it
looks like, and some of its values.

The quality is completeness × validity × tidiness × variety, each from 0 to 1. With `--column` a column is shown in
full: the most frequent values, range, lengths, patterns, and the reasons. With `--against` it is what changed since
another state of the table, or since a profile that was saved, the biggest first.

```sh
rowid profile people.csv
rowid profile people.csv --column email
rowid profile people.csv --json > profile.json
rowid profile people.csv --against profile.json
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
