"""A program becomes machine code, and runs.

The text: `module`, of `writer` (the model's own functions), `library` and `maths` (what they call) and `driver` (the loops over runs and
steps), for a `target`. Running it: `native`, `compiled`, `memory`, `runner`. What a run says besides numbers: `status`, `delays`. Its
limit: `arithmetic`.
"""
