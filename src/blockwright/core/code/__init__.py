"""Facts of source texts: what a piece of code means, imports, can read, and reaches for outside of its inputs.

Everything here reads text and runs none of it.
"""

from blockwright.core.code.model import CodeFacts, DecoratedFunction, Import, Untracked, VariableReads
from blockwright.core.code.modules import Modules, project_modules
from blockwright.core.code.python import facts, plain_facts
from blockwright.core.code.sql import SqlFacts, sql_facts
from blockwright.core.code.sql_text import reads_only, sql_digest

__all__ = [
    "CodeFacts",
    "DecoratedFunction",
    "Import",
    "Modules",
    "SqlFacts",
    "Untracked",
    "VariableReads",
    "facts",
    "plain_facts",
    "project_modules",
    "reads_only",
    "sql_digest",
    "sql_facts",
]
