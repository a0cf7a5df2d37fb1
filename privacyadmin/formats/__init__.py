"""How dates and times are written, by language; numbers are written as Django has it.

English writes the month, so that nobody takes the 3 for a month; German readers expect day, month and year.
"""
