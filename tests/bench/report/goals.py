"""The goals, and whether they are reached. What was not measured in this run is said to be so."""
from figures import fair, find

REACHED, MISSED, UNKNOWN = '✓', '✗', '–'

# A ratio of rates: title, ours, theirs, factor, goal.
RATIOS = (
    ('transfer ÷ pgbench one function, 8 clients', 'transfer', 'pg_transfer', 1, 2.2),
    ('hot wallet ÷ pgbench hot, 8 clients', 'hot', 'pg_hot', 1, 6),
    ('balance read ÷ pgbench read, 4 clients', 'read', 'pg_read', 1, 0.55),
    ('FastCGI hello ÷ nginx static (100 bytes)', 'hello', 'static', 1, 0.6),
    ('bulk of 1,000, transfers a second ÷ single transfers', 'bulk1000', 'transfer', 1000, 2.5),
    ('transfer ÷ the same while nothing is sealed', 'transfer', 'unsealed', 1, 0.97),
    ('transfer ÷ the same while nothing is audited', 'transfer', 'unaudited', 1, 0.97),
    ('transfer ÷ Node peer', 'transfer', 'node_transfer', 1, 8),
    ('balance read ÷ Node peer', 'read', 'node_read', 1, 5),
)


def goal(title, value, least=None, most=None):
    if value is None:
        mark = UNKNOWN
    elif (least is None or value >= least) and (most is None or value <= most):
        mark = REACHED
    else:
        mark = MISSED
    return {'title': title, 'value': value, 'least': least, 'most': most, 'mark': mark}


def ratio(results, ours, theirs, factor):
    us, them = find(results, ours), find(results, theirs)
    return factor * us['rate'] / them['rate'] if us and them and them['rate'] else None


def fairness(found, titles):
    title = f'p99 of {titles.get(found["name"], found["name"])}, {found["connections"]} connections, ms: fair'
    return goal(title, found['p99'], most=fair(found))


def reached(results):
    others, titles = results['others'], results['titles']
    found = [goal(title, ratio(results, ours, theirs, factor), least=least)
             for title, ours, theirs, factor, least in RATIOS]
    transfer = find(results, 'transfer', 64)
    found.append(goal('p99 of transfers at 64 connections, ms', transfer and transfer['p99'], most=8))
    found += [fairness(one, titles) for one in results['figures']
              if one['name'] in ('read', 'transfer') and one['share'] == 0 and 'p99' in one]
    found.append(goal(f'memory of a worker after {others["served"]:,} requests, MiB', others['memory_mib'],
                      most=32))
    found.append(goal("worker's start to its first answer, ms", others['start_ms'], most=50))
    found.append(goal('first minute of a new cluster ÷ later: tests/bench/cold', None, least=0.9))
    found.append(goal('10,000,000 transactions and 1,000,000 wallets ÷ small: --transfers, --compare', None, least=0.9))
    return found
