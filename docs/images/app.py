"""Make the picture of the README: the workspace of a real project, seen by a real browser.

    python docs/images/app.py

Makes a project from the `etl` template in a temporary folder, runs it, starts the server, and photographs the workspace
after one block was changed. Needs chromium and the built app (`make ui`).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

HERE = Path(__file__).resolve().parent
EMAIL, PASSWORD = "owner@localhost", "correct horse battery staple"
BLOCKWRIGHT = [sys.executable, "-m", "blockwright"]


def main() -> None:
    environ = {**os.environ, "BLOCKWRIGHT_OWNER_PASSWORD": PASSWORD}
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "shop"
        init, run = ["init", str(project), "--template", "etl"], ["run", "example_pipeline", "--project", str(project)]
        for command in (init, run):
            subprocess.run([*BLOCKWRIGHT, *command], check=True, capture_output=True, env=environ)
        block = project / "transformers" / "clean_orders.py"
        block.write_text(block.read_text().replace('["quantity"] > 0', '["quantity"] > 6'))
        server = subprocess.Popen(
            [*BLOCKWRIGHT, "start", str(project), "--port", "0", "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environ,
        )
        try:
            assert server.stdout is not None
            photograph(json.loads(server.stdout.readline())["url"])
        finally:
            server.terminate()
            server.communicate()


def photograph(url: str) -> None:
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        signed = context.request.post(
            f"{url}/api/v1/session", data={"email": EMAIL, "password": PASSWORD}, headers={"Origin": url}
        )
        assert signed.ok, signed.text()
        page = context.new_page()
        page.goto(f"{url}/pipelines/example_pipeline?block=sales_by_region")
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        expect(page.get_by_role("grid").first).to_be_visible()
        expect(page.get_by_role("grid").first.get_by_role("columnheader").first.get_by_role("img")).to_be_visible()
        expect(page.get_by_role("textbox", name="Code of sales_by_region")).to_be_visible()
        expect(page.locator("[data-node=sales_by_region]")).to_be_visible()
        page.evaluate("document.fonts.ready.then(() => undefined)")
        page.screenshot(path=HERE / "workspace.png")
        browser.close()


if __name__ == "__main__":
    main()
