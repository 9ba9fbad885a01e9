"""Masking (遮盖): what is shown of a sensitive value. By asterisks, never by blur."""


def masked(value) -> str:
    """Keep four characters at each end of a long value, fewer of a short one: `3201**********2415`, `138****6620`.

    At least half of a value is hidden, whatever its length; of a mobile number the usual four figures.
    """
    text = str(value or "")
    length = len(text)
    if length < 3:
        return "*" * length
    if length < 5:
        keep_head, keep_tail = 1, 0
    elif length < 9:
        keep_head, keep_tail = 1, 1
    elif length < 12:
        keep_head, keep_tail = (3, 4) if length == 11 and text.isdigit() else (2, 2)
    else:
        keep_head = keep_tail = 4 if length >= 16 else 3
    return text[:keep_head] + "*" * (length - keep_head - keep_tail) + text[length - keep_tail :]
