"""GitHub's REST API on one machine: what PyGithub needs to read the repositories of an account."""
