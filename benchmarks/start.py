"""How soon the API process answers and how much memory it takes, against an empty FastAPI application."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Final

from benchmarks import Asked, Row, run

_MUST_SECONDS: Final = 1.5
_MUST_MEGABYTES: Final = 150
_ROUNDS: Final = 5
_QUICK_ROUNDS: Final = 2
_BARE: Final = """
from fastapi import FastAPI
app = FastAPI()
@app.get('/health/live')
def live(): return {}
"""


def measure(asked: Asked) -> list[Row]:
    """Start both several times in turn and take the quickest start of each."""
    ours, bare = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bare.py").write_text(_BARE, encoding="utf-8")
        # Compiled modules are kept as on any installation, whatever this shell says; the first start writes them.
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment = inherited | {
            "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
            "GREENCREDIT_DATA_DIR": str(folder / "var"),
            "PYTHONPATH": f"{folder}{os.pathsep}{Path.cwd()}",
        }
        subprocess.run(
            [sys.executable, "-m", "greencredit.cli", "setup"], env=environment, check=True, capture_output=True
        )
        for _ in range(_QUICK_ROUNDS if asked.quick else _ROUNDS):
            ours.append(_started("greencredit.app.main:served", "--factory", environment))
            bare.append(_started("bare:app", "--lifespan=auto", environment))
    seconds, limit = min(start for start, _ in ours), min(start for start, _ in bare)
    memory, least = max(size for _, size in ours), max(size for _, size in bare)
    return [
        Row(
            "API process: seconds to the first answer",
            seconds,
            limit,
            seconds / limit,
            f"< {_MUST_SECONDS}",
            "–",
            seconds < _MUST_SECONDS,
        ),
        Row(
            "API process: resident MB",
            memory,
            least,
            memory / least,
            f"< {_MUST_MEGABYTES}",
            "–",
            memory < _MUST_MEGABYTES,
        ),
    ]


def _started(application: str, option: str, environment: dict[str, str]) -> tuple[float, float]:
    """Give seconds from the command to the first answer, and megabytes resident then."""
    port = "18765"
    command = [sys.executable, "-m", "uvicorn", application, option, "--port", port, "--log-level", "critical"]
    began = time.perf_counter()
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet) as process:  # noqa: S603 - our own command
        try:
            while True:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=5) as answer:
                        answer.read()
                    break
                except OSError:
                    assert process.poll() is None, "the process is alive"
                    time.sleep(0.01)
            seconds = time.perf_counter() - began
            status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        finally:
            process.terminate()
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return seconds, int(resident.split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(run({"start": measure}, __doc__ or ""))
