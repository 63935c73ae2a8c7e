"""Other people's software: one module each, as `attestation.compare.Implementation` says."""
