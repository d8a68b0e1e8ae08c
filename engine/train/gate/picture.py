"""A reliability picture: what was said against what was right, as SVG."""

SIZE, LEFT, TOP, BARS = 360, 62, 48, 90
INK, SOFT, LINE, FILL = "#24292f", "#8b949e", "#0969da", "#b6d4f4"


def draw(bins: list[dict], title: str) -> str:
    """The picture of `measure.bins`: a dot for each tenth, as large as it has places, and below it how many those are."""
    width, height = LEFT + SIZE + 28, TOP + SIZE + BARS + 76

    def x(value: float) -> float:
        return round(LEFT + value * SIZE, 1)

    def y(value: float) -> float:
        return round(TOP + (1 - value) * SIZE, 1)

    base = TOP + SIZE + 40 + BARS
    most = max(row["places"] for row in bins)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="system-ui, sans-serif" font-size="12" fill="{INK}" role="img">',
        f"<title>{title}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="24" font-size="14" font-weight="600">{title}</text>',
    ]
    for tick in range(0, 11, 2):
        at = tick / 10
        parts += [
            f'<line x1="{x(0)}" y1="{y(at)}" x2="{x(1)}" y2="{y(at)}" stroke="#eaeef2"/>',
            f'<line x1="{x(at)}" y1="{y(0)}" x2="{x(at)}" y2="{y(1)}" stroke="#eaeef2"/>',
            f'<text x="{LEFT - 8}" y="{y(at) + 4}" text-anchor="end">{at:.1f}</text>',
            f'<text x="{x(at)}" y="{TOP + SIZE + 18}" text-anchor="middle">{at:.1f}</text>',
        ]
    parts.append(f'<line x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}" stroke="{SOFT}" stroke-dasharray="4 4"/>')
    for row in bins:
        bar = max(BARS * row["places"] / most, 1)
        parts.append(
            f'<rect x="{x(row["from"]) + 3}" y="{base - bar:.1f}" width="{SIZE / 10 - 6:.1f}" height="{bar:.1f}" fill="{FILL}"/>'
            f'<text x="{x(row["from"] + 0.05)}" y="{base - bar - 4:.1f}" text-anchor="middle" font-size="10">{row["places"]:.0f}</text>'
        )
    # 95 % of a share: wide where there are few places.
    for row in bins:
        half = 1.96 * (max(row["right"] * (1 - row["right"]), 0.01) / max(row["places"], 1)) ** 0.5
        low, high = max(row["right"] - half, 0), min(row["right"] + half, 1)
        parts.append(f'<line x1="{x(row["said"])}" y1="{y(low)}" x2="{x(row["said"])}" y2="{y(high)}" stroke="{LINE}"/>')
    points = " ".join(f"{x(row['said'])},{y(row['right'])}" for row in bins)
    parts.append(f'<polyline points="{points}" fill="none" stroke="{LINE}" stroke-width="1.5"/>')
    parts += [f'<circle cx="{x(row["said"])}" cy="{y(row["right"])}" r="4" fill="{LINE}"/>' for row in bins]
    middle = TOP + SIZE / 2
    parts += [
        f'<text x="18" y="{middle}" text-anchor="middle" transform="rotate(-90 18 {middle})">share that is right</text>',
        f'<text x="{x(0.5)}" y="{base + 22}" text-anchor="middle">probability that is said, and how many places have it</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
