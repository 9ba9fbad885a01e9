"""Bytes out of a dataclass (印件): what the school prints. No Django, no clock, no database."""
