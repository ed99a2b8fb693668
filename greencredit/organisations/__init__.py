"""Who belongs together, by consent, and what did they do together? Schools, communities, enterprises (组织与成员)."""
