"""Where is every credit, and how did it get there? Events, leaves, series, balances (积分账本)."""
