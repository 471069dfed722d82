"""What tests of temporary files share: a disk that ends, and a look at what is still open."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """The system's limit on the size of a file, in bytes, stands for the end of the disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def open_files(folder: Path) -> list[str]:
    """What this process has open in a folder, files without a name too."""
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            found.append(str(descriptor.readlink()))
        except OSError:
            continue  # the one that listed them
    return [path for path in found if path.startswith(f"{folder}/")]
