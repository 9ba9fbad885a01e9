"""The one refusal that all readers of foreign files share."""

from __future__ import annotations


class Unreadable(ValueError):
    """A file that cannot be read, or must not be (无法读取的文件).

    ``id`` is the number of a finding in ``rules/messages/formats.toml`` and ``values``
    fill its sentence. This floor knows no findings, so the caller who shows the
    refusal turns it into one: ``finding(error.id, **error.values)``.
    """

    def __init__(self, id: str, **values: object) -> None:
        self.id = id
        self.values = values
        detail = ", ".join(f"{name}={value}" for name, value in values.items())
        super().__init__(f"{id} ({detail})" if detail else id)

    def __reduce__(self):
        return (_rebuilt, (self.id, self.values))


def _rebuilt(id: str, values: dict[str, object]) -> Unreadable:
    return Unreadable(id, **values)
