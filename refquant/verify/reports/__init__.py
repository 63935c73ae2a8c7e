"""Verdicts for readers: JUnit XML for a CI system, and one self-contained HTML page. All are made of `refquant.verify.as_records`, so they say the same."""
