"""What stands between a page and people who see, hear or point less well: axe-core looks."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
LOOK = """axe.run(document, { resultTypes: ['violations'] }).then((found) => JSON.stringify(
  found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id} (${rule.impact}): ${node.target.join(' ')}: ${node.any.concat(node.all).concat(
      node.none).map((check) => check.message).join('; ')}`))))"""


STILL = """Promise.all(document.getAnimations()
  .filter((one) => one.effect.getComputedTiming().endTime !== Infinity)
  .map((one) => one.finished.catch(() => undefined))).then(() => true)"""


def barriers(page: Page) -> list[str]:
    """Return what axe-core finds wrong with a page as it is now.

    It is put there from outside, as a debugger would: whatever the page's policy is.
    """
    inspector = page.context.new_cdp_session(page)

    def run(expression: str) -> Any:
        told = inspector.send(
            "Runtime.evaluate",
            {"expression": expression, "awaitPromise": True, "returnByValue": True},
        )
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    try:
        if not run("typeof axe === 'object'"):
            run(AXE.read_text())
        run(STILL)  # a colour on its way to another one is none that anybody has to read
        found: list[str] = json.loads(run(LOOK))
    finally:
        inspector.detach()
    return found
