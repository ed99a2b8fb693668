"""What can be put on paper and checked? Reports, numbers, digests (报告)."""
