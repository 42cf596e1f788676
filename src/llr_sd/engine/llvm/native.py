"""LLVM: IR text to machine code for this computer, and calling it."""

from __future__ import annotations

import ctypes
import functools
import platform
from typing import Any

from llr_sd.errors import EngineError

POINTER, INTEGER, REAL = ctypes.c_void_p, ctypes.c_int64, ctypes.c_double
BATCH = ctypes.CFUNCTYPE(
    None,
    *([POINTER] * 9),
    INTEGER,
    POINTER,
    INTEGER,
    INTEGER,
    POINTER,
    INTEGER,
    INTEGER,
    POINTER,
    POINTER,
    POINTER,
    POINTER,
    POINTER,
    REAL,
    INTEGER,
    INTEGER,
    INTEGER,
)


LARGE = 8_000_000  # characters of IR; above, compiling costs more than quicker code saves in thousands of runs


class Native:
    """Machine code of one model; `batch` is its one function, called with addresses and numbers (see `driver`)."""

    def __init__(self, code: bytes) -> None:
        import llvmlite.binding as llvm

        target()
        # The compiler keeps the code; both must live as long as the function.
        self._jit = llvm.create_lljit_compiler(_machine())
        builder = llvm.JITLibraryBuilder().add_object_img(code).add_current_process().export_symbol("batch")
        self._library = builder.link(self._jit, "model")
        self.batch: Any = BATCH(self._library["batch"])


@functools.cache
def target() -> tuple[str, str, str]:
    """Return name and features of this computer's processor, and the version of llvmlite."""
    import llvmlite
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    try:
        features = llvm.get_host_cpu_features().flatten()
    except RuntimeError:  # LLVM does not know how to ask this kind of processor
        features = ""
    return llvm.get_host_cpu_name(), features, llvmlite.__version__


def width() -> int:
    """Return how many runs go side by side: the doubles in this processor's widest vector register."""
    features = target()[1].split(",")
    if "+avx512f" in features:
        return 8
    return 4 if "+avx2" in features or "+avx" in features else 2


def divides_slowly() -> bool:
    """Return whether a product and two fused ones are quicker than a quotient: not on AMD's Zen, nor where nothing is fused."""
    name, features, _ = target()
    fused = "+fma" in features.split(",") or platform.machine().casefold() in ("arm64", "aarch64")
    return fused and not name.startswith("znver")


def _machine(opt: int = 2) -> Any:
    import llvmlite.binding as llvm

    name, features, _ = target()
    return llvm.Target.from_default_triple().create_target_machine(cpu=name, features=features, opt=opt, jit=True)


def compile_ir(text: str) -> bytes:
    """Return object code for a module."""
    import llvmlite.binding as llvm

    target()
    try:
        module = llvm.parse_assembly(text)
        module.verify()
    except RuntimeError as error:
        raise EngineError(f"the compiler refused the model ({str(error).splitlines()[0]}).") from error
    large = len(text) > LARGE
    machine = _machine(1 if large else 2)
    module.triple = llvm.get_default_triple()
    # Equal values were written once, so that the passes of a higher level find nothing more.
    options = llvm.create_pipeline_tuning_options(speed_level=0 if large else 1)
    # One lane is one run, so there is nothing left to vectorise; loops were unrolled where that pays.
    options.loop_vectorization = False
    options.slp_vectorization = False
    options.loop_unrolling = False
    passes = llvm.create_pass_builder(machine, options)
    passes.getModulePassManager().run(module, passes)
    return bytes(machine.emit_object(module))
