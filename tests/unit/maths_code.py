"""The engine's mathematical functions compiled alone, for any width and processor, and for WebAssembly."""

from __future__ import annotations

import ctypes
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import llvmlite.binding as llvm
import numpy as np
from numpy.typing import ArrayLike, NDArray

from llr_sd.engine.llvm import native
from llr_sd.engine.llvm.maths import FUNCTIONS, write_functions
from llr_sd.engine.llvm.target import browser, host
from llr_sd.engine.llvm.wasm import loadable

UNARY = {name for name, (_, arguments) in FUNCTIONS.items() if arguments == 1} - {"pow_log", "pow_log_rest"}
ALONE = sorted({*UNARY, "pow", "log_base"})

Reals = NDArray[np.float64]


def module_text(names: Sequence[str], width: int) -> str:
    """A module with one exported function, `apply`, that calls function number `which` on vectors in memory."""
    V = f"<{width} x double>"
    out = [write_functions(names, width), f"declare {V} @llvm.sqrt.v{width}f64({V})"]
    out.append(f"""define void @apply(ptr %a, ptr %b, ptr %out, i64 %n, i64 %which) {{
entry:
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%k, %next]
  %pa = getelementptr {V}, ptr %a, i64 %i
  %pb = getelementptr {V}, ptr %b, i64 %i
  %po = getelementptr {V}, ptr %out, i64 %i
  %x = load {V}, ptr %pa, align 8
  %y = load {V}, ptr %pb, align 8
  switch i64 %which, label %next [ {" ".join(f"i64 {i}, label %f{i}" for i in range(len(names)))} ]""")
    for i, name in enumerate(names):
        second = "" if name in UNARY else f", {V} %y"
        out.append(f"f{i}:\n  %r{i} = call {V} @v_{name}({V} %x{second})\n  store {V} %r{i}, ptr %po, align 8\n  br label %next")
    out.append("""next:
  %k = add i64 %i, 1
  %more = icmp slt i64 %k, %n
  br i1 %more, label %loop, label %done
done:
  ret void
}""")
    return "\n".join(out)


def object_code(text: str, machine: llvm.TargetMachine, triple: str) -> bytes:
    module = llvm.parse_assembly(text)
    module.verify()
    module.triple = triple
    module.data_layout = str(machine.target_data)
    passes = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=2))
    passes.getModulePassManager().run(module, passes)
    return bytes(machine.emit_object(module))


class Compiled:
    """Every function for `width` lanes; `processor` and `features` as LLVM names them, this computer's where not given."""

    def __init__(self, width: int, processor: str = "", features: str | None = None) -> None:
        own, own_features = host().processor, host().features
        target = llvm.Target.from_default_triple()
        machine = target.create_target_machine(
            cpu=processor or own, features=own_features if features is None else features, opt=2, jit=True
        )
        self.names, self.width = ALONE, width
        code = object_code(module_text(self.names, width), machine, llvm.get_default_triple())
        self._jit = llvm.create_lljit_compiler(target.create_target_machine(cpu=own, features=own_features, opt=2, jit=True))
        self._library = llvm.JITLibraryBuilder().add_object_img(code).export_symbol("apply").link(self._jit, f"maths{id(self)}")
        kinds = [ctypes.c_void_p] * 3 + [ctypes.c_int64] * 2
        self._apply = ctypes.CFUNCTYPE(None, *kinds)(self._library["apply"])

    def __call__(self, name: str, x: ArrayLike, y: ArrayLike = 1.0) -> Reals:
        """Return the function of every number, shape (number,)."""
        a, b, size = padded(x, y, self.width)
        out = np.empty_like(a)
        addresses = [v.ctypes.data for v in (a, b, out)]
        self._apply(*addresses, len(a) // self.width, self.names.index(name))
        return out[:size]


def padded(x: ArrayLike, y: ArrayLike, width: int) -> tuple[Reals, Reals, int]:
    x, y = np.broadcast_arrays(np.atleast_1d(np.asarray(x, dtype=float)), np.asarray(y, dtype=float))
    more = -len(x) % width
    return np.append(x, np.ones(more)), np.append(y, np.ones(more)), len(x)


# --- WebAssembly ----------------------------------------------------------------------------------------------------


def web_assembly(width: int = 2) -> bytes:
    """Return the functions as a WebAssembly module that exports `apply` and imports its memory."""
    return loadable(native.compile_ir(module_text(ALONE, width), browser()), "apply").code


NODE = """
const fs = require('fs'), path = require('path'), here = f => path.join(process.argv[2], f);
const memory = new WebAssembly.Memory({initial: 1024}), names = JSON.parse(fs.readFileSync(here('names.json')));
const stack = new WebAssembly.Global({value: 'i32', mutable: true}, 1 << 17);
const code = new WebAssembly.Module(fs.readFileSync(here('maths.wasm')));
for (const i of WebAssembly.Module.imports(code)) if (i.kind === 'function') throw new Error('needs ' + i.name);
const instance = new WebAssembly.Instance(code, {env: {__linear_memory: memory, __stack_pointer: stack}});
const x = fs.readFileSync(here('x')), y = fs.readFileSync(here('y')), n = x.length, a = 1 << 18;
const bytes = new Uint8Array(memory.buffer);
bytes.set(x, a); bytes.set(y, a + n);
names.forEach((name, i) => {
  instance.exports.apply(a, a + n, a + 2 * n, BigInt(n / 16), BigInt(i));
  fs.writeFileSync(here('out-' + name), bytes.subarray(a + 2 * n, a + 3 * n));
});
"""


def run_in_node(node: str, folder: Path, x: Reals, y: Reals) -> dict[str, Reals]:
    """Return every function of x and y, an even number of each, as node gives them."""
    (folder / "maths.wasm").write_bytes(web_assembly())
    (folder / "names.json").write_text(json.dumps(ALONE))
    (folder / "run.cjs").write_text(NODE)
    x.tofile(folder / "x")
    y.tofile(folder / "y")
    done = subprocess.run([node, str(folder / "run.cjs"), str(folder)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return {name: np.fromfile(folder / f"out-{name}") for name in ALONE}
