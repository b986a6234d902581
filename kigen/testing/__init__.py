"""Contracts that third-party parts can be held to. Needs pytest; nothing else in kigen uses it."""
