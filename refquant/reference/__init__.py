"""The NumPy implementation, written for reading: integers alone, chunk by chunk."""
