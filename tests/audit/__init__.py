"""Tests of the log: its bytes, its tables and its only writer."""
