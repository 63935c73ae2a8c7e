"""The same operations as `refquant.reference`, compiled by Numba: one element at a time, no temporaries."""
