"""Where bytes live: the port `ports.artifacts`, one file for each technology. ``LocalArtifacts`` is the local disk."""
