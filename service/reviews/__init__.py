"""People review what the model said: queues, decisions, agreement, and the way back to the author. No pages here."""
