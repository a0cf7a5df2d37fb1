"""Deliveries to vaults: the same durable pattern as the pipeline, so that no outcome goes unreported.

A row per submission and vault is written with the end itself (`erasure.lifecycle.reporting`). Here due rows
are claimed, composed once, sent, and have applied what came of it; each vault has its own pause, so that one
that is down keeps no other waiting, and no request from being closed.
"""
