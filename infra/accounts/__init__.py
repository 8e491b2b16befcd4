"""What stands beside the log about accounts: secrets, sessions, tokens, and the letters that bring them."""
