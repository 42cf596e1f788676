"""Against what was published: where observed figures stand in the runs, and what a miss says."""
