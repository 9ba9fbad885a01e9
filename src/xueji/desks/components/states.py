"""The six states a thing can be in on screen (状态): a word, a shape and a colour, in this order of importance."""

WORDS = {
    "idle": ("未开始", "Not started"),
    "going": ("进行中", "In progress"),
    "review": ("待审核", "To be reviewed"),
    "done": ("已完成", "Done"),
    "back": ("退回", "Returned"),
    "late": ("逾期", "Overdue"),
}

# A finding's level says how it is drawn: a stop is the loudest, a note the quietest.
STATE_OF_LEVEL = {"note": "going", "doubt": "back", "stop": "late"}


POLICY_ICONS = {"fixed": "lock", "free": "pen", "approval": "review", "correction": "clip"}
