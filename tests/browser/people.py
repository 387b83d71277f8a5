"""More people than the owner, who sign in by themselves."""

from __future__ import annotations

from tests.browser.conftest import App

PASS_PHRASE = "a long pass phrase of another"


def add_person(app: App, email: str, role: str) -> tuple[str, str]:
    """Somebody new with a role everywhere: what ``App.another`` takes."""
    person = app.call("POST", "/api/v1/people", data={"email": email, "grants": [{"role": role}]})
    app.call("PUT", f"/api/v1/people/{person['person']['id']}/password", data={"password": PASS_PHRASE})
    return email, PASS_PHRASE
