"""Rows of single measurements to figures: the median of the rounds, with the least and the most."""
from statistics import median

# What a figure has of each, if its rows have it.
MEDIANS = ('rate', 'p50', 'p90', 'p99', 'p999', 'longest')
GROUPS = ('worker', 'nginx', 'postgresql', 'jobs', 'node', 'load')


def key(row):
    return row['name'], row['share'], row['connections']


def per_answer(row, value):
    return value / row['answers'] if row['answers'] else 0


def processor(row):
    """Microseconds of processor time for an answer, by group of processes."""
    spent = row['cpu'] | {'load': row['load_us']}
    return {group: per_answer(row, spent[group]) for group in GROUPS if group in spent}


def figure(rows):
    first = rows[0]
    result = {name: first[name] for name in ('name', 'share', 'connections')}
    result['rounds'] = len(rows)
    for name in MEDIANS:
        if name in first:
            result[name] = median(row[name] for row in rows)
    result['rate_range'] = [min(row['rate'] for row in rows), max(row['rate'] for row in rows)]
    result['errors'] = sum(row['errors'] for row in rows)
    result['offered'] = median(row['offered'] for row in rows)
    times = [processor(row) for row in rows]
    result['cpu'] = {group: median(time[group] for time in times) for group in times[0]}
    sums = [sum(us for group, us in time.items() if group != 'load') for time in times]
    result['cpu_sum'] = median(sums)
    result['cpu_range'] = [min(sums), max(sums)]
    result['wal'] = median(per_answer(row, row['wal']) for row in rows)
    batches = sum(row['batches'] for row in rows)
    result['batch'] = sum(row['batched'] for row in rows) / batches if batches else None
    if 'least' in first:
        # Answers of the connection that had fewest, of the worst round, as a part of its fair share.
        result['least'] = min(row['least'] * row['connections'] / max(row['answers'], 1)
                              for row in rows)
    return result


def of_requests(rows):
    groups = {}
    for row in rows:
        if 'rate' in row:
            groups.setdefault(key(row), []).append(row)
    return [figure(group) for group in groups.values()]


def of_others(rows):
    """The start of a worker, in milliseconds, and its memory."""
    starts = [row['ms'] for row in rows if row['name'] == 'start']
    memory = [row for row in rows if row['name'] == 'memory']
    return {
        'start_ms': median(starts) if starts else None,
        'memory_mib': memory[-1]['kib'] / 1024 if memory else None,
        'served': memory[-1]['served'] if memory else 0,
    }


def find(results, name, connections=None, share=0):
    """The figure of a case at its usual number of connections, which is measured first; or None."""
    for found in results['figures']:
        if found['name'] == name and found['share'] == share and \
                connections in (None, found['connections']):
            return found
    return None


def fair(found):
    """The p99 in milliseconds that is fair: twice the time in which each connection has its turn."""
    return 2 * found['connections'] / max(found['rate'], 1e-9) * 1000 + 5
