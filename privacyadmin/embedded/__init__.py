"""The program on one machine: a broker of its own, the parts as child processes, one supervisor over all."""
