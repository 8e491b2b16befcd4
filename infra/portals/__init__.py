"""What of portals stands beside the log: secrets, quotas, usage, applications, deliveries."""
