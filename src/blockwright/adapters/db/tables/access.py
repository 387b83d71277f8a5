"""Who may do what: people, what they were granted, how they sign in, and what they did."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, PrimaryKeyConstraint, Table, Text

from blockwright.adapters.db.tables.base import RowId, metadata


def _user_id() -> Column[int]:
    return Column("user_id", RowId, ForeignKey("person.id", ondelete="CASCADE"), nullable=False)


# Not named `user`, which is a reserved word on PostgreSQL.
person = Table(
    "person",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("email", Text, nullable=False),  # folded: one person for each
    Column("name", Text, nullable=False),
    Column("password", Text),  # its argon2 hash; None signs in elsewhere only
    Column("active", Boolean, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("signed_in", BigInteger),
    Index("person_by_email", "email", unique=True),
    sqlite_autoincrement=True,
)

# An empty project is the whole installation, an empty pipeline the whole project.
role_grant = Table(
    "role_grant",
    metadata,
    _user_id(),
    Column("project", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("role", Text, nullable=False),
    PrimaryKeyConstraint("user_id", "project", "pipeline"),
    sqlite_with_rowid=False,
)

identity = Table(
    "identity",
    metadata,
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    _user_id(),
    Column("created", BigInteger, nullable=False),
    PrimaryKeyConstraint("issuer", "subject"),
    sqlite_with_rowid=False,
)

# Sessions and tokens are kept by the SHA-256 of their secret.
session = Table(
    "session",
    metadata,
    Column("digest", Text, nullable=False),
    _user_id(),
    Column("created", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("address", Text, nullable=False),
    Column("agent", Text, nullable=False),
    PrimaryKeyConstraint("digest"),
    Index("session_by_user", "user_id"),
    sqlite_with_rowid=False,
)

token = Table(
    "token",
    metadata,
    Column("id", RowId, primary_key=True),
    _user_id(),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("scopes", Text, nullable=False),  # with blanks between; "*": whatever its owner may do
    Column("project", Text, nullable=False),  # empty: wherever its owner may go
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger),
    Column("used", BigInteger),
    Column("revoked", BigInteger),
    Index("token_by_digest", "digest", unique=True),
    Index("token_by_user", "user_id"),
    sqlite_autoincrement=True,
)

# A link that signs in once: for the first owner, an invitation, a forgotten password.
sign_in_link = Table(
    "sign_in_link",
    metadata,
    Column("digest", Text, nullable=False),
    _user_id(),
    Column("expires", BigInteger, nullable=False),
    PrimaryKeyConstraint("digest"),
    Index("sign_in_link_by_user", "user_id", unique=True),
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("time", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("data", Text, nullable=False),
    Index("audit_by_project", "project", "id"),
    sqlite_autoincrement=True,
)
