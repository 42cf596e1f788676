"""The machine that code is made for: what differs between machines is all here."""

from __future__ import annotations

import functools
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A kind of processor, as LLVM names it.

    Attributes
    ----------
    triple
        Architecture, vendor and system, such as "x86_64-unknown-linux-gnu".
    processor
        Name of the processor.
    features
        What it can do, each with a sign and with commas between, such as "+avx2,+fma".
    """

    triple: str
    processor: str
    features: str

    def has(self, feature: str) -> bool:
        """Return whether the processor has a feature."""
        return f"+{feature}" in self.features.split(",")

    @property
    def here(self) -> bool:
        """Whether code for it can be loaded into this process."""
        return self.triple == host().triple

    @property
    def relocation(self) -> str:
        """How code refers to places in memory, as LLVM calls it: what nothing links afterwards stands where it says."""
        return "static" if self.triple.startswith("wasm") else "default"

    @property
    def width(self) -> int:
        """How many runs go side by side: the doubles in the widest vector register."""
        return 8 if self.has("avx512f") else 4 if self.has("avx2") or self.has("avx") else 2

    @property
    def permutes(self) -> bool:
        """Whether lanes can pick numbers from registers by position."""
        return self.has("avx512f")

    @property
    def divides_slowly(self) -> bool:
        """Whether a product and two fused ones are quicker than a quotient: not on AMD's Zen, nor where nothing is fused."""
        fused = self.has("fma") or self.triple.startswith(("arm64", "aarch64"))
        return fused and not self.processor.startswith("znver")


@functools.cache
def host() -> Target:
    """Return the machine that this process runs on."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    try:
        features = llvm.get_host_cpu_features().flatten()
    except RuntimeError:  # LLVM does not know how to ask this kind of processor
        features = ""
    return Target(llvm.get_default_triple(), llvm.get_host_cpu_name(), features)


@functools.cache
def browser() -> Target:
    """Return what every browser since 2023 runs: WebAssembly with registers of two numbers. It has no fused multiply-add."""
    import llvmlite.binding as llvm

    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    return Target("wasm32-unknown-unknown", "generic", "+simd128,+bulk-memory,+nontrapping-fptoint")
