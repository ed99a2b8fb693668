"""What of one's participation can be taken elsewhere and checked there? Badges and their status (便携证明)."""
