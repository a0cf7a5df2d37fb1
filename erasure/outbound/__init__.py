"""HTTP calls to others: bounded in time and size, and to addresses that may be called.

What every peer needs and none owns: no ORM and no Django here, and no word of what a failed call means for a
request; that is said by the package of each peer.
"""
