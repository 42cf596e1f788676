"""What happens: outputs by scenario, against targets and history."""
