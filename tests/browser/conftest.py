"""A real browser, without a network of its own, for tests of pages."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


def unavailable(reason: str) -> None:
    """Skip with a reason, or fail where the browser is promised."""
    if os.environ.get("CI_BROWSER") == "1":
        pytest.fail(f"CI_BROWSER=1, but {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core: the file that AXE_CORE names, or the package among those that npm has installed for all."""
    files = [Path(os.environ["AXE_CORE"])] if os.environ.get("AXE_CORE") else []
    npm = shutil.which("npm")
    if not files and npm:
        root = subprocess.run([npm, "root", "--global"], capture_output=True, text=True, check=False).stdout.strip()
        files = [Path(root) / "axe-core" / "axe.min.js"] if root else []
    for file in files:
        if file.is_file():
            return file.read_text(encoding="utf-8")
    unavailable(f"axe-core is not installed: name its axe.min.js in AXE_CORE{f' ({files[0]} is not there)' if files else ''}")
    raise AssertionError


def driven() -> Any:
    """Start headless Chromium as selenium drives it; what its console says is kept."""
    try:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
    except ImportError:
        unavailable("selenium is not installed")
    driver = shutil.which("chromedriver")
    binary = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not driver or not binary:
        unavailable("Chromium and its chromedriver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = str(binary)
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(executable_path=str(driver)))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser for the tests of a module."""
    session = driven()
    yield session
    session.quit()


@pytest.fixture
def lone() -> Iterator[Any]:
    """A browser for one test, which may break it."""
    session = driven()
    yield session
    session.quit()


@pytest.fixture
def browsers() -> Iterator[Callable[[], Any]]:
    """What starts one browser after another, each with a profile of its own."""
    sessions: list[Any] = []

    def start() -> Any:
        sessions.append(driven())
        return sessions[-1]

    yield start
    for session in sessions:
        session.quit()


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the workshop of the bundled Rutland site."""
    from llr_sd.workshop import write_workshop

    return write_workshop("rutland", tmp_path_factory.mktemp("workshop") / "rutland.html").path
