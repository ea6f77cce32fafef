"""A small net that reads handwriting from the first second, trained once and shipped with its weights."""
