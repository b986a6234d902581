"""What a call is: its key in memory, its name at rest, and what of it is neither."""
