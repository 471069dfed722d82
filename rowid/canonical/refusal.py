"""Why a value has no canonical text."""


class RefusalError(ValueError):
    """A value has no canonical text; the argument says why, without the value, to be read after "is" or "are"."""
