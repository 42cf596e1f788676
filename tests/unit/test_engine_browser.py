"""The engine's own text for a browser's machine: a whole model as WebAssembly gives the bits of this processor."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import llvmlite.binding as llvm
import numpy as np
import pytest
from maths_code import exported, object_code
from workforce_model import synthetic_model

from llr_sd.design import Design
from llr_sd.engine.llvm import compiled
from llr_sd.engine.llvm.compiled import CompiledModel, compile_model
from llr_sd.engine.llvm.driver import ARGUMENTS, ENTRY
from llr_sd.engine.llvm.memory import Memory
from llr_sd.engine.llvm.target import Target
from llr_sd.engine.request import make_request
from llr_sd.translate import translate

WASM = Target("wasm32-unknown-unknown", "generic", "+simd128,+bulk-memory,+nontrapping-fptoint")
RUNS = 8
NODE = """
const fs = require('fs'), path = require('path'), here = f => path.join(process.argv[2], f);
const memory = new WebAssembly.Memory({initial: 1024}), bytes = new Uint8Array(memory.buffer);
const stack = new WebAssembly.Global({value: 'i32', mutable: true}, 1 << 18);
const code = new WebAssembly.Module(fs.readFileSync(here('model.wasm')));
for (const i of WebAssembly.Module.imports(code)) if (i.kind === 'function') throw new Error('needs ' + i.name);
let top = 1 << 20, out;
const given = JSON.parse(fs.readFileSync(here('arguments.json'))).map(([name, kind, value]) => {
  if (kind === 'i64') return BigInt(value);
  if (kind === 'double' || value === null) return value ?? 0;
  const array = fs.readFileSync(here(name)), at = top;
  bytes.set(array, at);
  top += (array.length + 127) & ~63;
  if (name === 'out') out = bytes.subarray(at, at + array.length);
  return at;
});
new WebAssembly.Instance(code, {env: {__linear_memory: memory, __stack_pointer: stack}}).exports.batch(...given);
fs.writeFileSync(here('out'), out);
"""


def model(file: Path, method: str) -> CompiledModel:
    equations = translate(file)
    spread = np.linspace(0.8, 1.2, RUNS)[:, None]
    design = Design(("hiring time", "sick time", "training time[skill1]"), spread * np.array([[6.0, 2.0, 5.0]]))
    return compile_model(equations, make_request(equations, design, None, None), method)


def outputs(compiled_model: CompiledModel, out: np.ndarray) -> np.ndarray:
    """Shape (run, save, element)."""
    m, w = compiled_model, compiled_model.target.width
    values = out[: RUNS * len(m.save_steps) * m.out_size].reshape(RUNS // w, len(m.save_steps), m.out_size, w)
    return values.transpose(0, 3, 1, 2).reshape(RUNS, len(m.save_steps), m.out_size)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_a_model_in_web_assembly_gives_the_bits_of_this_processor(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Delays of every kind, a queue, a lookup, sums and test inputs; nothing is asked of the browser's own mathematics."""
    file = tmp_path / "m.mdl"
    file.write_text(synthetic_model(2, 2, 2, months=24), encoding="utf-8")
    here = model(file, method)
    design = np.ascontiguousarray(here.request.design.values.T)
    native, _, _ = Memory(here).run(design, here.save_steps)

    monkeypatch.setattr(compiled, "host", lambda: WASM)
    monkeypatch.setattr(compiled, "_load", lambda *_: None)
    there = model(file, method)
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    machine = llvm.Target.from_triple(WASM.triple).create_target_machine(
        cpu=WASM.processor, features=WASM.features, opt=2, reloc="static"
    )
    (tmp_path / "model.wasm").write_bytes(exported(object_code(there.text, machine, WASM.triple), ENTRY.encode()))
    given = Memory(there).arguments(design, there.save_steps, 64, None, None)
    listed = []
    for name, kind in ARGUMENTS:
        value = given[name]
        if isinstance(value, np.ndarray):
            value.tofile(tmp_path / name)
            value = 1
        listed.append([name, kind.partition(" ")[0], value])
    (tmp_path / "arguments.json").write_text(json.dumps(listed))
    (tmp_path / "run.cjs").write_text(NODE)
    command = [str(shutil.which("node")), str(tmp_path / "run.cjs"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr

    got, want = outputs(there, np.fromfile(tmp_path / "out")), outputs(here, np.ravel(native))
    assert np.isfinite(want).all()
    assert len(np.unique(want[:, -1, :], axis=0)) == RUNS
    assert got.tobytes() == want.tobytes()
