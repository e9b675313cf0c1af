"""What goes wrong in the world rather than in what the user typed."""


class Failure(RuntimeError):
    """Disk, worker or memory failed; the message is one line and says how to go on (exit status 1)."""
