"""The compiled engine on older processors: four and two runs side by side give the numbers of the widest registers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import llr_sd
from llr_sd.bench import synthetic_model
from llr_sd.engine.llvm import native

OLDER = {
    4: ("haswell", "+64bit,+avx,+avx2,+fma,+sse2,+sse4.1,+sse4.2,+bmi,+bmi2,+f16c,+popcnt"),
    2: ("x86-64", "+64bit,+sse,+sse2"),
}


needs_avx2 = pytest.mark.skipif("+avx2" not in native.target()[1].split(","), reason="this processor has no AVX2 to narrow")


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
    assert native.divides_slowly() == (width == 4)
    assert_same(wide, llr_sd.load_model(tmp_path / "staff.mdl").run(rows, engine="compiled"))


def narrow_to(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    processor, features = OLDER[width]
    version = native.target()[2]
    monkeypatch.setattr(native, "target", lambda: (processor, features, version))
    assert native.width() == width


def assert_same(wide: llr_sd.Ensemble, narrow: llr_sd.Ensemble) -> None:
    assert [s.ok for s in narrow.status] == [s.ok for s in wide.status]
    for variable in wide.dataset.data_vars:
        one, other = wide.dataset[variable].values, narrow.dataset[variable].values
        assert np.array_equal(one, other, equal_nan=True), variable
