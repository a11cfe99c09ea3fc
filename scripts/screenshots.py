"""Write a picture of every page, in both languages, light, dark and on a phone.

    python scripts/screenshots.py [--home DIR] [--out DIR]

It starts the app over the home and looks at it with a Chromium of this machine (TOUCHSTONE_CHROMIUM names
one that is not on the PATH). Nothing is fetched and the home is only read.
"""

from __future__ import annotations

import argparse
import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("", "dimension", "time", "benchmarks", "what-if", "health")
FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu")
WIDE, TALL, PHONE = (1280, 800), (1280, 1700), (390, 1700)
SETTLED_MS = 1500
"""How long charts may take after the page's last block is there."""


def main() -> int:
    """Write the pictures and say where they are."""
    arguments = _arguments()
    if not chromium():
        print("no Chromium on this machine; install one or name it in TOUCHSTONE_CHROMIUM", file=sys.stderr)
        return 1
    arguments.out.mkdir(parents=True, exist_ok=True)
    with served(arguments.home) as address:
        for file in shoot(address, arguments.out):
            print(file)
    return 0


def shoot(address: str, out: Path) -> Iterator[Path]:
    """Yield each picture when it is written."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        for name, path, size, scheme in _pictures():
            context = browser.new_context(
                viewport={"width": size[0], "height": size[1]},
                color_scheme=scheme,  # type: ignore[arg-type]
            )
            page = context.new_page()
            page.goto(f"{address}/{path}")
            page.wait_for_selector(".ts-words-list", state="attached", timeout=120_000)
            page.wait_for_timeout(SETTLED_MS)
            file = out / f"{name}.png"
            page.screenshot(path=file)
            context.close()
            yield file
        browser.close()


def _pictures() -> Iterator[tuple[str, str, tuple[int, int], str]]:
    """Yield name, address, size and colour scheme of every picture."""
    for page in PAGES:
        name, size = page or "scorecard", TALL if page else WIDE
        for language in ("en", "zh"):
            yield f"{name}-{language}", f"{page}?lang={language}", size, "light"
        yield f"{name}-en-dark", page, size, "dark"
        yield f"{name}-en-phone", page, PHONE, "light"


def chromium() -> str:
    """Return a Chromium on this machine, or nothing."""
    named = os.environ.get("TOUCHSTONE_CHROMIUM", "")
    found = (shutil.which(name) for name in (named, "chromium", "chromium-browser", "google-chrome") if name)
    return next((path for path in found if path), "")


@contextmanager
def served(home: Path) -> Iterator[str]:
    """Serve the app over a home on this machine only, and yield its address."""
    port = _free_port()
    command = [
        *(sys.executable, "app.py", "--server.headless", "true"),
        *("--server.address", "127.0.0.1", "--server.port", str(port)),
    ]
    environment = {**os.environ, "TOUCHSTONE_HOME": str(home.resolve())}
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            if not _answers(port, process):
                log.seek(0)
                raise RuntimeError(f"the app does not answer: {log.read()[-2000:]}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    for _ in range(300):
        if process.poll() is not None:
            return False
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=2)) as connection:
                connection.request("GET", "/_stcore/health")
                return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            time.sleep(0.1)
    return False


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    home = os.environ.get("TOUCHSTONE_HOME") or ROOT / "data"
    parser.add_argument("--home", type=Path, default=Path(home), help="where the published evidence lies")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "data" / "screenshots", help="where the pictures go"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
