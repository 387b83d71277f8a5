"""What engine, fork server and block processes say to each other while attempts live.

The channel is a Unix ``SOCK_SEQPACKET`` pair: one message, one packet, at most ``LIMIT`` bytes of UTF-8 JSON. Block
processes write on the fork server's end of the same pair, so an answer to a commit needs no relay. What may be large
(specs, manifests) goes by path. Each message is an object with ``op``; the other keys are listed here.

Engine → fork server
    start   spec (path)                     fork and run it
    open    session, run, root … as spec    fork the one process of a session; then
    next    session, spec (object or path)  run one more attempt in it
    finish  session                         end its process when it has nothing left to do
    cancel  attempt_id, grace               SIGTERM, after ``grace`` seconds SIGKILL, with all descendants
    answer  attempt_id, id, value | value_path | error   reply to an ``ask``; a large value by the path of a file
    lease   seconds                         the engine is alive; without renewal end everything within this time
    close                                   end everything and exit

Fork server or block process → engine
    ready     pid
    started   attempt_id, pid, started (clock ticks since boot, from /proc)
    committed attempt_id, manifest (path), brief (object | absent)  the manifest is in place (success or failure)
    exited    attempt_id, status (exit code or -signal), reason, rss_peak, killed (why we killed it, or null)
    progress  attempt_id, frame (object)
    ask       attempt_id, id, what, … (see ``Ask``)

``exited`` always comes, after every descendant is gone and the log is complete; ``committed`` comes before it unless
the process died first.
"""

from __future__ import annotations

from enum import StrEnum

LIMIT = 60_000
"""Bytes in one packet; well below the default socket buffer, so that a send never fails for size."""


class Ask(StrEnum):
    """What block code may ask for; each is answered with the rights of the run."""

    SECRET = "secret"  # name → str | None
    VARIABLES = "variables"  # pipeline → its variables
    SET_VARIABLE = "set_variable"  # pipeline, name, value
    OUTPUT = "output"  # pipeline, block, name?, run? → outputs (documents) of the latest completed run
    TRIGGER = "trigger"  # pipeline, variables, wait → run id, state
    STATUS = "status"  # pipeline, block?, hours → state of the newest run
