"""Background work of the exchange; importing this declares the kinds."""

from xueji.exchange.tasks import comparing as comparing
from xueji.exchange.tasks import photos as photos
from xueji.exchange.tasks import rosters as rosters
