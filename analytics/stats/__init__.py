"""Pure statistics: numbers in, frozen results out. No Django, no HTTP, no clock, no chart.

Every function names its method and its source, and the unit of what goes in and comes out. No data is `None`; data that
cannot be is a `ValueError` naming the value.
"""
