"""Tables of the exchange."""

from xueji.exchange.models.rosters import ColumnMeaning, Roster

__all__ = ["ColumnMeaning", "Roster"]
