"""What counts as green, and how many grams does it avoid? Actions, factors, methods (绿色行动, 排放因子, 减排量)."""
