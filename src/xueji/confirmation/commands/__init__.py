"""Writes of confirmation."""
