"""Moves a whole network: one compressed file with the log, its seals and what stands beside it."""
