"""Route colours on paper, the same eighteen as on screen (web/static/css/tokens.css); a guard test keeps them equal."""

ROUTES = (
    "2570cc", "f3d489", "6c0812", "59bbfb", "bb4717", "623da5", "bec43a", "756996", "a9e0fe",
    "6f432c", "b291ba", "df8610", "205670", "212688", "fda9b8", "77af76", "42755b", "442c52",
)  # fmt: skip
DARK_INK = (20, 32, 31)
WHITE = (255, 255, 255)

Rgb = tuple[int, int, int]


def route_color(number: int) -> Rgb:
    """The fill of route ``number`` (1, 2, …); beyond 18 the colours repeat."""
    text = ROUTES[(number - 1) % len(ROUTES)]
    return int(text[:2], 16), int(text[2:4], 16), int(text[4:], 16)


def route_ink(number: int) -> Rgb:
    """White or ink, whichever reads better on the route's colour (WCAG relative luminance)."""
    red, green, blue = (_linear(channel) for channel in route_color(number))
    return DARK_INK if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 else WHITE


def route_line(number: int) -> Rgb:
    """A stroke that is dark enough for white paper: pale colours are drawn darker."""
    color = route_color(number)
    return color if route_ink(number) == WHITE else (color[0] * 6 // 10, color[1] * 6 // 10, color[2] * 6 // 10)


def _linear(channel: int) -> float:
    value = channel / 255
    return value / 12.92 if value <= 0.03928 else float(((value + 0.055) / 1.055) ** 2.4)
