"""The records of runs and the secrets, in SQLite or PostgreSQL."""

from blockwright.adapters.db.opening import open_database
from blockwright.adapters.db.runs import DatabaseRuns
from blockwright.adapters.db.secrets import DatabaseSecrets

__all__ = ["DatabaseRuns", "DatabaseSecrets", "open_database"]
