"""A folder name for every block run: safe on any file system, never the same for two.

Lower-case letters, digits, ``_``, ``-`` and ``@`` stay; every other byte of the UTF-8 form is ``%`` and two hex
digits, as in a URL, so `urllib.parse.unquote` shows the name again. Capitals are escaped too: two names that differ
only in case stay apart where the file system does not tell them apart. A long name keeps its beginning and ends in
``%-`` and a digest of the whole, which no short name can contain.
"""

from __future__ import annotations

import hashlib

_LIMIT = 150  # bytes; file systems allow 255, and `ls` should stay readable
_DIGEST_BYTES = 16
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_-@")
_ESCAPED = tuple(chr(byte) if byte in _PLAIN else f"%{byte:02x}" for byte in range(256))


def folder_name(block_run: str) -> str:
    """The name of the folder of ``block_run``; injective, also when case is ignored, at most 150 bytes of ASCII."""
    data = block_run.encode("utf-8", "surrogatepass")
    pieces = [_ESCAPED[byte] for byte in data]
    name = "".join(pieces)
    if not name:
        return "%"
    return name if len(name) <= _LIMIT else _shortened(pieces, data)


def _shortened(pieces: list[str], data: bytes) -> str:
    ending = "%-" + hashlib.blake2b(data, digest_size=_DIGEST_BYTES).hexdigest()
    room = _LIMIT - len(ending)
    start = ""
    for piece in pieces:
        if len(start) + len(piece) > room:
            break
        start += piece
    return start + ending
