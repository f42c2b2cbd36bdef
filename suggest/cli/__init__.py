"""The `suggest` command: one file a command, each with its options and what it runs."""
