"""Fetch the browser files that the console serves: exact versions from npm, each checked against its sha384.

python tools/vendor.py            # fetch with npm and write templates/console/static
python tools/vendor.py --check    # say whether what is there is what was meant; fetches nothing
"""

import argparse
import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).parent.parent / "templates" / "console" / "static"

LICENSE = "wY9du5C3iVv5O+jVA/gHJUN/HJa61cxqdrooiRzlXnJuRGhumJuLbqtqexsFVF2g"
NOTICE = "pKJithqWm1auLMQiYIUOm1Ds29m33zgx8XVNRJEQupmxHfoqKkMZ+G7caZ5MW/7Q"


@dataclass(frozen=True)
class Vendored:
    """One file of an npm package: where it goes, and the base64 sha384 of its bytes."""

    package: str
    member: str
    name: str
    sha384: str


FILES = (
    Vendored("echarts@6.1.0", "package/dist/echarts.min.js", "echarts.min.js",
             "C2iskrW/uPW46KzOjrvJIQo4YkV8lkD+QS0CrDN18IIPIpT/g2USu8bTP3nvmIAD"),
    Vendored("echarts@6.1.0", "package/LICENSE", "echarts.LICENSE.txt", LICENSE),
    Vendored("echarts@6.1.0", "package/NOTICE", "echarts.NOTICE.txt", NOTICE),
)  # fmt: skip


def digest(data: bytes) -> str:
    """Return the sha384 as browsers write it in an integrity attribute."""
    return base64.b64encode(hashlib.sha384(data).digest()).decode()


def wrong(static: Path = STATIC) -> list[str]:
    """Return a sentence for each file that is missing or not what was meant."""
    problems = []
    for one in FILES:
        path = static / one.name
        if not path.is_file():
            problems.append(f"{one.name} is missing")
        elif digest(path.read_bytes()) != one.sha384:
            problems.append(f"{one.name} is not the one of {one.package}")
    return problems


def fetch(static: Path) -> None:
    """Write every file; nothing is written when a digest differs."""
    static.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        fetched: dict[str, bytes] = {}
        for package in sorted({one.package for one in FILES}):
            done = subprocess.run(
                ["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True, text=True
            )
            with tarfile.open(Path(folder) / done.stdout.strip()) as archive:
                for one in FILES:
                    if one.package == package:
                        fetched[one.name] = _member(archive, one)
        for name, data in fetched.items():
            (static / name).write_bytes(data)


def _member(archive: tarfile.TarFile, wanted: Vendored) -> bytes:
    file = archive.extractfile(wanted.member)
    data = file.read() if file is not None else b""
    if digest(data) != wanted.sha384:
        raise SystemExit(
            f"{wanted.package}: {wanted.member} has sha384 {digest(data)}, not the one written here"
        )
    return data


def main() -> int:
    """Do what the arguments say."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        fetch(STATIC)
    problems = wrong()
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
