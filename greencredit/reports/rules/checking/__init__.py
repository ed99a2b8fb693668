"""Checking a report from its file alone: no database, no network, nothing believed that was not shown."""
