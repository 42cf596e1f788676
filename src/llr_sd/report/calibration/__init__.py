"""What a fit to observed series tells: parameters before and after, what they cannot be told apart by, and figures kept apart."""
