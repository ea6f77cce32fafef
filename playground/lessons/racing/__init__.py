"""The parts of the optimizer race."""
