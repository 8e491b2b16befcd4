"""Tamper evidence: Merkle batches of the log in a signed hash chain (decision 0010)."""
