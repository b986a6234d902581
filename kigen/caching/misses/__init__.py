"""What happens to a call that memory does not answer at once."""
