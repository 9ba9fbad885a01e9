"""Reading what was imported, compared, spelled and confirmed."""
