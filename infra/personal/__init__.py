"""Personal data in the log: sealed with a key a person, which forgetting destroys (decision 0011)."""
