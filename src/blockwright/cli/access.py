"""Commands about people, tokens and the audit log. Whoever can write the data folder is its owner, so nobody signs in
here; what is done is written down all the same."""

from __future__ import annotations

import getpass
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockwright.cli.app import DONE, App, emit, json_option, pass_app, project_option
from blockwright.core.access import Grant, Permission, Role, place
from blockwright.core.errors import Invalid

if TYPE_CHECKING:
    from blockwright.ports.access import Access, AuditEntry, Person, Token
    from blockwright.services.access.audit import By

ROLES = click.Choice([role.value for role in Role])
in_option = click.option(
    "--in", "where", default="", metavar="PLACE", help="A project, or PROJECT/PIPELINE (default: everywhere)."
)


@click.group("users")
def users_command() -> None:
    """List, add and disable people, and give them roles."""


@users_command.command("list")
@project_option
@json_option
@pass_app
def list_users(app: App, project: Path | None, as_json: bool) -> int:
    """List the people and their roles."""
    found = _all_people(_access(app, project))
    if as_json:
        emit({"users": [_person_document(person) for person in found]})
        return DONE
    for person in found:
        roles = ", ".join(_words(grant) for grant in person.grants) or "no role"
        click.echo(f"{person.email}  {roles}{'' if person.active else '  (disabled)'}")
    if not found:
        click.echo("Nobody yet. The first `blockwright start` makes the owner.")
    return DONE


@users_command.command("add")
@click.argument("email")
@click.option("--name", default="", help="The person's name.")
@click.option("--role", type=ROLES, help="The role to begin with.")
@in_option
@click.option("--password", "with_password", is_flag=True, help="Ask for a password instead of printing a link.")
@project_option
@json_option
@pass_app
def add_user(
    app: App,
    email: str,
    name: str,
    role: str | None,
    where: str,
    with_password: bool,
    project: Path | None,
    as_json: bool,
) -> int:
    """Add a person. Without --password it prints a link that signs the person in once, within a day."""
    from blockwright.services.access import people

    access, by = _access(app, project), _by()
    grants = [Grant(Role(role), *_place(where))] if role else []
    if with_password:
        person = people.add(access, by, email, name, _read_password(), grants)
        return _tell_person(person, "added", None, as_json)
    invited = people.invite(access, by, email, name, grants)
    return _tell_person(invited.person, "added", access.link(invited.code), as_json)


@users_command.command("grant")
@click.argument("email")
@click.argument("role", type=ROLES)
@in_option
@project_option
@json_option
@pass_app
def grant_role(app: App, email: str, role: str, where: str, project: Path | None, as_json: bool) -> int:
    """Give a person a role, in place of the one that was given in the same place."""
    from blockwright.services.access import people

    access = _access(app, project)
    people.grant(access, _by(), people.named(access, email), Grant(Role(role), *_place(where)))
    return _tell_person(people.named(access, email), "granted", None, as_json)


@users_command.command("revoke")
@click.argument("email")
@in_option
@project_option
@json_option
@pass_app
def revoke_role(app: App, email: str, where: str, project: Path | None, as_json: bool) -> int:
    """Take away the role that was given in a place."""
    from blockwright.services.access import people

    access = _access(app, project)
    people.revoke(access, _by(), people.named(access, email), *_place(where))
    return _tell_person(people.named(access, email), "revoked", None, as_json)


@users_command.command("disable")
@click.argument("email")
@project_option
@json_option
@pass_app
def disable_user(app: App, email: str, project: Path | None, as_json: bool) -> int:
    """End all of a person's sessions, revoke the tokens, and let nobody sign in so any more."""
    from blockwright.services.access import people

    access = _access(app, project)
    people.disable(access, _by(), people.named(access, email))
    return _tell_person(people.named(access, email), "disabled", None, as_json)


@users_command.command("enable")
@click.argument("email")
@project_option
@json_option
@pass_app
def enable_user(app: App, email: str, project: Path | None, as_json: bool) -> int:
    """Let a disabled person sign in again. Tokens stay revoked."""
    from blockwright.services.access import people

    access = _access(app, project)
    people.enable(access, _by(), people.named(access, email))
    return _tell_person(people.named(access, email), "enabled", None, as_json)


@users_command.command("password")
@click.argument("email")
@click.option("--link", "as_link", is_flag=True, help="Print a link that signs in once instead.")
@project_option
@json_option
@pass_app
def set_password(app: App, email: str, as_link: bool, project: Path | None, as_json: bool) -> int:
    """Set a person's password, asked for or read from stdin. All sessions of that person end."""
    from blockwright.services.access import people

    access = _access(app, project)
    person = people.named(access, email)
    if as_link:
        return _tell_person(person, "link for", access.link(people.link(access, _by(), person)), as_json)
    people.reset_password(access, _by(), person, _read_password())
    return _tell_person(people.named(access, email), "password set for", None, as_json)


@click.group("tokens")
def tokens_command() -> None:
    """List, make and revoke tokens for programs."""


@tokens_command.command("list")
@click.option("--user", "email", help="Only this person's.")
@project_option
@json_option
@pass_app
def list_tokens(app: App, email: str | None, project: Path | None, as_json: bool) -> int:
    """List tokens. Their secrets are kept nowhere."""
    from blockwright.services.access import people, tokens

    access = _access(app, project)
    emails = {person.id: person.email for person in _all_people(access)}
    found = tokens.listed(access, people.named(access, email).id if email else None, limit=500)
    if as_json:
        emit({"tokens": [_token_document(token, emails[token.person]) for token in found]})
        return DONE
    for token in found:
        state = "revoked" if token.revoked else f"until {token.expires:%Y-%m-%d}" if token.expires else "no end"
        click.echo(f"{token.id:>4}  {token.name}  {emails[token.person]}  {state}")
    if not found:
        click.echo("No tokens. `blockwright tokens new NAME --user EMAIL` makes one.")
    return DONE


@tokens_command.command("new")
@click.argument("name")
@click.option("--user", "email", required=True, help="Whose token it is; it can do no more than that person.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice([each.value for each in Permission]))
@click.option("--in", "where", default="", metavar="PROJECT", help="Only in this project.")
@click.option("--days", type=click.IntRange(1, 3650), help="How long it lasts (default: until it is revoked).")
@project_option
@json_option
@pass_app
def new_token(
    app: App,
    name: str,
    email: str,
    scopes: tuple[str, ...],
    where: str,
    days: int | None,
    project: Path | None,
    as_json: bool,
) -> int:
    """Make a token and print it, once. --scope, several times, leaves out what is not named."""
    from blockwright.services.access import people, tokens

    access = _access(app, project)
    made = tokens.new(
        access,
        _by(),
        people.named(access, email),
        name,
        scopes=frozenset(Permission(scope) for scope in scopes) if scopes else None,
        project=where,
        expires=access.clock.now() + timedelta(days=days) if days else None,
    )
    if as_json:
        emit({**_token_document(made.token, email), "token": made.secret})
    else:
        click.echo(made.secret)
        click.echo("This is shown once. Send it as `Authorization: Bearer bw_…`.", err=True)
    return DONE


@tokens_command.command("revoke")
@click.argument("token", type=int)
@project_option
@json_option
@pass_app
def revoke_token(app: App, token: int, project: Path | None, as_json: bool) -> int:
    """Revoke a token by its number; from then on it is refused."""
    from blockwright.services.access import tokens

    tokens.revoke(_access(app, project), _by(), token)
    if as_json:
        emit({"id": token, "revoked": True})
    else:
        click.echo(f"revoked token {token}")
    return DONE


@click.command("audit")
@click.option("--in", "where", metavar="PROJECT", help="Only in this project.")
@click.option("--user", "email", help="Only by this person.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many at most.")
@project_option
@json_option
@pass_app
def audit_command(
    app: App, where: str | None, email: str | None, limit: int, project: Path | None, as_json: bool
) -> int:
    """Show who did what, newest first: sign-ins, changes, what was refused."""
    entries = _access(app, project).store.audit(project=where, actor=email, limit=limit)
    if as_json:
        emit({"entries": [_entry_document(entry) for entry in entries]})
        return DONE
    for entry in entries:
        told = " ".join(part for part in (entry.action, entry.project, entry.object) if part)
        click.echo(f"{entry.time:%Y-%m-%d %H:%M:%S}  {entry.actor}  {told}  {entry.outcome}")
    return DONE


def _access(app: App, project: Path | None) -> Access:
    return app.platform.installation(project).access


def _by() -> By:
    from blockwright.services.access.audit import command_line

    return command_line(getpass.getuser())


def _all_people(access: Access) -> list[Person]:
    found: list[Person] = []
    while page := access.store.people(after=found[-1].id if found else 0):
        found += page
    return found


def _place(where: str) -> tuple[str, str]:
    """Project and pipeline of `PROJECT/PIPELINE`."""
    project, _, pipeline = where.partition("/")
    if where and not project:
        raise Invalid(f"{where!r} is no place.", hint="Write `PROJECT` or `PROJECT/PIPELINE`.", code="place")
    return project, pipeline


def _read_password() -> str:
    if sys.stdin is None:
        raise click.UsageError("There is no stdin to read the password from.")
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\n")


def _tell_person(person: Person, what: str, link: str | None, as_json: bool) -> int:
    if as_json:
        emit({**_person_document(person), **({"link": link} if link else {})})
        return DONE
    click.echo(f"{what} {person.email}: {', '.join(_words(grant) for grant in person.grants) or 'no role'}")
    if link:
        click.echo(f"sign in once within a day: {link}")
    return DONE


def _words(grant: Grant) -> str:
    return f"{grant.role} of {place(grant.project, grant.pipeline)}"


def _person_document(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "email": person.email,
        "name": person.name,
        "active": person.active,
        "has_password": person.has_password,
        "signed_in": person.signed_in and person.signed_in.isoformat(),
        "grants": [
            {"role": grant.role.value, "project": grant.project, "pipeline": grant.pipeline} for grant in person.grants
        ],
    }


def _token_document(token: Token, email: str) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "user": email,
        "scopes": None if token.scopes is None else sorted(token.scopes),
        "project": token.project,
        "expires": token.expires and token.expires.isoformat(),
        "used": token.used and token.used.isoformat(),
        "revoked": token.revoked and token.revoked.isoformat(),
    }


def _entry_document(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "time": entry.time.isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "project": entry.project,
        "object": entry.object,
        "outcome": entry.outcome,
        "address": entry.address,
        "data": dict(entry.data),
    }
