"""The login: nobody passes without a session. Pure ASGI; it knows nothing of what lies behind it."""

from rowid.gate.gate import USER_HEADER, Gate
from rowid.gate.page import LoginPage
from rowid.gate.sessions import Sessions
from rowid.gate.users import Users

__all__ = ["USER_HEADER", "Gate", "LoginPage", "Sessions", "Users"]
