"""How often a watch found something on each of the last days, drawn small: bars as a PNG, or as characters."""

import io
from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"
# Seen on white and on black. The last day is today, which is not over.
_DAY, _TODAY, _NONE = (124, 153, 209, 255), (47, 111, 237, 255), (140, 150, 165, 160)
_WIDTH, _GAP, _HEIGHT = 22, 8, 52  # twice as large as it is shown, for screens that draw fine


def bars(counts: Sequence[int]) -> str:
    """One character a day; each is measured by the most there was on one of them."""
    most = max(counts, default=0)
    return "".join(BARS[round(count / most * (len(BARS) - 1))] if most else BARS[0] for count in counts)


def size(counts: Sequence[int]) -> tuple[int, int]:
    """Width and height in which the PNG is shown."""
    return (len(counts) * (_WIDTH + _GAP) - _GAP) // 2, _HEIGHT // 2


def png(counts: Sequence[int]) -> bytes:
    """A bar a day on no background, a few hundred bytes; a day without any is a line. There is at least one day."""
    # Here and not above: only digests by mail need it, and it takes 5 MB.
    from PIL import Image, ImageDraw  # noqa: PLC0415

    most = max(counts)
    image = Image.new("RGBA", (len(counts) * (_WIDTH + _GAP) - _GAP, _HEIGHT), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    for day, count in enumerate(counts):
        left = day * (_WIDTH + _GAP)
        tall = max(4, round(count / most * _HEIGHT)) if count else 4
        colour = (_TODAY if day == len(counts) - 1 else _DAY) if count else _NONE
        draw.rectangle((left, _HEIGHT - tall, left + _WIDTH - 1, _HEIGHT - 1), fill=colour)
    file = io.BytesIO()
    image.quantize(16).save(file, "PNG", optimize=True)
    return file.getvalue()
