"""How dates are written: one style, unambiguous, with a 24-hour clock."""
