"""What to do: differences, boxes, levers and the worth of knowing more."""
