"""The kernel's machine code, kept on disk: a later process loads it without numba, which takes longer to import.

A file holds the SHA-256 of what follows, the function's name, a zero byte, and an object file as LLVM made it.
"""

import contextlib
import ctypes
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import llvmlite
import llvmlite.binding as llvm
import platformdirs

ENVIRONMENT = "ROWID_CACHE"
_NOT_COMPILED = ("__init__.py", "call.py", "crew.py", "plan.py", "pages.py", "store.py")
_ARGUMENTS = 4
_CALL = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *[ctypes.c_int64] * _ARGUMENTS)
_UNUSED = (
    "NRT_MemInfo_call_dtor"  # of numba's own runtime: named in every object file, called only where arrays are made
)
_DIGITS = 16
_OLD_S = 90 * 86_400
_SUM = hashlib.sha256().digest_size


def path() -> Path:
    """Where the machine code for this processor and these sources is kept; ROWID_CACHE names another directory."""
    directory = os.environ.get(ENVIRONMENT)
    return (Path(directory) if directory else platformdirs.user_cache_path("rowid")) / f"kernel-{_signature()}.bin"


def kept() -> tuple[str, bytes] | None:
    """The function's name and its object file; None if they are not there, damaged, or could be somebody else's."""
    try:
        with path().open("rb") as file:
            owner = os.fstat(file.fileno()).st_uid
            content = file.read()
    except OSError:
        return None
    own = not hasattr(os, "getuid") or owner in (0, os.getuid())
    if not own or hashlib.sha256(content[_SUM:]).digest() != content[:_SUM]:
        return None
    with contextlib.suppress(OSError):  # of a place that can only be read
        os.utime(path())
    name, _, code = content[_SUM:].partition(b"\0")
    return name.decode(), code


def keep(name: str, code: bytes) -> bool:
    """Writes machine code down for later processes; False where that cannot be done, which stops nobody."""
    content = name.encode() + b"\0" + code
    target = path()
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(content).digest() + content)
            Path(temporary).replace(target)
            _tidy(target.parent)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError:
        return False
    return True


def _tidy(folder: Path) -> None:
    """Removes what no process has loaded or written for 90 days: what other versions left, if they are gone."""
    for file in folder.glob(f"kernel-{'[0-9a-f]' * _DIGITS}.bin"):
        with contextlib.suppress(OSError):
            seen = file.stat()
            if time.time() - max(seen.st_mtime, seen.st_atime) > _OLD_S:
                file.unlink()


def linked(name: str, code: bytes) -> Callable[..., None]:
    """The function in this process's memory. It takes int64 numbers and holds no lock of Python's while it runs."""
    with contextlib.suppress(RuntimeError):  # newer llvmlite does it by itself and says so
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
    if llvm.address_of_symbol(_UNUSED) is None:
        llvm.add_symbol(_UNUSED, 1)
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    call = _CALL(engine.get_function_address(name))

    def function(*numbers: int) -> None:
        nothing, raised = ctypes.c_void_p(), ctypes.c_void_p()
        status = call(ctypes.addressof(nothing), ctypes.addressof(raised), *numbers)
        if status:
            raise RuntimeError(f"the kernel stopped with status {status}")

    function.__dict__["engine"] = engine  # the code lives as long as the engine does
    return function


@cache
def _signature() -> str:
    """What the machine code depends on: the sources, the compiler, the processor."""
    files = [file for file in sorted(Path(__file__).parent.glob("*.py")) if file.name not in _NOT_COMPILED]
    sources = b"".join(file.read_bytes() for file in files)
    facts = (llvmlite.__version__, sys.platform, *processor())
    return hashlib.sha256(sources + repr(facts).encode()).hexdigest()[:_DIGITS]


def processor() -> tuple[str, str]:
    """The processor's name and features, as numba takes them: NUMBA_CPU_NAME and NUMBA_CPU_FEATURES come first."""
    name, features = os.environ.get("NUMBA_CPU_NAME"), os.environ.get("NUMBA_CPU_FEATURES")
    if name is None:
        return llvm.get_host_cpu_name(), features if features is not None else llvm.get_host_cpu_features().flatten()
    return name, features or ""
