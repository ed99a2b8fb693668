"""What proves that it happened? Receipt lines, trips, weigh-ins, meter readings (凭证)."""
