"""What every page must show at every width, asked of the page itself; and a way to press that waits for the page it leads to.

With DIRECTPAY_PICTURES=<directory>, pictures to look at.
"""

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator

from tests.browser.conftest import DESK, PHONE
from tests.browser.scenes import PASSWORD

PICTURES = os.environ.get("DIRECTPAY_PICTURES")
WIDTHS = (320, 390, 760, 1000, 1280)

# What a page must have for those who do not see it, or cannot aim: asked of the page itself.
FAULTS = """() => {
  const faults = [], all = (selector) => [...document.querySelectorAll(selector)];
  if (all("h1").length !== 1) faults.push("headings of the first level: " + all("h1").length);
  if (all("main").length !== 1 || !document.documentElement.lang || !document.title) faults.push("frame");
  const ids = all("[id]").map((element) => element.id);
  ids.filter((id, n) => ids.indexOf(id) !== n).forEach((id) => faults.push("twice the id " + id));
  for (const field of all("input:not([type=hidden]),select,textarea"))
    if (!field.labels.length) faults.push("no label: " + field.name);
  for (const named of all("[aria-labelledby],[aria-describedby]"))
    for (const id of (named.getAttribute("aria-labelledby") || named.getAttribute("aria-describedby")).split(/\\s+/).filter(Boolean))
      if (!document.getElementById(id)) faults.push("points at nothing: " + id);
  for (const target of all("a,button,summary")) {
    const box = target.getBoundingClientRect();
    if (box.width && target.checkVisibility() && !target.matches(".skip") && box.height < 24 && !target.closest("p,td,dd,span"))
      faults.push("too small: " + target.textContent.trim());
  }
  let level = 1;
  for (const heading of all("h1,h2,h3")) {
    const now = Number(heading.tagName[1]);
    if (now > level + 1) faults.push("a level is left out at " + heading.textContent);
    level = now;
  }
  if (all("[style]").length) faults.push("styles in the page");
  return faults;
}"""

# Of our part of the page; the frame of the admin is not ours.
DESK_FAULTS = """() => {
  const faults = [], all = (selector) => [...document.querySelectorAll(".dp-page " + selector)];
  if (!document.querySelector(".dp-page")) faults.push("no page of ours");
  if (document.querySelectorAll("h1").length !== 1) faults.push("headings of the first level");
  const ids = all("[id]").map((element) => element.id);
  ids.filter((id, n) => ids.indexOf(id) !== n).forEach((id) => faults.push("twice the id " + id));
  for (const field of all("input:not([type=hidden])").concat(all("select")))
    if (!field.labels.length) faults.push("no label: " + field.name);
  for (const named of all("[aria-labelledby],.dp-page [aria-describedby]"))
    for (const id of (named.getAttribute("aria-labelledby") || named.getAttribute("aria-describedby")).split(/\\s+/).filter(Boolean))
      if (!document.getElementById(id)) faults.push("points at nothing: " + id);
  for (const target of all("a").concat(all("button"), all("input:not([type=hidden])"), all("select"))) {
    const box = target.getBoundingClientRect();
    const least = target.matches("a:not(.dp-btn)") ? 24 : 44;
    if (box.width && box.height < least) faults.push("too small: " + (target.textContent || target.name));
  }
  for (const scroller of all(".dp-scroll"))
    if (scroller.scrollWidth > scroller.clientWidth && scroller.tabIndex !== 0) faults.push("not by keyboard");
  if (all("[style]").length) faults.push("styles in the page");
  return faults;
}"""


def press(target: Locator) -> None:
    """A click returns before the page it leads to stands: what is asked then is asked of the old one, or of none."""
    with target.page.expect_navigation():
        target.click()


def look(page: Any, name: str, *, faults: str | None = FAULTS, schemes: tuple[str, ...] = ("light", "dark")) -> None:
    """Nothing is wider than the screen at any width, nothing of `faults` stands on the page; a picture."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} at {width}"
        if faults:
            assert page.evaluate(faults) == [], f"{name} at {width}"
    picture(page, name, schemes)


def sign_in(page: Any, who: str) -> None:
    page.goto("/accounts/login/")
    page.fill("#id_login", f"{who}@example.com")
    page.fill("#id_password", PASSWORD)
    press(page.locator("main button.main"))


def picture(page: Any, name: str, schemes: tuple[str, ...] = ("light", "dark")) -> None:
    if not PICTURES:
        return
    Path(PICTURES).mkdir(parents=True, exist_ok=True)
    for size in (PHONE, DESK):
        for scheme in schemes:
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)
            page.reload()
            height = page.evaluate("document.documentElement.scrollHeight")  # so that the bottom bar stands at the bottom
            page.set_viewport_size({**size, "height": max(height, size["height"])})
            page.screenshot(path=f"{PICTURES}/{name}-{size['width']}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")
