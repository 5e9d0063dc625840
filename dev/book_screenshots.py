#!/usr/bin/env python3
"""Takes screenshots of pages of the book with Chromium: desktop and phone, light and dark.

    dev/book_screenshots.py SITE FOLDER PAGE…

Meanwhile, the site is served on a free port of the loopback interface.
"""

import functools
import http.server
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

SIZES = {"desktop": "1280,900", "phone": "500,844"}
# Chromium's windows are at least 500 wide, so a phone is simulated by an iframe.
PHONE = '<body style="margin: 0; background: gray"><iframe src="/{}" width=390 height=844 style="border: 0">'
OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--virtual-time-budget=5000",
]


class Site(http.server.SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        path, _, page = self.path.partition("?")
        if path != "/phone":
            super().do_GET()
            return
        text = PHONE.format(page).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass


def main() -> int:
    site, folder = Path(sys.argv[1]), Path(sys.argv[2])
    chromium = shutil.which("chromium")
    if chromium is None:
        print("pictures of the book need the package chromium", file=sys.stderr)
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Site, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for page in sys.argv[3:]:
        for size, window in SIZES.items():
            address = page if size == "desktop" else f"phone?{page}"
            for scheme in ("light", "dark"):
                picture = folder / f"{page.removesuffix('.html').replace('/', '-')}-{size}-{scheme}.png"
                dark = ["--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []
                with tempfile.TemporaryDirectory() as profile:
                    options = [*OPTIONS, *dark, f"--user-data-dir={profile}", f"--window-size={window}"]
                    url = f"http://127.0.0.1:{server.server_port}/{address}"
                    command = [chromium, *options, f"--screenshot={picture}", url]
                    subprocess.run(command, check=True, capture_output=True, timeout=120)
                print(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
