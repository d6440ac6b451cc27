"""One line a tool: repository size over the days, as an SVG that needs nothing else to be shown."""

COLOURS = {"liasse": "#0a6e5c", "restic": "#c2410c", "rustic": "#b45309", "borg": "#1d4ed8", "bupstash": "#7e22ce", "kopia": "#be123c"}
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 820, 440, 64, 150, 48, 48


def nice_step(span, parts=6):
    """The smallest of 1, 2, 5 times a power of ten that needs at most `parts` steps."""
    unit = 1
    while True:
        for factor in (1, 2, 5):
            if span <= unit * factor * parts:
                return unit * factor
        unit *= 10


def svg(series, title):
    """`series`: name -> sizes in bytes, day 0 first."""
    days = max(len(sizes) for sizes in series.values()) - 1
    step_y, step_x = nice_step(max(map(max, series.values())) / 1e6), nice_step(max(days, 1), 8)
    top = (int(max(map(max, series.values())) / 1e6 / step_y) + 1) * step_y
    x = lambda day: LEFT + day * (WIDTH - LEFT - RIGHT) / max(days, 1)
    y = lambda mb: HEIGHT - BOTTOM - mb * (HEIGHT - TOP - BOTTOM) / top
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12" fill="#333">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>', f'<text x="{LEFT}" y="24" font-size="15">{title}</text>']
    for mb in range(0, top + 1, step_y):
        out.append(f'<path d="M{LEFT} {y(mb):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
                   f'<text x="{LEFT - 8}" y="{y(mb) + 4:.1f}" text-anchor="end">{mb:,}</text>')
    for day in range(0, days + 1, step_x):
        out.append(f'<text x="{x(day):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{day}</text>')
    out.append(f'<text x="{LEFT}" y="{TOP - 8}">MB</text><text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">days</text>')
    below = None
    for name, sizes in sorted(series.items(), key=lambda item: item[1][-1]):
        points = " ".join(f"{x(day):.1f},{y(size / 1e6):.1f}" for day, size in enumerate(sizes))
        label = y(sizes[-1] / 1e6) + 4 if below is None else min(y(sizes[-1] / 1e6) + 4, below - 15)  # labels never overlap
        below = label
        colour = COLOURS.get(name, "#444")
        out.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
                   f'<text x="{WIDTH - RIGHT + 8}" y="{label:.1f}" fill="{colour}" font-weight="bold">{name} {sizes[-1] / 1e6:,.0f} MB</text>')
    return "\n".join([*out, "</svg>", ""])
