"""Measurements. `make bench` runs all of them; `python -m bench NAME` one.

Machines are noisy, so every figure stands beside something measured in the same run, and what counts is the ratio.
"""
