"""What is kept of a result, for how long, and how it is handed out."""
