"""PostgreSQL that comes with the package, run as a child process of ours."""
