"""What SQL cannot do to the letter, raised where it is met and told in one error with all the rest."""


class NotInSqlError(ValueError):
    """A value, a rule or a policy has no faithful expression; the text says why. It never leaves ``rowid.sql``."""
