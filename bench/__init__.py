"""Each number in the README, side by side with its peer."""
