"""Who is who, and who may do what? Accounts (账户), consumers (消费者), grants (授权), audit log (审计日志)."""
