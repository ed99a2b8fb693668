"""The pure rules of documents: what a file is, what it may hold, what it may be called."""

from greencredit.documents.rules.contents import LookedAt, look_at
from greencredit.documents.rules.names import cleaned_name

__all__ = ["LookedAt", "cleaned_name", "look_at"]
