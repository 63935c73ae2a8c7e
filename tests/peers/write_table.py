"""Write spec/ATTESTATION.md from tests/attested.toml."""

import sys
from pathlib import Path


def main() -> None:
    """Write the page; a refquant that is not installed is taken from this checkout."""
    sys.path.append(str(Path(__file__).parents[2]))
    from attestation import table

    table.PAGE.write_text(table.render())


if __name__ == "__main__":
    main()
