"""Which secrets of the server a recipe of the app may key its IDs with.

A recipe names a variable of the environment. On the command line that is the caller's own; here it is the server's, and
whoever sees IDs that are keyed with a variable can test guesses of what it holds. So a visitor may name those variables
alone that are there for it.
"""

from rowid import digest
from rowid.errors import SecretError
from rowid.recipe import Recipe

NAME = "ROWID_KEY"
_PREFIX = f"{NAME}_"


def require_allowed(recipe: Recipe) -> None:
    """Raises SecretError if the recipe names another variable than ROWID_KEY or one that begins with ROWID_KEY_."""
    name = recipe.key_env
    if name is None or name == NAME or name.startswith(_PREFIX):
        return
    raise SecretError(
        f"the web app keys IDs with {NAME} and variables that begin with {_PREFIX} alone",
        where=f"key_env {name}",
        hint=f"Name one of those in the recipe, such as {_PREFIX}{name.lstrip('_')}; the IDs are the same if it holds "
        "the same secret.",
    )


def has_secret(recipe: Recipe) -> bool:
    """Whether the IDs of the recipe can be made here."""
    try:
        require_allowed(recipe)
        digest.secret(recipe.key_env)
    except SecretError:
        return False
    return True
