"""Neural Playground: small PyTorch trainers that learn before your eyes."""

__version__ = "0.1.0"
