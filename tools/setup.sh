# tools/setup.sh: what ./run and ./check share; sourced with $root set, never run by itself.
#
# A machine needs python3 (3.11 or newer) and pip, nothing else. Everything made here stays in .tools and .venv,
# except three small Debian packages for PDF, which are installed when that needs no question.

say() { printf '%s\n' "$@" >&2; }

die() {
    printf '%s\n' "$@" >&2
    exit 2
}

require_python() {
    command -v python3 >/dev/null || die \
        "缺少 Python 3.11 或更新版本。" \
        "Python 3.11 or newer is needed and python3 was not found (Debian: apt-get install python3 python3-pip)."
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || die \
        "需要 Python 3.11 或更新版本，找到的是 $(python3 -V 2>&1)。" \
        "Python 3.11 or newer is needed, found $(python3 -V 2>&1) at $(command -v python3)."
}

# pip knows the machine's package index (a mirror, for instance) from its own settings; uv is told.
follow_pip_index() {
    [ -n "${UV_DEFAULT_INDEX-}${UV_INDEX_URL-}" ] && return
    index=$(python3 -m pip config get global.index-url 2>/dev/null) || index=
    index=${PIP_INDEX_URL:-$index}
    if [ -n "$index" ]; then export UV_DEFAULT_INDEX="$index"; fi
}

# uv, pinned with its hashes, beside the project: Debian's pip refuses a plain install, and python3 -m venv is missing there.
require_uv() {
    uv=$root/.tools/bin/uv
    pinned=$(cksum <"$root/tools/requirements.lock")
    if [ ! -x "$uv" ] || [ "$(cat "$root/.tools/pinned" 2>/dev/null)" != "$pinned" ]; then
        python3 -m pip --version >/dev/null 2>&1 || die \
            "缺少 pip。请先安装：apt-get install python3-pip" \
            "pip is missing. Install it first: apt-get install python3-pip"
        say "安装 uv 到 .tools / Installing uv into .tools"
        rm -rf "$root/.tools"
        python3 -m pip install -qq --disable-pip-version-check --root-user-action=ignore --no-warn-script-location \
            --require-hashes --target "$root/.tools" -r "$root/tools/requirements.lock" || die \
            "无法安装 uv（见上）。" "uv could not be installed (see above)."
        printf '%s\n' "$pinned" >"$root/.tools/pinned"
    fi
    export UV_PYTHON_DOWNLOADS=never
    # Someone without a home of his own keeps the cache here.
    if [ ! -w "${HOME:-/nonexistent}" ]; then export UV_CACHE_DIR="$root/.tools/cache"; fi
}

# What Python compiles is kept in .venv, also where the machine asks it to write nothing beside the sources: compiling
# all libraries anew took two of the four seconds of each start.
keep_compiled() {
    unset PYTHONDONTWRITEBYTECODE
    export PYTHONPYCACHEPREFIX="${PYTHONPYCACHEPREFIX:-$root/.venv/compiled}"
}

# setup run | setup check: make .venv hold exactly what the lock file says; nothing is done when it does already.
setup() {
    require_python
    python=$root/.venv/bin/python
    lock=$root/requirements.lock
    # Once the checks have run here, ./run keeps their tools instead of removing them each time.
    if [ "$1" = check ] || [ -x "$root/.venv/bin/pytest" ]; then lock=$root/requirements-dev.lock; fi
    wanted="$(cksum <"$lock") $(python3 -c 'import sys; print(sys.version)' | tr '\n' ' ')"
    if [ "$(cat "$root/.venv/synced" 2>/dev/null)" = "$wanted" ] && "$python" -c '' 2>/dev/null; then
        keep_compiled
        return
    fi

    require_uv
    follow_pip_index
    # A virtual environment of another Python (an upgraded machine) is made anew.
    if [ "$("$python" -c 'import sys; print(sys.version)' 2>/dev/null)" != "$(python3 -c 'import sys; print(sys.version)')" ]; then
        "$uv" venv --quiet --clear --python "$(command -v python3)" "$root/.venv"
    fi
    say "安装依赖（首次约一分钟）/ Installing the locked packages (about a minute the first time)"
    if [ -t 2 ]; then quiet=; else quiet=--quiet; fi
    # shellcheck disable=SC2086 # $quiet is one word or none
    "$uv" pip sync $quiet --require-hashes --python "$python" "$lock" || die \
        "无法安装依赖（见上）。" "The packages could not be installed (see above)."
    printf '%s\n' "$wanted" >"$root/.venv/synced"
    keep_compiled
}

# The three libraries that WeasyPrint loads. Without them everything runs, and reports are HTML.
setup_pdf() {
    python3 - <<'PY' 2>/dev/null && return
import ctypes
for library in ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0"):
    ctypes.CDLL(library)
PY
    packages="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    sudo=
    if [ "$(id -u)" != 0 ]; then sudo="sudo -n"; fi
    if command -v apt-get >/dev/null && { [ -z "$sudo" ] || $sudo true 2>/dev/null; }; then
        mkdir -p "$root/.tools"
        say "安装 PDF 所需的三个系统包 / Installing three system packages for PDF: $packages"
        # shellcheck disable=SC2086 # words on purpose
        if $sudo env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"' \
            apt $packages >"$root/.tools/apt.log" 2>&1 </dev/null; then return; fi
        tail -n 5 "$root/.tools/apt.log" >&2
    fi
    say "缺少系统包，报告改为 HTML（不是 PDF）。有权限时请运行：" \
        "System packages are missing: reports are written as HTML, not PDF. With the right to do so, run:" \
        "  apt-get install $packages"
}
