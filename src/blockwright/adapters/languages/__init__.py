"""Language servers of this machine; see README.md."""
