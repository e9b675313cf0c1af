"""How the C library hands memory back, which decides what new arrays cost."""

import ctypes

TRIM_THRESHOLD, TOP_PAD, MMAP_THRESHOLD = -1, -2, -3
"""Numbers of glibc's `mallopt` parameters."""
MEGABYTE = 1 << 20


def keep_freed_memory() -> bool:
    """Let this process reuse the memory of freed arrays instead of returning it; True where that can be asked for.

    A year makes and drops hundreds of arrays of a student's or a teacher's length. glibc by default returns each to the
    system and asks for it again, page by page, which costs more than filling it. Arrays above 32 megabytes are still
    returned. Elsewhere than on glibc this does nothing.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return False
    return bool(
        mallopt(MMAP_THRESHOLD, 32 * MEGABYTE)
        and mallopt(TRIM_THRESHOLD, 1024 * MEGABYTE)
        and mallopt(TOP_PAD, 16 * MEGABYTE)
    )
