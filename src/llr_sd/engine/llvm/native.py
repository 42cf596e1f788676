"""LLVM: IR text to machine code of any machine, and calling that of this one."""

from __future__ import annotations

import ctypes
from typing import Any

from llr_sd.engine.llvm.driver import ARGUMENTS, ENTRY
from llr_sd.engine.llvm.target import Target
from llr_sd.errors import EngineError

LARGE = 8_000_000  # characters of IR; above, compiling costs more than quicker code saves in thousands of runs
_KINDS = {"ptr": ctypes.c_void_p, "i64": ctypes.c_int64, "double": ctypes.c_double}
_BATCH = ctypes.CFUNCTYPE(None, *(_KINDS[kind.partition(" ")[0]] for _, kind in ARGUMENTS))


class Native:
    """Machine code of one model; `batch` is its one function, whose arguments are `driver.ARGUMENTS`."""

    def __init__(self, code: bytes, target: Target) -> None:
        import llvmlite.binding as llvm

        if not target.here:
            raise EngineError(f"code for {target.triple} cannot run in this process.")
        # The compiler keeps the code; both must live as long as the function.
        self._jit = llvm.create_lljit_compiler(_machine(target))
        builder = llvm.JITLibraryBuilder().add_object_img(code).add_current_process().export_symbol(ENTRY)
        self._library = builder.link(self._jit, "model")
        self.address: int = self._library[ENTRY]
        self.batch: Any = _BATCH(self.address)


def version() -> str:
    """Return the version of the compiler."""
    import llvmlite

    return str(llvmlite.__version__)


def _machine(target: Target, opt: int = 2) -> Any:
    import llvmlite.binding as llvm

    machine = llvm.Target.from_triple(target.triple)
    return machine.create_target_machine(
        cpu=target.processor, features=target.features, opt=opt, reloc=target.relocation, jit=target.here
    )


def compile_ir(text: str, target: Target) -> bytes:
    """Return object code for a module; that of another machine is not for `Native`."""
    import llvmlite.binding as llvm

    try:
        module = llvm.parse_assembly(text)
        module.verify()
    except RuntimeError as error:
        raise EngineError(f"the compiler refused the model ({str(error).splitlines()[0]}).") from error
    large = len(text) > LARGE
    machine = _machine(target, 1 if large else 2)
    module.triple = target.triple
    if not target.here:
        module.data_layout = str(machine.target_data)
    # Equal values were written once, so that the passes of a higher level find nothing more.
    options = llvm.create_pipeline_tuning_options(speed_level=0 if large else 1)
    # One lane is one run, so there is nothing left to vectorise; loops were unrolled where that pays.
    options.loop_vectorization = False
    options.slp_vectorization = False
    options.loop_unrolling = False
    passes = llvm.create_pass_builder(machine, options)
    passes.getModulePassManager().run(module, passes)
    return bytes(machine.emit_object(module))
