"""``python -m blockwright.runner``: the fork server. First the guard, then everything that must be imported."""

from blockwright.runner.guard import split

if __name__ == "__main__":
    alive = split()
    import gc

    gc.disable()  # imports make no garbage worth a look; it is back when they are done (see ``preloading``)
    from blockwright.runner.forks import watch_hooks

    watch_hooks()
    from blockwright.runner.server import serve

    serve(alive)
