"""The same request twice is the same answer: keys that callers choose, and what was answered to them."""
