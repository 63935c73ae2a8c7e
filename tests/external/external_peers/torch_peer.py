"""PyTorch on the CPU: Tensor.to."""

import numpy as np
import torch

torch.set_num_threads(1)


def decode(codes, name):
    """float64 values by float32, whose conversion NumPy does."""
    return _tensor(codes, name).to(torch.float32).numpy().astype(np.float64)


def encode(x, name, choice):
    """Codes."""
    bits = x.view(f"u{x.dtype.itemsize}")
    result = _tensor(bits, x.dtype.name).to(getattr(torch, name))
    size = result.element_size()
    return result.view(torch.uint8 if size == 1 else getattr(torch, f"int{8 * size}")).numpy().view(f"u{size}")


def _tensor(bits, name):
    size = bits.dtype.itemsize
    plain = torch.from_numpy(np.array(bits if size == 1 else bits.view(f"i{size}")))
    return plain.view(getattr(torch, name))
