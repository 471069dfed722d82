"""The machine the app runs on: processor, memory, disk."""

import os
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Machine:
    """Loads in per cent and sizes in bytes; ``process`` is the memory that this process holds."""

    cpu: float
    cores: int
    memory_used: int
    memory_total: int
    process: int
    disk_used: int
    disk_total: int


def now(folder: Path) -> Machine:
    """The machine as it is, with the disk on which ``folder`` lies. The processor's load is since the last call."""
    memory = psutil.virtual_memory()
    disk = psutil.disk_usage(str(next(place for place in (folder, *folder.parents) if place.exists())))
    return Machine(
        psutil.cpu_percent(None),
        os.cpu_count() or 1,
        memory.total - memory.available,
        memory.total,
        process_memory(),
        disk.used,
        disk.total,
    )


def process_memory() -> int:
    """The memory that this process holds, in bytes."""
    return int(psutil.Process().memory_info().rss)
