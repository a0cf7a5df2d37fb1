"""The CXone client and its sandbox, over real sockets."""
