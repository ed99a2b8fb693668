"""The ground without business words: settings, database, clock, ids, refusals, access, messages, logs."""
