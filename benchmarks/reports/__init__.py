"""Measurements of reports: drawing them, gathering their facts, signing and verifying them."""
