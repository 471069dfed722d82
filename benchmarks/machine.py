"""What the figures were measured on; nothing that tells whose machine it is."""

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

import rowid
from benchmarks.ways import cores

PACKAGES = ("pyarrow", "numpy", "numba", "pandas", "polars", "polars-hash", "duckdb", "pyspark")
_FEATURES = ("avx2", "avx512f", "sha_ni", "sha2")


def facts() -> dict[str, Any]:
    """Processor, cores used, memory, and the version of everything that is measured (None: not installed)."""
    return {
        "cpu": _cpu("model name") or platform.processor() or platform.machine(),
        "cpu_features": [name for name in _FEATURES if name in (_cpu("flags") or _cpu("Features")).split()],
        "cores": cores(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "versions": {"rowid": rowid.__version__, "python": platform.python_version()}
        | {name: _version(name) for name in PACKAGES},
    }


def _cpu(key: str) -> str:
    """A line of Linux's /proc/cpuinfo; empty elsewhere."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.split(":")[0].strip() == key), "")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
