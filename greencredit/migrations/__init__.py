"""The schema's history; imports no room, so that it can run years later as it ran today."""
