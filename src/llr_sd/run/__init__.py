"""Running a study: prepare it, take the runs block by block, execute them, compare with PySD, make the tables."""
