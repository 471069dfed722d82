"""Gives every row of Parquet files or of a table its ID, on a cluster: ``spark-submit job.py IN OUT RECIPE``."""

import json
import sys

from rowid import spark
from rowid.errors import RowIdError
from rowid.recipe import Recipe


def main(source: str, output: str, recipe: str) -> None:
    """Runs, and prints the audit trail as JSON."""
    with spark.session() as session:
        trail = spark.run(spark.SparkTable(session, source), Recipe.load(recipe), output)
    sys.stdout.write(json.dumps(trail.to_dict(), default=str) + "\n")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:4])
    except RowIdError as error:
        sys.exit(f"error: {error}")
