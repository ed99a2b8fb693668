"""How much energy did a project really save, how surely, and whose is it? (节能减排项目, 节能量, 计量与验证)."""
