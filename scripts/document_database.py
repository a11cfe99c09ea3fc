"""Write docs/database.md from the database's own comments, or check that it is up to date.

python scripts/document_database.py [--check]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from warehouse.document import data_dictionary

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "database.md"


def main() -> int:
    """Return 0 when the page is written or up to date, 1 when it is not."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is old")
    options = parser.parse_args()
    text = data_dictionary()
    if not options.check:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print(f"{PAGE.relative_to(ROOT)} is old. Run: python scripts/document_database.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
