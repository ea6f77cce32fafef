"""The exact program of a run, written from the sources that ran."""
