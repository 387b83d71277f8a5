"""What engine, fork server and block processes say to each other while attempts live.

The channel is a Unix ``SOCK_SEQPACKET`` pair: one message, one packet, at most ``LIMIT`` bytes of UTF-8 JSON. Block
processes write on the fork server's end of the same pair, so an answer to a commit needs no relay. What may be large
(specs, manifests) goes by path. Each message is an object with ``op``; the other keys are listed here.

Engine → fork server
    begin   restore, cache, cwd, preload, kill_at   what the process was not started with; the first message
    start   attempt_id, turn, spec (path)   fork and run it
    open    session, run, root … as spec    fork the one process of a session; then
    next    session, shared, attempts: [attempt_id, turn, after, spec (object or path)]  run them in it, one after
            another; ``shared`` (an object, may be absent) is what the spec objects leave out
    finish  session                         end its process when it has nothing left to do
    cancel  attempt_id, grace               SIGTERM, after ``grace`` seconds SIGKILL, with all descendants
    answer  attempt_id, id, value | value_path | error   reply to an ``ask``; a large value by the path of a file
    lease   seconds                         the engine is alive; without renewal end everything within this time
    close                                   end everything and exit

Fork server or block process → engine
    ready     pid
    started   attempt_id, pid, started (clock ticks since boot, from /proc), at
    committed attempt_id, manifest (path), brief (object | absent)  the manifest is in place (success or failure);
              of a session's attempt also pid, started, began, at: it may be the first that is heard of it
    exited    attempt_id, status (exit code or -signal), reason, rss_peak, killed (why we killed it, or null),
              turn (of the ``start`` or ``next``), begun (of a session's attempt)
    over      attempts: [as in exited]      several attempts of a session
    progress  attempt_id, frame (object)
    ask       attempt_id, id, what, … (see ``Ask``)

``exited`` always comes, after every descendant is gone and the log is complete; ``committed`` comes before it unless
the process died first. Of a session's attempts it comes when the session has nothing left to do or its process ends;
its descendants live until then. An attempt ``after`` others is dropped (``killed``: ``dropped``, not ``begun``) when
one of them did not complete. ``began`` and ``at`` are seconds since 1970.

Fork server → block process
    only      spec (object or path)         the first order: run this one attempt, then end

Fork server ↔ session
    next      as above, handed on as it is
    skip      attempt_id                    do not begin it
    halt                                    begin nothing more
Both output pipes of a session carry records (see ``runner.records``): ``begin`` (an attempt's output follows) and
``end`` (of all up to this attempt; it waits for more).
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
    REGISTER_MODEL = "register_model"  # a document of `wire.models` → name, version
    PROMOTE_MODEL = "promote_model"  # model, version?, force → what came of it
    MODEL = "model"  # model, version (a number or an alias) → what is known of it, and where its bytes are
    TRUTH = "truth"  # model, truths (rows of actual and request_id, row or key) → how many are kept
    PRODUCT = "product"  # product, compute → how it stands, its run and outputs by block; computed first if need be
    TRACKING = "tracking"  # → where the tracking server is, how to get in, the experiment and tags of this block run
    TRACKED = "tracked"  # tracked (id at that server), experiment, name, waiting → None: whose run it is gets noted
