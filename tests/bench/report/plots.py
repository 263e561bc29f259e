"""The plots, as SVG: lines over the number of connections, and bars of processor time."""
from math import log10
from xml.sax.saxutils import escape

from figures import GROUPS, fair
from table import title

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 80, 190, 40, 50
COLORS = ('#1f6fb4', '#d1495b', '#2e8b57', '#e08e0b', '#7a4fa3', '#5b6770')


class Drawing:
    """Elements of one SVG file."""

    def __init__(self, heading):
        self.parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
                      'font-family="sans-serif" font-size="12">',
                      f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
        self.text(LEFT, 22, heading, size=15)

    def text(self, x, y, words, anchor='start', size=12, color='#222'):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
                          f'fill="{color}">{escape(str(words))}</text>')

    def line(self, points, color, dashed=False):
        places = ' '.join(f'{x:.1f},{y:.1f}' for x, y in points)
        dashes = ' stroke-dasharray="5 4"' if dashed else ''
        self.parts.append(f'<polyline points="{places}" fill="none" stroke="{color}" stroke-width="2"'
                          f'{dashes}/>')

    def dot(self, x, y, color):
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{color}"/>')

    def bar(self, x, y, width, height, color):
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
                          f'fill="{color}"/>')

    def save(self, file):
        file.write_text('\n'.join(self.parts + ['</svg>']) + '\n')


class Scale:
    """Values to places on the paper; logarithmic if asked."""

    def __init__(self, values, begin, end, logarithmic):
        self.change = log10 if logarithmic else float
        values = [value for value in values if value > 0 or not logarithmic]
        self.low = self.change(min(values)) if logarithmic else 0.0
        self.high = self.change(max(values))
        if self.high <= self.low:
            self.high = self.low + 1
        self.begin, self.end = begin, end

    def place(self, value):
        part = (self.change(value) - self.low) / (self.high - self.low)
        return self.begin + part * (self.end - self.begin)


def grid(drawing, scale, values):
    for value in values:
        y = scale.place(value)
        drawing.line([(LEFT, y), (WIDTH - RIGHT, y)], '#e4e4e4')
        drawing.text(LEFT - 8, y + 4, f'{value:,.3g}' if value < 1000 else f'{value:,.0f}', 'end')


def ticks(high, count=5):
    step = 10 ** int(log10(max(high, 1e-9)))
    while high / step < count:
        step /= 2
    return [step * i for i in range(int(high / step) + 1)]


def decades(low, high):
    found, value = [], 10.0 ** int(log10(low) - 1)
    while value <= high:
        found += [value * part for part in (1, 3) if low <= value * part <= high]
        value *= 10
    return found


def lines(heading, series, file, logarithmic):
    """series: {name: [(connections, value)]}; names that end with * are dashed."""
    xs = sorted({x for points in series.values() for x, _ in points})
    ys = [y for points in series.values() for _, y in points]
    drawing = Drawing(heading)
    across = Scale(xs, LEFT + 10, WIDTH - RIGHT - 10, True)
    up = Scale(ys, HEIGHT - BOTTOM, TOP + 10, logarithmic)
    grid(drawing, up, decades(min(ys), max(ys)) if logarithmic else ticks(max(ys)))
    for x in xs:
        drawing.text(across.place(x), HEIGHT - BOTTOM + 18, x, 'middle')
    drawing.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, 'connections', 'middle')
    # Dashed lines follow, and have the color of what they belong to.
    solid = sum(not name.endswith('*') for name in series)
    for i, (name, points) in enumerate(series.items()):
        color = COLORS[i % solid % len(COLORS)]
        places = [(across.place(x), up.place(y)) for x, y in sorted(points)]
        drawing.line(places, color, name.endswith('*'))
        for x, y in places:
            drawing.dot(x, y, color)
        drawing.text(WIDTH - RIGHT + 14, TOP + 16 + 20 * i, name.rstrip('*'), color=color)
    drawing.save(file)


def bars(heading, rows, file):
    """rows: [(name, {group: value})]; values are stacked."""
    drawing = Drawing(heading)
    left = 250
    scale = Scale([sum(values.values()) for _, values in rows], left, WIDTH - 60, False)
    height = min(26.0, (HEIGHT - TOP - BOTTOM) / max(len(rows), 1))
    for i, (name, values) in enumerate(rows):
        y, total = TOP + height * i, 0
        drawing.text(left - 8, y + height * 0.65, name, 'end')
        for group, value in values.items():
            x = scale.place(total)
            total += value
            drawing.bar(x, y + 2, scale.place(total) - x, height - 4, COLORS[GROUPS.index(group)])
        drawing.text(scale.place(total) + 5, y + height * 0.65, f'{total:,.0f}')
    for i, group in enumerate(GROUPS):
        drawing.bar(left + 80 * i, HEIGHT - 30, 10, 10, COLORS[i])
        drawing.text(left + 80 * i + 14, HEIGHT - 21, group)
    drawing.save(file)


def by_connections(results, value):
    series = {}
    for found in results['figures']:
        if found['share'] == 0 and 'p99' in found:
            series.setdefault(found['name'], []).append((found['connections'], value(found)))
    return {title(results, {'name': name}): points for name, points in series.items() if len(points) > 1}


def write(results, folder):
    """The names of the plots that there is something for."""
    written = []
    rates = by_connections(results, lambda found: found['rate'])
    if rates:
        lines('Requests per second, closed loop', rates, folder / 'rates.svg', False)
        late = by_connections(results, lambda found: max(found['p99'], 0.01))
        late |= {f'{name}: fair*': points for name, points in by_connections(results, fair).items()}
        lines('p99 in milliseconds, and what is fair', late, folder / 'p99.svg', True)
        written += ['rates.svg', 'p99.svg']
    # Those that take long would hide the others.
    usual = [found for found in results['figures']
             if found['share'] == 0 and sum(found['cpu'].values()) < 1500]
    seen = {}
    for found in usual:
        seen.setdefault(found['name'], found)
    if seen:
        bars('Processor time of a request, µs',
             [(title(results, found), found['cpu']) for found in seen.values()], folder / 'processor.svg')
        written.append('processor.svg')
    return written
