"""Writes of the photo day."""
