"""What is earned, under which filed rule, and why? Rules, caps, traces (积分发放)."""
