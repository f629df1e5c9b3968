"""What somebody meets who has no mouse or reads at twice the size: where Tab leads, what is seen of the focus, what is cut off."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Error, Locator, Page

_PARTS = 8
"""More presses of Tab than this within one field are a trap."""
_HELP = """() => {
  const said = (e) => `${e.localName}#${e.id}.${e.className} ${(e.getAttribute('aria-label') ?? e.textContent ?? '').trim().slice(0, 30)}`;
  const seen = (e) => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length > 0;
  window.__keys = {said, seen};
}"""


def cut_off(page: Page) -> list[str]:
    """What is wider than the window or than the part that holds it, with the pixels that are lost or must be scrolled to."""
    page.evaluate(_HELP)
    found: list[str] = page.evaluate("""() => {
      const root = document.documentElement;
      const found = root.scrollWidth > root.clientWidth ? [`the page by ${root.scrollWidth - root.clientWidth}`] : [];
      for (const e of document.querySelectorAll('main *')) {
        if (!__keys.seen(e) || e.closest('.vh, svg') || e.matches('input, select, textarea')) continue;
        const style = getComputedStyle(e);
        if (style.overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1) found.push(`${__keys.said(e)} by ${e.scrollWidth - e.clientWidth}`);
        if (style.overflowY === 'hidden' && e.scrollHeight > e.clientHeight + 2) found.push(`${__keys.said(e)} down by ${e.scrollHeight - e.clientHeight}`);
      }
      return found;
    }""")
    return found


def opened(page: Page) -> list[str]:
    """Open everything in the page that folds, by keys. Returns what stayed shut."""
    page.evaluate(_HELP)
    shut: list[str] = []
    for summary in page.locator("main summary").all():
        if summary.is_visible() and not summary.evaluate("e => e.parentElement.open"):
            summary.focus()
            page.keyboard.press("Enter")
            if not summary.evaluate("e => e.parentElement.open"):
                shut.append(summary.inner_text())
    return shut


def walk(page: Page, most: int = 900) -> list[str]:
    """Go through the page by Tab alone. Returns its faults: focus that is not seen, out of order, or never comes somewhere."""
    page.evaluate(_HELP)
    page.evaluate("""() => {
      window.__met = [];
      window.getSelection().removeAllRanges();
      document.body.tabIndex = -1;  // Tab begins where the focus was last: at the top
      document.body.focus();
      document.body.removeAttribute('tabindex');
      window.scrollTo(0, 0);
    }""")
    faults: list[str] = []
    still = 0
    for _step in range(most):
        page.keyboard.press("Tab")
        found: dict[str, Any] = page.evaluate("""() => {
          const e = document.activeElement;
          if (e && e === __met.at(-1)) return {still: true};  // a date is several fields in one
          if (!e || e === document.body || e === document.documentElement || __met.includes(e)) return {end: true};
          const before = __met.at(-1), faults = [], box = e.getBoundingClientRect(), style = getComputedStyle(e);
          __met.push(e);
          const said = __keys.said(e);
          if (before && !(before.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING)) faults.push(`${said}: before ${__keys.said(before)}`);
          const ring = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== 'none';
          if (!ring) faults.push(`${said}: no ring`);
          if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) faults.push(`${said}: out of the window`);
          else if (e.closest('main')) {
            const at = document.elementFromPoint(Math.min(box.left + box.width / 2, innerWidth - 1), Math.min(Math.max(box.top + Math.min(box.height, 20) / 2, 1), innerHeight - 1));
            if (at && at !== e && !e.contains(at) && !at.contains(e) && !at.closest('label')) faults.push(`${said}: under ${__keys.said(at)}`);
          }
          return {faults};
        }""")
        if "end" in found:
            break
        still = still + 1 if "still" in found else 0
        if still > _PARTS:
            faults.append("a trap")
            break
        faults += found.get("faults", ())
    missed: list[str] = (
        page.evaluate("""() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
      .filter((e) => __keys.seen(e) && !e.disabled && e.type !== 'hidden' && !__met.includes(e))
      .filter((e) => !(e.type === 'radio' && __met.some((m) => m.name === e.name)))
      .map((e) => `${__keys.said(e)}: never reached`)""")
    )
    return faults + missed


def dialogs(page: Page) -> list[str]:
    """Open each dialog of the page from its button by Enter, and leave it by Escape. Returns those that do otherwise."""
    faults: list[str] = []
    for opener in page.locator("main [data-opens]").all():
        if not opener.is_visible():
            continue
        name = opener.inner_text()
        opener.focus()
        page.keyboard.press("Enter")
        if not _comes(page, "() => document.querySelector('dialog[open]')?.contains(document.activeElement)"):
            faults.append(f"{name}: the focus is not in a dialog")
            continue
        over = page.evaluate(
            "(() => { const d = document.querySelector('dialog[open]'); return d.scrollWidth - d.clientWidth; })()"
        )
        if over > 0:
            faults.append(f"{name}: its dialog is cut off by {over}")
        page.keyboard.press("Escape")
        if not _comes(page, "e => e === document.activeElement && !document.querySelector('dialog[open]')", opener):
            faults.append(f"{name}: Escape does not lead back")
    return faults


def _comes(page: Page, true: str, given: Locator | None = None) -> bool:
    """Whether that comes to be true of the page; not at once on a slow machine."""
    try:
        page.wait_for_function(true, arg=given and given.element_handle())
    except Error:
        return False
    return True
