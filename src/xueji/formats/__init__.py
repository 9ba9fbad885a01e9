"""The formats of the files that offices exchange: GB18030 text, DBF, workbooks, archives.

Everything that comes from outside is hostile until it was parsed under limits.
What cannot be read raises :class:`xueji.formats.unreadable.Unreadable`, whose number
has a sentence and a remedy in ``rules/messages/formats.toml``.
"""
