"""All that this program knows of CXone's HTTP interface for privacy requests.

Plain values in and out: no ORM and no Django here. `client` makes the calls, `errors` says what a
failed call means for the request, `sandbox` is the stand-in for trying and testing.
"""
