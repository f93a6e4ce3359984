"""How long a report takes and what it needs: time per text, start, memory."""
