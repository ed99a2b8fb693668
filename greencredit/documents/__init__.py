"""Which papers were handed in, and are they what they say they are? (材料, 按内容摘要存放)."""
