"""Lines over days, drawn here as SVG without script: a picture for an <img>, in light and in dark."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from monitor.text import one_line

# A picture loads nothing and runs nothing, even when it is opened by itself.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

# Lines that can be told apart: each has a colour and a dash of its own.
LINES = 5

_DASHES = ("", "8,4", "2,3", "12,4,2,4", "5,5")
_CSS = """inline:
:root { --ink: #14181f; --dim: #545f6e; --line: #d9dee6;
  --a: #1d4ed8; --b: #b3410e; --c: #0f6b3a; --d: #8a1f9c; --e: #5f5700; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9edf2; --dim: #a7b1be; --line: #343d49;
    --a: #93b8ff; --b: #ffab7d; --c: #7fdca4; --d: #e3a1ef; --e: #e6d96a; }
}
.axis .guide.line, .axis .major.guide.line { stroke: var(--line); }
.series .line { stroke-width: 2; }
"""


def days(title: str, labels: Sequence[str], series: Mapping[str, Sequence[int]]) -> bytes:
    """An SVG document of counts by day; `labels` name the days, and each name of `series` has a count for each.

    Of more than `LINES` series, the first are drawn. Titles and names may hold anything: they are text, in one line.
    """
    # Here and not above: it takes a tenth of a second to load, and only charts need it.
    import pygal  # type: ignore[import-untyped] # noqa: PLC0415
    from pygal.style import Style  # type: ignore[import-untyped] # noqa: PLC0415

    style = Style(
        background="transparent",
        plot_background="transparent",
        foreground="var(--dim)",
        foreground_strong="var(--ink)",
        foreground_subtle="var(--line)",
        colors=tuple(f"var(--{name})" for name in "abcde"),
        transition="none",
        opacity="1",
        stroke_opacity="1",
        font_family="system-ui, sans-serif",
        title_font_size=15,
        label_font_size=12,
        major_label_font_size=12,
        legend_font_size=13,
    )
    chart = pygal.Line(
        js=[],
        css=["file://style.css", "file://graph.css", _CSS],
        style=style,
        width=760,
        height=320,
        title=one_line(title),
        legend_at_bottom=True,
        legend_at_bottom_columns=2,
        truncate_legend=34,
        truncate_label=-1,
        show_minor_x_labels=False,
        x_labels_major_every=7,
        dots_size=2,
        min_scale=2,
        max_scale=6,
        range=(0, max([4, *(count for counts in series.values() for count in counts)])),
        formatter=lambda value: f"{value:,.0f}",
        no_prefix=True,
    )
    chart.x_labels = [one_line(label) for label in labels]
    for (name, counts), dash in zip(series.items(), _DASHES, strict=False):
        chart.add(one_line(name) or "(no name)", list(counts), stroke_style={"dasharray": dash} if dash else None)
    return _without_script(chart)


def _without_script(chart: Any) -> bytes:
    """The document without what only a script would use: settings as JSON, and values that it would show."""
    from lxml import etree  # noqa: PLC0415

    root = chart.render_tree()
    for unused in root.xpath("//*[local-name()='script' or local-name()='desc'] | //comment()"):
        unused.getparent().remove(unused)
    for unused in root.xpath("//*[contains(@class, 'tooltip-overlay')]"):
        unused.getparent().remove(unused)
    for box, dash in zip(root.xpath("//*[starts-with(@id, 'activate-serie-')]/*[1]"), _DASHES, strict=False):
        _as_line(box, dash)
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def _as_line(box: Any, dash: str) -> None:
    """Make the box before a name a piece of its line: who sees no colours tells them by the dashes."""
    left, top, width, height = (float(box.attrib.pop(name)) for name in ("x", "y", "width", "height"))
    box.tag = box.tag.replace("rect", "line")
    middle = f"{top + height / 2:g}"
    # It begins left of the box, which would be too short to show a dash.
    box.attrib.update({"x1": f"{left - 18:g}", "x2": f"{left + width:g}", "y1": middle, "y2": middle})
    box.set("style", f"stroke-width: 3; stroke-dasharray: {dash or 'none'}")


def answer(drawn: bytes) -> web.Response:
    """A chart as what a page's <img> loads."""
    return web.Response(
        body=drawn, content_type="image/svg+xml", charset="utf-8", headers={"Content-Security-Policy": POLICY}
    )
