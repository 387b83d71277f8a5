"""People and what they may do: sign-in, tokens, grants, the audit log."""

from blockwright.services.access.audit import record

__all__ = ["record"]
