"""Who is logged in: signed cookies, which hold no secret, and a note of the sessions that were ended early."""

import hashlib
import hmac
import logging
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer

from rowid.errors import UsageError
from rowid.gate.users import Users
from rowid.private import require_private, write_private

LIFE_S = 12 * 3600
DEVICE_LIFE_S = 90 * 24 * 3600
_SECRET_BYTES = 32

log = logging.getLogger("rowid.gate")


@dataclass(frozen=True, slots=True)
class Session:
    """Someone who logged in. ``proof`` is of the password's hash at that time."""

    user: str
    id: str
    proof: str


class Sessions:
    """Makes and reads the cookies of sessions, and of the browsers in which someone has logged in (devices).

    Args:
        folder: where the secret that signs them is kept, and which sessions were ended; made if missing.
        users: who may log in.

    Raises:
        UsageError: the folder cannot be used.
    """

    def __init__(self, folder: Path, users: Users) -> None:
        self._users, self._ended = users, folder / "ended"
        try:
            self._ended.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._secret = _secret(folder / "secret")
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            hint = "The login keeps a secret there; let ROWID_STATE_DIR be a folder that can be written."
            raise UsageError(f"it cannot be used: {reason}", where=str(folder), hint=hint) from None

    def begin(self, user: str) -> str:
        """The cookie of a new session."""
        return self._signer("session").dumps([user, secrets.token_hex(16), self._proof(user)])

    def of(self, cookie: str | None) -> Session | None:
        """The session of a cookie, if it holds now.

        It is then signed here, 12 hours old at most, not ended, and of a user who is still there and has the same
        password.
        """
        fields = self._fields("session", cookie, LIFE_S, 3)
        if fields is None:
            return None
        session = Session(*fields)
        same = hmac.compare_digest(session.proof, self._proof(session.user) or "gone")
        return session if same and not (self._ended / session.id).exists() else None

    def end(self, session: Session) -> None:
        """Ends a session, for all processes and for good; notes of sessions that are over by now are removed."""
        try:
            (self._ended / session.id).touch(mode=0o600)
            for note in self._ended.iterdir():
                with suppress(FileNotFoundError):  # another process tidies up, too
                    if note.stat().st_mtime < time.time() - 2 * LIFE_S:
                        note.unlink()
        except OSError as error:  # the browser forgets its cookie all the same
            log.error("a session cannot be ended: %s", (error.strerror or type(error).__name__).lower())

    def remember(self, user: str) -> str:
        """The cookie of a browser in which the user has logged in."""
        return self._signer("device").dumps([user, secrets.token_hex(16)])

    def device(self, cookie: str | None, user: str) -> str | None:
        """The ID of the browser if the user has logged in there within 90 days, or None."""
        fields = self._fields("device", cookie, DEVICE_LIFE_S, 2)
        return fields[1] if fields and fields[0] == user else None

    def _fields(self, kind: str, cookie: str | None, life_s: int, number: int) -> list[str] | None:
        try:
            fields: Any = self._signer(kind).loads(cookie or "", max_age=life_s)
        except BadData:
            return None
        is_ours = isinstance(fields, list) and len(fields) == number and all(isinstance(each, str) for each in fields)
        return fields if is_ours else None

    def _signer(self, kind: str) -> URLSafeTimedSerializer:
        how = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        return URLSafeTimedSerializer(self._secret, salt=f"rowid {kind}", signer_kwargs=how)

    def _proof(self, user: str) -> str:
        """What changes with the user's password; empty if there is no such user."""
        found = self._users.hash_of(user)
        return hmac.new(self._secret, found.encode(), hashlib.sha256).hexdigest()[:32] if found else ""


def _secret(path: Path) -> bytes:
    """The secret of a file, which is made if it is missing; of two processes that make it, one wins for both."""
    if not path.exists():
        with suppress(FileExistsError):
            write_private(path, secrets.token_hex(_SECRET_BYTES).encode(), replace=False)
    require_private(path)
    secret = path.read_bytes().strip()
    if len(secret) < 2 * _SECRET_BYTES:
        raise UsageError("it is too short a secret", where=str(path), hint="Delete it; a new one is made.")
    return secret
