"""A page with every figure of the chart module in it, put together as the real pages are, for a browser to look at."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from llr_sd.page.assemble import policy
from llr_sd.page.bundle import FOLDER, bundle

HERE = Path(__file__).parent
SOURCE = FOLDER.parent


def write_gallery(folder: Path) -> Path:
    """Write gallery.html into a folder: the bundled modules, the style sheet of the charts, and the policy of the pages."""
    modules = folder / "js"
    for room in ("charts", "draws"):
        shutil.copytree(FOLDER / room, modules / room, dirs_exist_ok=True)
    (modules / "app").mkdir(exist_ok=True)
    shutil.copy(HERE / "chart_gallery.mjs", modules / "app" / "main.mjs")
    script = bundle("app/main.mjs", modules)
    style = "body { margin: 0 auto; padding: 0 12px; max-width: 1100px; font: 16px/1.45 system-ui, Arial, sans-serif; color: #1b1f24; }\n"
    style += (SOURCE / "css" / "charts.css").read_text(encoding="utf-8")
    page = folder / "gallery.html"
    page.write_text(
        f'<!doctype html>\n<html lang="en-GB">\n<head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy([script], [style])}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>Figures</title><style>{style}</style></head>\n'
        f'<body><main><h1>Figures</h1><div id="gallery"></div></main><script>{script}</script></body>\n</html>\n',
        encoding="utf-8",
    )
    return page


if __name__ == "__main__":
    print(write_gallery(Path(sys.argv[1])))
