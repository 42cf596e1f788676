"""What it hangs on: shares of variance, screening, and how the numbers settled."""
