"""Who is told what, by which way, and what became of it (通知、站内信、送达记录、到期提醒)."""
