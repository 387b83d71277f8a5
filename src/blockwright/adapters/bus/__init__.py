"""Wake-ups between processes: sockets on this host, or Redis between hosts."""
