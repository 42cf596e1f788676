"""The compiled engine on older processors: four and two runs side by side give the numbers of the widest registers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from workforce_model import synthetic_model

import llr_sd
from llr_sd.engine.llvm import compiled
from llr_sd.engine.llvm.target import Target, host

OLDER = {
    4: ("haswell", "+64bit,+avx,+avx2,+fma,+sse2,+sse4.1,+sse4.2,+bmi,+bmi2,+f16c,+popcnt"),
    2: ("x86-64", "+64bit,+sse,+sse2"),
}


needs_avx2 = pytest.mark.skipif(not host().has("avx2"), reason="this processor has no AVX2 to narrow")


@needs_avx2
@pytest.mark.parametrize("width", OLDER)
@pytest.mark.parametrize("name", ["gp_supply", "swipe_site"])
def test_narrower_registers_give_the_same_numbers(width: int, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model = llr_sd.load_model(name)
    uncertain = [p for p in model.table if p.distribution.kind == "pert"][:12]
    shares = np.linspace(0.05, 0.95, 11)  # not a multiple of any width
    rows = pd.DataFrame({p.name: p.distribution.low + shares * (p.distribution.high - p.distribution.low) for p in uncertain})
    settings = {"times": [2017.75, 2019.75, 2022.75]}
    wide = model.run(rows, **settings)
    narrow_to(width, monkeypatch)
    narrow = llr_sd.load_model(name).run(rows, **settings)  # another copy: what was laid out for the wide one is kept
    assert_same(wide, narrow)


@needs_avx2
@pytest.mark.parametrize("width", OLDER)
def test_delays_smooths_and_lookups_give_the_same_bits(width: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One processor divides where another multiplies with the reciprocal and mends the remainder."""
    (tmp_path / "staff.mdl").write_text(synthetic_model(months=24))
    rows = pd.DataFrame({"sick time": np.linspace(0.5, 7, 11), "move delay": 3.0, "hiring time": np.linspace(1, 9, 11)})
    wide = llr_sd.load_model(tmp_path / "staff.mdl").run(rows, engine="compiled")
    narrow_to(width, monkeypatch)
    assert compiled.host().divides_slowly == (width == 4)
    assert_same(wide, llr_sd.load_model(tmp_path / "staff.mdl").run(rows, engine="compiled"))


def narrow_to(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    older = Target(host().triple, *OLDER[width])
    assert older.width == width
    monkeypatch.setattr(compiled, "host", lambda: older)


def assert_same(wide: llr_sd.Ensemble, narrow: llr_sd.Ensemble) -> None:
    assert [s.ok for s in narrow.status] == [s.ok for s in wide.status]
    for variable in wide.dataset.data_vars:
        one, other = wide.dataset[variable].values, narrow.dataset[variable].values
        assert np.array_equal(one, other, equal_nan=True), variable


@pytest.mark.parametrize(
    ("triple", "processor", "features", "width", "permutes", "divides_slowly"),
    [
        ("x86_64-unknown-linux-gnu", "skylake-avx512", "+avx,+avx2,+avx512f,+fma", 8, True, True),
        ("x86_64-unknown-linux-gnu", "znver5", "+avx,+avx2,+avx512f,+fma", 8, True, False),
        ("x86_64-pc-windows-msvc", "haswell", "+avx,+avx2,-avx512f,+fma", 4, False, True),
        ("x86_64-unknown-linux-gnu", "x86-64", "", 2, False, False),
        ("arm64-apple-darwin23", "apple-m1", "+neon", 2, False, True),
        ("wasm32-unknown-unknown", "generic", "+simd128,+bulk-memory", 2, False, False),
    ],
)
def test_a_machine_is_known_by_what_llvm_calls_it(
    triple: str, processor: str, features: str, width: int, permutes: bool, divides_slowly: bool
) -> None:
    target = Target(triple, processor, features)
    assert (target.width, target.permutes, target.divides_slowly) == (width, permutes, divides_slowly)
