"""What a decorated function offers beside being called."""
