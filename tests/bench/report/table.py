"""The report as text."""
from figures import GROUPS

COLUMNS = ('p50', 'p99', 'p999')
TITLES = {'pg_read': 'pgbench, the same read', 'pg_transfer': 'pgbench, one-function transfer',
          'pg_hot': 'pgbench, the same into one wallet'}


def number(value, digits=1):
    if value is None:
        return ''
    return f'{value:,.{digits}f}' if abs(value) < 1000 else f'{value:,.0f}'


def title(results, found):
    return TITLES.get(found['name']) or results['titles'].get(found['name'], found['name'])


def head(results):
    return (f'Cowry {results["commit"]}, {results["at"]}: {results["cores"]} × {results["cpu"]}, '
            f'{results["memory_kib"] / 1048576:.0f} GiB;\nPostgreSQL {results["postgres"]}, nginx '
            f'{results["nginx"]}, {results["workers"]} workers, {results["wallets"]:,} wallets, '
            f'{results.get("transfers", 0):,} transfers before; medians of '
            f'{results["rounds"]} rounds of {results["seconds"]} s.\n'
            'One machine does everything: only ratios of one run mean something.\n')


def requests(results, figures, heading):
    lines = [f'\n{heading:<40}{"conn.":>7}{"per second":>12}{"range":>16}{"p50 ms":>9}{"p99 ms":>9}'
             f'{"p99.9 ms":>10}{"errors":>8}{"WAL":>8}{"batch":>7}']
    for found in figures:
        low, high = found['rate_range']
        times = ''.join(f'{number(found.get(name)):>{10 if name == "p999" else 9}}' for name in COLUMNS)
        lines.append(f'{title(results, found):<40}{found["connections"]:>7}{number(found["rate"], 0):>12}'
                     f'{number(low, 0) + "-" + number(high, 0):>16}{times}{found["errors"]:>8}'
                     f'{number(found["wal"], 0):>8}{number(found["batch"]):>7}')
    return lines


def open_loop(results, figures):
    if not figures:
        return []
    lines = [f'\n{"open loop: fixed rate, late answers count":<40}{"conn.":>7}{"offered":>12}{"answered":>16}'
             f'{"p50 ms":>9}{"p99 ms":>9}{"p99.9 ms":>10}{"errors":>8}']
    for found in figures:
        name = f'{title(results, found)}, {found["share"] * 100:.0f} % of closed'
        times = ''.join(f'{number(found.get(column)):>{10 if column == "p999" else 9}}'
                        for column in COLUMNS)
        lines.append(f'{name:<40}{found["connections"]:>7}{number(found["offered"], 0):>12}'
                     f'{number(found["rate"], 0):>16}{times}{found["errors"]:>8}')
    return lines


def processor(results, figures):
    lines = [f'\n{"processor time of a request, µs":<40}{"conn.":>7}'
             + ''.join(f'{group:>12}' for group in GROUPS)]
    for found in figures:
        lines.append(f'{title(results, found):<40}{found["connections"]:>7}'
                     + ''.join(f'{number(found["cpu"].get(group)):>12}' for group in GROUPS))
    return lines


def limit(goal):
    return f'≥ {number(goal["least"], 2)}' if goal['least'] is not None else f'≤ {number(goal["most"])}'


def goals(results):
    lines = ['']
    for goal in results['goals']:
        value = 'not measured' if goal['value'] is None else number(goal['value'], 2)
        lines.append(f'  {goal["mark"]} {goal["title"]:<72}{value:>14}   goal {limit(goal)}')
    return lines


def report(results):
    closed = [found for found in results['figures'] if not found['share']]
    open_ = [found for found in results['figures'] if found['share']]
    lines = requests(results, closed, 'closed loop, through nginx with TLS') + open_loop(results, open_)
    lines += processor(results, closed) + goals(results)
    return head(results) + '\n'.join(lines) + '\n'
