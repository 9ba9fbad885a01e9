"""Reads of the exchange, viewer first."""
