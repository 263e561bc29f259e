"""Two results, figure by figure. Worse is what is beyond the tolerance, and outside of what the rounds of
both runs spread over: a machine that was busy for a moment is no regression."""
from figures import find

UNCHANGED, WORSE, BETTER = ' ', '✗', '✓'


def key(found):
    return found['name'], found['share'], found['connections']


def verdict(ratio, old_range, new_range, tolerance, higher_is_better):
    apart = new_range[1] < old_range[0] or new_range[0] > old_range[1]
    if not apart or abs(ratio - 1) <= tolerance:
        return UNCHANGED
    return BETTER if (ratio > 1) == higher_is_better else WORSE


def spread(found, name):
    """How far the rounds are from each other, as a part of the median."""
    low, high = found[name + '_range']
    middle = found['rate' if name == 'rate' else 'cpu_sum']
    return (high - low) / middle if middle else 0


def compare_one(old, new, tolerance):
    """The line of a figure, and whether it is worse."""
    rate = new['rate'] / old['rate'] if old['rate'] else 1
    cpu = new['cpu_sum'] / old['cpu_sum'] if old['cpu_sum'] else 1
    marks = (verdict(rate, old['rate_range'], new['rate_range'], tolerance, True),
             verdict(cpu, old['cpu_range'], new['cpu_range'], tolerance, False))
    p99 = f'{new["p99"] / old["p99"]:>8.2f}' if old.get('p99') and new.get('p99') else f'{"":>8}'
    line = (f'{new["name"]:<16}{new["connections"]:>6}{new["share"] or "":>7}'
            f'{rate:>8.2f} {marks[0]} ±{spread(old, "rate") / 2:>4.0%} ±{spread(new, "rate") / 2:>4.0%}'
            f'{cpu:>9.2f} {marks[1]} ±{spread(old, "cpu") / 2:>4.0%} ±{spread(new, "cpu") / 2:>4.0%}{p99}')
    return line, WORSE in marks


def compare(old, new, tolerance):
    print(f'\n{new["commit"]} ÷ {old["commit"]}, tolerance {tolerance:.0%}; ± is half of the spread of the '
          'rounds, old and new\n'
          f'{"case":<16}{"conn.":>6}{"share":>7}{"rate":>8}{"":>14}{"CPU":>9}{"":>14}{"p99":>8}')
    worse = compared = 0
    for found in new['figures']:
        before = find(old, found['name'], found['connections'], found['share'])
        if before:
            line, is_worse = compare_one(before, found, tolerance)
            print(line)
            worse += is_worse
            compared += 1
    print(f'{compared} compared, {worse} worse')
    return 1 if worse or not compared else 0
