"""The training core: it owns the only training loop and knows nothing of pages."""
