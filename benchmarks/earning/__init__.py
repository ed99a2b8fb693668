"""Measurements of earning: rules in batches and one by one."""
