"""Tables of confirmation."""

from xueji.confirmation.models.comparisons import ComparisonRun
from xueji.confirmation.models.confirmations import Confirmation, Spelling
from xueji.confirmation.models.majors import EnglishMajor, MajorProposal
from xueji.confirmation.models.sources import Snapshot, SourceRow

__all__ = ["ComparisonRun", "Confirmation", "EnglishMajor", "MajorProposal", "Snapshot", "SourceRow", "Spelling"]
