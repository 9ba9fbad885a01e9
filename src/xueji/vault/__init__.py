"""The vault: what must not be readable in a stolen database or disk (加密保管)."""
