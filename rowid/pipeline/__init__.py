"""The order of the stages, and what can be asked of a source and a recipe."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rowid.pipeline.run import new_run_id, run, with_ids
from rowid.ports import FINGERPRINT_KEY, RECIPE_KEY

if TYPE_CHECKING:
    from rowid.pipeline.choice import judge_choice
    from rowid.pipeline.confirmation import compared, confirm
    from rowid.pipeline.diffing import diff
    from rowid.pipeline.policies import applied, refuse
    from rowid.pipeline.review import collect_groups, duplicate_groups, judge, preview, verify
    from rowid.pipeline.search import find_keys, look

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

_HOMES = {
    "applied": "policies",
    "collect_groups": "review",
    "compared": "confirmation",
    "confirm": "confirmation",
    "diff": "diffing",
    "duplicate_groups": "review",
    "find_keys": "search",
    "judge": "review",
    "judge_choice": "choice",
    "look": "search",
    "preview": "review",
    "refuse": "policies",
    "verify": "review",
}


def __getattr__(name: str) -> Any:  # PEP 562: a run does not wait for what only others ask
    if name not in _HOMES:
        raise AttributeError(f"module 'rowid.pipeline' has no attribute {name!r}")
    return getattr(import_module(f"rowid.pipeline.{_HOMES[name]}"), name)
