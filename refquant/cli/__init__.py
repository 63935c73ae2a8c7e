"""The `refquant` command."""
