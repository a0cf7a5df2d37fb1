"""Lists of requests as CSV: read without guessing, looked at row by row, filed by a worker; twice is once."""
