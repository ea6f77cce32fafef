"""The page: it asks runs to advance and shows their frames."""
