"""English, as everywhere outside of pages."""
