"""Equations become a program of operations: no LLVM here.

What a program is: `operations`, `offsets`, `form`. Equations to a program: `lowering`, with `elementwise` and `stateful` functions, and
what is known beforehand (`bounds`, `timelike`). What is computed, when and in which order: `order`, `split`, `schedule`, `hoist`. What
stands in memory: `layout`, `image`, and what has no value, `missing`.
"""
