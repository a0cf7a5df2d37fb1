"""Forgetting a person: from what was asked to what CXone reported."""
