"""A program becomes machine code, and runs."""
