"""Run the weekly job on a schedule, on a local Prefect server with its page."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import prefect
from prefect.client.orchestration import get_client
from prefect.client.schemas.schedules import CronSchedule
from prefect.settings import PREFECT_API_URL, temporary_settings

from evidence.errors import InputError
from flows.benchmark import benchmark
from flows.weekly import weekly

START_TIMEOUT_S = 90
"""A fresh database of runs takes 11 s here; a busy machine takes longer."""


def serve(*, cron: str, port: int, suite: str, gpu_cron: str | None, say: Callable[[str], None]) -> None:
    """Serve the weekly job at `cron` (UTC) until interrupted; `gpu_cron` adds the GPU benchmark."""
    for text in filter(None, (cron, gpu_cron)):
        try:
            CronSchedule(cron=text)
        except ValueError:
            raise InputError(f"{text!r} is not a cron line. Mondays at 06:00 UTC: '0 6 * * 1'") from None
    deployments: list[Any] = [weekly.to_deployment(name="weekly", cron=cron, parameters={"suite": suite})]
    if gpu_cron:
        gpu = {"suite": "gpu", "device": "gpu"}
        deployments.append(benchmark.to_deployment(name="gpu", cron=gpu_cron, parameters=gpu))
    os.environ["PREFECT_LOGGING_LEVEL"] = "INFO"  # an operator reads the log of the runs
    with _server(port) as address:
        say(f"Schedule: {cron} (UTC). Page: {address.removesuffix('/api')}. Ctrl-C stops both.")
        with temporary_settings({PREFECT_API_URL: address}):
            prefect.serve(*deployments, print_starting_message=False)


@contextmanager
def _server(port: int) -> Iterator[str]:
    address = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(
        command, env=os.environ | {"PREFECT_API_URL": address}, stdout=subprocess.DEVNULL
    )
    try:
        _wait(process, address)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    with temporary_settings({PREFECT_API_URL: address}), get_client(sync_client=True) as client:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise InputError(
                    f"the Prefect server stopped at once (status {process.returncode}). "
                    "Is the port taken? Another one: touchstone serve --port 4201"
                )
            if client.api_healthcheck() is None:
                return
            time.sleep(0.5)
    raise InputError(f"the Prefect server did not answer at {address} within {START_TIMEOUT_S} s")
