"""From staff as sources give them to a baseline: who did not answer, opening stocks, what is doubtful, and what may be shown."""
