"""How a register's risks rate, beside the log."""
