"""Which versions people keep, as a condition on the table ``version`` (as ``v``).

Alone in a module, since the records of runs ask it and shall not load the catalogue for that: every command opens them.
"""

from __future__ import annotations

KEPT = (
    "(v.pinned OR EXISTS (SELECT 1 FROM alias a WHERE a.version_id = v.id) "
    "OR EXISTS (SELECT 1 FROM restored t WHERE t.version_id = v.id))"
)
