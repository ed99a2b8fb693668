"""A disk that is full: the machine itself refuses files beyond a size, with the errors that it has for that."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_file_beyond(most_bytes: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size while the block runs (`EFBIG`)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
