"""Who else says so: the claims of tests/attested.toml, their inputs, their comparison, and the table of spec/ATTESTATION.md."""
