"""The login page: one form, no script, nothing loaded from anywhere."""

import base64
import hashlib
import html
from pathlib import Path
from string import Template

from starlette.responses import HTMLResponse, Response

_FOLDER = Path(__file__).parent
FAILED = "This did not work. Check the user name and the password; after several failures, wait five minutes."
BUSY = "Too many people are logging in at this moment. Try again in some seconds."


class LoginPage:
    """Makes the login page, with the app's ``logo`` and ``icon``: SVG texts."""

    def __init__(self, logo: str, icon: str) -> None:
        style = (_FOLDER / "login.css").read_text(encoding="utf-8")
        self._template = Template((_FOLDER / "login.html").read_text(encoding="utf-8"))
        self._fixed = {"logo": logo, "icon": base64.b64encode(icon.encode()).decode(), "style": style}
        allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self._policy = (
            f"default-src 'none'; style-src 'sha256-{allowed}'; img-src data:; form-action 'self'; "
            "frame-ancestors 'none'; base-uri 'none'"
        )

    def response(self, after: str, *, user: str = "", problem: str = "", status: int = 200) -> Response:
        """The page. ``after`` is where its visitor is going, ``user`` the name that was entered."""
        told = f'<p class="problem" id="problem" role="alert">{html.escape(problem)}</p>\n' if problem else ""
        text = self._template.substitute(
            self._fixed,
            next=html.escape(after),
            user=html.escape(user),
            problem=told,
            described=' aria-describedby="problem"' if problem else "",
            focus_user="" if user else " autofocus",
            focus_password=" autofocus" if user else "",
        )
        return HTMLResponse(text, status, headers={**HEADERS, "Content-Security-Policy": self._policy})


HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # not no-referrer, which would take the origin from the form's request
}
"""What every answer of the gate has."""
