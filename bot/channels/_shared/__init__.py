"""What channels of every platform have in common."""
