"""Writes data/sample/dongcheng: a synthetic district, the same bytes for the same seed.

``python -m data.sample_generator`` from the checkout. Only the names, codes and rough centres of the 17 streets are real;
every person, number, address, firm and road is invented.
"""
