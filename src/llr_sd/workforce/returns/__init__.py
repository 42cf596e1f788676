"""Our own quarterly return: one description of its sheets, the template people fill in, and its reader."""
