#!/bin/sh
# Finds a Python that is new enough and hands over to ckanext.moka.stack.bootstrap. Run from the project's root.
# Says in one line what is missing when there is none.
found=""
for python in "${PYTHON:-python3}" python3.13 python3.12 python3.11 python .venv/bin/python; do
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
    [ -n "$found" ] || found=$python
    "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 || continue
    PYTHONPATH=ckanext-moka PYTHONUTF8=1 exec "$python" -B -m ckanext.moka.stack.bootstrap "$@"
done
if [ -z "$found" ]; then
    printf '%s\n' "✗ Python 3.11 以上が見つかりません。https://www.python.org/downloads/ か、OS のパッケージ（例：apt install python3 python3-venv）で入れてください。 / Python 3.11 or newer was not found; please install it." >&2
else
    printf '%s\n' "✗ この Python（$found）には venv がありません。「apt install python3-venv」などで入れてください。 / This Python has no venv module; please install python3-venv." >&2
fi
exit 1
