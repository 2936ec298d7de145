"""Differential privacy: noisy counts, and records made from them alone."""
