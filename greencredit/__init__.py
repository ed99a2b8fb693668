"""绿色消费积分平台: credits that anyone can recompute, a ledger that is exact, reports that are true."""
