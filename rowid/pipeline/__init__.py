"""The order of the stages, and what can be asked of a source and a recipe."""

from rowid.pipeline.choice import judge_choice
from rowid.pipeline.confirm import compared, confirm
from rowid.pipeline.diff import diff
from rowid.pipeline.policies import applied, refuse
from rowid.pipeline.review import collect_groups, duplicate_groups, judge, preview, verify
from rowid.pipeline.run import new_run_id, run, with_ids
from rowid.pipeline.search import find_keys, look
from rowid.ports import FINGERPRINT_KEY, RECIPE_KEY

__all__ = [
    "FINGERPRINT_KEY",
    "RECIPE_KEY",
    "applied",
    "collect_groups",
    "compared",
    "confirm",
    "diff",
    "duplicate_groups",
    "find_keys",
    "judge",
    "judge_choice",
    "look",
    "new_run_id",
    "preview",
    "refuse",
    "run",
    "verify",
    "with_ids",
]
