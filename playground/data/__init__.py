"""The data sets of the lessons, made or read on this machine."""
