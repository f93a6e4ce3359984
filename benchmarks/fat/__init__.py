"""Fat infiltration against the truth."""
